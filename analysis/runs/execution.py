"""Run tasks one after the other or on many cores: the same results either way."""

import signal
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import psutil
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_all(work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Give the result of each task as it is finished, in any order.

    Each of ``jobs`` worker processes computes with one thread. With one job everything happens in this process.
    Whatever ends this early, Ctrl-C included, ends the workers.
    """
    if jobs == 1 or len(tasks) <= 1:
        yield from map(work, tasks)
        return
    try:
        with parallel_config(backend="loky", inner_max_num_threads=1, initializer=_leave_interrupts_to_the_parent):
            yield from Parallel(n_jobs=jobs, batch_size=1, pre_dispatch="2*n_jobs", return_as="generator_unordered")(
                delayed(work)(task) for task in tasks
            )
    except BaseException:
        _end_workers()
        raise


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; only the parent knows what to do."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _end_workers() -> None:
    """Stop the workers now; an executor that an interrupt has caught in the middle may overlook some."""
    get_reusable_executor().shutdown(wait=False, kill_workers=True)
    for child in psutil.Process().children(recursive=True):
        try:
            if any("popen_loky" in argument for argument in child.cmdline()):
                child.kill()
        except psutil.Error:
            continue
