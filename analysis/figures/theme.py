"""One look for all figures: two colours for life, with markers and lines that tell them apart without colour."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import matplotlib.style
from matplotlib.figure import Figure

_STYLE = Path(__file__).with_name("mixability.mplstyle")


@dataclass(frozen=True, kw_only=True)
class ArmStyle:
    """How an arm is drawn, on both sides alike."""

    color: str
    marker: str
    line: str


WITHOUT = ArmStyle(color="#D55E00", marker="o", line=(0, (4, 1.5)))  # type: ignore[arg-type]
WITH = ArmStyle(color="#0072B2", marker="s", line="-")
ARMS = (WITHOUT, WITH)
"""Without mixing, with mixing (Okabe & Ito's vermilion and blue)."""

QUIET = "#666666"
"""Secondary text."""


@contextmanager
def theme() -> Iterator[None]:
    """Draw in the project's style inside the block, without touching global state."""
    with mpl.rc_context(), mpl.style.context(str(_STYLE)):
        yield


def render(figure: Figure, alt: str) -> dict[str, bytes]:
    """The figure as ``png`` and ``svg``; ``alt`` becomes their description. Equal figures give equal bytes."""
    png, svg = BytesIO(), BytesIO()
    with theme():
        figure.savefig(png, format="png", dpi=200, metadata={"Software": None, "Description": alt})
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Description": alt})
    return {"png": png.getvalue(), "svg": svg.getvalue()}
