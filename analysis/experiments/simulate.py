"""Simulations: populations of any scenario, clonal beside sexual, watched, kept and gone on with."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from threading import Event
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator
from threadpoolctl import threadpool_limits

from analysis.arrays import Floats, Integers
from analysis.runs.folder import RunFolder, write_whole
from analysis.runs.record import code_digest
from analysis.sides.base import RunFailedError
from analysis.streams import seed_for
from sim.archive import archive, as_npz, unarchive
from sim.lineage import Lineage
from sim.observe import View, statistics
from sim.population import Population
from sim.scenario import Scenario

Arm = Literal["clonal", "sexual"]
ARMS: tuple[Arm, ...] = ("clonal", "sexual")
_COMPUTING = ("sim", "analysis/experiments/simulate.py", "analysis/streams.py")
_POINTS = 100
"""Times at which a population is looked at unless it is said otherwise."""


class SimulationSpec(Scenario):
    """Everything that determines a simulation: a scenario, which arms, and what is looked at."""

    seed: int = Field(default=1, ge=0, lt=2**63, description="root of all random streams")
    replicates: int = Field(default=5, ge=1, le=100_000, description="independent populations of each arm")
    arms: tuple[Arm, ...] = Field(
        default=ARMS, min_length=1, description="ways to reproduce, on the same landscapes from the same founders"
    )
    every: int | None = Field(default=None, ge=1, description="generations between looks; by default a hundredth")
    alleles: bool = Field(default=False, description="also keep the frequency of every allele at these times")
    keep: tuple[int, ...] = Field(default=(), description="generations of which whole populations are kept")

    @model_validator(mode="after")
    def _keeps_what_there_is(self) -> "SimulationSpec":
        beyond = [g for g in self.keep if not 0 <= g <= self.generations]
        if beyond:
            raise ValueError(f"keep = {beyond[0]}: generations go from 0 to {self.generations}")
        if len(set(self.arms)) < len(self.arms):
            raise ValueError("arms must be different; ask for more replicates instead")
        return self

    @property
    def times(self) -> Integers:
        """Generations that are looked at: every so often, and the last."""
        step = self.every or max(1, self.generations // _POINTS)
        return np.unique(np.append(np.arange(0, self.generations + 1, step), self.generations))

    def identity(self) -> dict[str, Any]:
        """What every population depends on: the spec without the number of replicates, and the content of its data."""
        return {**self.model_dump(mode="json", exclude={"replicates"}), "content": self.landscape.content}

    @property
    def key(self) -> str:
        """A hash of all that the numbers come from, the code included: what is kept under another key is done again."""
        named = json.dumps([self.identity(), code_digest(_COMPUTING)], sort_keys=True)
        return blake2b(named.encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One replicate of one arm."""

    arm: str
    replicate: int

    @property
    def name(self) -> str:
        """For file names."""
        return f"{self.arm}-{self.replicate}"


@dataclass(frozen=True, kw_only=True)
class Trajectory:
    """What was seen of one population."""

    cell: Cell
    times: Integers
    """(times,), in generations."""
    values: dict[str, Floats]
    """(times,) of each statistic."""
    frequencies: Floats | None = None
    """(times, loci) of allele 1, where asked for."""


@dataclass(kw_only=True)
class Watch:
    """How a run is told to stop, and tells how far it is."""

    stop: Event = field(default_factory=Event)
    progress: Callable[[Cell, int], None] = lambda _cell, _generation: None
    checkpoint_seconds: float = 30.0
    failures: list[str] = field(default_factory=list)


class StoppedError(Exception):
    """A population was left where it is; its checkpoint is in the folder."""


def cells(spec: SimulationSpec) -> list[Cell]:
    """All of them, replicate by replicate."""
    return [Cell(arm=arm, replicate=i) for i in range(spec.replicates) for arm in spec.arms]


def lineage_of(spec: SimulationSpec, cell: Cell) -> Lineage:
    """A cell's population; arms of one replicate share landscape, environment and founders."""
    return Lineage.of(
        spec,
        spec.build(seed_for(spec.seed, "simulation", "landscape", cell.replicate)),
        sexual=cell.arm == "sexual",
        founders=seed_for(spec.seed, "simulation", "founders", cell.replicate),
        environment=seed_for(spec.seed, "simulation", "environment", cell.replicate),
        evolution=seed_for(spec.seed, "simulation", "evolution", cell.arm, cell.replicate),
    )


