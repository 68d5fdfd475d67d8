"""What a scene claims, and how its replicates answer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from analysis.arrays import Floats
from analysis.experiments.claims import Finding
from analysis.numbers import arms, difference, number, signed
from analysis.sides.genes import GENES
from analysis.stats import (
    MIN_REPLICATES,
    Comparison,
    Verdict,
    compare,
    equivalence_p,
    holm,
    replicates_to_decide,
    verdict,
)

_MANY = 1000
"""Replicates that nobody would run."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """That the second of two arms has more of something than the first, less, or as much, by a size that matters."""

    name: str
    """By which a ledger or an essay asks for it; a word or a few with hyphens, of its own within a scene."""
    says: str
    """What is claimed, in a few words."""
    measure: str
    """What is compared, in words."""
    arms: tuple[str, str]
    direction: int
    """+1: more in the second arm; -1: less; 0: as much."""
    smallest: float
    """Smallest effect of interest, in the measure's units, stated before the run."""
    conditions: Mapping[str, tuple[str | float, str]]
    """For each condition the names of the two numbers, in the outcome of a replicate, that are compared; instead of
    the first a number that is known."""
    controls: Sequence[str] = ()
    """Conditions that are judged and shown beside the others, but are not part of the claim."""
    side: str = GENES.name
    """Of what it is claimed."""

    @property
    def bar(self) -> str:
        """What has to be passed, in words."""
        return f"smallest effect of interest {self.smallest:g}"


@dataclass(frozen=True, kw_only=True)
class Law:
    """That numbers are what a formula says, to rounding: one exception refutes it."""

    name: str
    """See `Claim`."""
    says: str
    measure: str
    """What should be 0, in words."""
    tolerance: float
    """Largest deviation that is rounding, stated before the run."""
    conditions: Mapping[str, str]
    """For each condition the name of the number, in the outcome of a replicate, that is the largest deviation."""
    controls: Sequence[str] = ()
    side: str = GENES.name

    @property
    def bar(self) -> str:
        """What has to be passed, in words."""
        return f"up to {self.tolerance:g} is rounding"


class Answer(Protocol):
    """What came of a claim under one condition."""

    @property
    def claim(self) -> Claim | Law: ...
    @property
    def condition(self) -> str: ...
    @property
    def control(self) -> bool: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def sentence(self) -> str:
        """In full."""
        ...

    def told(self, condition: str) -> str:
        """The number with its interval, under a condition as it is to be called."""
        ...

    def brief(self, condition: str) -> str:
        """The number alone, under a condition as it is to be called."""
        ...

    @property
    def p_value(self) -> float:
        """Of the comparison; NaN for a law."""
        ...

    def corrected(self, p_holm: float) -> Self:
        """The same among more answers."""
        ...

    def as_dict(self) -> dict[str, Any]:
        """For a summary in JSON."""
        ...


