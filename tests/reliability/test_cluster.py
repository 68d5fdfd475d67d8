"""Real schedulers and workers, killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from analysis.runs.cluster import ClusterError
from analysis.runs.execution import Ended, run_all
from tests.reliability.laboratory import ROOT, Lab, kill_with_children

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    place = Lab(tmp_path_factory.mktemp("lab"))
    yield place
    place.close()


@pytest.fixture
def doomed_lab(tmp_path: Path) -> Iterator[Lab]:
    place = Lab(tmp_path)
    yield place
    place.close()


def work(task: int) -> float:
    if task == 5:
        raise ValueError("five is not wanted")
    return sum(1 / (task + k) for k in range(1, 1000))


def wait_and_tell(task: int) -> tuple[int, int]:
    time.sleep(0.2)
    return task, os.getpid()


def begin(folder: Path, task: int) -> int:
    (folder / str(task)).touch()
    time.sleep(0.2)
    return task


def die(folder: Path, task: int) -> int:
    """Task 2 kills its worker always, task 4 once."""
    if task == 2 or (task == 4 and not (folder / "four").exists()):
        (folder / "four").touch()
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def shown(ended: Iterator[Ended[int, Any]]) -> list[tuple[int, Any, str]]:
    return sorted((each.task, each.result, each.error) for each in ended)


def test_the_same_results_and_errors_as_without_a_cluster(lab: Lab) -> None:
    serial = shown(run_all(work, range(30), 1))
    assert serial[5] == (5, None, "ValueError: five is not wanted")
    assert shown(run_all(work, range(30), 1, cluster=lab.address)) == serial


def test_local_is_a_cluster_too_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    running = run_all(wait_and_tell, range(1000), 2, cluster="local")
    processes = {next(running).result[1] for _ in range(6)}  # type: ignore[index] # there is one
    assert len(processes) == 2
    workers = [psutil.Process(process) for process in processes]
    assert all(psutil.Process() in worker.parents() for worker in workers)
    running.close()  # type: ignore[attr-defined] # it is a generator
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
    assert not list(tmp_path.iterdir())


def test_a_worker_that_is_killed_changes_nothing(lab: Lab) -> None:
    given = []
    for ended in run_all(wait_and_tell, range(20), 1, cluster=lab.address):
        assert ended.result is not None
        given.append(ended.result[0])
        if len(given) == 4:
            os.kill(ended.result[1], signal.SIGKILL)
    assert sorted(given) == list(range(20))


def test_what_kills_worker_after_worker_is_lost_and_its_neighbours_are_not(lab: Lab, tmp_path: Path) -> None:
    ended = {each.task: each for each in run_all(partial(die, tmp_path), range(8), 1, cluster=lab.address)}
    assert [task for task, each in ended.items() if each.lost] == [2]
    assert {each.result for each in ended.values() if not each.lost} == {0, 1, 3, 4, 5, 6, 7}


def test_tasks_are_pulled_late_and_a_stop_is_heeded(lab: Lab, tmp_path: Path) -> None:
    stop, pulled, given, ahead = threading.Event(), 0, [], 0

    def tasks() -> Iterator[int]:
        nonlocal pulled
        for task in range(10_000):
            pulled += 1
            yield task

    for ended in run_all(partial(begin, tmp_path), tasks(), 1, cluster=lab.address, stop=stop):
        given.append(ended.task)
        ahead = max(ahead, pulled - len(given))
        if len(given) == 6:
            stop.set()
    assert ahead <= 5
    assert len(given) <= 10
    assert sorted(given) == sorted(int(path.name) for path in tmp_path.iterdir())


def test_workers_that_join_are_given_tasks(lab: Lab) -> None:
    seen, hired = set[int](), 0
    for ended in run_all(wait_and_tell, range(500), 1, cluster=lab.address):
        assert ended.result is not None
        seen.add(ended.result[1])
        if len(seen) == 2 and not hired:
            hired = lab.hire().pid
        if len(seen) == 3:
            break
    assert len(seen) == 3


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_a_scheduler_that_is_lost_ends_the_run_and_what_was_given_stays(doomed_lab: Lab, sent: signal.Signals) -> None:
    running = run_all(wait_and_tell, range(500), 1, cluster=doomed_lab.address)
    assert not any(next(running).error for _ in range(4))
    doomed_lab.scheduler.send_signal(sent)
    begun = time.monotonic()
    with pytest.raises(ClusterError, match="scheduler was lost; what was finished is kept"):
        list(running)
    assert time.monotonic() - begun < 30  # the promise; with a margin that no machine needs


@pytest.mark.parametrize("cluster", ["tcp://127.0.0.1", "127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://h:99999", ""])
def test_an_address_is_checked_before_anything_is_begun(cluster: str) -> None:
    with pytest.raises(ClusterError, match=r"expected local or an address such as tcp://127\.0\.0\.1:8786"):
        next(run_all(work, range(3), 1, cluster=cluster))


def test_an_address_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.runs.cluster._PATIENCE", 0.5)
    with pytest.raises(ClusterError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1;"):
        next(run_all(work, range(3), 1, cluster="tcp://127.0.0.1:1"))


def test_without_dask_there_is_a_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'mixability\[cluster\]'"):
        next(run_all(work, range(3), 1, cluster="local"))


@pytest.mark.parametrize(("cluster", "sent"), [(None, "KILL"), ("local", "INT")])
def test_workers_end_with_their_parent(cluster: str | None, sent: str) -> None:
    program = f"""
import time
from analysis.runs.execution import run_all
if __name__ == "__main__":
    for ended in run_all(time.sleep, [0.01] * 4 + [60] * 4, 2, cluster={cluster!r}):
        print("ended", flush=True)
"""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, start_new_session=True, stdout=pipe, stderr=pipe
    ) as parent:
        try:
            assert parent.stdout is not None
            assert [parent.stdout.readline() for _ in range(4)] == [b"ended\n"] * 4
            family = psutil.Process(parent.pid).children(recursive=True)
            if sent == "INT":
                os.killpg(parent.pid, signal.SIGINT)
            else:
                parent.kill()
            _, errors = parent.communicate(timeout=20)
            _, alive = psutil.wait_procs(family, timeout=10)
            assert not alive
        finally:
            kill_with_children(parent.pid)
    assert errors.count(b"Traceback") == errors.count(b"KeyboardInterrupt") == (sent == "INT"), errors.decode()
