"""Words that an essay explains: every measure, and some of its own in ``terms.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.essay.errors import ShortcodeError
from analysis.measures.registry import MEASURES, Measure
from analysis.names import nearest


@dataclass(frozen=True, kw_only=True)
class Term:
    """One word or a few."""

    label: str
    meaning: str
    """In a sentence, for those who only pass by."""
    more: str = ""
    """Formula and source, of a measure."""

    @property
    def id(self) -> str:
        """Of its entry in the glossary."""
        return f"term--{'-'.join(''.join(c if c.isalnum() else ' ' for c in self.label.lower()).split())}"


@cache
def terms() -> dict[str, Term]:
    """All of them, by label in lower case."""
    own = tomllib.loads((Path(__file__).parent / "terms.toml").read_text(encoding="utf-8"))
    found = [_of_measure(measure) for measure in MEASURES.values()]
    found += [Term(label=label, meaning=meaning) for label, meaning in own.items()]
    return {term.label.lower(): term for term in found}


def term(name: str) -> Term:
    """One of them, by its label or a measure's name. Raises ShortcodeError."""
    label = MEASURES[name].label if name in MEASURES else name
    if label.lower() not in terms():
        raise ShortcodeError(f"no term {name!r} in the glossary; {nearest(label, terms())}")
    return terms()[label.lower()]


def _of_measure(measure: Measure) -> Term:
    source = "" if measure.source == "-" else f" Source: {measure.source}."
    return Term(
        label=measure.label,
        meaning=f"From {measure.bounds}. Low: {measure.low_means}. High: {measure.high_means}.",
        more=f"{measure.formula}. Estimated by: {measure.estimator}.{source}",
    )
