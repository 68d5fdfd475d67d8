"""Every measure of the comparison: name, formula, range, what its ends mean, estimator and source."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One row of the glossary."""

    label: str
    formula: str
    bounds: str
    low_means: str
    high_means: str
    estimator: str
    source: str


MEASURES: dict[str, Measure] = {
    "performance": Measure(
        label="performance",
        formula="mean fitness of a population; accuracy of a network on test images",
        bounds="fitness > 0; accuracy 0 to 1",
        low_means="does badly",
        high_means="does well",
        estimator="exact for the population; all test images",
        source="-",
    ),
    "training_performance": Measure(
        label="training performance",
        formula="accuracy of a network on its training images",
        bounds="0 to 1",
        low_means="fits nothing",
        high_means="fits every training image",
        estimator="all training images",
        source="-",
    ),
    "hybrid_viability": Measure(
        label="hybrid viability",
        formula="(E[child] - base) / (mean of parents - base)",
        bounds="usually 0 to 1",
        low_means="0: children are as good as no adaptation at all",
        high_means="1: children are as good as their parents",
        estimator="random half-swaps of random pairs of parents",
        source="line-cross analysis; Livnat et al. 2008 for the idea",
    ),
    "half_swap_load": Measure(
        label="half-swap load",
        formula="mean of parents - E[child] = sum of c_S over even |S| >= 2",
        bounds="any, log units",
        low_means="0: wholes are additive in their halves",
        high_means="large: halves fit only each other",
        estimator="random half-swaps of random pairs of parents",
        source="line-cross analysis; recombination load",
    ),
    "first_order_share": Measure(
        label="first-order share",
        formula="W_1 / Var v",
        bounds="0 to 1",
        low_means="0: an element's worth depends wholly on its partners",
        high_means="1: every element acts on its own",
        estimator="all masks where the sample would be no smaller; otherwise unbiased squares from antithetic masks",
        source="O'Donnell 2014; narrow-sense heritability",
    ),
    "second_order_share": Measure(
        label="second-order share",
        formula="W_2 / Var v",
        bounds="0 to 1",
        low_means="0: no pair interacts",
        high_means="1: pairs are all there is",
        estimator="as the first-order share",
        source="O'Donnell 2014",
    ),
    "synergy_mass": Measure(
        label="synergy mass",
        formula="sum max(I_ij, 0) / (v(all) - v(none))",
        bounds=">= 0, up to sampling error",
        low_means="0: no pair needs each other",
        high_means="large: conspiracies (AND)",
        estimator="Banzhaf interactions, cross-fitted over halves of the masks: a lower bound, which rises with "
        "their number, since an interaction too small for its sign to be told counts as 0",
        source="Grabisch & Roubens 1999",
    ),
    "redundancy_mass": Measure(
        label="redundancy mass",
        formula="sum max(-I_ij, 0) / (v(all) - v(none))",
        bounds=">= 0, up to sampling error",
        low_means="0: no element can stand in for another",
        high_means="large: spare parts (OR)",
        estimator="Banzhaf interactions, cross-fitted over halves of the masks: a lower bound, which rises with "
        "their number, since an interaction too small for its sign to be told counts as 0",
        source="Grabisch & Roubens 1999",
    ),
    "retention_at_half": Measure(
        label="retention with half the elements",
        formula="(m(1/2) - m(0)) / (m(1) - m(0))",
        bounds="usually 0 to 1",
        low_means="0: a random half is worth nothing",
        high_means="1: a random half is as good as the whole",
        estimator="Bernoulli(1/2) masks",
        source="Srivastava et al. 2014; circular for networks trained with dropout",
    ),
    "mean_association": Measure(
        label="mean association",
        formula="mean of r_ij**2, i != j, - 1 / (observations - 1)",
        bounds="0 to 1",
        low_means="0: elements vary independently",
        high_means="1: all vary as one",
        estimator="individuals of a population; test images",
        source="Hill & Robertson 1968 (linkage disequilibrium)",
    ),
    "effective_number": Measure(
        label="effective number of independent elements",
        formula="(sum l)**2 / sum l**2, l the covariance's eigenvalues",
        bounds="1 to n",
        low_means="1: all vary as one",
        high_means="n: all vary independently and equally",
        estimator="individuals of a population; test images",
        source="participation ratio",
    ),
}
