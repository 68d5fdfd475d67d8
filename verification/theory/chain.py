"""The haploid Wright-Fisher chain of one locus: how many of ``size`` individuals have allele 1."""

import numpy as np
from scipy.stats import binom

from analysis.arrays import Floats


def transitions(size: int, *, advantage: float = 0.0, mutation: float = 0.0) -> Floats:
    """Probabilities (size + 1, size + 1) of each number of copies after each number.

    Each child draws its parent in proportion to ``exp(advantage)`` for allele 1 and 1 for allele 0; its allele then
    turns into the other with probability ``mutation``.
    """
    ones = np.arange(size + 1) * np.exp(advantage)
    chosen = ones / (ones + size - np.arange(size + 1))
    children = mutation + (1.0 - 2.0 * mutation) * chosen
    chances: Floats = binom.pmf(np.arange(size + 1)[None, :], size, children[:, None])
    return chances


def fixation(size: int, advantage: float) -> Floats:
    """Probability that allele 1 is fixed from each number of copies, (size + 1,): absorption, without mutation."""
    moves = transitions(size, advantage=advantage)
    inner = slice(1, size)
    reached = np.linalg.solve(np.eye(size - 1) - moves[inner, inner], moves[inner, size])
    return np.concatenate([[0.0], reached, [1.0]])


def stationary(size: int, *, advantage: float = 0.0, mutation: float) -> Floats:
    """Probabilities of each number of copies, (size + 1,), in the long run."""
    system = transitions(size, advantage=advantage, mutation=mutation).T - np.eye(size + 1)
    system[-1] = 1.0
    found: Floats = np.linalg.solve(system, np.append(np.zeros(size), 1.0))
    return found
