"""What averaging ``k`` thinned networks buys, beside scaling the weights (Srivastava et al. 2014, figure 11)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from nets.draws import keep, key_of, rounded
from nets.mlp import Mlp
from nets.theory.ensembles import cross_entropy, in_double, squared_error
from nets.threads import single_thread

COUNTS = (1, 2, 5, 10, 20, 50, 100)
SCORES = ("error", "cross-entropy", "brier")


@dataclass(frozen=True, kw_only=True)
class TradeOff:
    """Scores of averages of more and more thinned networks, and of the weight-scaled one."""

    counts: tuple[int, ...]
    """Networks averaged."""
    averaged: dict[str, Tensor]
    """For each of `SCORES`, float64 (repeats, counts); a repeat has masks of its own, nested from count to count."""
    weight_scaled: dict[str, float]

    def mean(self, score: str = "error") -> Tensor:
        """The expected score (counts,), as estimated from all repeats."""
        return self.averaged[score].mean(0)

    def standard_error(self, score: str = "error") -> Tensor:
        """Of that mean, (counts,): the masks' part only, for the network and the examples given. NaN of one repeat."""
        scores = self.averaged[score]
        return scores.std(0, correction=1).div(len(scores) ** 0.5)

    def __str__(self) -> str:
        means, errors = (
            torch.stack([of(score) for score in SCORES], 1).tolist() for of in (self.mean, self.standard_error)
        )
        lines = [f"{'networks':>14}" + "".join(f"{score:>19}" for score in SCORES)]
        for count, row, spread in zip(self.counts, means, errors, strict=True):
            lines.append(f"{count:>14}" + "".join(f"{m:>9.4f} ± {e:.5f}" for m, e in zip(row, spread, strict=True)))
        lines.append(
            f"{'weight-scaled':>14}" + "".join(f"{self.weight_scaled[score]:>9.4f}{'':10}" for score in SCORES)
        )
        return "\n".join(line.rstrip() for line in lines)


@dataclass(frozen=True, kw_only=True)
class MonteCarlo:
    """Thinned networks of one perceptron: inverted dropout with ``drop_prob`` on all its hidden layers.

    Every example has masks of its own, a function of ``seed``, of the number of the repeat, of the pass and of the
    example's place. Computed in float64, with ``drop_prob`` rounded to a multiple of 1 / 65,536.
    """

    network: Mlp
    drop_prob: float
    seed: int

    def __post_init__(self) -> None:
        if not 0.0 <= self.drop_prob < 1.0:
            raise ValueError(f"drop_prob must lie in [0, 1); got {self.drop_prob}")

    def predict(self, inputs: Tensor, passes: int, *, repeat: int = 0) -> Tensor:
        """Mean probabilities (examples, classes) of ``passes`` thinned networks, for inputs (examples, features).

        Raises ValueError for fewer than one pass.
        """
        return next(self._running_means(inputs, (passes,), repeat))

    def trade_off(
        self, inputs: Tensor, labels: Tensor, *, counts: Sequence[int] = COUNTS, repeats: int = 10
    ) -> TradeOff:
        """Score averages of ``counts`` networks, increasing, ``repeats`` times, and the weight-scaled network once.

        ``labels``: (examples,). Costs ``repeats * counts[-1]`` passes through the network. Raises ValueError for counts
        that are not positive and increasing, and for fewer than one repeat.
        """
        if repeats < 1:
            raise ValueError(f"repeats must be at least 1; got {repeats}")
        rows = [
            torch.stack([_scores(mean, labels) for mean in self._running_means(inputs, counts, repeat)])
            for repeat in range(repeats)
        ]
        with single_thread(), torch.no_grad():
            scaled = _scores(torch.softmax(in_double(self.network).logits(inputs.double()), 1), labels)
        return TradeOff(
            counts=tuple(counts),
            averaged=dict(zip(SCORES, torch.stack(rows).unbind(-1), strict=True)),
            weight_scaled=dict(zip(SCORES, scaled.tolist(), strict=True)),
        )

    def _running_means(self, inputs: Tensor, counts: Sequence[int], repeat: int) -> Iterator[Tensor]:
        """The mean probabilities of the first 1, 2, ... networks of a repeat, at each of ``counts``."""
        if not counts or counts[0] < 1 or any(after <= before for before, after in pairwise(counts)):
            raise ValueError(f"counts of networks must be positive and increasing; got {list(counts)}")
        keys = torch.tensor(
            [key_of(self.seed, repeat, layer) for layer in range(len(self.network.widths))], device=inputs.device
        )
        network, done = in_double(self.network), 0
        with single_thread(), torch.no_grad():
            total, first = inputs.new_zeros((), dtype=torch.float64), network.hidden(inputs.double())[0]
        for count in counts:
            with single_thread(), torch.no_grad():
                for number in range(done, count):
                    total = total + self._thinned(network, first, keys, number)
            done = count
            yield total / count

    def _thinned(self, network: Mlp, first: Tensor, keys: Tensor, number: int) -> Tensor:
        """Probabilities (examples, classes) of one thinned network; ``first``: its first hidden layer, intact."""
        scores = first
        for layer, (weight, bias) in enumerate(zip(network.weights[1:], network.biases[1:], strict=True)):
            kept = keep(keys[layer, None], number, tuple(scores.shape), self.drop_prob)[0]
            scores = (torch.relu(scores) * kept / (1.0 - rounded(self.drop_prob))) @ weight + bias
        return torch.softmax(scores, 1)


def _scores(probabilities: Tensor, labels: Tensor) -> Tensor:
    """(scores,), in the order of `SCORES`."""
    logs = probabilities.log()
    error = (probabilities.argmax(1) != labels).double().mean()
    return torch.stack([error, cross_entropy(logs, labels), squared_error(logs, labels)])
