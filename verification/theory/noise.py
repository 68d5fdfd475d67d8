"""Free recombination with a random mate is noise on half of the loci: the operator T_1/2."""

from itertools import pairwise

import numpy as np

from analysis import walsh_transform
from analysis.arrays import Floats
from verification.theory.check import Check, Family, Findings, exact, seed
from verification.theory.linkage import composed
from verification.theory.panel import Line, Panel, Points
from verification.theory.populations import children_of_each

LOCI = 8
SIZES = np.bitwise_count(np.arange(2**LOCI, dtype=np.uint32)).astype(np.int64)
"""Loci in each set."""


def measure(effort: float) -> Findings:  # noqa: ARG001 - nothing is sampled
    """The children of every genotype: what is left in them of each interaction, and of any values."""
    characters = np.array([walsh_transform(one) for one in np.eye(2**LOCI)]) * 2**LOCI
    free = children_of_each(LOCI)
    left = _left(free, characters)
    rng = np.random.default_rng(seed("noise"))
    values, rates = rng.standard_normal(2**LOCI), rng.uniform(0.0, 0.5, LOCI - 1)
    smoothed = characters @ (0.5**SIZES * walsh_transform(values.copy()))
    mapped = children_of_each(LOCI, rates)
    simulated = f"infinite, {LOCI} loci, every parent with every mate"
    checks: tuple[Check, ...] = (
        exact("share of each interaction that is left", simulated, left, 0.5**SIZES),
        exact("mean of independent values over children", simulated, free @ values, smoothed),
        exact(
            "share of each interaction that is left, on a map", simulated, _left(mapped, characters), _unbroken(rates)
        ),
    )
    order = np.arange(LOCI + 1)
    of_order = np.bincount(SIZES, weights=left) / np.bincount(SIZES)
    return Findings(
        checks=checks,
        panel=Panel(
            title="Sex is noise",
            formula="a child keeps 2⁻ᵏ of an interaction of k loci",
            x="loci k in the interaction",
            y="share that a child keeps",
            lines=(Line(order, 0.5**order),),
            points=(Points(x=order, y=of_order, arm="exact"),),
            log="y",
        ),
    )


def _left(children: Floats, characters: Floats) -> Floats:
    """Share of each Walsh function (2**loci,) that is left in the mean over a parent's children.

    It must be the same for all parents, so that of the one furthest from their mean is returned.
    """
    kept = (children @ characters) * characters
    furthest = np.argmax(np.abs(kept - kept.mean(axis=0)), axis=0)
    share: Floats = kept[furthest, np.arange(kept.shape[1])]
    return share


def _unbroken(rates: Floats) -> Floats:
    """Probability that all loci of each set (2**loci,) come from the one parent: half, and no exchange between them."""
    between = composed(rates)
    sets = [[locus for locus in range(LOCI) if number >> locus & 1] for number in range(2**LOCI)]
    return np.array(
        [0.5 ** min(len(members), 1) * np.prod([1.0 - between[a, b] for a, b in pairwise(members)]) for members in sets]
    )


FAMILY = Family(
    name="noise",
    title="Free recombination is the noise operator",
    law="E[f(child of x and a random mate)] = T_1/2 f(x) = sum 2^-k of the parts of order k",
    source="O'Donnell 2014, section 2.4; Stadler & Wagner 1997",
    seconds=1,
    measure=measure,
)
