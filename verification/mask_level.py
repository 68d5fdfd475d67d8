"""Studies of one game at a time: intervals over masks."""

from functools import partial

import numpy as np

from analysis import (
    context_dependence,
    crossing,
    directional_epistasis,
    knock_out_curve,
    noise_stability,
    sample,
    shapley_values,
    spectrum,
)
from analysis.measures.jackknife import T_GROUPS
from analysis.stats import REACH
from verification.games import BlockGame, HitGame
from verification.study import NAN, SIZES, Quantity, Reading, Study

MASKS = {8: 256, 64: 2048, 512: 4096}
"""Masks of the spectrum, by the number of elements; at 8 they are drawn as from many, not enumerated."""
CHILDREN, BASES, ORDERS, AT_EACH, ALIKE, DRAWS = 256, 64, 128, 256, 8192, 1000
HALF = 5
"""Place of keep probability 1/2 among `KEEP_PROBS`."""
RHO_HALF = 4
"""Place of 1/2 among the rhos of noise stability."""

_NORMAL = "estimate +- 1.96 errors"
_JACKKNIFE = "estimate +- 2.13 jackknife errors"


def _game(rng: np.random.Generator, n: int) -> BlockGame:
    return BlockGame.random(rng, n, rng.dirichlet((6.0, 4.0, 3.0)))


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**63))


def of_spectrum(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """Shares, one element, one pair, both masses."""
    game, design = _game(rng, n), sample(n, MASKS[n], rng)
    found = spectrum(design, game(design.masks))
    (i, j), synergy = rng.choice(8, 2, replace=False), game.masses
    intervals = zip(found.shares, *found.intervals, game.shares, strict=True)
    return {
        **{f"order {k}": Reading(*map(float, ends)) for k, ends in zip(("1", "2", "3+"), intervals, strict=True)},
        "mixability": Reading.within(found.mixability[i], REACH * found.mixability_error[i], game.mixability[i]),
        "interaction": Reading.within(
            found.interaction[i, j], REACH * found.interaction_error[i, j], 4.0 * game.pairs[i, j]
        ),
        "synergy": Reading(found.synergy, NAN, NAN, float(synergy[0])),
        "redundancy": Reading(found.redundancy, NAN, NAN, float(synergy[1])),
    }


def of_context(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """Context dependence of the whole."""
    game = _game(rng, n)
    found = context_dependence(game, bases=BASES, seed=_seed(rng))
    return {"context": Reading(found.overall, *found.interval, game.context_dependence)}


def of_crossing(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """Half-swap load; the children come in pairs that share out the parents' elements between them."""
    game, masks = _game(rng, n), sample(n, CHILDREN, rng).masks
    load = crossing([game], masks, {"natural": 0.0})["natural"].half_swap_load
    pairs = game(masks).reshape(2, -1).mean(0)
    return {"load": Reading.within(load, REACH * pairs.std(ddof=1) / np.sqrt(len(pairs)), game.half_swap_load)}


def of_knock_out(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """The knock-out curve in its middle."""
    game = _game(rng, n)
    curve = knock_out_curve(game, AT_EACH, rng)["natural"]
    return {"knock-out": Reading.within(curve.mean[HALF], REACH * curve.error[HALF], game.mean)}


def of_shapley(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """One element's Shapley value."""
    game, i = _game(rng, n), rng.integers(n)
    found = shapley_values(game, orders=ORDERS, seed=_seed(rng))
    return {"shapley": Reading.within(found.values[i], REACH * found.error[i], game.shapley[i])}


def of_stability(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """Covariance of masks of which half was drawn anew."""
    game = _game(rng, n)
    found = noise_stability(game, samples=ALIKE, seed=_seed(rng))
    reach = T_GROUPS * found.covariance_error[RHO_HALF]
    return {"stability": Reading.within(found.covariance[RHO_HALF], reach, game.stability(0.5))}


def of_hits(n: int, rng: np.random.Generator) -> dict[str, Reading]:
    """Directional epistasis."""
    game = HitGame.random(rng, n)
    found = directional_epistasis(game, draws=DRAWS, seed=_seed(rng))
    return {"beta": Reading(found.beta, *found.interval, game.beta)}


def studies() -> list[Study]:
    """All of them at all sizes."""
    orders = {"1": "order 1", "2": "order 2", "3+": "orders 3 and up"}
    shares = {f"order {k}": Quantity(label=f"share of {of}", interval="Spectrum.intervals") for k, of in orders.items()}
    return [study for n in SIZES for study in _studies(n, shares)]


def _studies(n: int, shares: dict[str, Quantity]) -> list[Study]:
    of_masks = {
        **shares,
        "mixability": Quantity(label="mixability of an element", interval=_NORMAL),
        "interaction": Quantity(label="interaction of a pair", interval=_NORMAL),
        "synergy": Quantity(label="synergy mass", interval=""),
        "redundancy": Quantity(label="redundancy mass", interval=""),
    }
    one = {
        "context": Quantity(label="context dependence", interval="ContextDependence.interval"),
        "load": Quantity(label="half-swap load", interval="mean of pairs of children +- 1.96 errors"),
        "knock-out": Quantity(label="knock-out curve at q = 1/2", interval=_NORMAL),
        "shapley": Quantity(label="Shapley value of an element", interval=_NORMAL),
        "stability": Quantity(label="noise stability at rho = 1/2", interval=_JACKKNIFE),
        "beta": Quantity(label="directional epistasis, beta", interval="DirectionalEpistasis.interval"),
    }
    efforts = {
        "context": (of_context, f"{BASES} sets of partners"),
        "load": (of_crossing, f"{CHILDREN} children"),
        "knock-out": (of_knock_out, f"{AT_EACH} masks at each q"),
        "shapley": (of_shapley, f"{ORDERS} orders of entry"),
        "stability": (of_stability, f"{ALIKE:,} masks on paths"),
        "beta": (of_hits, f"{DRAWS:,} draws"),
    }
    return [
        Study(
            name="spectrum",
            level="masks",
            n=n,
            effort=f"{MASKS[n]:,} masks",
            variant="",
            quantities=of_masks,
            measure=partial(of_spectrum, n),
        ),
        *(
            Study(
                name=key,
                level="masks",
                n=n,
                effort=effort,
                variant="",
                quantities={key: one[key]},
                measure=partial(measure, n),
            )
            for key, (measure, effort) in efforts.items()
        ),
    ]
