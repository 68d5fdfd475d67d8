"""One conspiracy of fifty against ten of five, in a world that stays as it is and in one that changes."""

from itertools import product
from typing import Any, NamedTuple, Self

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from pydantic import Field, model_validator
from scipy.stats import binom

from analysis.arrays import Floats
from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, arms, ink, paper, quiet
from analysis.numbers import number
from analysis.scenes.base import Results, Room, Scene, Size, listed
from analysis.scenes.base import Settings as SceneSettings
from analysis.scenes.claim import Claim
from analysis.scenes.drawing import Series, curve, heading, legend, styles
from analysis.scenes.growing.conspiracies import DESIGNS, NEEDED, PAYS, WORLDS
from analysis.stats import Verdict

_MODES = ("clonal", "sexual")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Settings(SceneSettings):
    """Every member of every conspiracy is a locus; populations start with all members in place.

    One member that turns can be met by one mutation, in either design; of several at once a large conspiracy needs all.
    """

    members: int = Field(default=50, ge=2, le=10_000, description="members of the one large conspiracy")
    size: int = Field(default=5, ge=1, le=5_000, description="members of each small one")
    exponent: float = Field(default=2.0, ge=1.0, le=4.0, description="superlinear: s members pay s to this power")
    selection: float = Field(default=1.0, gt=0.0, le=10.0, description="log fitness of full pay, where it is equal")
    population: int = Field(default=1000, ge=10, le=1_000_000, description="individuals")
    generations: int = Field(default=300, ge=2, le=1_000_000, description="generations to evolve")
    mutation: float = Field(default=1e-3, ge=0.0, le=0.5, description="mutations per locus and generation")
    every: int = Field(default=50, ge=1, description="changing: generations from one change to the next")
    turned: int = Field(default=5, ge=1, description="changing: members who have to do the opposite after a change")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.members % self.size or self.members == self.size:
            raise ValueError(f"members must be a multiple of size, at least twice; got {self.members} and {self.size}")
        if self.turned > self.members:
            raise ValueError(f"turned must be at most members = {self.members}; got {self.turned}")
        return self

    @property
    def small_ones(self) -> int:
        """How many small conspiracies there are."""
        return self.members // self.size

    @property
    def advantage(self) -> float:
        """What the large one pays when pay is superlinear, over what the small ones pay together."""
        return float(self.small_ones ** (self.exponent - 1.0))


def _shares(world: str, one: str, two: str) -> dict[str, tuple[str, str]]:
    return {
        f"{pay} pay ({mode})": (f"share:{world}:{pay}:{mode}:{one}", f"share:{world}:{pay}:{mode}:{two}")
        for pay, mode in product(PAYS, _MODES)
    }


KEPT = Claim(
    name="kept",
    says="ten conspiracies of five earn more than one of fifty",
    measure="mean pay over the second half of the time, in units of what the small ones pay when complete",
    arms=("one large conspiracy", "several small ones"),
    direction=+1,
    smallest=0.05,
    conditions={
        f"{world}, {pay} pay ({mode})": (f"kept:{world}:{pay}:{mode}:large", f"kept:{world}:{pay}:{mode}:small")
        for world, pay, mode in product(WORLDS, PAYS, _MODES)
    },
)


SUCCEEDS = Claim(
    name="succeeds",
    says="ten conspiracies of five succeed where one of fifty does not, if not all of the ten are needed",
    measure="share of sexual individuals in which the plan comes off, over the second half of the time",
    arms=("one large conspiracy", "several small ones"),
    direction=+1,
    smallest=0.05,
    conditions={
        f"{world}, {needed} needed": (
            f"success:all:{world}:equal:sexual:large", f"success:{needed}:{world}:equal:sexual:small"
        )
        for world, needed in product(WORLDS, NEEDED)
    },
)  # fmt: skip
"""Populations of small ones were selected for the pay of each, not for how many of them come off."""
STATIC = Claim(
    name="static",
    says="one large conspiracy is all right as long as nothing changes",
    measure="share of its full pay that a plan keeps over the second half of the time",
    arms=("several small ones", "one large conspiracy"),
    direction=0,
    smallest=0.05,
    conditions=_shares("static", "small", "large"),
)
CHANGING = Claim(
    name="changing",
    says="when things change, small conspiracies do better than a large one",
    measure="share of its full pay that a plan keeps over the second half of the time",
    arms=("one large conspiracy", "several small ones"),
    direction=+1,
    smallest=0.05,
    conditions=_shares("changing", "large", "small"),
)


def complete(reliability: Floats, members: int) -> Floats:
    """Probability that all are in place: the expected share of the pay, for one conspiracy or many."""
    return reliability**members


def enough(reliability: Floats, members: int, conspiracies: int, needed: int) -> Floats:
    """Probability that at least ``needed`` of several conspiracies are complete."""
    return np.asarray(binom.sf(needed - 1, conspiracies, reliability**members), dtype=np.float64)


