"""Claims about mixing, and how a comparison answers them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from analysis.arrays import Floats
from analysis.measures.registry import MEASURES
from analysis.runs.record import Record
from analysis.sides.base import Side
from analysis.stats import Comparison, Verdict, compare, equivalence_p, holm, replicates_to_decide, verdict
from analysis.streams import seed_for


@dataclass(frozen=True, kw_only=True)
class Claim:
    """That mixing moves a measure one way by more than a size that matters."""

    measure: str
    """A name of the registry of measures."""
    direction: int
    """+1: mixing raises it; -1: mixing lowers it."""
    smallest: Mapping[str, float]
    """Smallest effect of interest by side, in the measure's units, stated before the run; a side may be missing."""
    conditions: tuple[str, ...] = ("",)
    """Conditions under which the claim is made, of which a side may lack some."""
    controls: tuple[str, ...] = ()
    """Conditions that show the ceiling of the measure: judged and shown beside the others, not part of the claim."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One claim on one side under one condition, and the answer."""

    side: str
    measure: str
    condition: str
    control: bool
    """Whether the condition is a control, not part of the claim."""
    direction: int
    smallest: float
    comparison: Comparison
    p_holm: float
    p_equivalence: float
    """Against the difference being as large as the smallest effect of interest, either way."""
    verdict: Verdict
    reason: str
    """Why the verdict is undetermined where too few pairs are defined, or empty."""
    needed: int | None
    """About how many replicates would decide an undetermined verdict."""

    @property
    def verb(self) -> str:
        """What mixing is claimed to do: ``raise`` or ``lower``."""
        return "raise" if self.direction > 0 else "lower"

    @property
    def predicate(self) -> str:
        """What is claimed of mixing: ``raises hybrid viability``."""
        return f"{self.verb}s {MEASURES[self.measure].label}"

    @property
    def key(self) -> str:
        """``measure:condition``, as in the records."""
        return f"{self.measure}:{self.condition}" if self.condition else self.measure

    def as_dict(self) -> dict[str, Any]:
        """For ``summary.json``."""
        c = self.comparison
        return {
            "side": self.side,
            "measure": self.measure,
            "condition": self.condition,
            "control": self.control,
            "claim": f"{self.verb}s",
            "smallest_effect_of_interest": self.smallest,
            "pairs": c.pairs,
            "replicates": c.replicates,
            "without_mixing": c.without,
            "with_mixing": c.with_mixing,
            "difference": c.difference,
            "interval_95": [c.low, c.high],
            "hedges_g": c.hedges_g,
            "hedges_g_interval_95": [c.hedges_g_low, c.hedges_g_high],
            "probability_of_superiority": c.superiority,
            "p_value": c.p_value,
            "p_holm": self.p_holm,
            "p_equivalence": self.p_equivalence,
            "verdict": str(self.verdict),
            "reason": self.reason,
            "replicates_to_decide": self.needed,
        }


def judge(claims: Sequence[Claim], sides: Sequence[Side], records: Sequence[Record], seed: int) -> list[Finding]:
    """Compare the arms for every claim, side and condition; p values are Holm-corrected over all of them."""
    open_findings = []
    for side in sides:
        ours = sorted((r for r in records if r.experiment == side.name), key=lambda r: r.replicate)
        for claim in claims:
            for condition in claim.conditions + claim.controls:
                key = f"{claim.measure}:{condition}" if condition else claim.measure
                if side.name in claim.smallest and any(key in r.values for r in ours):
                    without, with_mixing = (
                        [r.values[key] for r in ours if r.mixing is mixing] for mixing in (False, True)
                    )
                    comparison = compare(without, with_mixing, seed=seed_for(seed, "bootstrap", side.name, key))
                    reasons = [r.reasons[key] for r in ours if key in r.reasons]
                    equal = equivalence_p(_differences(without, with_mixing), claim.smallest[side.name])
                    open_findings.append((side.name, claim, condition, comparison, equal, reasons))
    adjusted = holm([found[3].p_value for found in open_findings])
    return [_close(*found, p_holm) for found, p_holm in zip(open_findings, adjusted, strict=True)]


def _differences(without: Sequence[float], with_mixing: Sequence[float]) -> Floats:
    """Paired differences, undefined ones left out."""
    differences = np.asarray(with_mixing, dtype=np.float64) - np.asarray(without, dtype=np.float64)
    return differences[np.isfinite(differences)]


def _close(
    side: str,
    claim: Claim,
    condition: str,
    comparison: Comparison,
    p_equivalence: float,
    reasons: Sequence[str],
    p_holm: float,
) -> Finding:
    smallest = claim.smallest[side]
    answer = verdict(comparison, claim.direction, smallest)
    return Finding(
        side=side,
        measure=claim.measure,
        condition=condition,
        control=condition in claim.controls,
        direction=claim.direction,
        smallest=smallest,
        comparison=comparison,
        p_holm=p_holm,
        p_equivalence=p_equivalence,
        verdict=answer,
        reason=_reason(comparison, reasons),
        needed=replicates_to_decide(comparison, smallest) if answer is Verdict.UNDETERMINED else None,
    )


def _reason(comparison: Comparison, reasons: Sequence[str]) -> str:
    if not math.isnan(comparison.low):
        return ""
    counted = f"defined in {comparison.pairs} of {comparison.replicates} replicates, too few for an interval"
    return f"{counted} ({reasons[0]})" if reasons else counted


class Judged(Protocol):
    """Whatever has a verdict under a condition."""

    @property
    def control(self) -> bool: ...
    @property
    def verdict(self) -> Verdict: ...


def overall(findings: Sequence[Judged]) -> Verdict:
    """The verdict on one claim over its conditions, controls aside.

    Their common one; `Verdict.CONDITIONAL` where two determined ones differ; else `Verdict.UNDETERMINED`.
    """
    verdicts = {finding.verdict for finding in findings if not finding.control}
    if len(verdicts) == 1:
        return verdicts.pop()
    return Verdict.CONDITIONAL if len(verdicts - {Verdict.UNDETERMINED}) > 1 else Verdict.UNDETERMINED
