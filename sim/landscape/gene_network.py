"""The gene network of Wagner (1996): development to a stable state, selected towards a target."""

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import numpy as np
from numba import njit
from pydantic import Field

from sim.arrays import Bools, Floats, Indices
from sim.reproduction import Recombination, offspring_networks
from sim.spec import LandscapeSpec

MAX_STEPS = 100
_ATTEMPTS = 100_000


@dataclass(frozen=True, kw_only=True)
class GeneNetworkLandscape:
    """Log fitness ``-selection * distance`` of regulatory networks ``W``, (genes, genes), from a target state.

    Development repeats ``s <- sign(W s)`` from ``initial_state`` until nothing changes, for at most 100 steps; a
    gene without any input stays as it is. ``distance`` is the share of genes that differ from ``target``, and 1 for
    a network that never settles. Row ``i`` holds what regulates gene ``i`` and is inherited whole. The founder is
    a random stable network and its state is the target (Azevedo et al. 2006).
    """

    founder: Floats
    """(genes, genes); an entry of 0 is a connection that does not exist."""
    initial_state: Floats
    """(genes,), -1 or +1."""
    target: Floats
    """(genes,), -1 or +1."""
    selection: float

    @classmethod
    def random(cls, *, genes: int, density: float, selection: float, seed: int) -> Self:
        """Draw networks with N(0, 1) entries, of which a share ``density`` exists, until one is stable."""
        rng = np.random.default_rng(seed)
        initial = rng.choice([-1.0, 1.0], size=genes)
        for _ in range(_ATTEMPTS):
            founder = rng.standard_normal((1, genes, genes)) * (rng.random((genes, genes)) < density)
            states, stable = develop(founder, initial)
            if stable[0]:
                return cls(founder=founder[0], initial_state=initial, target=states[0], selection=selection)
        raise ValueError(f"no stable network among {_ATTEMPTS} random ones with {genes} genes; take fewer genes")

    @property
    def elements(self) -> int:
        """Number of genes, which is the number of rows."""
        return len(self.target)

    def founders(self, size: int, seed: int) -> Floats:  # noqa: ARG002 - every population starts from the one founder
        """Copies of the founder."""
        return np.repeat(self.founder[None], size, axis=0)

    def random_individuals(self, size: int, seed: int) -> Floats:
        """Random networks with the founder's connections."""
        entries = np.random.default_rng(seed).standard_normal((size, self.elements, self.elements))
        networks: Floats = entries * (self.founder != 0.0)
        return networks

    def log_fitness(self, individuals: Floats) -> Floats:
        """Log fitness of networks ``(individuals, genes, genes)``."""
        states, stable = develop(individuals, self.initial_state)
        distance = np.where(stable, np.mean(states != self.target, axis=1), 1.0)
        return -self.selection * distance

    def offspring(
        self,
        individuals: Floats,
        mothers: Indices,
        fathers: Indices,
        recombination: Recombination,
        mutation: float,
        stream: np.uint64,
        out: Floats | None = None,  # noqa: ARG002 - networks are small
    ) -> tuple[Floats, Bools]:
        """Free segregation of rows; ``mutation`` is per existing connection. Raises ValueError for a map."""
        if not recombination.free:
            raise ValueError('rows of gene networks segregate freely; take recombination = "free"')
        return offspring_networks(individuals, mothers, fathers, mutation, stream)

    def knocked_out(self, individual: Floats, masks: Bools) -> Floats:
        """Log fitness when the unmasked genes receive no input and stay in their initial state."""
        return self.log_fitness(individual * masks[:, :, None])

    def crossed(self, first: Floats, second: Floats, masks: Bools) -> Floats:
        """Log fitness of the children that take the masked rows from ``first``."""
        return self.log_fitness(np.where(masks[:, :, None], first, second))

    def observations(self, individuals: Floats) -> Floats:
        """The input that each gene receives in the target state: the allelic value of its row."""
        values: Floats = individuals @ self.target
        return values


@njit(cache=True, nogil=True)
def develop(networks: Floats, initial_state: Floats) -> tuple[Floats, Bools]:
    """Let networks ``(individuals, genes, genes)`` develop.

    Returns the last states ``(individuals, genes)`` and whether each is stable.
    """
    size, genes = networks.shape[0], networks.shape[1]
    states = np.empty((size, genes))
    stable = np.zeros(size, dtype=np.bool_)
    now = np.empty(genes)
    for which in range(size):
        now[:] = initial_state
        for _ in range(MAX_STEPS):
            same = True
            for gene in range(genes):
                total = 0.0
                for source in range(genes):
                    total += networks[which, gene, source] * now[source]
                state = 1.0 if total > 0.0 else (-1.0 if total < 0.0 else now[gene])
                states[which, gene] = state
                same = same and state == now[gene]
            now[:] = states[which]
            if same:
                stable[which] = True
                break
    return states, stable


class GeneNetworkSpec(LandscapeSpec):
    """Wagner's gene networks, selected for the stable state of their founder."""

    source = "Wagner 1996; after Azevedo et al. 2006: 10 genes, 0.1 mutations a network (there 500 individuals)"
    defaults: ClassVar = {"population": 300, "mutation": 1.3e-3, "association_at": 1.0}
    element = "genes"

    kind: Literal["gene-network"] = "gene-network"
    genes: int = Field(default=10, ge=2, le=100, description="genes of a network")
    density: float = Field(default=0.75, gt=0.0, le=1.0, description="share of the possible connections that exist")
    selection: float = Field(default=10.0, gt=0.0, description="log fitness lost when no gene is as in the target")

    @property
    def elements(self) -> int:
        """Number of genes."""
        return self.genes

    @property
    def summary(self) -> str:
        """In a few words."""
        return f"regulatory networks of {self.genes} genes"

    @property
    def evaluation(self) -> float:
        """A step of development is quadratic in genes."""
        return 10.0 * self.genes**2

    def build(self, seed: int) -> GeneNetworkLandscape:
        """Draw the founder, and with it the target."""
        return GeneNetworkLandscape.random(genes=self.genes, density=self.density, selection=self.selection, seed=seed)