def break_even(reliability: Floats, large: int, small: int) -> Floats:
    """How many times as much as all small ones together the large one must pay to be worth as much."""
    return reliability ** (small - large)


def reading(results: Results[Settings]) -> str:
    """Sexual populations in each world; whether clonal ones say the same; how many have to come off."""
    s = results.settings
    answers = {mode: [f"{world}, {pay} pay ({mode})" for world, pay in product(WORLDS, PAYS)] for mode in _MODES}
    verdicts = [[results.answer(KEPT, condition).verdict for condition in answers[mode]] for mode in _MODES]
    alike = verdicts[0] == verdicts[1]
    sexual = results.told(KEPT, answers["sexual"], brief=True).replace(" (sexual)", "")
    clonal = results.told(KEPT, answers["clonal"], brief=True).replace(" (clonal)", "")
    chances = [results.comparison(SUCCEEDS, f"changing, {needed} needed").with_mixing for needed in NEEDED]
    whole = results.comparison(SUCCEEDS, f"changing, {NEEDED[0]} needed").without
    return (
        f"{results.opening(KEPT)}. What {s.small_ones} small ones pay, less the large one: {sexual}. "
        f"{'The same in clonal populations' if alike else f'In clonal populations: {clonal}'}. In a changing world "
        f"{number(whole, 2)} of individuals complete the large one; any, half and all of the small ones "
        f"{listed([number(chance, 2) for chance in chances])}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """What was kept over time in four worlds, and beside them what the closed forms say."""
    height = (room.top - room.bottom - room.share(1.0)) / 2.0
    upper = row_of_panels(room.figure, room.top - height, room.top, 3, gap=0.07)
    lower = row_of_panels(room.figure, room.bottom, room.bottom + height, 3, gap=0.07)
    rows = []
    for world, panels in zip(WORLDS, (upper, lower), strict=True):
        for pay, axes in zip(PAYS, panels, strict=False):
            rows += _course(axes, results, world, pay)
        panels[0].set_ylabel("pay")
    _key(room, upper[0], results.settings)
    return rows + _closed_forms(upper[2], results.settings) + _map(lower[2], results)


def _designs() -> dict[str, str]:
    """Colours of the large and the small ones."""
    return dict(zip(DESIGNS, (style.color for style in styles()[2:]), strict=True))


def _names(settings: Settings) -> dict[str, str]:
    """Of the designs."""
    return {"large": f"one large, of {settings.members}", "small": f"{settings.small_ones} small, of {settings.size}"}


def _course(axes: Axes, results: Results[Settings], world: str, pay: str) -> list[Plotted]:
    s = results.settings
    meaning = {
        "equal": "the large one pays as much",
        "superlinear": f"the large one pays {s.advantage:g} times as much",
    }
    heading(axes, f"{world.capitalize()} world", meaning[pay])
    rows = []
    x = results.values["times"][0]
    for (mode, style), (design, color) in product(zip(_MODES, arms(), strict=True), _designs().items()):
        look = ArmStyle(color=color, marker=style.marker, line=style.line)
        series = Series(panel=f"{world}, {pay} pay", arm=mode, name=f"{design}: pay")
        rows += curve(axes, x, results.values[f"pay:{world}:{pay}:{mode}:{design}"], look, series)
    axes.set_xlim(0, x[-1])
    top = s.advantage if pay == "superlinear" else 1.0
    axes.set_ylim(-0.04 * top, 1.1 * top)
    axes.set_xlabel("generation")
    return rows


def _key(room: Room, axes: Axes, settings: Settings) -> None:
    """Colours are designs, lines are modes of reproduction."""
    colors, names = _designs(), _names(settings)
    handles = [Line2D([], [], color=colors[design], lw=4, label=names[design]) for design in DESIGNS]
    handles += [
        Line2D([], [], color=ink(), ls=style.line, label=mode) for mode, style in zip(_MODES, arms(), strict=True)
    ]
    legend(room, axes.get_position(original=True).x0, handles)


def _closed_forms(axes: Axes, settings: Settings) -> list[Plotted]:
    """Shares of the pay by the reliability of a member."""
    heading(axes, "By closed form", "pay by reliability of a member")
    q = np.linspace(0.8, 1.0, 201)
    half = -(-settings.small_ones // 2)
    more, all_of_it = settings.advantage, complete(q, settings.members)
    lines = (
        _Line(f"q{_raised(settings.members)}", "large", "-", all_of_it, at=0.12),
        _Line(f"{more:g} q{_raised(settings.members)}", "large", (0, (4, 1.5)), more * all_of_it, at=0.2),
        _Line(f"q{_raised(settings.size)}", "small", "-", complete(q, settings.size), at=0.6),
        _Line("any", "small", (0, (1, 1)), enough(q, settings.size, settings.small_ones, 1), at=0.6),
        _Line("half", "small", (0, (3, 1, 1, 1)), enough(q, settings.size, settings.small_ones, half), at=0.85),
    )
    rows = []
    for line in lines:
        color = _designs()[line.design]
        axes.plot(q, line.pay, color=color, ls=line.look, lw=1.8)
        place = min(int(np.searchsorted(line.pay, line.at)), len(q) - 1)
        axes.annotate(line.name, (float(q[place]), float(line.pay[place])), (-4, 0) if place else (4, -4),
                      textcoords="offset points", ha="right" if place else "left", va="bottom" if place else "top",
                      color=color, fontsize=8, fontweight="bold")  # fmt: skip
        rows += Series(panel="closed forms", arm=line.design, name=line.name).exact(q, line.pay)
    axes.set_xlim(0.8, 1.0)
    axes.set_xticks([0.8, 0.9, 1.0])
    axes.set_ylim(-0.04, 1.1)
    axes.set_xlabel("reliability q")
    return rows


class _Line(NamedTuple):
    """A closed form: its name, whose it is, how and what it draws, and the height at which it is named."""

    name: str
    design: str
    look: Any
    pay: Floats
    at: float


def _raised(power: int) -> str:
    """In superscript."""
    return str(power).translate(_SUPERSCRIPTS)


def _map(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Where either design is better, by the closed form, and where the populations lived."""
    s = results.settings
    heading(axes, "Who should win", "pay, large one over small ones")
    colors = _designs()
    out = np.geomspace(1e-3, 0.4, 200)
    edge = break_even(1.0 - out, s.members, s.size)
    axes.fill_between(out, edge, 1e6, color=colors["large"], alpha=0.14, lw=0)
    axes.fill_between(out, 1e-2, edge, color=colors["small"], alpha=0.14, lw=0)
    axes.plot(out, edge, color=ink(), lw=1.4)
    rows = Series(panel="who should win", arm="break-even", name="q^(small - large)").exact(out, edge)
    for world, pay in product(WORLDS, PAYS):
        rows += _place(axes, results, world, pay)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(out[0], out[-1])
    axes.set_ylim(0.2, 3e3)
    axes.set_xticks([1e-3, 1e-2, 1e-1], labels=["0.1 %", "1 %", "10 %"])
    axes.set_yticks([1, 10, 100, 1000], labels=["1", "10", "100", "1000"])
    axes.minorticks_off()
    axes.set_xlabel("members out of place")
    for words, design, x, y in (("the large one", "large", 0.05, 0.9), ("small ones", "small", 0.59, 0.27)):
        axes.annotate(words, (x, y), xycoords="axes fraction", va="center", color=colors[design],
                      fontweight="bold")  # fmt: skip
    return rows


def _place(axes: Axes, results: Results[Settings], world: str, pay: str) -> list[Plotted]:
    """A mark where the small ones' sexual populations lived, in the colour of the design that did better."""
    name = f"{world}, {pay} pay"
    answer = results.answer(KEPT, f"{name} (sexual)")
    out = 1.0 - float(results.values[f"reliability:{world}:{pay}:sexual:small"].mean())
    y = results.settings.advantage if pay == "superlinear" else 1.0
    color = {Verdict.SUPPORTED: _designs()["small"], Verdict.CONTRADICTED: _designs()["large"]}.get(
        answer.verdict, quiet()
    )
    static = world == "static"
    axes.plot([max(out, 1e-3)], [y], ls="", marker="o" if static else "s", ms=8, color=color, mec=paper(), mew=1)
    axes.annotate(world, (max(out, 1e-3), y), (0, 8 if pay == "superlinear" else -8), textcoords="offset points",
                  ha="center" if static else "right", va="bottom" if pay == "superlinear" else "top", fontsize=8,
                  color=ink())  # fmt: skip
    return Series(panel="who should win", arm="sexual", name=name).exact(np.array([out]), np.array([y]))


SCENE = Scene(
    name="conspiracies",
    title="Are many small conspiracies better than a large one?",
    source="Hinton et al. 2012; Srivastava et al. 2014, section 2",
    claims=(KEPT, SUCCEEDS, STATIC, CHANGING),
    settings=Settings,
    grow="analysis.scenes.growing.conspiracies",
    smoke=Size(replicates=5, settings={"population": 40, "generations": 20, "every": 8}),
    computing=("sim", "analysis/measures", "analysis/scenes/growing/landscapes.py"),
    summary=lambda s: (
        f"{s.population} individuals, {s.generations} generations, mutation {s.mutation:g} per locus. Changing world: "
        f"every {s.every} generations {s.turned} of {s.members} members, drawn anew, have to do the opposite."
    ),
    reading=reading,
    how="Left: mean pay with its 95 % interval; 1 is what all small ones pay when complete. By closed form: expected "
    "pay, and the chance that any small one, or half of them, are complete. Who should win: the line is break-even by "
    "closed form; marks are the four worlds, in the colour of who did better in sexual populations, grey for neither.",
    height=4.4,
    above=0.84,
    draw=draw,
)
"""One large conspiracy or several small ones."""
