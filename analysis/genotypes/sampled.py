"""Interactions from a random sample of all genotypes."""

from math import comb

import numpy as np
from scipy.special import chdtrc

from analysis.genotypes.interactions import LEVEL, Interactions, noise_variance, shared_out
from analysis.genotypes.table import GenotypeTable
from analysis.measures.design import MaskDesign
from analysis.measures.spectrum import spectrum
from analysis.streams import generator_for

LEAST_ROWS = 64
_LARGEST_POWER = 1000


def not_a_sample(table: GenotypeTable) -> str:
    """Why the rows cannot be taken for genotypes drawn at random, each element present in half; empty if they can.

    Chi-square tests of every frequency and of every pair's independence, Bonferroni-corrected.
    """
    if table.rows < LEAST_ROWS:
        whole = f", and all {2**table.n} genotypes would make it complete" if 2**table.n <= 2 * table.rows else ""
        return f"{table.rows} rows are fewer than the {LEAST_ROWS} that a sample needs{whole}"
    x = 2.0 * table.genotypes - 1.0
    chi_square = (x.T @ x) ** 2 / table.rows
    np.fill_diagonal(chi_square, x.sum(0) ** 2 / table.rows)
    if not chi_square.any():
        return "all elements and pairs are exactly balanced, as in a designed fraction of all genotypes"
    i, j = sorted(int(k) for k in np.unravel_index(int(np.argmax(chi_square)), chi_square.shape))
    if float(chdtrc(1.0, chi_square[i, j])) * comb(table.n + 1, 2) >= LEVEL:
        return ""
    if i == j:
        share = 100.0 * float(table.genotypes[:, i].mean())
        return f"{table.names[i]} is present in {share:.0f} % of the rows, where a random sample has half"
    correlation = float(x[:, i] @ x[:, j]) / table.rows
    together = "go together" if correlation > 0.0 else "avoid each other"
    return f"{table.names[i]} and {table.names[j]} {together} (r = {correlation:.2f}), as at random they would not"


def sampled_interactions(table: GenotypeTable) -> Interactions:
    """Measure a random sample of genotypes, each there once, its rows in genotype order.

    The estimator of `spectrum` is unbiased for rows drawn independently. Of ``M = 2**n`` genotypes none of which is
    drawn twice, the product of two rows' terms has the mean ``(M f_S**2 - v2) / (M - 1)``, with ``v2`` the variance of
    genotypes; this is undone. Measurement noise is independent between rows, so that it adds to the variance
    but not to orders 1 and 2.
    """
    n, rows = table.n, table.rows
    # errors come from leaving groups of neighbouring rows out, which must not be corners of the cube
    order = generator_for(0, "genotypes", "rows").permutation(rows)
    design = MaskDesign(masks=table.genotypes[order], kind="independent", keep_prob=0.5)
    found = spectrum(design, table.phenotype[order])
    variance, noise = float(np.var(table.phenotype, ddof=1)), noise_variance(table)
    all_genotypes = 2.0 ** min(n, _LARGEST_POWER)
    unseen = 1.0 - rows / all_genotypes
    terms = np.array([n, comb(n, 2), all_genotypes - 1 - n - comb(n, 2)])
    signal = variance - np.nan_to_num(noise)
    weights = found.shares * variance * (1.0 - 1.0 / all_genotypes) + terms * (signal / all_genotypes)
    weights[2] = variance - weights[0] - weights[1]
    reason = found.reason if np.isnan(weights[0]) else ""
    single, pair = found.mixability / 2.0, found.interaction / 4.0
    undefined = np.full(n, np.nan)
    return Interactions(
        orders=("1", "2", "3+"),
        terms=terms,
        **shared_out(weights, noise * np.array([0.0, 0.0, 1.0]), variance, rows - 1, reason),
        shares_error=found.shares_error * np.sqrt(unseen),
        p_values=np.full(3, np.nan),
        reason=found.reason,
        mixability=found.mixability,
        mixability_error=2.0 * np.sqrt(np.maximum(variance - single**2, 0.0) / rows * unseen),
        context_dependence=undefined,
        corrected_context=undefined,
        interaction=found.interaction,
        interaction_error=4.0 * np.sqrt(np.maximum(variance - pair**2, 0.0) / rows * unseen),
        masses=found.masses,
        masses_error=found.masses_error * np.sqrt(unseen),
        noise_mass=np.nan,
    )
