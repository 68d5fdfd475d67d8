"""A figure that can stand alone: what it asks, what it says, from what, and the numbers in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from analysis.figures.plotted import Plotted, to_csv
from analysis.figures.results import SideResults
from analysis.figures.sheet import sheet
from analysis.figures.theme import Theme, arms, render, theme
from analysis.numbers import arms as arms_of


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A figure with everything that goes with it."""

    name: str
    """For file names."""
    title: str
    """The question, a few words."""
    reading: str
    """What the figure says, in one sentence made from its numbers."""
    how: str
    """How to read it: what is drawn."""
    origin: str
    """What was run: replicates, seed, settings."""
    figure: Figure
    plotted: Sequence[Plotted]
    details: str = ""
    """More of what it says, for those who do not see it."""

    @property
    def alt(self) -> str:
        """The figure in words."""
        return "\n".join(filter(None, (f"{self.title} {self.how} {self.reading} {self.origin}", self.details)))

    def files(self, *, width: int | None = None) -> dict[str, bytes]:
        """Content by suffix: ``png`` (``width`` pixels wide), ``svg``, ``csv`` of the numbers, ``txt`` in words."""
        images = render(self.figure, self.alt, width=width)
        return {**images, "csv": to_csv(self.plotted).encode(), "txt": (self.alt + "\n").encode()}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of figure: the same panels for genes and for neurons, in two columns."""

    name: str
    title: str
    how: str
    """How to read it, for those who do not see it."""
    reading: Callable[[Sequence[SideResults]], str]
    draw: Callable[[Sequence[Sequence[Axes]], Sequence[SideResults]], list[Plotted]]
    """Draws on the panels of each side; returns what it drew."""
    panels: int = 1
    height: float = 3.0
    """Of the panels, in inches."""
    key: bool = True
    """Whether the arms need a key."""
    titled: bool = False
    """Whether panels carry titles of their own, those of the arms."""
    left: float = 0.085
    right: float = 0.975
    gap: float = 0.1
    """Between the columns, as a share of the width."""
    within: float = 0.02
    """Between the panels of a column."""
    below: float = 0.35
    """Room under the panels for their labels, in inches."""
    sides: tuple[str, ...] = ("genes", "neurons")

    def chart(self, sides: Sequence[SideResults], origin: str, theme_name: Theme = "light") -> Chart:
        """Draw it from the results of both sides; ``origin`` says what was run."""
        shown = [side for side in sides if side.side.name in self.sides]
        reading = self.reading(shown)
        with theme(theme_name):
            figure, bottom, top = sheet(
                title=self.title,
                reading=reading,
                how=self.how,
                origin=origin,
                height=self.height,
                above=0.66 if self.titled else 0.46,
                below=self.below,
            )
            panels = self._panels(figure, len(shown), bottom, top)
            plotted = self.draw(panels, shown)
            self._side_titles(figure, panels, shown)
        return Chart(
            name=self.name,
            title=self.title,
            reading=reading,
            how=self.how,
            origin=origin,
            figure=figure,
            plotted=plotted,
        )

    def _panels(self, figure: Figure, sides: int, bottom: float, top: float) -> list[list[Axes]]:
        """Axes (sides, panels) in one row."""
        width = (self.right - self.left - (sides - 1) * self.gap) / sides
        each = (width - (self.panels - 1) * self.within) / self.panels
        return [
            [
                figure.add_axes(
                    (self.left + side * (width + self.gap) + panel * (each + self.within), bottom, each, top - bottom)
                )
                for panel in range(self.panels)
            ]
            for side in range(sides)
        ]

    def _side_titles(self, figure: Figure, panels: Sequence[Sequence[Axes]], sides: Sequence[SideResults]) -> None:
        """Name the sides above their panels."""
        lift = (0.4 if self.titled else 0.22) / float(figure.get_figheight())
        for axes, side in zip(panels, sides, strict=True):
            box = axes[0].get_position(original=True)
            figure.text(box.x0, box.y1 + lift, side.side.title, fontsize=11, fontweight="bold", va="center")
            if self.key:
                handles = [
                    Line2D([], [], color=style.color, ls=style.line, marker=style.marker, ms=5, label=name)
                    for style, name in zip(arms(), side.side.arms, strict=True)
                ]
                figure.legend(
                    handles=handles, loc="center left", bbox_to_anchor=(box.x0 + 0.095, box.y1 + lift), ncols=2,
                    borderpad=0, handlelength=2.8, columnspacing=1.4, fontsize=8.5,
                )  # fmt: skip


def each(
    draw: Callable[[Sequence[Axes], SideResults], list[Plotted]],
) -> Callable[[Sequence[Sequence[Axes]], Sequence[SideResults]], list[Plotted]]:
    """Draw every side in the same way."""

    def draw_all(panels: Sequence[Sequence[Axes]], sides: Sequence[SideResults]) -> list[Plotted]:
        return [row for axes, side in zip(panels, sides, strict=True) for row in draw(axes, side)]

    return draw_all


def findings_of(sides: Sequence[SideResults], keys: Mapping[str, str], what: str) -> str:
    """One sentence: the finding under each side's key (``measure:condition``), arm by arm, with its verdict."""
    parts = []
    for side in sides:
        finding = side.findings.get(keys[side.side.name])
        if finding is not None:
            without, with_mixing = arms_of(finding.comparison)
            names = side.side.arms
            parts.append(f"{without} {names[0]} against {with_mixing} {names[1]} ({finding.verdict})")
    return f"{what}: {'; '.join(parts)}." if parts else f"{what} is undefined here."


def on_both_scales(
    panels: Sequence[Axes], side: SideResults, draw: Callable[[Axes, SideResults, str], list[Plotted]], label: str
) -> list[Plotted]:
    """A panel on the natural scale and one on the log scale, with a common axis."""
    rows = draw(panels[0], side, "natural") + draw(panels[1], side, "log")
    limits = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
    panels[0].set_ylabel(label)
    panels[1].tick_params(labelleft=False)
    return rows
