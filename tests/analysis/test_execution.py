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

import numpy as np
import psutil
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from analysis.runs import execution
from analysis.runs.execution import Ended, run_all
from analysis.sides.base import RunFailedError

BOTH = pytest.mark.parametrize("jobs", [1, 2])


class Counted:
    """Tasks, and how many of them were asked for before as many results were taken."""

    def __init__(self, tasks: int) -> None:
        self._tasks, self.pulled, self.given, self.ahead = tasks, 0, 0, 0

    def __iter__(self) -> Iterator[int]:
        for task in range(self._tasks):
            self.pulled += 1
            self.ahead = max(self.ahead, self.pulled - self.given)
            yield task


def square(task: int) -> int:
    return task * task


def square_in_a_while(task: int) -> int:
    time.sleep(0.05)
    return task * task


def begin(folder: Path, task: int) -> int:
    (folder / str(task)).touch()
    time.sleep(0.1)
    return task


def fail_in_many_ways(task: int) -> Any:
    match task:
        case 1:
            raise ValueError("one is not wanted")
        case 2:
            raise RunFailedError("two cannot be finished; try three")
        case 3:
            sys.exit(3)
        case _:
            return task


def die(folder: Path, task: int) -> int:
    time.sleep(0.02)
    if task == 3 or (task == 7 and not (folder / "seven").exists()):
        (folder / "seven").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def threads(task: int) -> list[int]:
    np.eye(2) @ np.eye(2)
    return [task, *(pool["num_threads"] for pool in threadpool_info())]


def unpicklable(task: int) -> Any:
    return threading.Lock() if task == 1 else task


def results(ended: Iterator[Ended[int, Any]]) -> dict[int, Any]:
    return {each.task: each.result for each in ended}


def workers_of(process: psutil.Process) -> list[psutil.Process]:
    return [each for each in process.children(recursive=True) if "popen_loky" in " ".join(each.cmdline())]


def gone(processes: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(processes, timeout=10)[1]


@BOTH
def test_every_task_is_given_once_with_its_result(jobs: int) -> None:
    ended = list(run_all(square, iter(range(50)), jobs))
    assert sorted((each.task, each.result) for each in ended) == [(task, task * task) for task in range(50)]
    assert not any(each.error or each.trace or each.lost for each in ended)


@pytest.mark.parametrize(("jobs", "ahead"), [(1, 1), (2, 5)])
def test_tasks_are_pulled_late(jobs: int, ahead: int) -> None:
    counted = Counted(20)
    for _ in run_all(square_in_a_while, counted, jobs):
        counted.given += 1
    assert (counted.pulled, counted.given) == (20, 20)
    assert counted.ahead <= ahead  # two workers: two at work, one taken, and two that joblib has not handed over yet


def test_a_slow_consumer_holds_up_the_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "_MOST_UNDER_WAY", 8)
    counted = Counted(40)
    for _ in run_all(square, counted, 2):
        counted.given += 1
        time.sleep(0.01)
    assert (counted.pulled, counted.given) == (40, 40)
    assert counted.ahead <= 9


@BOTH
def test_a_task_that_raises_is_given_with_its_error_and_the_others_go_on(jobs: int) -> None:
    ended = {each.task: each for each in run_all(fail_in_many_ways, range(6), jobs)}
    assert [ended[task].result for task in (0, 4, 5)] == [0, 4, 5]
    assert [ended[task].error for task in (1, 2, 3)] == [
        "ValueError: one is not wanted",
        "two cannot be finished; try three",
        "SystemExit: 3",
    ]
    assert all("in fail_in_many_ways" in ended[task].trace for task in (1, 2, 3))
    assert not any(each.lost for each in ended.values())


def test_a_result_that_cannot_travel_is_an_error_of_its_task() -> None:
    ended = {each.task: each for each in run_all(unpicklable, range(3), 2)}
    assert "cannot pickle" in ended[1].error
    assert [ended[0].result, ended[2].result] == [0, 2]


@BOTH
def test_tasks_that_cannot_be_had_end_the_run(jobs: int) -> None:
    def tasks() -> Iterator[int]:
        yield 1
        raise OSError("the list of tasks cannot be read")

    with pytest.raises(OSError, match="cannot be read"):
        list(run_all(square, tasks(), jobs))


def test_what_kills_its_worker_twice_is_lost_and_its_neighbours_are_not(tmp_path: Path) -> None:
    ended = {each.task: each for each in run_all(partial(die, tmp_path), range(12), 2)}
    assert ended.keys() == set(range(12))
    assert [task for task, each in ended.items() if each.lost] == [3]
    assert "twice" in ended[3].error
    assert not ended[3].trace
    assert all(each.result == task for task, each in ended.items() if task != 3)


@BOTH
def test_after_a_stop_nothing_is_begun_and_all_that_was_begun_is_given(jobs: int, tmp_path: Path) -> None:
    stop, given, begun = threading.Event(), list[int](), 0
    for ended in run_all(partial(begin, tmp_path), range(1000), jobs, stop=stop):
        given.append(ended.task)
        if len(given) == 3:
            stop.set()
            begun = len(list(tmp_path.iterdir()))
    assert sorted(given) == sorted(int(path.name) for path in tmp_path.iterdir())
    assert begun <= len(given) <= begun + jobs  # some may have been on their way


@BOTH
def test_each_computes_with_one_thread(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though this process computes with two, and its children would."""
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    with threadpool_limits(2):
        assert 2 in threads(0)[1:]
        for found in results(run_all(threads, range(4), jobs)).values():
            assert set(found[1:]) == {1}


def test_whoever_wants_no_more_leaves_no_workers_behind() -> None:
    running = run_all(square_in_a_while, range(1000), 2)
    next(running)
    workers = workers_of(psutil.Process())
    assert len(workers) == 2
    running.close()  # type: ignore[attr-defined] # it is a generator
    assert gone(workers)


def test_ctrl_c_reaches_the_parent_alone_and_ends_the_workers() -> None:
    program = """
import time
from analysis.runs.execution import run_all
for ended in run_all(time.sleep, [0.1] * 4 + [60] * 4, 2):
    print("ended", flush=True)
"""
    pipe, root = subprocess.PIPE, Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, start_new_session=True, stdout=pipe, stderr=pipe
    ) as parent:
        try:
            assert parent.stdout is not None
            assert [parent.stdout.readline() for _ in range(4)] == [b"ended\n"] * 4  # so both workers are there
            workers = workers_of(psutil.Process(parent.pid))
            assert len(workers) == 2
            os.killpg(parent.pid, signal.SIGINT)
            _, errors = parent.communicate(timeout=20)
            assert gone(workers)
        finally:
            parent.kill()
    assert errors.count(b"Traceback") == errors.count(b"KeyboardInterrupt") == 1


def test_there_is_at_least_one_job() -> None:
    with pytest.raises(ValueError, match="jobs is 0"):
        list(run_all(square, range(3), 0))
