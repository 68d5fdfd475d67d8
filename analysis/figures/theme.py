"""One look for all figures: two colours for life, with markers and lines that tell them apart without colour."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import matplotlib.style
from matplotlib.colors import Colormap, LinearSegmentedColormap
from matplotlib.figure import Figure

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, Theme] = ("light", "dark")

_FOLDER = Path(__file__).parent
_LINES: tuple[Any, Any] = ((0, (4, 1.5)), "-")


@dataclass(frozen=True, kw_only=True)
class ArmStyle:
    """How an arm is drawn, on both sides alike."""

    color: str
    marker: str
    line: Any


@contextmanager
def theme(name: Theme = "light") -> Iterator[None]:
    """Draw in the project's style inside the block, without touching global state."""
    sheets = [_FOLDER / "mixability.mplstyle", _FOLDER / "mixability-dark.mplstyle"]
    with mpl.rc_context(), mpl.style.context([str(sheet) for sheet in sheets[: 1 + (name == "dark")]]):
        yield


def arms() -> tuple[ArmStyle, ArmStyle]:
    """Without mixing, with mixing, in the colours of the theme in force (Okabe & Ito's vermilion and blue)."""
    colors = _colors()
    return (
        ArmStyle(color=colors[0], marker="o", line=_LINES[0]),
        ArmStyle(color=colors[1], marker="s", line=_LINES[1]),
    )


def signs() -> tuple[str, str]:
    """Colours of what is below 0 (redundancy) and above (synergy)."""
    colors = _colors()
    return colors[2], colors[3]


def diverging() -> Colormap:
    """From what is below 0 through the paper to what is above."""
    below, above = signs()
    return LinearSegmentedColormap.from_list("signs", [below, paper(), above])


def quiet() -> str:
    """Colour of secondary text."""
    return str(mpl.rcParams["xtick.color"])


def ink() -> str:
    """Colour of text."""
    return str(mpl.rcParams["text.color"])


def paper() -> str:
    """Colour behind everything."""
    return str(mpl.rcParams["axes.facecolor"])


def faint() -> str:
    """Colour of rules and of what is left out."""
    return str(mpl.rcParams["grid.color"])


def render(figure: Figure, alt: str, *, width: int | None = None) -> dict[str, bytes]:
    """The figure as ``png`` and ``svg``; ``alt`` becomes their description. Equal figures give equal bytes.

    ``width``: pixels of the PNG; 200 to the inch by default.
    """
    png, svg = BytesIO(), BytesIO()
    dpi = 200.0 if width is None else width / float(figure.get_figwidth())
    with theme():
        figure.savefig(png, format="png", dpi=dpi, metadata={"Software": None, "Description": alt})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Description": alt})
    return {"png": png.getvalue(), "svg": svg.getvalue()}


def _colors() -> list[str]:
    return [str(color) for color in mpl.rcParams["axes.prop_cycle"].by_key()["color"]]
