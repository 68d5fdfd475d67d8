"""Interaction networks: which pairs of elements interact beyond what sampling error explains, and in which modules."""

from dataclasses import dataclass

import networkx as nx
import numba
import numpy as np

from analysis.arrays import Bools, Floats, Integers

FALSE_DISCOVERIES = 0.05
_MIN_REWIRINGS = 10
_SWAPS = 10  # accepted or not, for each edge


@dataclass(frozen=True, kw_only=True)
class Modularity:
    """How much more a network's edges stay within modules than those of rewired networks."""

    modules: Integers
    """(n,): module of each element, numbered from the largest; elements without edges are each alone."""
    quality: float
    """Newman's Q of the modules that Louvain finds, from the weights ``|I_ij|``; 0 to 1. NaN without edges."""
    rewired: Floats
    """(rewirings,): Q of networks of the same degrees, found likewise."""
    z: float
    """``(Q - mean of rewired) / SD of rewired``; NaN where they do not vary."""
    p_value: float
    """Share of the networks, this one among them, whose Q is no lower."""
    reason: str
    """Why there is nothing to say, or empty."""


def interaction_network(interaction: Floats, error: Floats) -> nx.Graph:
    """The graph of the pairs whose interaction (n, n) is told from 0, given standard errors (n, n).

    Edges are controlled at a false-discovery rate of 0.05 (Benjamini & Hochberg 1995); where every error is 0, all
    that is not rounding is an edge. An edge has ``weight`` ``|I_ij|`` and ``sign`` +1 (synergy) or -1 (redundancy).
    """
    n = len(interaction)
    one, two = np.triu_indices(n, 1)
    found, blurred = interaction[one, two], error[one, two]
    graph = nx.Graph()
    graph.add_nodes_from(range(n))
    if not blurred.any():
        sure = np.abs(found) > 1e-9 * np.abs(found).max(initial=0.0)
    else:
        sure = discoveries(_p_values(found, blurred))
    for i, j, value in zip(one[sure].tolist(), two[sure].tolist(), found[sure].tolist(), strict=True):
        graph.add_edge(i, j, weight=abs(value), sign=1 if value > 0 else -1)
    return graph


def discoveries(p_values: Floats, rate: float = FALSE_DISCOVERIES) -> Bools:
    """Which tests to call, so that at most ``rate`` of the calls are false on average (Benjamini & Hochberg 1995)."""
    tests = len(p_values)
    order = np.argsort(p_values, kind="stable")
    passed = np.flatnonzero(p_values[order] <= rate * np.arange(1, tests + 1) / max(tests, 1))
    called = np.zeros(tests, dtype=np.bool_)
    called[order[: passed[-1] + 1 if passed.size else 0]] = True
    return called


def describe(graph: nx.Graph) -> dict[str, float]:
    """Density (0 to 1), mean degree, degree assortativity (-1 to 1, NaN where all degrees are equal), synergy share.

    ``synergy_share``: share of the edges that are synergies; NaN without edges.
    """
    n, edges = graph.number_of_nodes(), graph.number_of_edges()
    degrees = np.array([degree for _, degree in graph.degree()], dtype=np.float64)
    ends = np.array([(degrees[i], degrees[j]) for i, j in graph.edges()] or np.empty((0, 2)), dtype=np.float64)
    both = np.concatenate([ends, ends[:, ::-1]]).T
    varies = edges > 0 and np.ptp(both) > 0.0
    return {
        "density": 2.0 * edges / (n * (n - 1)) if n > 1 else 0.0,
        "mean_degree": 2.0 * edges / n,
        "assortativity": float(np.corrcoef(both)[0, 1]) if varies else float("nan"),
        "synergy_share": sum(s > 0 for *_, s in graph.edges(data="sign")) / edges if edges else float("nan"),
    }


