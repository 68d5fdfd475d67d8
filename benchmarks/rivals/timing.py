"""How a rival is timed, and the line of JSON that tells it."""

import argparse
import json
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace

from benchmarks.rivals.workloads import WORKLOADS, Workload

Evolve = Callable[[int], object]
"""Takes a population on by some generations."""
MOST = 2048
"""Generations timed at most: a population that adapts or loses its variation becomes another workload."""


@dataclass(frozen=True)
class Measurement:
    """The time of one simulator on one workload."""

    peer: str
    workload: str
    individuals: int
    """0 for an infinite population."""
    loci: int
    seconds_per_generation: float
    generations: int


def timed(fresh: Callable[[], Evolve], warm_up: int, seconds: float = 2.0, repeats: int = 3) -> tuple[float, int]:
    """Seconds per generation, and how many generations were timed: as many as take at least ``seconds``, up to `MOST`.

    A call that evolves may tidy up at its end, which FFPopSim pays with up to fifty generations' time. So it is the
    difference between a long call and a call of one generation that counts. Every repeat starts from a fresh
    population, so that all of them do the same, and the shortest time of each call is taken.
    """
    evolve, generations = fresh(), 1
    evolve(warm_up)
    one = _elapsed(evolve, 1)
    while generations < MOST and _elapsed(evolve, 1 + generations) - one < seconds:
        generations *= 2
    short, long = [], []
    for _ in range(repeats):
        evolve = fresh()
        evolve(warm_up)
        short.append(_elapsed(evolve, 1))
        long.append(_elapsed(evolve, 1 + generations))
    return (min(long) - min(short)) / generations, generations


def _elapsed(evolve: Evolve, generations: int) -> float:
    start = time.perf_counter()
    evolve(generations)
    return time.perf_counter() - start


def main(peer: str, populate: Callable[[Workload], Evolve], known: Collection[str]) -> None:
    """Time the workload named on the command line and print its `Measurement`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("workload", choices=known)
    parser.add_argument("--individuals", type=int)
    parser.add_argument("--loci", type=int)
    parser.add_argument("--seconds", type=float, default=2.0, help="to fill with generations, in each repeat")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    workload = WORKLOADS[options.workload]
    workload = replace(
        workload, individuals=options.individuals or workload.individuals, loci=options.loci or workload.loci
    )
    each, generations = timed(lambda: populate(workload), workload.warm_up, options.seconds, options.repeats)
    done = Measurement(peer, options.workload, workload.individuals, workload.loci, each, generations)
    print(json.dumps(asdict(done)))
