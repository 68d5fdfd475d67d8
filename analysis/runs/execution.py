"""Run tasks one after the other, on many cores or on a cluster: the same results each way."""

import os
import pickle
import signal
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

import cloudpickle
import psutil
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import BrokenProcessPool
from threadpoolctl import ThreadpoolController

from analysis.sides.base import RunFailedError

Task = TypeVar("Task")
Result = TypeVar("Result")

_MOST_UNDER_WAY = 1000
"""So many tasks at most are pulled and not yet given, however slow the consumer: what bounds the parent's memory."""
_LOST = "its worker process ended unexpectedly twice (killed, or out of memory); lower its size or --jobs"
_REGRETS = (
    "A worker stopped while some jobs were given",  # it was idle or grew large; another takes its place
    r"\d+ tasks (have been successfully|which were still being)",  # when the consumer wants no more
)
"""Warnings that no one need read."""


@dataclass(frozen=True, kw_only=True)
class Ended(Generic[Task, Result]):
    """A task that is over, one way or another."""

    task: Task
    result: Result | None
    error: str = ""
    """One sentence; empty where there is a result."""
    trace: str = ""
    """The traceback as text; empty for a lost worker."""
    lost: bool = False
    """Whether its worker died, twice, rather than the task having raised."""


class Place(Protocol):
    """Where workers are."""

    def answers(self, calls: Iterator[Any]) -> Generator[tuple[int, bytes | None], None, None]:
        """What workers answer to calls, as it comes. None, or no answer at all: its worker died."""


def run_all(
    work: Callable[[Task], Result],
    tasks: Iterable[Task],
    jobs: int,
    *,
    cluster: str | None = None,
    stop: threading.Event | None = None,
) -> Iterator[Ended[Task, Result]]:
    """Give each task with what it came to, as soon as it is over, in any order.

    ``tasks`` are pulled late, one at a time: when a worker is free, at most two ahead. With one job and no cluster
    everything happens in this process, else ``work``, tasks and results are pickled, and each worker computes with
    one thread. ``cluster`` is "local" or the address of a Dask scheduler (`analysis.runs.cluster`).

    A task that raises, and one whose worker dies twice, are given with an error, and the others go on. Once ``stop``
    is set no task is begun any more; those that run are finished and given. Whatever ends this early, Ctrl-C
    included, ends the workers. Raises ClusterError where the cluster is not there, or is there no more.
    """
    if jobs < 1:
        raise ValueError(f"jobs is {jobs}; at least 1 is needed")
    run = _Run(work, tasks, stop or threading.Event())
    if cluster is not None:
        from analysis.runs.cluster import joined  # noqa: PLC0415 - Dask takes a second that others need not wait for

        with joined(cluster, jobs) as place:
            yield from run.on(place)
    elif jobs == 1:
        yield from run.here()
    else:
        yield from run.on(_Cores(jobs))


class _Run(Generic[Task, Result]):
    """The tasks of one run, and which of them are pulled and not yet given."""

    def __init__(self, work: Callable[[Task], Result], tasks: Iterable[Task], stop: threading.Event) -> None:
        self._work, self._tasks, self._stop = work, enumerate(tasks), stop
        self._under_way: dict[int, Task] = {}
        self._exhausted = False

    def here(self) -> Iterator[Ended[Task, Result]]:
        """In this process."""
        while (numbered := self._next()) is not None:
            with _one_thread():
                result, error, trace = _attempt(self._work, numbered[1])
            yield Ended(task=numbered[1], result=result, error=error, trace=trace)

    def on(self, place: Place) -> Iterator[Ended[Task, Result]]:
        """On the workers of a place, in rounds, which end early when broken or when too much waits for the consumer.

        The tasks of a worker that died are tried again, each alone, so that an innocent one finishes.
        """
        while not (self._exhausted or self._stop.is_set()):
            yield from self._round(place, self._calls())
            for number, task in list(self._under_way.items()):
                if self._stop.is_set():
                    return
                yield from self._round(place, iter([self._call(number, task)]))
                if self._under_way.pop(number, None) is not None:
                    yield Ended(task=task, result=None, error=_LOST, lost=True)

    def _next(self) -> tuple[int, Task] | None:
        if self._stop.is_set():
            return None
        numbered = next(self._tasks, None)
        self._exhausted = numbered is None
        return numbered

    def _calls(self) -> Iterator[Any]:
        while len(self._under_way) < _MOST_UNDER_WAY and (numbered := self._next()) is not None:
            number, task = numbered
            self._under_way[number] = task
            yield self._call(number, task)

    def _call(self, number: int, task: Task) -> Any:
        return delayed(_answer)(number, _Letter(cloudpickle.dumps((self._work, task)), self._stop))

    def _round(self, place: Place, calls: Iterator[Any]) -> Iterator[Ended[Task, Result]]:
        """Give what ends. What was under way on a worker that died is so still."""
        with closing(place.answers(calls)) as answers:
            for number, answer in answers:
                if answer is None:
                    continue
                task = self._under_way.pop(number)
                if answer:
                    result, error, trace = pickle.loads(answer)  # noqa: S301 - our own workers wrote it
                    yield Ended(task=task, result=result, error=error, trace=trace)


