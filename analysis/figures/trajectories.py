"""Populations over time: a few statistics, with and without sex."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from analysis.arrays import Floats
from analysis.experiments.simulate import ARMS, SimulationSpec, Trajectory
from analysis.figures.chart import Chart
from analysis.figures.plotted import Plotted
from analysis.figures.results import mean_band
from analysis.figures.sheet import row_of_panels, sheet
from analysis.figures.theme import Theme, arms, theme
from analysis.numbers import counted, difference, number
from analysis.stats import compare
from sim.observe import Statistic

_SHOWN = ("epistatic", "heterozygosity", "genomes", "r_squared", "variance", "load")
_PANELS = 4
_HOW = (
    "Thick lines are means of {replicates}, with their 95 % interval from five on; thin lines are single populations. "
    "Both arms of a replicate start from the same founders on the same landscape."
)


def trajectories_chart(
    spec: SimulationSpec, found: Sequence[Trajectory], statistics: Sequence[Statistic], theme_name: Theme = "light"
) -> Chart:
    """Up to four statistics over the generations. ``statistics`` says what each value in ``found`` means."""
    known = {s.name: s for s in statistics}
    main = _main(found)
    shown = [name for name in (main, *_SHOWN) if name in known and name in found[0].values][:_PANELS]
    title = f"{' and '.join(spec.arms).capitalize()}: {spec.summary}"
    reading, how = _reading(spec, found), _HOW.format(replicates=counted(spec.replicates, "replicate"))
    what = "locus" if spec.element == "loci" else "connection"
    origin = (
        f"{spec.described[0].upper()}{spec.described[1:]}; {spec.generations:,} generations, {spec.mutation:g} "
        f"mutations per {what} and generation, seed {spec.seed}. Every replicate has a landscape of its own."
    )
    with theme(theme_name):
        figure, bottom, top = sheet(title=title, reading=reading, how=how, origin=origin, height=2.2)
        panels = row_of_panels(figure, bottom, top, len(shown), left=0.075, gap=0.075)
        plotted = [
            row
            for axes, name in zip(panels, shown, strict=True)
            for row in _draw(axes, spec, found, known[name], label=axes is panels[0])
        ]
    return Chart(
        name="trajectories", title=title, reading=reading, how=how, origin=origin, figure=figure, plotted=plotted
    )


def _draw(
    axes: Axes, spec: SimulationSpec, found: Sequence[Trajectory], statistic: Statistic, *, label: bool
) -> list[Plotted]:
    rows: list[Plotted] = []
    times = spec.times
    for style, arm in zip(arms(), ARMS, strict=True):
        own = [t for t in found if t.arm == arm]
        if not own:
            continue
        curves = np.array([t.values[statistic.name] for t in own])
        for curve in curves:
            axes.plot(times, curve, color=style.color, lw=0.6, alpha=0.35)
        mean, low, high = mean_band(curves)
        axes.fill_between(times, low, high, color=style.color, alpha=0.18, lw=0)
        axes.plot(times, mean, color=style.color, ls=style.line, label=arm)
        lines: list[tuple[int | str, Floats]] = [(t.replicate, t.values[statistic.name]) for t in own]
        rows += [
            Plotted(
                panel=statistic.name, side="genes", arm=arm, series=statistic.unit, replicate=name, x=int(x), y=float(y)
            )
            for name, curve in [*lines, ("mean", mean)]
            for x, y in zip(times, curve, strict=True)
        ]
    axes.set_title(statistic.label, fontsize=9, loc="left")
    axes.set_xlabel("generation")
    axes.set_xlim(0, max(1, times[-1]))
    if label:
        axes.legend(fontsize=8, loc="best")
    return rows


def _reading(spec: SimulationSpec, found: Sequence[Trajectory]) -> str:
    """What mean fitness came to at the end."""
    main = _main(found)
    what = "Mean fitness" if main == "fitness" else "Mean log fitness"
    last = {arm: [float(t.values[main][-1]) for t in found if t.arm == arm] for arm in spec.arms}
    if len(last) == len(ARMS) and len({len(values) for values in last.values()}) == 1:
        comparison = compare(*(last[arm] for arm in ARMS))
        both = f"{number(comparison.without)} clonal, {number(comparison.with_mixing)} sexual"
        return f"{what} at the end: {both}; difference {difference(comparison)}."
    ends = "; ".join(f"{number(float(np.mean(values)))} {arm}" for arm, values in last.items() if values)
    return f"{what} at the end: {ends}."


def _main(found: Sequence[Trajectory]) -> str:
    """Mean fitness, or its log where a number cannot hold it."""
    return "fitness" if all(np.isfinite(t.values["fitness"]).all() for t in found) else "log_fitness"
