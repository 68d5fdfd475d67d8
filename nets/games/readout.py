"""What one or two units less do to a softmax readout, exactly and for all of them at once.

Without unit ``i`` the score of class ``c`` on one example is ``z_c - u_ic``, where ``u_ic`` is the unit's contribution;
without ``i`` and ``j`` it is ``z_c - u_ic - u_jc``. Measured from the right class, ``exp`` of it is a product of three
exponentials, each taken once for an example or a unit, so that a pair costs multiplications alone; and a product over
many examples needs one logarithm. Where one of two units is silent, an example has nothing to say about the pair.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nets.arrays import Floats, Indices

_Numbers = NDArray[np.uint32]  # unsigned: a processor need not ask whether they count from the end

TIE = 1e-10
"""A lead of the right class that is no larger than this is rounding, and counts as a tie."""
_TAME = 250.0
"""Exponents up to this one are multiplied; examples with larger ones go the direct way."""
_FULL = 600.0
"""What the logarithm of a product of examples may reach before it is put away."""
_AT_ONCE = 3
"""Classes that one pass over the units takes; odds of 0 fill up their number."""


def left_out(
    scores: Floats, contributions: Floats, weights: Floats, labels: Indices, *, pairs: bool
) -> tuple[Floats, Floats, Floats]:
    """Performance of a readout, what it gains without each unit, and the second differences of all pairs.

    ``scores``: (examples, classes), float64, of the whole. Unit ``i`` contributes ``contributions[x, i]`` times
    ``weights[i]``, (units, classes), to the scores of example ``x``. ``labels``: (examples,), the right classes.

    Returns accuracy and mean log-probability of the whole, (2,); their change without each unit, (2, units); and for
    each pair the change without both less the changes without each, (2, units, units), symmetric with diagonal 0, and
    empty where ``pairs`` is False.
    """
    units = weights.shape[0]
    side = units if pairs else 0
    whole, single, pair = np.zeros(2), np.zeros((2, units)), np.zeros((2, side, side))
    _left_out(scores, contributions, weights, labels, whole, single, pair)
    pair += pair.transpose(0, 2, 1).copy()
    examples = len(labels)
    return whole / examples, single / examples, pair / examples


@njit(cache=True, nogil=True)
def _left_out(
    scores: Floats, contributions: Floats, weights: Floats, labels: Indices, whole: Floats, single: Floats, pair: Floats
) -> None:
    """Add up over examples; of pairs, the lower triangle."""
    units, rivals, side = weights.shape[0], weights.shape[1] - 1, pair.shape[1]
    padded = rivals + -rivals % _AT_ONCE
    lead, change, active = np.zeros(padded), np.zeros((padded, units)), np.empty(units, np.uint32)
    sums, tops, gain, loss = np.empty(units), np.empty(units), np.empty(units), np.empty(units)
    product, spent = np.ones((side, side)), 0.0
    for x in range(len(labels)):
        live = _from_the_right_class(scores, contributions, weights, labels[x], x, lead, change, active)
        reach = _reach(lead, change, rivals, live)
        if reach > _TAME:
            _directly(lead, change, active, rivals, live, whole, single, pair)
            continue
        for c in range(rivals):
            lead[c] = math.exp(lead[c])
            for a in range(live):
                change[c, a] = math.exp(change[c, a])
        before, total = _alone(lead, change, active, rivals, live, sums, tops, gain, loss, whole, single)
        if side > 0:
            reach = 2.0 * (reach + math.log(rivals + 1.0))
            if spent + reach > _FULL:
                _put_away(product, pair)
                spent = 0.0
            spent += reach
            _together(lead, change, active, live, before, total, sums, tops, gain, loss, product, pair)
    _put_away(product, pair)


@njit(cache=True, nogil=True)
def _alone(
    lead: Floats,
    change: Floats,
    active: _Numbers,
    rivals: int,
    live: int,
    sums: Floats,
    tops: Floats,
    gain: Floats,
    loss: Floats,
    whole: Floats,
    single: Floats,
) -> tuple[float, float]:
    """Add an example without each unit; whether it is right (1 or 0) and 1 over its probability, with all of them.

    Writes of each unit what its absence multiplies the probability by (``gain``), and whether it turns the example
    wrong (``loss``: 1, or -1 where it turns it right).
    """
    total, before = 1.0, 1.0
    for c in range(rivals):
        total += lead[c]
        before = before if lead[c] < 1.0 - TIE else 0.0
    whole[0] += before
    whole[1] -= math.log(total)
    _odds(lead, change, live, sums, tops)
    for a in range(live):
        gain[a] = total / sums[a]
        loss[a] = before - (1.0 if tops[a] < 1.0 - TIE else 0.0)
        single[0, active[a]] -= loss[a]
        single[1, active[a]] += math.log(gain[a])
    return before, total


@njit(cache=True, nogil=True)
def _together(
    lead: Floats,
    change: Floats,
    active: _Numbers,
    live: int,
    before: float,
    total: float,
    sums: Floats,
    tops: Floats,
    gain: Floats,
    loss: Floats,
    product: Floats,
    pair: Floats,
) -> None:
    """Add an example without each pair, less what `_alone` says of its two units."""
    one = np.empty(len(lead))
    for a in range(1, live):
        i, factor, without = active[a], gain[a] / total, loss[a] - before
        for c in range(len(lead)):
            one[c] = lead[c] * change[c, a]
        _odds(one, change, a, sums, tops)
        for b in range(a):
            sums[b] *= factor * gain[b]
            tops[b] = (1.0 if tops[b] < 1.0 - TIE else 0.0) + without + loss[b]
        for b in range(a):
            j = active[b]
            pair[0, i, j] += tops[b]
            product[i, j] *= sums[b]


@njit(cache=True, nogil=True)
def _from_the_right_class(
    scores: Floats,
    contributions: Floats,
    weights: Floats,
    right: int,
    x: int,
    lead: Floats,
    change: Floats,
    active: _Numbers,
) -> int:
    """Leads of the wrong classes on an example, their changes without each active unit, and how many are active."""
    live = 0
    for i in range(weights.shape[0]):
        if contributions[x, i] != 0.0:
            active[live] = i
            live += 1
    for c in range(weights.shape[1] - 1):
        rival = c if c < right else c + 1
        lead[c] = scores[x, rival] - scores[x, right]
        for a in range(live):
            i = active[a]
            change[c, a] = -contributions[x, i] * (weights[i, rival] - weights[i, right])
    return live


@njit(cache=True, nogil=True)
def _reach(lead: Floats, change: Floats, rivals: int, live: int) -> float:
    """How large an exponent may become without any two units; at least 0."""
    top, rise = -math.inf, 0.0
    for c in range(rivals):
        top = max(top, lead[c])
        for a in range(live):
            rise = max(rise, change[c, a])
    return max(rise, top + 2.0 * rise)


@njit(cache=True, nogil=True)
def _odds(lead: Floats, change: Floats, live: int, sums: Floats, tops: Floats) -> None:
    """1 over the right class's probability, and the largest odds of a wrong one, without each of the first units.

    The loop over units is the inner one and starts at 0: so the processor takes several of them at a time.
    """
    for b in range(live):
        sums[b] = 1.0
        tops[b] = 0.0
    for c in range(0, len(lead), _AT_ONCE):
        own, second, third = lead[c], lead[c + 1], lead[c + 2]
        for b in range(live):
            odds, others, more = own * change[c, b], second * change[c + 1, b], third * change[c + 2, b]
            sums[b] += odds + others + more
            tops[b] = max(odds, others, more, tops[b])


@njit(cache=True, nogil=True)
def _put_away(product: Floats, pair: Floats) -> None:
    """Take the logarithms of products of examples and begin new ones."""
    for i in range(product.shape[0]):
        for j in range(i):
            pair[1, i, j] -= math.log(product[i, j])
            product[i, j] = 1.0


@njit(cache=True, nogil=True)
def _directly(
    lead: Floats, change: Floats, active: _Numbers, rivals: int, live: int, whole: Floats, single: Floats, pair: Floats
) -> None:
    """An example whose exponentials could not be multiplied without overflow: the largest is taken off each time."""
    right, found = _directly_without(lead, change, rivals, -1, -1)
    whole[0] += right
    whole[1] += found
    rights, founds = np.empty(live), np.empty(live)
    for a in range(live):
        rights[a], founds[a] = _directly_without(lead, change, rivals, a, -1)
        single[0, active[a]] += rights[a] - right
        single[1, active[a]] += founds[a] - found
    if pair.shape[1] == 0:
        return
    for a in range(live):
        for b in range(a):
            both_right, both = _directly_without(lead, change, rivals, a, b)
            pair[0, active[a], active[b]] += both_right - rights[a] - rights[b] + right
            pair[1, active[a], active[b]] += both - founds[a] - founds[b] + found


@njit(cache=True, nogil=True)
def _directly_without(lead: Floats, change: Floats, rivals: int, a: int, b: int) -> tuple[float, float]:
    """Whether an example is right without the units ``a`` and ``b`` (-1: none), and its log-probability."""
    top, total, right = 0.0, 1.0, 1.0
    for c in range(rivals):
        now = lead[c] + (change[c, a] if a >= 0 else 0.0) + (change[c, b] if b >= 0 else 0.0)
        right = right if now < -TIE else 0.0
        total = total * math.exp(top - now) + 1.0 if now > top else total + math.exp(now - top)
        top = max(top, now)
    return right, -top - math.log(total)
