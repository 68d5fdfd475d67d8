"""A Dask cluster as a place for workers: one started here, or one that is there already (docs/cluster.md)."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from analysis.runs.dask_backend import Workers

LOCAL = "local"
_PATIENCE = 8.0
"""Seconds in which a scheduler must answer."""


class ClusterError(Exception):
    """The cluster cannot be reached, or was lost; the message says what to do."""


class AddressError(ClusterError):
    """What was given is no address."""


@contextmanager
def joined(cluster: str, jobs: int) -> Iterator["Workers"]:
    """The workers of a cluster.

    ``cluster`` is "local", for ``jobs`` processes on this machine that end with the block, or ``tcp://HOST:PORT``, the
    address of a scheduler, whose workers stay when the block ends. Raises ClusterError for anything else, where
    nobody answers within ten seconds, and where Dask is not installed.
    """
    check_address(cluster)
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415 - what does not use a cluster need not have it

        from analysis.runs.dask_backend import LeaveInterrupts, Workers  # noqa: PLC0415
    except ImportError as error:
        raise ClusterError("--cluster needs Dask, which is not installed; pip install 'mixability[cluster]'") from error
    _silence()
    with ExitStack() as stack:
        scheduler: Any = cluster
        if cluster == LOCAL:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mixability-", ignore_cleanup_errors=True))
            scheduler = stack.enter_context(
                LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    dashboard_address="127.0.0.1:0",  # None is the usual port, with a warning where that is taken
                    memory_limit=0,  # the system's memory is the limit, as without a cluster
                    scheduler_kwargs={"allowed_failures": 0},  # who killed a worker is tried again by ourselves, alone
                    local_directory=folder,
                    silence_logs=logging.CRITICAL,
                )
            )
        try:
            client = stack.enter_context(Client(scheduler, timeout=_PATIENCE, set_as_default=False))
        except OSError as error:
            raise ClusterError(
                f"no scheduler answers at {cluster}; start one with `dask scheduler`, or correct the address"
            ) from error
        if cluster == LOCAL:
            client.register_plugin(LeaveInterrupts())
        yield Workers(client)


def check_address(address: str | None) -> None:
    """Raises ClusterError for what is no address; None is no cluster."""
    if address in (None, LOCAL):
        return
    try:
        parts = urlsplit(str(address))
        well_formed = (
            parts.scheme == "tcp" and bool(parts.hostname and parts.port) and str(address).endswith(parts.netloc)
        )
    except ValueError:
        well_formed = False
    if not well_formed:
        raise AddressError(f"--cluster is {address!r}; expected local or an address such as tcp://127.0.0.1:8786")


def _silence() -> None:
    """What Dask would write to the terminal is about its own parts; what concerns the user is raised."""
    for name in ("distributed", "distributed.client", "tornado", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