def run(spec: SimulationSpec, folder: RunFolder, jobs: int, watch: Watch) -> Iterator[Trajectory]:
    """Do what the folder does not hold yet; give every trajectory as it is done, found ones first.

    Kernels release the interpreter, so replicates run in threads. Whatever stops it, a population goes on from its last
    checkpoint and ends in the same bits. What cannot be finished is named in ``watch.failures``; raises StoppedError
    after ``watch.stop``, once every checkpoint is written.
    """
    threadpool_limits(1)
    missing = []
    for cell in cells(spec):
        found = _found(folder.path, cell, spec.key)
        if found is None:
            missing.append(cell)
        else:
            yield found
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[Trajectory]] = {pool.submit(_finish, spec, cell, folder.path, watch) for cell in missing}
        try:
            while running:
                done, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done if not _failed(future, watch))
        except BaseException:
            watch.stop.set()
            for future in running:
                future.cancel()
            raise


def _failed(future: Future[Trajectory], watch: Watch) -> bool:
    """Whether a cell could not be finished, which is written down."""
    error = future.exception()
    if isinstance(error, RunFailedError):
        watch.failures.append(str(error))
        return True
    return False


def _finish(spec: SimulationSpec, cell: Cell, path: Path, watch: Watch) -> Trajectory:
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return _live(spec, cell, path, watch)
    except ValueError as error:
        raise RunFailedError(f"{cell.arm}, replicate {cell.replicate}: {error}") from error


def _live(spec: SimulationSpec, cell: Cell, path: Path, watch: Watch) -> Trajectory:
    """Let one population live, from its checkpoint if there is one."""
    lineage, checkpoint = lineage_of(spec, cell), path / "checkpoints" / f"{cell.name}.npz"
    shown = statistics(lineage.environment.at(0), spec.islands)
    start, seen = _resumed(checkpoint, spec.key)
    times, kept = set(spec.times.tolist()), set(spec.keep)
    last = time.monotonic()
    began = start.generation if start is not None else -1
    for population in lineage.live(spec.generations - max(began, 0), start):
        generation = population.generation
        if generation > began:
            if generation in times:
                here, islands = lineage.environment.at(generation), spec.demography.starts(generation)
                _look(seen, View(population=population, landscape=here, islands=islands), shown, spec)
            if generation in kept:
                write_whole(path / "populations" / f"{cell.name}-{generation}.npz", as_npz(population, spec.elements))
        watch.progress(cell, generation)
        if watch.stop.is_set() or time.monotonic() - last > watch.checkpoint_seconds:
            write_whole(checkpoint, _frozen(population, seen, spec.key))
            last = time.monotonic()
        if watch.stop.is_set() and generation < spec.generations:
            raise StoppedError
    write_whole(path / "observations" / f"{cell.name}.npz", archive({**seen, "times": spec.times, "key": spec.key}))
    checkpoint.unlink(missing_ok=True)
    return _trajectory(cell, {**seen, "times": spec.times})


def _look(seen: dict[str, list[Any]], view: View, shown: Any, spec: SimulationSpec) -> None:
    for statistic in shown:
        seen.setdefault(statistic.name, []).append(statistic.of(view))
    if spec.alleles and spec.landscape.element == "loci":
        seen.setdefault("frequencies", []).append(view.frequencies)


def _frozen(population: Population, seen: dict[str, list[Any]], key: str) -> bytes:
    """Everything that is needed to go on."""
    state = {name: getattr(population, name) for name in ("individuals", "log_fitness", "history")}
    if population.weights is not None:
        state["weights"] = population.weights
    return archive(
        {**{f"state/{k}": v for k, v in state.items()}, **{f"seen/{k}": v for k, v in seen.items()}, "key": key}
    )


def _resumed(checkpoint: Path, key: str) -> tuple[Population | None, dict[str, list[Any]]]:
    """What `_frozen` kept under a key, or nothing."""
    try:
        parts = unarchive(checkpoint.read_bytes())
    except (OSError, ValueError):
        return None, {}
    if str(parts.get("key")) != key:
        return None, {}
    state = {name[6:]: value for name, value in parts.items() if name.startswith("state/")}
    return Population(**state), {name[5:]: list(value) for name, value in parts.items() if name.startswith("seen/")}


def _found(path: Path, cell: Cell, key: str) -> Trajectory | None:
    try:
        arrays = unarchive((path / "observations" / f"{cell.name}.npz").read_bytes())
    except (OSError, ValueError):
        return None
    return _trajectory(cell, arrays) if str(arrays.get("key")) == key else None


def _trajectory(cell: Cell, arrays: dict[str, Any]) -> Trajectory:
    values = {name: np.asarray(value) for name, value in arrays.items() if name not in ("times", "frequencies", "key")}
    frequencies = np.asarray(arrays["frequencies"]) if "frequencies" in arrays else None
    return Trajectory(cell=cell, times=np.asarray(arrays["times"]), values=values, frequencies=frequencies)