def modularity(graph: nx.Graph, *, rewirings: int = 100, seed: int = 0) -> Modularity:
    """Find modules and compare their Q with networks of the same degrees, weights shuffled among the edges.

    The rewired networks have the ends of random pairs of edges swapped, tried ten times for each edge (Maslov & Sneppen
    2002). Q of pure noise is above 0, so only ``z`` and ``p_value`` say whether there are modules.

    Raises ValueError for fewer than 10 rewirings.
    """
    if rewirings < _MIN_REWIRINGS:
        raise ValueError(f"modularity needs at least {_MIN_REWIRINGS} rewirings; got {rewirings}")
    n, edges = graph.number_of_nodes(), graph.number_of_edges()
    if edges < 2:
        return Modularity(
            modules=np.arange(n), quality=np.nan, rewired=np.empty(0), z=np.nan, p_value=np.nan,
            reason=f"{edges} pairs interact beyond the sampling error: too few for modules",
        )  # fmt: skip
    quality, modules = _louvain(graph, seed)
    ends = np.array(list(graph.edges()), dtype=np.int64)
    weights = np.array([w for *_, w in graph.edges(data="weight")], dtype=np.float64)
    rng = np.random.default_rng(seed)
    rewired = np.empty(rewirings)
    for k in range(rewirings):
        other = nx.Graph()
        other.add_nodes_from(range(n))
        swapped = _rewire(ends.copy(), n, _SWAPS * edges, int(rng.integers(2**31)))
        shuffled = zip(swapped[:, 0].tolist(), swapped[:, 1].tolist(), rng.permutation(weights).tolist(), strict=True)
        other.add_weighted_edges_from(shuffled)
        rewired[k] = _louvain(other, seed)[0]
    spread = float(rewired.std(ddof=1))
    return Modularity(
        modules=modules,
        quality=quality,
        rewired=rewired,
        z=float((quality - rewired.mean()) / spread) if spread > 0.0 else float("nan"),
        p_value=float((1 + np.sum(rewired >= quality)) / (1 + rewirings)),
        reason="",
    )


def adjusted_rand_index(one: Integers, two: Integers) -> float:
    """Agreement of two partitions of the same elements (n,): 1 the same, 0 on average by chance (Hubert & Arabie 1985).

    Raises ValueError where they are of different elements.
    """
    from sklearn.metrics import adjusted_rand_score  # noqa: PLC0415 - seconds that no other measure need wait for

    if one.shape != two.shape:
        raise ValueError(f"partitions must be of the same elements; got {one.shape} and {two.shape}")
    return float(adjusted_rand_score(one, two))


def _p_values(found: Floats, error: Floats) -> Floats:
    """Two-sided normal p values; 1 where there is neither effect nor error."""
    from scipy.special import ndtr  # noqa: PLC0415 - a second that --help need not wait for

    z = np.divide(np.abs(found), error, out=np.where(found == 0.0, 0.0, np.inf), where=error > 0.0)
    p_values: Floats = 2.0 * ndtr(-z)
    return p_values


def _louvain(graph: nx.Graph, seed: int) -> tuple[float, Integers]:
    """Q of the modules that Louvain's method finds (Blondel et al. 2008), and the module of each node."""
    found = nx.community.louvain_communities(graph, weight="weight", seed=seed)
    modules = np.empty(graph.number_of_nodes(), dtype=np.int64)
    for number, members in enumerate(sorted(found, key=lambda m: (-len(m), min(m)))):
        modules[list(members)] = number
    return float(nx.community.modularity(graph, found, weight="weight")), modules


@numba.njit(cache=True, nogil=True)
def _rewire(ends: Integers, n: int, swaps: int, seed: int) -> Integers:
    """Swap the ends of random pairs of edges (edges, 2) where that makes neither a loop nor a double edge."""
    np.random.seed(seed)  # noqa: NPY002 - numba's own generator, in this kernel alone
    there = np.zeros((n, n), dtype=np.bool_)
    for k in range(len(ends)):
        there[ends[k, 0], ends[k, 1]] = there[ends[k, 1], ends[k, 0]] = True
    for _ in range(swaps):
        k, m = np.random.randint(len(ends)), np.random.randint(len(ends))  # noqa: NPY002
        a, b = ends[k, 0], ends[k, 1]
        c, d = ends[m, 0], ends[m, 1]
        if np.random.random() < 0.5:  # noqa: NPY002
            c, d = d, c
        if a in (c, d) or b in (c, d) or there[a, d] or there[c, b]:
            continue
        there[a, b] = there[b, a] = there[c, d] = there[d, c] = False
        there[a, d] = there[d, a] = there[c, b] = there[b, c] = True
        ends[k, 1], ends[m, 0], ends[m, 1] = d, c, b
    return ends
