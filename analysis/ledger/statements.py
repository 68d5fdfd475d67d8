"""What the essays claim, in our words, and which scenes answer: the rows of the ledger, read from ``claims.toml``."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analysis.names import nearest

Kind = Literal["exact", "experiment", "documentary", "open question", "not testable here"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Ruling = Literal[
    "supported", "contradicted", "no effect", "conditional", "undetermined", "not testable here", "not run"
]
"""What the ledger says of a claim: a verdict of `analysis.stats.Verdict`, or why there is none."""
T = TypeVar("T", bound=str)
RULINGS: tuple[Ruling, ...] = get_args(Ruling)


class LedgerError(Exception):
    """The ledger has no such thing, or cannot be used; the message says what to do."""


class Essay(BaseModel):
    """One of the essays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    author: str
    about: str


class Source(BaseModel):
    """Something published that a reference or a verdict rests on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    authors: str
    year: int
    title: str
    where: str
    url: str = ""

    @property
    def citation(self) -> str:
        """In a line."""
        return f"{self.authors} ({self.year}). {self.title}. {self.where}."


class Statement(BaseModel):
    """One claim of an essay."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^\d{3}-\d+$")
    says: str
    kind: Kind
    asks: tuple[str, ...] = ()
    """``scene/claim``: what is run for it."""
    reference: str = ""
    """What was published, with its number."""
    sources: tuple[str, ...] = ()
    """Keys of what the reference, or the verdict of a documentary one, rests on."""
    verdict: Ruling | None = None
    """Of those that are not run."""
    because: str = ""

    @model_validator(mode="after")
    def _is_answered(self) -> Self:
        if (self.verdict is None) == (not self.asks):
            raise ValueError(f"claim {self.id} needs either what it asks, or a verdict with its reason")
        if self.verdict and not self.because:
            raise ValueError(f"claim {self.id} has a verdict, so it must say because of what")
        return self

    @property
    def essay(self) -> str:
        """The key of its essay."""
        return self.id.partition("-")[0]

    @property
    def scenes(self) -> list[str]:
        """That are run for it, in their order."""
        return list(dict.fromkeys(asked.partition("/")[0] for asked in self.asks))


class Statements(BaseModel):
    """All of them, with the essays they come from and the sources they rest on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    essays: Mapping[str, Essay]
    sources: Mapping[str, Source]
    claims: Mapping[str, Statement]

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for claim in self.claims.values():
            if claim.essay not in self.essays:
                raise ValueError(f"claim {claim.id} is of essay {claim.essay}, which is not described")
            if missing := set(claim.sources) - self.sources.keys():
                raise ValueError(f"claim {claim.id} rests on {', '.join(sorted(missing))}, which no source is called")
        return self

    def claim(self, name: str) -> Statement:
        """The one of an id. Raises LedgerError."""
        return self.claims[one_of(name, self.claims, "claim")]


@cache
def statements() -> Statements:
    """The project's own."""
    found = tomllib.loads((Path(__file__).parent / "claims.toml").read_text(encoding="utf-8"))
    found["claims"] = {name: {"id": name, **claim} for name, claim in found["claims"].items()}
    return Statements.model_validate(found)


def one_of(name: str, names: Iterable[T], what: str) -> T:
    """The one of some names that is meant. Raises LedgerError where it is none of them."""
    known = list(names)
    for one in known:
        if one == name:
            return one
    raise LedgerError(f"no {what} is called {name!r}; {nearest(name, known)}")
