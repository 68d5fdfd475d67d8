"""Modes of reproduction: how many parents a child has, who they are, and how many siblings it must beat."""

from dataclasses import dataclass
from typing import Literal

from sim.reproduction.recombination import FREE, Recombination

MOST_MATES = 200
"""More fathers than this have no random numbers of their own."""
BestOf = int | Literal["alleles"]


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """A way to reproduce.

    With probability ``sex_fraction`` a child has two parents and takes each locus from either as ``recombination``
    says; otherwise it is a copy of one. Sexual children are selfed with probability ``selfing`` (both parents are one
    individual: in haploids the child is its copy). ``mates`` is how many fathers are drawn, of which the one nearest
    to the mother in log fitness, other than herself, becomes the father: 1 is random mating.

    ``best_of``: how many recombinants of its parents compete, of which the fittest becomes the child: the jackpot.
    ``"alleles"`` is its limit, a child that takes at each locus the parent's allele with the higher average effect in
    the population (Fisher 1941).

    Raises ValueError for a probability outside [0, 1], or fewer than one mate or recombinant.
    """

    sex_fraction: float
    recombination: Recombination = FREE
    selfing: float = 0.0
    mates: int = 1
    best_of: BestOf = 1

    def __post_init__(self) -> None:
        for name in ("sex_fraction", "selfing"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} must lie in [0, 1]; got {getattr(self, name)}")
        if not 1 <= self.mates <= MOST_MATES:
            raise ValueError(
                f"mates must be at least 1, which is random mating, and at most {MOST_MATES}; got {self.mates}"
            )
        if self.best_of != "alleles" and self.best_of < 1:
            raise ValueError(f"best_of must be at least 1, which is no contest, or 'alleles'; got {self.best_of}")

    @property
    def plain(self) -> bool:
        """Whether mates meet at random and children compete with nobody: what clones and exact frequencies allow."""
        return self.selfing == 0.0 and self.mates == 1 and self.best_of == 1


CLONAL = Reproduction(sex_fraction=0.0)
SEXUAL = Reproduction(sex_fraction=1.0)
