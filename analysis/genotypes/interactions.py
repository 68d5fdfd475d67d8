"""What a table says about interactions: all genotypes, exactly, with what measurement noise alone would say."""

from dataclasses import dataclass, replace
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from analysis.arrays import Floats
from analysis.genotypes.checks import varies
from analysis.genotypes.table import GenotypeTable
from analysis.measures.spectrum import exact_spectrum

LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Interactions:
    """Interaction measures of a table. What needs errors is NaN where the table has none."""

    orders: tuple[str, ...]
    """Names of the orders: ``1`` to ``n``, or ``1``, ``2`` and ``3+`` for a sample."""
    terms: Floats
    """(orders,): number of coefficients."""
    shares: Floats
    """(orders,): ``W_k / Var v`` as measured, noise included. They sum to 1; NaN where `reason` says why."""
    shares_error: Floats
    """(orders,): standard error over genotypes; 0 for a complete table."""
    noise_shares: Floats
    """(orders,): what noise alone would put into `shares`; NaN where it is unknown."""
    corrected_shares: Floats
    """(orders,): shares of the variance that noise leaves, ``(W_k - noise_k) / (Var v - noise)``; they sum to 1 and
    may fall a little outside [0, 1]. NaN where noise explains the whole variance."""
    p_values: Floats
    """(orders,): chi-square test of noise alone, for errors of about one size; NaN for a sample."""
    reason: str
    """Why shares are undefined, all or those of order 2 and up, or empty."""
    mixability: Floats
    """(n,): Banzhaf value, the mean effect of the element over all backgrounds."""
    mixability_error: Floats
    """(n,): standard error, of measurement and of sampling."""
    context_dependence: Floats
    """(n,): ``c_i = 1 - f_i**2 / Inf_i``, noise included: 0 for the same effect in all backgrounds, 1 for an effect
    set by them alone. NaN for a sample and for an element without effect."""
    corrected_context: Floats
    """(n,): the same less what noise puts into both; NaN where the element's effects are not told from noise."""
    interaction: Floats
    """(n, n): Banzhaf interaction index ``I_ij = 4 f_ij``; positive is synergy; diagonal 0."""
    interaction_error: Floats
    """(n, n): standard error of `interaction`, of measurement and of sampling."""
    masses: Floats
    """(2,): synergy mass ``sum_{i<j} max(I_ij, 0)`` and redundancy mass ``sum_{i<j} max(-I_ij, 0)``, in units of the
    phenotype."""
    masses_error: Floats
    """(2,): standard error of sampling; 0 for a complete table."""
    noise_mass: float
    """What noise alone would make of each mass, for a complete table."""

    def strongest(self, count: int) -> list[tuple[int, int]]:
        """The pairs ``i < j`` with the largest ``|I_ij|``, the largest first."""
        one, two = np.triu_indices(len(self.mixability), 1)
        order = np.argsort(-np.abs(self.interaction[one, two]), kind="stable")[:count]
        return [(int(one[k]), int(two[k])) for k in order]

    @property
    def hidden(self) -> list[str]:
        """Orders that cannot be told from noise at the 5 % level, Bonferroni-corrected for their number."""
        level = LEVEL / len(self.orders)
        return [order for order, p_value in zip(self.orders, self.p_values, strict=True) if p_value >= level]

    def taking(self, elements: NDArray[np.intp]) -> "Interactions":
        """The same with the elements in this order."""
        return replace(
            self,
            **{
                name: getattr(self, name)[elements]
                for name in ("mixability", "mixability_error", "context_dependence", "corrected_context")
            },
            **{name: getattr(self, name)[np.ix_(elements, elements)] for name in ("interaction", "interaction_error")},
        )


def noise_variance(table: GenotypeTable) -> float:
    """Mean squared error of the phenotype; NaN where it is unknown."""
    return float(np.mean(table.error**2)) if table.error is not None and table.error.any() else np.nan


def complete_interactions(table: GenotypeTable) -> Interactions:
    """Measure a complete table, its rows in genotype order.

    Independent errors of variance ``s_g`` give each of the ``2**n`` coefficients the variance ``mean(s_g) / 2**n``,
    so that ``W_k`` in units of it is chi-square with ``C(n, k)`` degrees of freedom where noise is all there is.
    """
    n, found = table.n, exact_spectrum(table.phenotype)
    reason = "" if varies(table) else "the phenotype is the same in all rows"
    terms = np.array([comb(n, k) for k in range(1, n + 1)], dtype=np.float64)
    weights, noise = np.nan_to_num(found.all_shares) * found.variance, noise_variance(table) / 2**n
    squares = (found.mixability / 2.0) ** 2
    told = chdtrc(2.0 ** (n - 1), found.influence / noise) < LEVEL
    with np.errstate(invalid="ignore", divide="ignore"):
        corrected = np.where(told, 1.0 - (squares - noise) / (found.influence - 2 ** (n - 1) * noise), np.nan)
    return Interactions(
        orders=tuple(str(k) for k in range(1, n + 1)),
        terms=terms,
        **shared_out(weights, terms * noise, found.variance, 2**n - 1, reason),
        shares_error=np.full(n, np.nan) if reason else np.zeros(n),
        p_values=np.asarray(chdtrc(terms, weights / noise), dtype=np.float64),
        reason=reason,
        mixability=found.mixability,
        mixability_error=np.full(n, 2.0 * np.sqrt(noise)),
        context_dependence=np.full(n, np.nan) if reason else found.context_dependence,
        corrected_context=corrected,
        interaction=found.interaction,
        interaction_error=np.full((n, n), 4.0 * np.sqrt(noise)),
        masses=found.masses,
        masses_error=np.zeros(2),
        noise_mass=comb(n, 2) * 4.0 * float(np.sqrt(noise / (2.0 * np.pi))),
    )


def shared_out(weights: Floats, noise: Floats, variance: float, freedom: int, reason: str) -> dict[str, Floats]:
    """Shares of a variance by order, measured, of noise alone, and corrected.

    ``weights`` and ``noise`` (orders,) are variances as measured and of noise, the latter NaN where it is unknown.
    ``freedom``: degrees of freedom of the whole variance.
    """
    undefined = np.full(len(weights), np.nan)
    if reason:
        return {"shares": undefined, "noise_shares": undefined, "corrected_shares": undefined}
    total = float(noise.sum())
    told = variance > total and float(chdtrc(freedom, freedom * variance / total)) < LEVEL if total > 0.0 else False
    return {
        "shares": weights / variance,
        "noise_shares": noise / variance,
        "corrected_shares": (weights - noise) / (variance - total) if told else undefined,
    }
