"""Effects in one background, the wild type's: single mutants, and pairs whose double mutant is there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis.arrays import Floats
from analysis.genotypes.table import GenotypeTable


@dataclass(frozen=True, kw_only=True)
class Background:
    """Effects of elements where all others are absent. Errors are NaN where the table has none."""

    value: float
    """Phenotype of the wild type."""
    effects: Floats
    """(n,): single mutant less wild type; NaN where it was not measured."""
    effects_error: Floats
    pairs: NDArray[np.intp]
    """(pairs, 2): the elements whose wild type, single and double mutants are all there."""
    epistasis: Floats
    """(pairs,): ``v(i, j) - v(i) - v(j) + v()``, positive for synergy."""
    epistasis_error: Floats

    def taking(self, elements: NDArray[np.intp]) -> "Background":
        """The same with the elements in this order."""
        pairs = np.sort(np.argsort(elements)[self.pairs], axis=1)
        order = np.lexsort(pairs.T[::-1])
        return replace(
            self,
            effects=self.effects[elements],
            effects_error=self.effects_error[elements],
            pairs=pairs[order],
            epistasis=self.epistasis[order],
            epistasis_error=self.epistasis_error[order],
        )


def wild_type_effects(table: GenotypeTable) -> Background | None:
    """Effects in the wild type; None where it was not measured. No genotype may be there twice."""
    size = table.genotypes.sum(1)
    wild = np.flatnonzero(size == 0)
    if not wild.size:
        return None
    variance = np.full(table.rows, np.nan) if table.error is None else table.error**2
    value, noise = float(table.phenotype[wild[0]]), float(variance[wild[0]])
    single, double = np.flatnonzero(size == 1), np.flatnonzero(size == 2)
    mutant, mutant_noise = np.full(table.n, np.nan), np.full(table.n, np.nan)
    of_single = table.genotypes[single].argmax(1)
    mutant[of_single], mutant_noise[of_single] = table.phenotype[single], variance[single]
    pairs = np.nonzero(table.genotypes[double])[1].reshape(-1, 2)
    there = np.isfinite(mutant[pairs]).all(1)
    pairs, double = pairs[there], double[there]
    return Background(
        value=value,
        effects=mutant - value,
        effects_error=np.sqrt(mutant_noise + noise),
        pairs=pairs,
        epistasis=table.phenotype[double] - mutant[pairs].sum(1) + value,
        epistasis_error=np.sqrt(variance[double] + mutant_noise[pairs].sum(1) + noise),
    )
