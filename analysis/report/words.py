"""Findings in sentences: the same text on the page, in the alt text and on the terminal."""

from collections.abc import Mapping, Sequence

from analysis.experiments.claims import Finding, overall
from analysis.measures.registry import MEASURES
from analysis.numbers import arms, counted, difference, effect
from analysis.sides.base import Side
from analysis.stats import MIN_REPLICATES, Verdict

_MANY = 10_000

ANSWERS = {
    Verdict.SUPPORTED: "Yes",
    Verdict.CONTRADICTED: "The opposite",
    Verdict.NO_EFFECT: "No effect",
    Verdict.UNDETERMINED: "Undetermined",
    Verdict.CONDITIONAL: "It depends",
}


def label(finding: Finding, side: Side) -> str:
    """The measure, with its condition where it has one."""
    name = MEASURES[finding.measure].label
    if not finding.condition:
        return name
    return f"{name} ({'control: ' if finding.control else ''}{side.conditions[finding.condition]})"


def sentence(finding: Finding, side: Side) -> str:
    """One finding as a sentence."""
    c = finding.comparison
    if finding.reason:
        return f"{label(finding, side)}: {finding.verdict}, {finding.reason}."
    without, with_mixing = arms(c)
    text = (
        f"{label(finding, side)}: {without} {side.arms[0]}, {with_mixing} {side.arms[1]}; "
        f"difference {difference(c)}, Hedges' g {effect(c)}; "
        f"smallest effect of interest {finding.smallest:g}: {finding.verdict}"
    )
    if finding.needed:
        many = finding.needed > _MANY
        text += f"; {'more than' if many else 'about'} {min(finding.needed, _MANY):,} replicates would decide"
    return text + "."


def claim(findings: Sequence[Finding], side: Side) -> str:
    """The claim that some findings answer."""
    return f"{side.mixing} {findings[0].predicate}".capitalize()


def by_claim(findings: Sequence[Finding], side: Side) -> list[tuple[str, Verdict, list[Finding]]]:
    """The findings of one side by claim, each claim with its verdict over all conditions."""
    measures: Mapping[str, None] = dict.fromkeys(f.measure for f in findings if f.side == side.name)
    groups = [[f for f in findings if f.side == side.name and f.measure == measure] for measure in measures]
    return [(claim(group, side), overall(group), group) for group in groups]


def headline(findings: Sequence[Finding], sides: Sequence[Side]) -> str:
    """What the two central measures say, side by side, and plainly whether they can be told from no difference."""
    pairs = max(f.comparison.replicates for f in findings)
    if pairs < MIN_REPLICATES:
        return f"{counted(pairs, 'replicate')}: too few for intervals; run with --replicates {MIN_REPLICATES} or more."
    sentences = []
    for measure in ("hybrid_viability", "first_order_share"):
        parts = []
        for side in sides:
            ours = [f for f in findings if f.side == side.name and f.measure == measure and not f.control]
            sure = [
                f"{side.conditions[f.condition]} {difference(f.comparison)}" for f in ours if f.comparison.excludes_zero
            ]
            told = "; ".join(sure) or "no interval excludes 0, so this run does not show a difference"
            parts.append(f"{side.name}, {overall(ours)} ({told})")
        sentences.append(f"Mixing raises {MEASURES[measure].label}: {'; '.join(parts)}.")
    return " ".join(sentences)


def in_words(findings: Sequence[Finding], sides: Sequence[Side], subtitles: Sequence[str]) -> str:
    """All findings as sentences, a line each; ``subtitles`` say what each side ran."""
    lines = []
    for side, subtitle in zip(sides, subtitles, strict=True):
        lines.append(f"{side.title} ({subtitle}), {side.arms[0]} against {side.arms[1]}.")
        lines += [sentence(f, side) for f in findings if f.side == side.name]
    return "\n".join(lines)
