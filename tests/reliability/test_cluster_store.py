"""A sweep on a real cluster leaves the store that it leaves without one."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis.experiments.cells import run_cells
from analysis.runs.cluster import ClusterError
from analysis.runs.store import Store
from tests.reliability.laboratory import Lab
from tests.reliability.sweeping import Toys, contents, run

pytest.importorskip("distributed")

TOYS = Toys(toy="BUSY", replicates=20, settings={"size": 50, "pause": 0.1})


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    place = Lab(tmp_path / "lab")
    yield place
    place.close()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    run(folder, TOYS)
    return folder


def test_a_worker_that_is_killed_changes_no_bit(lab: Lab, undisturbed: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    states = []
    for done in run_cells(TOYS.cells, store, 1, cluster=lab.address):
        states.append(done.state)
        if len(states) == 5:
            os.killpg(lab.workers[0].pid, signal.SIGKILL)
            lab.hire()
    assert set(states) == {"made"}
    assert contents(store.path) == contents(undisturbed)


def test_what_a_lost_scheduler_leaves_is_finished_without_it(lab: Lab, undisturbed: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    running = run_cells(TOYS.cells, store, 1, cluster=lab.address)
    for _ in range(5):
        assert next(running).state == "made"
    lab.scheduler.kill()
    with pytest.raises(ClusterError, match="what was finished is kept"):
        list(running)
    found = [done.state for done in run(tmp_path / "store", TOYS)]
    assert 5 <= found.count("found") < len(TOYS.cells)
    assert contents(store.path) == contents(undisturbed)
