"""One look for all figures: two colours for life, with markers and lines that tell them apart without colour."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
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


def save(figure: Figure, stem: Path, alt: str) -> list[Path]:
    """Write ``stem.png`` and ``stem.svg``; ``alt`` becomes the SVG's description."""
    paths = [stem.with_suffix(".png"), stem.with_suffix(".svg")]
    with theme():
        figure.savefig(paths[0], dpi=200, metadata={"Software": None, "Description": alt})
        figure.savefig(paths[1], metadata={"Date": None, "Creator": None, "Description": alt})
    return paths
