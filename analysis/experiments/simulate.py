"""Simulations: populations of any scenario, clonal beside sexual, watched, kept and gone on with."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator
from threadpoolctl import threadpool_limits

from analysis.arrays import Floats, Integers
from analysis.experiments.base import Desk, Experiment, Outcome
from analysis.experiments.cells import Cell, cells_of, fail, packed
from analysis.experiments.genes import scenario_identity
from analysis.runs.folder import write_whole
from analysis.runs.memory import within_memory
from analysis.runs.spec import SpecError
from analysis.runs.store import Arrays, Store
from analysis.sides.base import RunFailedError
from analysis.streams import seed_for
from sim.archive import archive, as_npz, unarchive
from sim.lineage import Lineage
from sim.observe import View, statistics
from sim.population import Population
from sim.scenario import Scenario

Arm = Literal["clonal", "sexual"]
ARMS: tuple[Arm, ...] = ("clonal", "sexual")
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
        """What determines all of it but the number of replicates."""
        return identity(self, ARMS[1])

    @property
    def cells(self) -> list[Cell]:
        """All of them, replicate by replicate."""
        return cells_of(EXPERIMENT.name, self, range(self.replicates))


@dataclass(frozen=True, kw_only=True)
class Trajectory:
    """What was seen of one population."""

    arm: str
    replicate: int
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
    progress: Callable[[str, int, int], None] = lambda _arm, _replicate, _generation: None
    """Told arm, replicate and generation."""
    failures: list[str] = field(default_factory=list)


class StoppedError(Exception):
    """A population was left where it is; its checkpoint is in the store."""


def identity(spec: SimulationSpec, arm: str) -> dict[str, Any]:
    """What populations of an arm depend on."""
    looked_at = spec.model_dump(mode="json", include={"seed", "alleles"}) | {"times": spec.every}
    scenario = spec.model_dump(include=set(Scenario.model_fields))
    return looked_at | scenario_identity(Scenario.model_validate(scenario), sexual=arm == ARMS[1])


def lineage_of(spec: SimulationSpec, arm: str, replicate: int) -> Lineage:
    """A population; arms of one replicate share landscape, environment and founders."""
    return Lineage.of(
        spec,
        spec.build(seed_for(spec.seed, "simulation", "landscape", replicate)),
        sexual=arm == ARMS[1],
        founders=seed_for(spec.seed, "simulation", "founders", replicate),
        environment=seed_for(spec.seed, "simulation", "environment", replicate),
        evolution=seed_for(spec.seed, "simulation", "evolution", arm, replicate),
    )


def run(
    spec: SimulationSpec, store: Store, jobs: int, watch: Watch, *, folder: Path | None = None, every: float = 30.0
) -> Iterator[Trajectory]:
    """Do what the store does not hold yet; give every trajectory as it is done, found ones first.

    Kernels release the interpreter, so replicates run in threads. Whatever stops it, a population goes on from its last
    checkpoint, one every so many seconds, and ends in the same bits. Populations that are to be kept whole are written
    to ``folder / "populations"``. What cannot be finished is named in ``watch.failures``; raises StoppedError after
    ``watch.stop``, once every checkpoint is written.
    """
    threadpool_limits(1)
    missing = []
    for cell in spec.cells:
        loaded = store.load(cell.key) if _all_kept(spec, cell, folder) else None
        if loaded is None:
            missing.append(cell)
        else:
            yield _trajectory(cell, loaded[1])
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[Trajectory]] = {
            pool.submit(_finish, spec, cell, store, watch, folder, every) for cell in missing
        }
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


def _finish(
    spec: SimulationSpec, cell: Cell, store: Store, watch: Watch, folder: Path | None, every: float
) -> Trajectory:
    while not store.claims.take(cell.key) and not watch.stop.wait(0.2):
        pass
    if (loaded := store.load(cell.key)) is not None and _all_kept(spec, cell, folder):
        store.claims.release(cell.key)
        return _trajectory(cell, loaded[1])
    began = time.perf_counter()
    desk = Desk(checkpoint=store.partial(cell.key), every=every)
    try:
        outcome = _outcome(spec, cell.arm, cell.replicate, desk, watch, folder)
    except RunFailedError as error:
        fail(cell, store, str(error))
        store.claims.release(cell.key)
        raise
    store.save(cell.key, packed(cell, outcome), time.perf_counter() - began)
    store.partial(cell.key).unlink(missing_ok=True)
    store.claims.release(cell.key)
    return _trajectory(cell, outcome.arrays)


def _outcome(
    spec: SimulationSpec, arm: str, replicate: int, desk: Desk, watch: Watch, folder: Path | None = None
) -> Outcome:
    """What was seen of one population, statistics at the end as values."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            seen = _live(spec, arm, replicate, desk, watch, folder)
    except ValueError as error:
        raise RunFailedError(f"{arm}, replicate {replicate}: {error}") from error
    ends = {name: float(values[-1]) for name, values in seen.items() if name != "frequencies"}
    return Outcome(values=ends, arrays={**seen, "times": spec.times})