def streamed(parallel: Parallel, calls: Iterator[Any]) -> Generator[tuple[int, bytes | None], None, None]:
    """What joblib gives for the calls, pulled as late as it can be made to."""
    for regret in _REGRETS:
        warnings.filterwarnings("ignore", regret, UserWarning)
    with parallel:
        parallel.n_jobs = 2  # as many calls does it pull at a time; how many workers there are was settled before
        yield from parallel(calls)


@dataclass(frozen=True)
class _Letter:
    """A pickled call on its way to a worker: joblib may have taken it before the stop, and then it is sent empty."""

    content: bytes
    stop: threading.Event

    def __reduce__(self) -> tuple[type[bytes], tuple[bytes]]:
        return bytes, (b"" if self.stop.is_set() else self.content,)


def _answer(number: int, letter: bytes) -> tuple[int, bytes]:
    """What a worker does with a call. All that can go wrong with a task goes wrong inside, pickling included."""
    if not letter:
        return number, b""
    try:
        work, task = pickle.loads(letter)  # noqa: S301 - our own parent wrote it
        _compute_with_one_thread(len(sys.modules))
        answer: bytes = cloudpickle.dumps(_attempt(work, task))
    except Exception as error:  # noqa: BLE001 - a task must not end the others
        answer = pickle.dumps(_failure(error))
    return number, answer


def _attempt(work: Callable[[Task], Result], task: Task) -> tuple[Result | None, str, str]:
    """The result, the error in a sentence, its traceback."""
    try:
        return work(task), "", ""
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a task must not end the others
        return _failure(error)


def _failure(error: BaseException) -> tuple[None, str, str]:
    sentence = str(error) if isinstance(error, RunFailedError) else f"{type(error).__name__}: {error}"
    return None, sentence, "".join(traceback.format_exception(error))


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread inside, for BLAS and where it is loaded, for torch; as before afterwards."""
    with ExitStack() as stack:
        stack.enter_context(_pools(len(sys.modules)).limit(limits=1))
        if "torch" in sys.modules:
            from nets.threads import single_thread  # noqa: PLC0415 - torch takes seconds that others need not wait for

            stack.enter_context(single_thread())
        yield


@lru_cache(maxsize=1)
def _pools(_modules_loaded: int) -> ThreadpoolController:
    """Thread pools of the libraries. To look for them takes a millisecond, so only where there may be new ones."""
    return ThreadpoolController()


@lru_cache(maxsize=1)
def _compute_with_one_thread(_modules_loaded: int) -> None:
    """One thread in this worker from now on: a cluster's worker may have several tasks, which share the setting."""
    ThreadpoolController().limit(limits=1)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


@dataclass(frozen=True)
class _Cores:
    """Worker processes on this machine, by loky."""

    jobs: int

    def answers(self, calls: Iterator[Any]) -> Generator[tuple[int, bytes | None], None, None]:
        with parallel_config(backend="loky", inner_max_num_threads=1, initializer=_prepare, initargs=(os.getpid(),)):
            parallel = Parallel(self.jobs, batch_size=1, pre_dispatch=self.jobs, return_as="generator_unordered")
        try:
            yield from streamed(parallel, calls)
        except BrokenProcessPool:  # one worker died, and loky has ended the others
            return
        except BaseException:
            _end_workers()
            raise


def _prepare(parent: int) -> None:
    """Ctrl-C reaches every process of a terminal; only the parent knows what to do. Without it, nothing is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _end_workers() -> None:
    """Stop the workers now; an executor that an interrupt has caught in the middle may overlook some."""
    get_reusable_executor().shutdown(wait=False, kill_workers=True)
    for child in psutil.Process().children(recursive=True):
        try:
            if any("popen_loky" in argument for argument in child.cmdline()):
                child.kill()
        except psutil.Error:
            continue
