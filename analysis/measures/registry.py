"""The glossary: every measure with its formula, range, the meaning of its ends, estimator, cost and source.

The command line, the pages and the documentation all take their words from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One entry of the glossary."""

    label: str
    formula: str
    bounds: str
    low_means: str
    high_means: str
    estimator: str
    cost: str
    """In evaluations of the game: performances of one whole with some elements missing or exchanged."""
    source: str


_SPECTRUM = "all masks up to 20 elements (24 on request); else unbiased squares from antithetic masks"
_MASKS = "2^n, or as many as asked (8,192)"
_MASS = (
    "Banzhaf interactions; sampled ones are deconvolved from their error first, so that noise is not counted as mass "
    "(of interactions that spread as much as their errors, a tenth is lost; of ones half as large, a third)"
)

MEASURES: dict[str, Measure] = {
    "performance": Measure(
        label="performance",
        formula="mean fitness of a population; accuracy of a network on test images",
        bounds="fitness > 0; accuracy 0 to 1",
        low_means="does badly",
        high_means="does well",
        estimator="exact for the population; all test images",
        cost="none beyond the run",
        source="-",
    ),
    "training_performance": Measure(
        label="training performance",
        formula="accuracy of a network on its training images",
        bounds="0 to 1",
        low_means="fits nothing",
        high_means="fits every training image",
        estimator="all training images",
        cost="none beyond the run",
        source="-",
    ),
    "first_order_share": Measure(
        label="first-order share",
        formula="W_1 / Var v",
        bounds="0 to 1",
        low_means="0: an element's worth depends wholly on its partners",
        high_means="1: every element acts on its own",
        estimator=_SPECTRUM,
        cost=_MASKS,
        source="O'Donnell 2014, ch. 8; narrow-sense heritability",
    ),
    "second_order_share": Measure(
        label="second-order share",
        formula="W_2 / Var v",
        bounds="0 to 1",
        low_means="0: no pair interacts",
        high_means="1: pairs are all there is",
        estimator=_SPECTRUM,
        cost=_MASKS,
        source="O'Donnell 2014, ch. 8",
    ),
    "higher_order_share": Measure(
        label="share of orders 3 and up",
        formula="sum of W_k / Var v over k >= 3",
        bounds="0 to 1",
        low_means="0: singles and pairs are all there is",
        high_means="1: nothing is due to fewer than three together",
        estimator="what orders 1 and 2 leave; noise stability for its parts",
        cost=_MASKS,
        source="O'Donnell 2014, ch. 8",
    ),
    "noise_stability": Measure(
        label="noise stability",
        formula="Stab(rho) = Cov(v(m), v(m')) = sum_k rho^k W_k, m' alike to m to the degree rho",
        bounds="0 to Var v",
        low_means="0: what is kept says nothing of what comes of it",
        high_means="Var v: nothing is lost by renewal",
        estimator="paths of masks from one random mask to another; orders by nonnegative least squares",
        cost="as many as asked (8,192)",
        source="O'Donnell 2014, ch. 2",
    ),
    "mixability": Measure(
        label="mixability of an element",
        formula="beta_i = E[v(m with i) - v(m without i)] = f_i / sqrt(q (1 - q)) (Banzhaf value)",
        bounds="any, in performance units",
        low_means="0: worth nothing on average; below 0: harmful",
        high_means="large: useful with many partners",
        estimator="the same masks for all elements",
        cost=_MASKS,
        source="Banzhaf 1965; Fisher's average effect; Livnat et al. 2008",
    ),
    "context_dependence": Measure(
        label="context dependence",
        formula="c_i = Var[delta_i] / E[delta_i^2] = 1 - f_i^2 / Inf_i; of a whole, 1 - W_1 / sum_k k W_k",
        bounds="0 to 1",
        low_means="0: the same worth with any partners",
        high_means="1: worth set wholly by who else is there",
        estimator="exact with all masks; else every element flipped beside random partners, unbiased squares",
        cost="n + 1 for each of 64 sets of partners (32 in compare)",
        source="O'Donnell 2014, ch. 2 (influence)",
    ),
    "shapley": Measure(
        label="Shapley value",
        formula="integral of mixability over keep probabilities q from 0 to 1",
        bounds="any; they sum to v(all) - v(none)",
        low_means="0: adds nothing",
        high_means="large: a large fair share of the whole",
        estimator="exact with all masks; else random orders of entry, each with its reverse",
        cost="2^n, or n - 1 for each of 128 orders",
        source="Shapley 1953; Owen 1972; Castro et al. 2009",
    ),
    "pair_interaction": Measure(
        label="pair interaction",
        formula="I_ij = E[v(both) - v(i) - v(j) + v(neither)] = f_ij / (q (1 - q)) (Banzhaf interaction)",
        bounds="any, in performance units",
        low_means="below 0: redundancy, either will do",
        high_means="above 0: synergy, they need each other",
        estimator=_SPECTRUM.replace("unbiased squares from antithetic", "the same antithetic"),
        cost=_MASKS,
        source="Grabisch & Roubens 1999; epistasis",
    ),
    "synergy_mass": Measure(
        label="synergy mass",
        formula="sum of max(I_ij, 0) over pairs / (v(all) - v(none)); of tables of genotypes, not divided",
        bounds=">= 0",
        low_means="0: no pair needs each other",
        high_means="large: conspiracies (AND)",
        estimator=_MASS,
        cost=_MASKS,
        source="Grabisch & Roubens 1999; Koenker & Mizera 2014",
    ),
    "redundancy_mass": Measure(
        label="redundancy mass",
        formula="sum of max(-I_ij, 0) over pairs / (v(all) - v(none)); of tables of genotypes, not divided",
        bounds=">= 0",
        low_means="0: no element can stand in for another",
        high_means="large: spare parts (OR)",
        estimator=_MASS,
        cost=_MASKS,
        source="Grabisch & Roubens 1999; Koenker & Mizera 2014",
    ),
    "knock_out_curve": Measure(
        label="knock-out curve",
        formula="m(q) = E[v] at keep probability q; m' = sum of mixabilities, m'' = sum of pair interactions",
        bounds="any, in performance units",
        low_means="convex, below the chord: net synergy",
        high_means="concave, above the chord: net redundancy",
        estimator="Bernoulli(q) masks, the same random numbers at each q; exact from all masks",
        cost="64 at each of 9 points",
        source="Owen 1972; Srivastava et al. 2014",
    ),
    "retention_at_half": Measure(
        label="retention with half the elements",
        formula="(m(1/2) - m(0)) / (m(1) - m(0))",
        bounds="usually 0 to 1",
        low_means="0: a random half is worth nothing",
        high_means="1: a random half is as good as the whole",
        estimator="Bernoulli(1/2) masks",
        cost="64",
        source="Srivastava et al. 2014; circular for networks trained with dropout",
    ),
    "hybrid_viability": Measure(
        label="hybrid viability",
        formula="(E[child] - base) / (mean of parents - base)",
        bounds="usually 0 to 1",
        low_means="0: children are as good as no adaptation at all",
        high_means="1: children are as good as their parents",
        estimator="random half-swaps of random pairs of parents",
        cost="130 a pair of parents",
        source="line-cross analysis; Livnat et al. 2008 for the idea",
    ),
    "half_swap_load": Measure(
        label="half-swap load",
        formula="mean of parents - E[child] = sum of c_S over even |S| >= 2",
        bounds="any, log units",
        low_means="0: wholes are additive in their halves",
        high_means="large: halves fit only each other",
        estimator="random half-swaps of random pairs of parents",
        cost="130 a pair of parents",
        source="line-cross analysis; recombination load",
    ),
    "general_combining_share": Measure(
        label="general combining share",
        formula="2 Var g / (2 Var g + Var s) in y_ij = mean + g_i + g_j + s_ij",
        bounds="0 to 1",
        low_means="0: a hybrid is what its particular pair makes it (SCA)",
        high_means="1: a parent is as good with anyone (GCA)",
        estimator="diallel analysis of variance, parents random",
        cost="P (P - 1) / 2 pairs of parents",
        source="Griffing 1956, method 4, model II; Baker 1978",
    ),
    "mean_association": Measure(
        label="mean association",
        formula="mean of r_ij^2, i != j, - 1 / (observations - 1)",
        bounds="0 to 1; sampling may take it a little below",
        low_means="0: elements vary independently",
        high_means="1: all vary as one",
        estimator="individuals of a population; test images; constant elements left out and counted",
        cost="none: observations",
        source="Hill & Robertson 1968 (linkage disequilibrium)",
    ),
    "linkage": Measure(
        label="linkage disequilibrium D, D'",
        formula="D = frequency of both alleles - product of theirs; D' = D / the most that they allow",
        bounds="D -1/4 to 1/4; D' -1 to 1",
        low_means="0: alleles are independent",
        high_means="1 or -1: one of the four combinations is missing",
        estimator="individuals of a population",
        cost="none: observations",
        source="Lewontin 1964",
    ),
    "effective_number": Measure(
        label="effective number of independent elements",
        formula="(sum l)^2 / sum l^2, l the covariance's eigenvalues (participation ratio)",
        bounds="1 to n",
        low_means="1: all vary as one",
        high_means="n: all vary independently and equally",
        estimator="individuals of a population; test images",
        cost="none: observations",
        source="participation ratio",
    ),
    "effective_rank": Measure(
        label="effective rank",
        formula="exp(H), H the entropy of the covariance's eigenvalues as shares",
        bounds="1 to n",
        low_means="1: all vary as one",
        high_means="n: all vary independently and equally",
        estimator="individuals of a population; test images",
        cost="none: observations",
        source="Roy & Vetterli 2007",
    ),
    "modularity": Measure(
        label="modularity of the interaction network",
        formula="z of Newman's Q, weights |I_ij|, against networks of the same degrees",
        bounds="any",
        low_means="0: no more modules than chance makes",
        high_means="above 2: pairs interact within modules",
        estimator="edges at a false-discovery rate of 0.05; Louvain; 100 rewirings (20 in figures)",
        cost="those of the pair interactions",
        source="Newman 2006; Blondel et al. 2008; Maslov & Sneppen 2002",
    ),
    "directional_epistasis": Measure(
        label="directional epistasis",
        formula="beta in ln w(k) = -a k^beta, w(k) performance kept after k hits",
        bounds="> 0",
        low_means="below 1: hits harm less together than apart (antagonistic)",
        high_means="above 1: hits harm more together than apart (synergy of hits is redundancy of elements)",
        estimator="1,000 orders of being hit; a weighted line through ln(-ln w) against ln k",
        cost="10 an order",
        source="Azevedo et al. 2006",
    ),
    "robustness": Measure(
        label="robustness",
        formula="share of the elements whose loss costs no more than a tolerance",
        bounds="0 to 1",
        low_means="0: each is needed",
        high_means="1: any one can be spared",
        estimator="every element taken away in turn",
        cost="n + 1",
        source="Wagner 2005",
    ),
    "population_mixability": Measure(
        label="mixability of a population",
        formula="M(P) = mean over members of the first-order part of performance; E(P) = mean performance - M(P)",
        bounds="any, in performance units",
        low_means="E(P) large: members owe their performance to combinations",
        high_means="M(P) large: to alleles that are good with all partners",
        estimator="the landscape's coefficients",
        cost="none beyond the landscape's spectrum",
        source="Livnat, Papadimitriou, Dushoff & Feldman 2008",
    ),
}


