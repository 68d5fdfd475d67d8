"""Spectra of random landscapes: how much of the variance is due to interactions of which order."""

from math import comb

import numpy as np

from analysis import walsh_transform
from analysis.arrays import Floats
from sim import GenomeLandscape, HouseOfCardsLandscape, NKLandscape
from sim.landscape.nk import Neighbours
from verification.theory.check import Check, Family, Findings, chi_square, exact, marks, mean_of, replicates, seed
from verification.theory.panel import Line, Panel

LOCI, LANDSCAPES = 256, {2: 80, 4: 75}
CARDS, DECKS = 10, 1600
ENUMERATED = 10


def measure(effort: float) -> Findings:
    """Many landscapes of each kind; their spectra from coefficients, which enumeration confirms."""
    kinds: tuple[Neighbours, Neighbours] = ("adjacent", "random")
    checks, points = [], []
    for k, count in LANDSCAPES.items():
        law = np.array([comb(k + 1, order) for order in range(1, k + 2)]) / (2.0 ** (k + 1) - 1.0)
        for kind in kinds:
            found = np.array(
                [
                    NKLandscape.random(
                        loci=LOCI, k=k, neighbours=kind, seed=seed("spectra", k, kind, number)
                    ).spectrum()
                    for number in range(replicates(count, effort))
                ]
            )[:, 1 : k + 2]
            own = [
                mean_of(
                    f"V_{order} / V, K = {k}, {kind}", f"{len(found)} NK landscapes, {LOCI} loci", values, float(share)
                )
                for order, values, share in zip(range(1, k + 2), found.T, law, strict=True)
            ]
            checks += own
            label = kind if k == max(LANDSCAPES) else ""
            points.append(marks(range(1, k + 2), own, "other", label, hollow=kind == "random"))
    checks += [_enumerated(kind) for kind in kinds]
    checks.append(_cards(replicates(DECKS, effort)))
    return Findings(
        checks=tuple(checks),
        panel=Panel(
            title="NK spectrum",
            formula="Vₖ / V = C(K + 1, k) / (2ᴷ⁺¹ - 1)",
            x="order k",
            y="share of variance",
            lines=[
                Line(range(1, k + 2), [comb(k + 1, order) / (2.0 ** (k + 1) - 1.0) for order in range(1, k + 2)])
                for k in LANDSCAPES
            ],
            points=points,
            notes=((1.1, 0.44, "K = 2"), (4.2, 0.19, "K = 4")),
            legend="upper right",
        ),
    )


def _by_order(landscape: GenomeLandscape) -> Floats:
    values = landscape.values(np.arange(2**landscape.loci, dtype=np.uint64)[:, None])
    sizes = np.bitwise_count(np.arange(len(values), dtype=np.uint64))
    squares = walsh_transform(values) ** 2
    return np.array([squares[sizes == order].sum() for order in range(landscape.loci + 1)])


def _enumerated(kind: Neighbours) -> Check:
    landscape = NKLandscape.random(loci=ENUMERATED, k=4, neighbours=kind, seed=seed("spectra", kind))
    return exact(
        f"spectrum in closed form, K = 4, {kind}",
        f"all genotypes of {ENUMERATED} loci",
        landscape.spectrum()[1:],
        _by_order(landscape)[1:],
    )


def _cards(decks: int) -> Check:
    """Coefficients are independent and normal with variance ``2**-loci``, so each order's squares are chi-square."""
    found = np.array(
        [
            _by_order(HouseOfCardsLandscape(loci=CARDS, key=np.uint64(seed("spectra", "cards", deck))))
            for deck in range(decks)
        ]
    )[:, 1:]
    cells = decks * np.array([comb(CARDS, order) for order in range(1, CARDS + 1)], dtype=np.float64)
    scores = (found.sum(axis=0) * 2.0**CARDS - cells) / np.sqrt(2.0 * cells)
    return chi_square(
        f"shares of all {CARDS} orders, binomial",
        f"{decks:,} houses of cards, {CARDS} loci",
        float(np.sum(scores**2)),
        CARDS,
        draws=float(cells.sum() / 2.0),
    )


FAMILY = Family(
    name="spectra",
    title="Spectra of NK landscapes and houses of cards",
    law="V_k / V = C(K + 1, k) / (2^(K + 1) - 1), whatever the neighbourhoods; house of cards C(L, k) / (2^L - 1)",
    source="Neidhart, Szendro & Krug 2013",
    seconds=11,
    measure=measure,
)
