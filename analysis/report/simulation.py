"""What was seen of simulated populations: figure, tables, summary."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.experiments.simulate import EXPERIMENT, SimulationSpec, Trajectory, lineage_of
from analysis.figures.trajectories import trajectories_chart
from analysis.numbers import arms as arms_of
from analysis.numbers import difference, number
from analysis.runs.folder import write_whole
from analysis.runs.record import code_digest, provenance
from analysis.stats import compare
from sim.observe import Statistic, fixation_times, statistics


@dataclass(frozen=True, kw_only=True)
class Row:
    """One statistic at the end: its value in each arm, and, with both arms, the difference."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What is printed."""

    title: str
    arms: tuple[str, ...]
    rows: Sequence[Row]
    reading: str


def write_simulation(spec: SimulationSpec, found: Sequence[Trajectory], path: Path) -> Simulation:
    """Write ``trajectories`` (png, svg, csv of the figure, txt), ``observations.csv``, ``summary.json``.

    With allele frequencies also ``fixations.csv``. Raises FolderError where the folder cannot be written.
    """
    found = sorted(found, key=lambda t: (t.replicate, t.arm))
    known = statistics(lineage_of(spec, found[0].arm, found[0].replicate).environment.at(0), spec.islands)
    chart = trajectories_chart(spec, found, known)
    for ending, content in chart.files().items():
        write_whole(path / f"trajectories.{ending}", content)
    write_whole(path / "observations.csv", _observations(found, known).encode())
    if found[0].frequencies is not None:
        write_whole(path / "fixations.csv", _fixations(found).encode())
    write_whole(path / "summary.json", (json.dumps(_summary(spec, found, known), indent=2) + "\n").encode())
    return Simulation(
        title=chart.title,
        arms=spec.arms,
        rows=[_row(statistic, spec, found) for statistic in known if statistic.name in found[0].values],
        reading=chart.reading,
    )


def _ends(spec: SimulationSpec, found: Sequence[Trajectory], name: str) -> dict[str, list[float]]:
    """Values at the end of those replicates that every arm has, by arm."""
    common = set.intersection(*({t.replicate for t in found if t.arm == arm} for arm in spec.arms))
    by_cell = {(t.arm, t.replicate): float(t.values[name][-1]) for t in found}
    return {arm: [by_cell[arm, replicate] for replicate in sorted(common)] for arm in spec.arms}


def _row(statistic: Statistic, spec: SimulationSpec, found: Sequence[Trajectory]) -> Row:
    ends = _ends(spec, found, statistic.name)
    if set(ends) == {"clonal", "sexual"}:
        comparison = compare(ends["clonal"], ends["sexual"])
        without, with_mixing = arms_of(comparison)
        by_arm = {"clonal": without, "sexual": with_mixing}
        return Row(label=statistic.label, cells=(*(by_arm[arm] for arm in spec.arms), difference(comparison)))
    return Row(label=statistic.label, cells=tuple(number(float(np.mean(values))) for values in ends.values()))


def _observations(found: Sequence[Trajectory], known: Sequence[Statistic]) -> str:
    """A row for every population and generation."""
    names = [s.name for s in known if s.name in found[0].values]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["arm", "replicate", "generation", *names])
    for t in found:
        columns = [t.values[name] for name in names]
        for at, generation in enumerate(t.times):
            cells = ["" if np.isnan(column[at]) else f"{column[at]:.9g}" for column in columns]
            writer.writerow([t.arm, t.replicate, int(generation), *cells])
    return text.getvalue()


def _fixations(found: Sequence[Trajectory]) -> str:
    """A row for every population and locus: when it was first seen without, and never again with, both alleles."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["arm", "replicate", "locus", "frequency", "fixed_at"])
    for t in found:
        if t.frequencies is not None:
            times = fixation_times(t.times, t.frequencies)
            for locus, (frequency, time) in enumerate(zip(t.frequencies[-1], times, strict=True)):
                fixed = "" if np.isnan(time) else int(time)
                writer.writerow([t.arm, t.replicate, locus, f"{frequency:.9g}", fixed])
    return text.getvalue()


def _summary(spec: SimulationSpec, found: Sequence[Trajectory], known: Sequence[Statistic]) -> dict[str, Any]:
    """Means at the end, and what they come from."""
    ends = {s.name: _ends(spec, found, s.name) for s in known if s.name in found[0].values}
    return {
        "arms": list(spec.arms),
        "replicates": spec.replicates,
        "end": {name: {arm: _finite(values) for arm, values in arms.items()} for name, arms in ends.items()},
        "statistics": {s.name: {"meaning": s.meaning, "unit": s.unit} for s in known if s.name in ends},
        "provenance": provenance(spec.identity(), code_digest(EXPERIMENT.computing)),
    }


def _finite(values: Sequence[float]) -> float | None:
    """The mean of those that are numbers; None where it is none that JSON knows."""
    known = [value for value in values if not np.isnan(value)]
    mean = float(np.mean(known)) if known else float("nan")
    return mean if np.isfinite(mean) else None