def entry(measure: Measure) -> list[tuple[str, str]]:
    """An entry as headings and texts, in the order in which a reader asks."""
    return [
        ("Formula", measure.formula),
        ("Range", measure.bounds),
        ("Low", measure.low_means),
        ("High", measure.high_means),
        ("Estimator", measure.estimator),
        ("Evaluations", measure.cost),
        ("Source", measure.source),
    ]


NOTATION = (
    "- A *mask* says which elements are present: 1 1 0 is a whole of three elements without the third.",
    "- `delta_i` is what element i adds to the performance beside the others of a mask; `I_ij` is what the pair adds",
    "  beyond what each adds alone, averaged over masks. Positive: they need each other (AND). Negative: one can stand",
    "  in for the other (OR).",
    "- `v` is a sum of terms, one for each set S of elements, uncorrelated with each other over masks: `f_S` is the",
    "  term's size, `f_i` that of an element alone. `Var v` is how much performance varies over masks, `W_k` the part",
    "  of it that is due to sets of k elements, `Inf_i` the part due to all sets that hold element i.",
    "- `m(q)` is the mean performance when every element is kept with probability `q`; `w(k)` that after k losses, as",
    "  a share of the whole's.",
)
"""What the formulae are written in, as lines of Markdown."""


def as_markdown(measures: Iterable[Measure] = MEASURES.values()) -> str:
    """The glossary as a page of Markdown."""
    lines = [
        "# The measures",
        "",
        "The same for genes and for neurons. A whole is a game `v`, a function of which elements are present; each is",
        "present with probability `q`, 1/2 unless said otherwise. Written by `mixability measures --markdown`.",
        "",
        *NOTATION,
    ]
    for measure in measures:
        lines += ["", f"## {measure.label[0].upper()}{measure.label[1:]}", ""]
        lines += [f"- **{heading}**: {_code(heading, text)}" for heading, text in entry(measure)]
    return "\n".join(lines) + "\n"


def _code(heading: str, text: str) -> str:
    return f"`{text}`" if heading == "Formula" else text
