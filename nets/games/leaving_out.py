"""A perceptron without each unit and without each pair of units, exactly, and without a forward pass for each.

Leaving units out of a layer changes what the next layer gets by one rank-one term a unit. Where the next layer is the
output, all pairs follow from exponentials of single units (`nets.games.readout`). Elsewhere the changed sums go
through the rest of the network, many pairs at a time. Examples on which a unit is silent are skipped in both.
"""

from typing import Literal

import numpy as np
import psutil
import torch
from torch import Tensor

from nets.arrays import Bools, Floats
from nets.games.ablation import AblationGame
from nets.games.base import SCALES, judge
from nets.games.readout import left_out
from nets.threads import single_thread

Whole = Literal["intact"] | Bools
"""The whole that units are taken from: every unit, or those of a mask (n,)."""
_FLOATS = 2**19
"""Sums that go through the rest of the network together: about what a processor keeps at hand."""
_BYTES_PER_PAIR = 80.0


def singles(game: AblationGame, *, of: Whole = "intact") -> dict[str, Floats]:
    """Performance (n,) without each unit, on each scale of ``game``.

    ``of``: the whole that each is taken from; a unit that is not in it leaves it as it is. Agrees with the game's
    values of those masks to single precision. Where the last hidden layer loses units, sums are in double precision
    and a lead of the right class below 1e-10 counts as a tie, thus as wrong.

    Raises ValueError for an ``of`` of another shape.
    """
    whole, single, _ = _measure(game, of, pairs=False)
    return _by_scale(game, whole[:, None] + single)


def pairs(game: AblationGame, *, of: Whole = "intact") -> dict[str, Floats]:
    """Performance (n, n) without each two units, on each scale of ``game``; on the diagonal, without each one.

    ``of`` is that of `singles`. Raises ValueError for an ``of`` of another shape, and where the pairs would not fit
    into the memory that is free.
    """
    whole, single, pair = _measure(game, of, pairs=True)
    both = whole[:, None, None] + single[:, :, None] + single[:, None, :] + pair
    every = np.arange(game.n)
    both[:, every, every] = whole[:, None] + single
    return _by_scale(game, both)


def second_differences(game: AblationGame, *, of: Whole = "intact") -> dict[str, Floats]:
    """``v(all) - v(-i) - v(-j) + v(-i-j)``, (n, n), on each scale of ``game``; diagonal 0.

    Positive where two units need each other, negative where they can stand in for each other; in performance units,
    like the Banzhaf interaction, which averages it over all wholes. ``of`` and errors are those of `pairs`.
    """
    return _by_scale(game, _measure(game, of, pairs=True)[2])


def _by_scale(game: AblationGame, values: Floats) -> dict[str, Floats]:
    """Accuracies as the whole numbers of examples that they are, and log-probabilities as they come."""
    examples = len(game.labels)
    return dict(zip(SCALES, (np.rint(values[0] * examples) / examples, values[1]), strict=True))


def _measure(game: AblationGame, of: Whole, *, pairs: bool) -> tuple[Floats, Floats, Floats]:
    """Performance of the whole, (2,); its change without each unit, (2, n); second differences, (2, n, n)."""
    if not isinstance(game, AblationGame):
        raise TypeError(
            f"game must be an AblationGame, of a perceptron as nets.train gives it; got {type(game).__name__}: for any "
            "other module take analysis.interaction_spectrum"
        )
    mask = np.ones(game.n, dtype=np.bool_) if isinstance(of, str) and of == "intact" else np.asarray(of)
    if mask.dtype != np.bool_ or mask.shape != (game.n,):
        raise ValueError(f"of must be 'intact' or a boolean mask of shape ({game.n},); got {of!r}")
    needed, free = _BYTES_PER_PAIR * game.n**2 * pairs, float(psutil.virtual_memory().available)
    if needed > free:
        raise ValueError(
            f"the pairs of {game.n:,} units need {needed / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free: "
            "take one layer at a time or a narrower network"
        )
    with single_thread(), torch.no_grad():
        there = [m[0] for m in game.split(torch.from_numpy(mask).to(game.labels.device)[None])]
        return _Network(game, there).from_layer(0, game.present.T, pairs=pairs)


