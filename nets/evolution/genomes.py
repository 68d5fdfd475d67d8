"""Genomes of perceptrons: a gene is a hidden unit, or an output bias."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

from nets import draws
from nets.evolution.spec import Evolution
from nets.mlp import Mlp


@dataclass(frozen=True, kw_only=True, eq=False)
class Genomes:
    """Perceptrons with one hidden layer, gene by gene. float32.

    ``units``: (networks, width, features + 1 + classes), each unit's incoming weights, its bias, its outgoing weights.
    ``biases``: (networks, classes), of the outputs.
    """

    units: Tensor
    biases: Tensor

    @classmethod
    def founders(cls, spec: Evolution, features: int, classes: int, key: Tensor) -> Self:
        """A population with He-normal weights (He et al. 2015) and biases of 0, drawn with ``key`` (1,)."""
        deviations = spread(features, spec.width, classes, key.device)
        units = draws.normal(key, 0, (spec.population, spec.width, len(deviations)))[0] * deviations
        units[:, :, features] = 0.0
        return cls(units=units, biases=torch.zeros(spec.population, classes, device=key.device))

    def __len__(self) -> int:
        return self.units.shape[0]

    def to(self, device: torch.device | str) -> "Genomes":
        """The same on a device."""
        return Genomes(units=self.units.to(device), biases=self.biases.to(device))

    def scores(self, inputs: Tensor) -> Tensor:
        """Scores (networks, classes, examples) of inputs (features + 1, examples) whose last row is 1."""
        incoming, outgoing = self.units.split_with_sizes([len(inputs), self.biases.shape[1]], dim=2)
        hidden = torch.relu_(incoming.flatten(0, 1) @ inputs).view(*self.units.shape[:2], -1)
        return torch.baddbmm(self.biases[:, :, None], outgoing.transpose(1, 2), hidden)

    def children(self, parents: Tensor) -> "Genomes":
        """New networks whose genes, units first, come from the networks ``parents`` (children, genes)."""
        width, classes = self.units.shape[1], self.biases.shape[1]
        of_units, of_biases = parents.split_with_sizes([width, classes], dim=1)
        places = torch.arange(width, device=parents.device)
        return Genomes(units=self.units[of_units, places], biases=self.biases.gather(0, of_biases))

    def network(self, which: int) -> Mlp:
        """One of them on its own, on the CPU."""
        genes, biases = self.units[which].cpu(), self.biases[which].cpu()
        features = genes.shape[1] - 1 - len(biases)
        incoming, bias, outgoing = genes.split_with_sizes([features, 1, len(biases)], dim=1)
        return Mlp(
            weights=[incoming.T.contiguous(), outgoing.contiguous()], biases=[bias[:, 0].clone(), biases.clone()]
        )


def spread(features: int, width: int, classes: int, device: torch.device) -> Tensor:
    """Standard deviation (features + 1 + classes,) of founders' weights, gene by gene; for the bias that of the inputs.

    It is the unit in which weights mutate.
    """
    incoming = torch.full((features + 1,), (2.0 / features) ** 0.5, device=device)
    return torch.cat([incoming, torch.full((classes,), (2.0 / width) ** 0.5, device=device)])
