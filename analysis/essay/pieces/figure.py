"""``{{ figure: SCENE | caption "..." }}``: the picture of a scene, drawn from the kept records."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

from markupsafe import Markup

from analysis.essay.desk import Desk
from analysis.essay.pieces.base import escaped
from analysis.essay.shortcode import Shortcode
from analysis.essay.svg import inline
from analysis.figures.chart import Chart
from analysis.figures.theme import Theme
from analysis.ledger.kept import Kept

_WIDTH = 1600  # pixels of the picture for plain Markdown, sharp at the width of a column


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A picture with its words. It is drawn when it is asked for, since a check needs only the words."""

    block: ClassVar[bool] = True
    number: int
    place: str
    kept: Kept
    caption: str
    reading: str

    @classmethod
    def of(cls, shortcode: Shortcode, desk: Desk, place: str) -> Self:
        """Find the scene and what its picture says."""
        kept = desk.ledger.scene(shortcode.needed("the name of a scene"))
        (caption,) = shortcode.options({"caption": 1}).get("caption", ("",))
        desk.figures += 1
        desk.scenes.add(kept.scene.name)
        reading = kept.scene.reading(kept.results)
        return cls(number=desk.figures, place=place, kept=kept, caption=caption or reading, reading=reading)

    @property
    def shown(self) -> Sequence[str]:
        """What the picture says."""
        return [self.reading]

    @cached_property
    def chart(self) -> Chart:
        """The picture in the light theme, with all its words."""
        return self.kept.chart("light")

    @property
    def alt(self) -> str:
        """For who cannot see it: the question, and what the picture says."""
        return " ".join(f"{self.chart.title} {self.reading}".split())

    @property
    def file(self) -> str:
        """Of the picture, for plain Markdown."""
        return f"images/{self.kept.scene.name}.png"

    def png(self) -> bytes:
        """Its content."""
        return self.chart.files(width=_WIDTH)["png"]

    def svg(self) -> Markup:
        """For a page: in both themes."""
        light, dark = (self._drawn(theme) for theme in ("light", "dark"))
        return inline(light, dark, name=self.place, title=self.chart.title, words=self.reading)

    def printed(self) -> Markup:
        """For paper: in the light theme alone."""
        light = self._drawn("light")
        return inline(light, light, name=self.place, title=self.chart.title, words=self.reading)

    def markdown(self) -> str:
        """The picture, and its caption in a paragraph."""
        return f"![{escaped(self.alt)}]({self.file})\n\n*Figure {self.number}. {escaped(self.caption)}*"

    def _drawn(self, theme: Theme) -> str:
        chart = self.chart if theme == "light" else self.kept.chart(theme)
        return chart.files(width=_WIDTH // 8)["svg"].decode()