class _Network:
    """A game's network with some of its units there, from the layer on that is asked for."""

    def __init__(self, game: AblationGame, there: list[Tensor]) -> None:
        self._game, self._there = game, there
        self._first, self._network, self._labels = game.layers[0], game.network, game.labels

    def from_layer(self, part: int, activations: Tensor, *, pairs: bool) -> tuple[Floats, Floats, Floats]:
        """What `_measure` gives, of the units from the game's layer number ``part`` on.

        ``activations``: (examples, units) of that layer. Pairs of units in different layers are what the later one
        is worth with and without the earlier one.
        """
        kept, change = self._kept(part, activations), self._change(part, activations)
        layer = self._first + part
        if layer + 1 == len(self._network.widths):
            whole, single, pair = self._readout(kept, change, pairs=pairs)
        else:
            whole, single, pair = self._inner(part, kept, change, pairs=pairs)
        if part + 1 == len(self._there):
            return whole, single, pair
        _, later, of_later = self.from_layer(part + 1, torch.relu(self._next(layer, kept)), pairs=pairs)
        units, rest = single.shape[1], later.shape[1]
        singles = np.concatenate([single, later], axis=1)
        if not pairs:
            return whole, singles, pair
        both = np.zeros((len(SCALES), units + rest, units + rest))
        both[:, :units, :units], both[:, units:, units:] = pair, of_later
        for unit in range(units):
            less = kept.clone()
            less[:, unit] -= change[:, unit]
            _, without, _ = self.from_layer(part + 1, torch.relu(self._next(layer, less)), pairs=False)
            both[:, unit, units:] = both[:, units:, unit] = without - later
        return whole, singles, both

    def _readout(self, kept: Tensor, change: Tensor, *, pairs: bool) -> tuple[Floats, Floats, Floats]:
        """Of the last hidden layer."""
        weights, bias = self._network.weights[-1].double(), self._network.biases[-1].double()
        scores = kept.double() @ weights + bias
        given = [each.cpu().numpy() for each in (scores, change.double(), weights, self._labels)]
        return left_out(*(np.ascontiguousarray(each) for each in given), pairs=pairs)

    def _inner(self, part: int, kept: Tensor, change: Tensor, *, pairs: bool) -> tuple[Floats, Floats, Floats]:
        """Of a layer with others behind it."""
        examples, units = change.shape
        sums, weights = self._next(self._first + part, kept), self._network.weights[self._first + part + 1]
        everywhere = torch.arange(examples, device=change.device)
        intact = self._values(part, sums.clone()[None], everywhere)
        single = self._without(part, sums, change, weights, everywhere)
        pair = intact.new_zeros(len(SCALES), units if pairs else 0, units if pairs else 0)
        for x in range(examples if pairs else 0):
            active = change[x].nonzero()[:, 0]
            falls = change[x, active, None] * weights[active]
            step = max(1, _FLOATS // max(falls.numel(), 1))
            for start in range(0, len(active), step):
                ones, twos = active[start : start + step], active[: start + step]
                without = (sums[x] - falls[start : start + step, None]) - falls[: start + step]
                both = self._values(part, without.flatten(0, 1)[:, None], everywhere[x : x + 1])
                both = both.view(len(SCALES), len(ones), len(twos))
                differences = both - single[:, ones, None, x] - single[:, None, twos, x] + intact[..., x, None]
                pair[:, ones[:, None], twos] += differences.tril(start - 1)
        found = intact.sum((1, 2)), (single - intact).sum(2), pair + pair.transpose(1, 2)
        whole, alone, together = ((each / examples).cpu().numpy() for each in found)
        return whole, alone, together

    def _without(self, part: int, sums: Tensor, change: Tensor, weights: Tensor, where: Tensor) -> Tensor:
        """Both scales (2, units, examples) without each unit, given the sums (examples, outputs) with it."""
        step = max(1, _FLOATS // sums.numel())
        found = [
            self._values(part, sums - change.T[some, :, None] * weights[some, None, :], where)
            for some in (slice(start, start + step) for start in range(0, len(weights), step))
        ]
        return torch.cat(found, dim=1)

    def _values(self, part: int, sums: Tensor, where: Tensor) -> Tensor:
        """Both scales (2, alternatives, examples), float64, of the sums (alternatives, examples, units) of a layer.

        ``where``: indices of the examples. The sums are overwritten.
        """
        for layer in range(self._first + part + 1, len(self._network.widths)):
            activations, later = torch.relu_(sums), layer - self._first
            if later < len(self._there):
                activations = self._kept(later, activations, where)
            sums = self._next(layer, activations)
        right, log_probability = judge(sums.transpose(1, 2), self._labels[where])
        return torch.stack([right.double(), log_probability.double()])

    def _next(self, layer: int, activations: Tensor) -> Tensor:
        return activations @ self._network.weights[layer + 1] + self._network.biases[layer + 1]

    def _kept(self, part: int, activations: Tensor, where: Tensor | slice = slice(None)) -> Tensor:
        """Activations (..., examples, units), or what stands in for them."""
        absent = self._game.absent[part]
        instead = torch.zeros_like(activations) if absent is None else absent.T[where].expand_as(activations)
        return torch.where(self._there[part], activations, instead)

    def _change(self, part: int, activations: Tensor) -> Tensor:
        """What each unit that is there adds to its stand-in, (examples, units)."""
        absent = self._game.absent[part]
        return self._there[part] * (activations if absent is None else activations - absent.T)
