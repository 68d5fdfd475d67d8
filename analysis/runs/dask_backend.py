"""Workers of a Dask scheduler that come, go and die, behind joblib's Dask backend."""

import pickle
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from distributed import KilledWorker, Worker, WorkerPlugin
from joblib import Parallel, parallel_config
from joblib._dask import DaskDistributedBackend

from analysis.runs.cluster import ClusterError
from analysis.runs.execution import streamed

_LOOK_EVERY, _PATIENCE = 1.0, 15.0
"""Seconds between two looks at the scheduler, and seconds that it may take to answer."""


class Workers:
    """The workers of the scheduler of a `distributed.Client`, each of their threads given one task at a time."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def answers(self, calls: Iterator[Any]) -> Generator[tuple[int, bytes | None], None, None]:
        """As `Place.answers`. Raises ClusterError where the scheduler is lost."""
        backend = _Backend(client=self._client)
        threads = max(1, self._threads())
        with parallel_config(backend=backend):
            parallel = Parallel(batch_size=1, pre_dispatch=threads, return_as="generator_unordered")
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(backend, parallel, calls, threads, over), daemon=True)
        watch.start()
        try:
            yield from streamed(parallel, calls)
        finally:
            over.set()
            watch.join()

    def _watch(
        self, backend: "_Backend", parallel: Parallel, calls: Iterator[Any], busy: int, over: threading.Event
    ) -> None:
        """Give workers that join something to do; end the waiting for a scheduler that is lost."""
        while not over.wait(_LOOK_EVERY):
            try:
                threads = self._threads()
            except ClusterError as error:
                backend.fail(error)
                continue
            while busy < threads and parallel.dispatch_one_batch(calls):
                busy += 1
            self._replace_the_dead()

    def _replace_the_dead(self) -> None:
        """Of a cluster that is ours: Dask gives up on a worker that dies while it starts."""
        cluster = self._client.cluster
        if cluster is not None:
            cluster.scale(len(cluster.worker_spec))

    def _threads(self) -> int:
        client = self._client
        if client.status != "running":
            raise _lost()
        try:
            return sum(client.sync(client.scheduler.ncores, callback_timeout=_PATIENCE).values())
        except Exception as error:  # whatever it is, there was no answer
            raise _lost() from error


class LeaveInterrupts(WorkerPlugin):
    """Ctrl-C reaches every process of a terminal, local workers too; only the parent knows what to do."""

    def setup(self, worker: Worker) -> None:  # noqa: ARG002
        """On each worker as it starts."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _lost() -> ClusterError:
    return ClusterError(
        "the cluster's scheduler was lost; what was finished is kept: start a scheduler, and the same command goes on"
    )


class _Backend(DaskDistributedBackend):  # type: ignore[misc] # joblib ships no types
    """joblib's, where a single worker is a worker, and where a call that fails is heard of."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._callbacks_by_future: dict[Future[Any], Callable[[Any], None]] = {}

    def effective_n_jobs(self, n_jobs: int) -> int:  # noqa: ARG002
        """Not 1: joblib would then compute here. Nor does it wait here for a first worker."""
        return 2

    def submit(self, func: Any, callback: Callable[[Any], None]) -> "Future[Any]":
        """Not without a word about a call that fails: joblib would wait for it for ever."""
        [(_, (number, _), _)] = func.items

        def ended(future: "Future[Any]") -> None:
            self._callbacks_by_future.pop(future, None)
            error = future.exception()
            if isinstance(error, KilledWorker):
                callback([(number, None)])
            elif error is not None:
                callback([(number, pickle.dumps((None, f"{type(error).__name__}: {error}", "")))])

        future: Future[Any] = super().submit(func, callback)
        self._callbacks_by_future[future] = callback
        future.add_done_callback(ended)
        return future

    def fail(self, error: ClusterError) -> None:
        """Raise this where answers are waited for."""
        for callback in list(self._callbacks_by_future.values()):
            callback(error)

    def retrieve_result_callback(self, out: Any) -> Any:
        """The answers, from a worker or from above. What Dask cancels, it cancels because the scheduler is gone."""
        if isinstance(out, BaseException):
            raise out if isinstance(out, ClusterError) else _lost() from out
        return super().retrieve_result_callback(out)

    async def _to_func_args(self, func: Any) -> tuple[Any, Any]:
        """The calls as they are: joblib would have every worker start a client, for calls within calls."""
        return _each, func.items


def _each(tasks: Sequence[tuple[Callable[..., Any], Sequence[Any], dict[str, Any]]]) -> list[Any]:
    return [function(*args, **kwargs) for function, args, kwargs in tasks]