@dataclass(frozen=True, kw_only=True)
class Compared(Finding):
    """A claim under one condition, and what came: a finding whose arms have names of their own."""

    claim: Claim

    @property
    def predicate(self) -> str:
        """What is claimed."""
        how_much = {1: "more", -1: "less", 0: "as much"}[self.direction]
        return f"{how_much} {self.measure} in {self.claim.arms[1]}"

    @property
    def sentence(self) -> str:
        """In full."""
        one, two = arms(self.comparison)
        # a control may compare other arms than the claim: what they are stands in its condition
        both = f"{one} and {two}" if self.control else f"{one} {self.claim.arms[0]}, {two} {self.claim.arms[1]}"
        text = (
            f"{self.measure}, {self.condition}: {both}; difference {difference(self.comparison)}; "
            f"smallest effect of interest {self.smallest:g}: {self.verdict}"
        )
        if not self.needed:
            return f"{text}."
        if self.needed > _MANY:
            return f"{text}, too near to the smallest effect to be decided by {_MANY:,} replicates."
        return f"{text}; about {self.needed:,} replicates would decide."

    @property
    def p_value(self) -> float:
        """Of the comparison."""
        return self.comparison.p_value

    def corrected(self, p_holm: float) -> Self:
        """The same among more answers."""
        return replace(self, p_holm=p_holm)

    def told(self, condition: str) -> str:
        """The difference with its interval, under a condition as it is to be called."""
        return f"{condition} {difference(self.comparison)}"

    def brief(self, condition: str) -> str:
        """The difference alone, under a condition as it is to be called."""
        return f"{condition} {signed(self.comparison.difference)}"

    def as_dict(self) -> dict[str, Any]:
        """For a summary in JSON."""
        own = {"name": self.claim.name, "says": self.claim.says, "claim": self.predicate, "arms": list(self.claim.arms)}
        return {**super().as_dict(), **own}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A law under one condition, and how far anything was from it."""

    claim: Law
    condition: str
    deviation: float
    """The largest of all replicates; NaN where one of them is no number."""
    replicates: int

    @property
    def control(self) -> bool:
        """Whether the condition is a control, not part of the claim."""
        return self.condition in self.claim.controls

    @property
    def verdict(self) -> Verdict:
        """Whether it held; a deviation that is no number is none that held."""
        return Verdict.SUPPORTED if self.deviation <= self.claim.tolerance else Verdict.CONTRADICTED

    @property
    def sentence(self) -> str:
        """In full."""
        return (
            f"{self.claim.measure}, {self.condition}: at most {number(self.deviation)} in {self.replicates} "
            f"replicates; up to {self.claim.tolerance:g} is rounding: {self.verdict}."
        )

    @property
    def p_value(self) -> float:
        """NaN: nothing is compared."""
        return math.nan

    def corrected(self, _p_holm: float) -> Self:
        """The same: a law has no p value."""
        return self

    def told(self, condition: str) -> str:
        """The largest deviation, under a condition as it is to be called."""
        return f"{condition} {number(self.deviation)}"

    def brief(self, condition: str) -> str:
        """The same: there is no interval."""
        return self.told(condition)

    def as_dict(self) -> dict[str, Any]:
        """For a summary in JSON."""
        return {
            "side": self.claim.side,
            "name": self.claim.name,
            "says": self.claim.says,
            "claim": f"{self.claim.measure}: 0, to rounding",
            "measure": self.claim.measure,
            "condition": self.condition,
            "control": self.control,
            "largest_deviation": self.deviation,
            "tolerance": self.claim.tolerance,
            "replicates": self.replicates,
            "verdict": str(self.verdict),
        }


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """What a condition of a claim compares."""

    differences: Floats
    comparison: Comparison


def judged(claims: Sequence[Claim | Law], values: Mapping[str, Floats]) -> list[Answer]:
    """Answers to all claims under all conditions, in their order; p values are Holm-corrected over all of them.

    ``values``: (replicates,) by name, as the claims name them.
    """
    pairs = {
        (claim.name, condition): _pair(*numbers, values)
        for claim in claims
        if isinstance(claim, Claim)
        for condition, numbers in claim.conditions.items()
    }
    adjusted = dict(zip(pairs, holm([pair.comparison.p_value for pair in pairs.values()]), strict=True))
    return [
        _compared(claim, condition, pairs[claim.name, condition], adjusted[claim.name, condition])
        if isinstance(claim, Claim)
        else _checked(claim, condition, values[claim.conditions[condition]])
        for claim in claims
        for condition in claim.conditions
    ]


def _pair(one: str | float, two: str, values: Mapping[str, Floats]) -> _Pair:
    first = values[one] if isinstance(one, str) else np.full_like(values[two], one)
    return _Pair(differences=values[two] - first, comparison=compare(first.tolist(), values[two].tolist()))


def _checked(law: Law, condition: str, deviations: Floats) -> Checked:
    return Checked(
        claim=law, condition=condition, deviation=float(np.max(np.abs(deviations))), replicates=len(deviations)
    )


def _compared(claim: Claim, condition: str, pair: _Pair, p_holm: float) -> Compared:
    comparison = pair.comparison
    found = verdict(comparison, claim.direction, claim.smallest)
    few = comparison.pairs < MIN_REPLICATES
    return Compared(
        side=claim.side,
        measure=claim.measure,
        condition=condition,
        control=condition in claim.controls,
        direction=claim.direction,
        smallest=claim.smallest,
        comparison=comparison,
        p_holm=p_holm,
        p_equivalence=equivalence_p(pair.differences[np.isfinite(pair.differences)], claim.smallest),
        verdict=found,
        reason=f"defined in {comparison.pairs} of {comparison.replicates} replicates" if few else "",
        needed=replicates_to_decide(comparison, claim.smallest) if found is Verdict.UNDETERMINED else None,
        claim=claim,
    )