def _live(
    spec: SimulationSpec, arm: str, replicate: int, desk: Desk, watch: Watch, folder: Path | None
) -> dict[str, Floats]:
    """Let one population live, from its checkpoint if there is one; gives the statistics over time."""
    lineage = lineage_of(spec, arm, replicate)
    shown = statistics(lineage.environment.at(0), spec.islands)
    start, seen = _resumed(desk.checkpoint)
    if start is not None and not _all_kept_until(start.generation, spec, arm, replicate, folder):
        start, seen = None, {}
    times, kept = set(spec.times.tolist()), set(spec.keep)
    last = time.monotonic()
    began = start.generation if start is not None else -1
    for population in lineage.live(spec.generations - max(began, 0), start):
        generation = population.generation
        if generation > began:
            if generation in times:
                here, islands = lineage.environment.at(generation), spec.demography.starts(generation)
                _look(seen, View(population=population, landscape=here, islands=islands), shown, spec)
            if generation in kept and folder is not None:
                write_whole(population_file(folder, arm, replicate, generation), as_npz(population, spec.elements))
        watch.progress(arm, replicate, generation)
        if desk.checkpoint is not None and (watch.stop.is_set() or time.monotonic() - last > desk.every):
            write_whole(desk.checkpoint, _frozen(population, seen))
            last = time.monotonic()
        if watch.stop.is_set() and generation < spec.generations:
            raise StoppedError
    return {name: np.asarray(values) for name, values in seen.items()}


def population_file(folder: Path, arm: str, replicate: int, generation: int) -> Path:
    """Where a whole population is kept."""
    return folder / "populations" / f"{arm}-{replicate}-{generation}.npz"


def _all_kept(spec: SimulationSpec, cell: Cell, folder: Path | None) -> bool:
    return _all_kept_until(spec.generations, spec, cell.arm, cell.replicate, folder)


def _all_kept_until(last: int, spec: SimulationSpec, arm: str, replicate: int, folder: Path | None) -> bool:
    """Whether the populations that were to be kept by some generation are in the folder."""
    wanted = [generation for generation in spec.keep if generation <= last] if folder is not None else []
    return all(population_file(folder or Path(), arm, replicate, generation).exists() for generation in wanted)


def _look(seen: dict[str, list[Any]], view: View, shown: Any, spec: SimulationSpec) -> None:
    for statistic in shown:
        seen.setdefault(statistic.name, []).append(statistic.of(view))
    if spec.alleles and spec.landscape.element == "loci":
        seen.setdefault("frequencies", []).append(view.frequencies)


def _frozen(population: Population, seen: dict[str, list[Any]]) -> bytes:
    """Everything that is needed to go on."""
    state = {name: getattr(population, name) for name in ("individuals", "log_fitness", "history")}
    if population.weights is not None:
        state["weights"] = population.weights
    return archive({**{f"state/{k}": v for k, v in state.items()}, **{f"seen/{k}": v for k, v in seen.items()}})


def _resumed(checkpoint: Path | None) -> tuple[Population | None, dict[str, list[Any]]]:
    """What `_frozen` kept, or nothing. The file's name says of which cell, by which code."""
    try:
        parts = unarchive(checkpoint.read_bytes()) if checkpoint is not None else {}
    except (OSError, ValueError):
        return None, {}
    state = {name[6:]: value for name, value in parts.items() if name.startswith("state/")}
    if not state:
        return None, {}
    return Population(**state), {name[5:]: list(value) for name, value in parts.items() if name.startswith("seen/")}


def _trajectory(cell: Cell, arrays: Arrays) -> Trajectory:
    values = {name: np.asarray(value) for name, value in arrays.items() if name not in ("times", "frequencies")}
    return Trajectory(
        arm=cell.arm,
        replicate=cell.replicate,
        times=np.asarray(arrays["times"]),
        values=values,
        frequencies=np.asarray(arrays["frequencies"]) if "frequencies" in arrays else None,
    )


def _check(spec: SimulationSpec) -> None:
    within_memory(spec.bytes, "population")
    if spec.keep:
        raise SpecError(["keep: whole populations are kept by mixability sim run, not in a sweep; leave it out"])


EXPERIMENT = Experiment(
    name="simulation",
    says="populations of any scenario, clonal and sexual, watched generation by generation",
    spec=SimulationSpec,
    arms=lambda spec: {arm: arm == ARMS[1] for arm in spec.arms},
    identity=identity,
    computing=("sim", "analysis/experiments/genes.py", "analysis/experiments/simulate.py", "analysis/streams.py"),
    run=lambda spec, arm, replicate, desk: _outcome(spec, arm, replicate, desk, Watch()),
    check=_check,
)
