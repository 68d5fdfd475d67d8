"""What a probe says, in sentences."""

import numpy as np

from analysis.numbers import counted, number
from analysis.probing.probe import Estimate, Probe

_ACTING = {"zero": "gives zero", "mean": "gives its mean", "resample": "gives its value on another input"}


def what(found: Probe) -> str:
    """What was probed."""
    masks = f"all {found.masks:,}" if found.complete else f"{found.masks:,} random"
    live = f"{len(found.live):,} live" if found.silent else f"{found.elements:,}"
    return (
        f"{found.model}, layer {found.layer}: {live} {found.kind}; {counted(found.examples, 'example')}, {masks} "
        f"masks; an absent one {_ACTING[found.background]}"
    )


def headline(found: Probe) -> str:
    """The answer in plain words."""
    values, kind = found.main.values, found.kind
    alone, half = values["first_order_share"], values["retention_at_half"]
    if alone.reason:
        first = f"How much {kind} do on their own is undefined: {alone.reason}."
    else:
        first = (
            f"Of what losing a random half of the {kind} changes in {found.scale}, {percent(alone)} is due to single "
            f"{kind}, the rest to what they do together."
        )
    kept = "" if half.reason else f" A random half keeps {percent(half)} of what the layer is worth."
    edges = found.network.number_of_edges()
    n = len(found.live)
    if not edges:
        return f"{first}{kept} No pair is told to interact."
    redundant = 1.0 - found.facts["synergy_share"]
    return (
        f"{first}{kept} Of {n * (n - 1) // 2:,} pairs {edges:,} are found to interact, {100 * redundant:.0f} % of them "
        "replacing each other."
    )


def trust(found: Probe) -> str:
    """What the intervals are about, and what they are not."""
    over = "examples" if found.complete else "masks and examples"
    return (
        f"Intervals are 95 % over {over}. They are about this one network: another one trained alike may differ by "
        "more, which only replicates can tell."
    )


def percent(found: Estimate) -> str:
    """A share with its interval."""
    if np.isnan(found.value):
        return "an undefined share"
    low, high = (number(100.0 * end, 0) for end in (found.low, found.high))
    return f"{number(100.0 * found.value, 0)} % [{low}, {high}]"
