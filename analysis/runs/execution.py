"""Run cells one after the other or on many cores: the same results either way."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor

Task = TypeVar("Task")
Result = TypeVar("Result")


def run_all(work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int) -> Iterator[Result]:
    """Give the result of each task as it is finished, in any order.

    Each of ``jobs`` worker processes computes with one thread. With one job everything happens in this process.
    """
    if jobs == 1 or len(tasks) <= 1:
        yield from map(work, tasks)
        return
    try:
        with parallel_config(backend="loky", inner_max_num_threads=1):
            yield from Parallel(n_jobs=jobs, batch_size=1, pre_dispatch="2*n_jobs", return_as="generator_unordered")(
                delayed(work)(task) for task in tasks
            )
    except BaseException:
        get_reusable_executor().shutdown(wait=True, kill_workers=True)
        raise
