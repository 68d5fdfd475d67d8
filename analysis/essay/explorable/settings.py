"""What the reader may change, and the question that each slider answers."""

from dataclasses import dataclass

from analysis.essay.explorable.reference import Explored

USUAL = Explored()


@dataclass(frozen=True, kw_only=True)
class Slider:
    """A setting of `Explored`."""

    name: str
    label: str
    values: tuple[float, ...]
    words: tuple[str, ...]
    """Each value in words."""
    asks: str
    """What moving it answers."""

    @property
    def usual(self) -> int:
        """The place of the usual value."""
        return self.values.index(getattr(USUAL, self.name))


_RATES = (0.0, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02)
_LINKS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
_SIZES = (1, 2, 5, 10, 25, 50)
_PAUSES = (0, 160, 80, 40, 20, 10, 5)

SLIDERS = (
    Slider(
        name="block",
        label="Blocks",
        values=_SIZES,
        words=tuple(f"{USUAL.loci // size} of {size}" for size in _SIZES),
        asks="Make the blocks large: who keeps its pay when the world changes?",
    ),
    Slider(
        name="every",
        label="The world changes",
        values=_PAUSES,
        words=("never", *(f"every {pause} generations" for pause in _PAUSES[1:])),
        asks="First never, then often: in which world is it better to copy what works?",
    ),
    Slider(
        name="mutation",
        label="Mutation",
        values=_RATES,
        words=("none", *(f"{1e4 * rate:g} genes in 10,000" for rate in _RATES[1:])),
        asks="Too little, too much: which population stands the wider range?",
    ),
    Slider(
        name="recombination",
        label="Recombination",
        values=_LINKS,
        words=("none", *(f"{100 * rate:g} %" for rate in _LINKS[1:-1]), "free"),
        asks="Let genes travel together: how much mixing does sex need?",
    ),
)
