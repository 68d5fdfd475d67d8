"""Generations of networks: judged, selected, mated, mutated."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nets import draws
from nets.data import Dataset
from nets.evolution.genomes import Genomes, spread
from nets.evolution.spec import Evolution
from nets.mlp import Mlp
from nets.threads import single_thread
from nets.training import Seeds

_FOUNDERS, _BATCHES, _MOTHERS, _FATHERS, _GENES, _UNITS, _BIASES = range(7)
_EXAMPLES = 1000
"""Examples at a time."""


@dataclass(frozen=True, kw_only=True)
class Generation:
    """A population at a time: what a run goes on from."""

    number: int
    """0: the founders."""
    genomes: Genomes


@dataclass(frozen=True, kw_only=True)
class Evolved:
    """Where a population came to."""

    last: Generation
    fitness: Tensor
    """Of the last generation, (networks,), float32, on all training examples."""
    best: int
    """The network of the highest fitness."""

    @property
    def network(self) -> Mlp:
        """The best one."""
        return self.last.genomes.network(self.best)


def evolve(
    spec: Evolution,
    data: Dataset,
    seeds: Seeds,
    *,
    start: Generation | None = None,
    device: torch.device | str = "cpu",
    on_generation: Callable[[Generation], None] | None = None,
) -> Evolved:
    """Evolve a population on training examples, from its founders or from a generation ``start`` of an earlier call.

    ``seeds.initial`` draws the founders, ``seeds.training`` all that comes after. What becomes of a generation is a
    function of it, its number, the spec, the data and that seed: a run may be cut anywhere and goes on to the bit.
    With equal seeds, clonal and sexual populations have the same founders, are judged by the same examples, and the
    same genes of the same children take the same steps of mutation. ``on_generation`` is given each generation as it
    is there, the first one included.

    Raises ValueError for data without classes, and for a ``start`` that does not fit the spec and the data.
    """
    with single_thread(), torch.no_grad():
        world = _World(spec, data, seeds, torch.device(device))
        now = replace(start, genomes=start.genomes.to(device)) if start else world.founders()
        world.check(now)
        if on_generation is not None:
            on_generation(now)
        while now.number < spec.generations:
            now = world.after(now)
            if on_generation is not None:
                on_generation(now)
        fitness = world.final_fitness(now.genomes)
        return Evolved(last=now, fitness=fitness, best=int(fitness.argmax()))


class _World:
    """What stays the same from generation to generation: examples, the rules, streams of random numbers."""

    def __init__(self, spec: Evolution, data: Dataset, seeds: Seeds, device: torch.device) -> None:
        if data.classes < 2:
            raise ValueError(f"data must have at least two classes to tell apart; got {data.classes}: give it labels")
        inputs = torch.from_numpy(data.inputs).to(device)
        self._spec = spec
        self._inputs = torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1).T.contiguous()
        self._labels = torch.from_numpy(data.labels).to(device)
        self._features, self._classes = inputs.shape[1], data.classes
        self._spread = spread(self._features, spec.width, self._classes, device)
        self._keys = [draws.keys_of([seeds.training], stream, device) for stream in range(_BIASES + 1)]
        self._keys[_FOUNDERS] = draws.keys_of([seeds.initial], _FOUNDERS, device)

    def founders(self) -> Generation:
        """Generation 0."""
        genomes = Genomes.founders(self._spec, self._features, self._classes, self._keys[_FOUNDERS])
        return Generation(number=0, genomes=genomes)

    def check(self, start: Generation) -> None:
        """Raise ValueError where a run cannot go on from ``start``."""
        spec, genomes = self._spec, start.genomes
        wanted = (spec.population, spec.width, len(self._spread))
        if tuple(genomes.units.shape) != wanted or genomes.biases.shape[1] != self._classes:
            raise ValueError(
                f"start must have units {wanted}, as the spec and the data say; got {tuple(genomes.units.shape)}: "
                "go on with the spec and the data that it comes from"
            )
        if not 0 <= start.number <= spec.generations:
            raise ValueError(
                f"start must be of generations 0 to {spec.generations}; got {start.number}: ask for more generations"
            )

    def fitness(self, genomes: Genomes, examples: Tensor | slice = slice(None)) -> Tensor:
        """Of each network, (networks,), on some examples or all; minus infinity for one whose scores overflow."""
        labels, scores = self._labels[examples], genomes.scores(self._inputs[:, examples])
        right = scores.gather(1, labels.expand(len(scores), 1, -1))[:, 0]
        likelihood = (right - scores.logsumexp(1)).mean(1)
        fitness = likelihood
        if self._spec.fitness == "accuracy":
            fitness = ((scores >= right[:, None]).sum(1) == 1).float().mean(1)
        return torch.where(likelihood.isfinite(), fitness, -torch.inf)

    def final_fitness(self, genomes: Genomes) -> Tensor:
        """The same on all examples, so many at a time that hidden activations fit into memory."""
        total = torch.zeros(len(genomes), device=self._labels.device)
        for first in range(0, len(self._labels), _EXAMPLES):
            part = slice(first, min(first + _EXAMPLES, len(self._labels)))
            total += self.fitness(genomes, part) * ((part.stop - part.start) / len(self._labels))
        return total

    def after(self, now: Generation) -> Generation:
        """The next generation."""
        number = now.number + 1
        batch = draws.order(self._keys[_BATCHES], number, len(self._labels))[0, : self._spec.batch_size]
        ranked = self.fitness(now.genomes, batch).argsort(descending=True, stable=True)
        children = now.genomes.children(self._parents(ranked, number))
        size = self._spec.mutation_at(number)
        self._mutate(children.units.view(-1, len(self._spread)), self._spread * size, _UNITS, number)
        self._mutate(children.biases.view(-1, 1), self._spread[-1] * size, _BIASES, number)
        return Generation(number=number, genomes=children)

    def _parents(self, ranked: Tensor, number: int) -> Tensor:
        """Who gives each gene, (children, genes), of networks ``ranked`` from the best to the worst."""
        spec, genes = self._spec, self._spec.width + self._classes
        mothers = self._ranks(_MOTHERS, number, spec.eligible)
        if not spec.sexual:
            return ranked[mothers][:, None].expand(-1, genes)
        fathers = self._ranks(_FATHERS, number, spec.eligible - 1)
        fathers += fathers >= mothers  # nobody mates with herself
        hers = draws.keep(self._keys[_GENES], number, (spec.population, genes), 0.5)[0]
        return ranked[torch.where(hers, mothers[:, None], fathers[:, None])]

    def _ranks(self, stream: int, number: int, eligible: int) -> Tensor:
        """A parent for each child, by rank from 0: the best of a few contestants, each drawn from all eligible ones."""
        drawn = draws.uniform(self._keys[stream], number, (self._spec.population, self._spec.contenders))[0]
        return (drawn.amin(1) * eligible).long()

    def _mutate(self, genes: Tensor, size: Tensor, stream: int, number: int) -> None:
        """Add normal steps of ``size`` to a share of ``genes`` (genes, weights), in place."""
        count = round(self._spec.mutation_rate * len(genes))
        if count == 0:
            return
        mutants = draws.order(self._keys[stream], number, len(genes))[0, :count]
        keys = draws.words(self._keys[stream], 0, len(genes))[0, mutants]
        genes[mutants] += size * draws.normal(keys, number, genes.shape[1:])
