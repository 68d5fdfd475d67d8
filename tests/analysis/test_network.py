"""Interaction networks: honest edges, planted modules found again, none found where there are none."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from analysis import (
    adjusted_rand_index,
    describe,
    discoveries,
    interaction_network,
    interaction_spectrum,
    modularity,
)
from analysis.measures.network import _rewire
from tests.strategies import Values, additive, conspiracies


@pytest.mark.oracle
@given(st.integers(1, 300), st.integers(0, 999), st.sampled_from([0.01, 0.05, 0.2]))
def test_discoveries_are_those_of_scipy(tests: int, seed: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    p_values = np.where(rng.random(tests) < 0.4, rng.random(tests) * 1e-3, rng.random(tests)).round(4)
    assert discoveries(p_values, rate).tolist() == (false_discovery_control(p_values) <= rate).tolist()


def test_no_tests_no_discoveries() -> None:
    assert discoveries(np.empty(0)).tolist() == []
    assert discoveries(np.ones(5)).tolist() == [False] * 5
    assert discoveries(np.zeros(5)).tolist() == [True] * 5


def noise(n: int, seed: int) -> Values:
    upper = np.triu(np.random.default_rng(seed).standard_normal((n, n)), 1)
    return upper + upper.T


@pytest.mark.oracle
def test_pure_noise_gives_an_edge_no_more_often_than_its_rate() -> None:
    """Where no pair interacts, each false discovery is all false: some edge in at most .05 of the networks."""
    networks = [interaction_network(noise(30, seed), np.ones((30, 30))) for seed in range(500)]
    some = np.mean([network.number_of_edges() > 0 for network in networks])
    assert some < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 500)
    assert some > 0.0


@pytest.mark.oracle
def test_false_discoveries_are_few_among_true_ones() -> None:
    truth = np.zeros((40, 40))
    truth[:10, :10] = 4.0
    np.fill_diagonal(truth, 0.0)
    share, power = [], []
    for seed in range(100):
        graph = interaction_network(truth + noise(40, seed), np.ones((40, 40)))
        false = sum(max(edge) >= 10 for edge in graph.edges())
        share.append(false / max(1, graph.number_of_edges()))
        power.append((graph.number_of_edges() - false) / 45)
    assert np.mean(share) < 0.05 + 4 * np.std(share) / np.sqrt(100)
    assert np.mean(power) > 0.8


def test_exact_interactions_are_edges_with_weight_and_sign() -> None:
    interaction = np.array([[0, 2.0, -0.5, 1e-15], [2.0, 0, 0, 0], [-0.5, 0, 0, 0], [1e-15, 0, 0, 0]])
    graph = interaction_network(interaction, np.zeros((4, 4)))
    assert sorted(graph.edges(data=True)) == [(0, 1, {"weight": 2.0, "sign": 1}), (0, 2, {"weight": 0.5, "sign": -1})]
    assert graph.number_of_nodes() == 4
    assert interaction_network(np.zeros((4, 4)), np.zeros((4, 4))).number_of_edges() == 0


@pytest.mark.oracle
@pytest.mark.parametrize("exact", [True, False])
def test_planted_conspiracies_are_found_again(exact: bool) -> None:
    size, blocks = (4, 4) if exact else (4, 8)
    found = interaction_spectrum(conspiracies(size, blocks), size * blocks, samples=2**16, seed=1)
    assert exact == (not found.interaction_error.any())
    graph = interaction_network(found.interaction, found.interaction_error)
    result = modularity(graph, rewirings=60)
    planted = np.repeat(np.arange(blocks), size)
    assert adjusted_rand_index(result.modules, planted) == 1.0
    assert result.z > 3
    assert result.p_value == pytest.approx(1 / 61)
    assert result.quality == pytest.approx(1 - 1 / blocks, abs=0.02)  # Q of blocks of equal weight
    assert describe(graph)["synergy_share"] > 0.95


@pytest.mark.oracle
def test_one_conspiracy_of_all_is_no_module() -> None:
    found = interaction_spectrum(conspiracies(10, 1), 10)
    result = modularity(interaction_network(found.interaction, found.interaction_error), rewirings=20)
    assert set(result.modules) == {0}
    assert result.quality == pytest.approx(0, abs=1e-12)
    assert result.p_value > 0.5


@pytest.mark.oracle
def test_random_networks_are_modular_no_more_often_than_chance_says() -> None:
    """Q of noise is well above 0, and yet p is as likely to be small as large."""
    found = []
    for seed in range(60):
        graph = nx.gnm_random_graph(20, 40, seed=seed)
        weights = np.random.default_rng(seed).random(40)
        for (i, j), weight in zip(graph.edges(), weights, strict=True):
            graph[i][j]["weight"] = float(weight)
        found.append(modularity(graph, rewirings=19, seed=seed))
    p_values = np.array([f.p_value for f in found])
    assert abs(p_values.mean() - 0.525) < 4 * np.sqrt(1 / 12 / 60)
    assert np.mean(p_values <= 0.1) < 0.1 + 4 * np.sqrt(0.09 / 60)
    z = np.array([f.z for f in found])
    assert abs(z.mean()) < 4 * z.std() / np.sqrt(60) + 0.1
    assert min(f.quality for f in found) > 0.2


@given(st.integers(4, 25), st.floats(0.1, 0.9), st.integers(0, 2**31 - 1))
def test_rewiring_keeps_degrees_and_makes_no_loop_or_double_edge(n: int, density: float, seed: int) -> None:
    ends = np.array(list(nx.gnp_random_graph(n, density, seed=seed).edges()), dtype=np.int64).reshape(-1, 2)
    if len(ends) < 2:
        return
    swapped = _rewire(ends.copy(), n, 10 * len(ends), seed)
    assert np.array_equal(np.bincount(swapped.ravel(), minlength=n), np.bincount(ends.ravel(), minlength=n))
    assert np.all(swapped[:, 0] != swapped[:, 1])
    assert len({frozenset(edge) for edge in swapped.tolist()}) == len(ends)


@pytest.mark.oracle
def test_rewiring_reaches_all_networks_of_its_degrees_alike() -> None:
    """A square with given corners can be joined up in three ways, each as often as the others."""
    square = np.array([[0, 1], [1, 2], [2, 3], [3, 0]], dtype=np.int64)
    seen: dict[frozenset[frozenset[int]], int] = {}
    for seed in range(900):
        swapped = frozenset(frozenset(edge) for edge in _rewire(square.copy(), 4, 40, seed).tolist())
        seen[swapped] = seen.get(swapped, 0) + 1
    assert len(seen) == 3
    assert max(abs(count - 300) for count in seen.values()) < 4 * np.sqrt(900 * 2 / 9)


@pytest.mark.oracle
@given(st.integers(2, 30), st.floats(0, 1), st.integers(0, 999))
def test_descriptions_are_those_of_networkx(n: int, density: float, seed: int) -> None:
    graph = nx.gnp_random_graph(n, density, seed=seed)
    for i, j in graph.edges():
        graph[i][j]["sign"] = 1 if (i + j) % 3 else -1
    found = describe(graph)
    assert found["density"] == pytest.approx(nx.density(graph))
    degrees = [degree for _, degree in graph.degree()]
    assert found["mean_degree"] == pytest.approx(np.mean(degrees))
    ends = {degrees[i] for edge in graph.edges() for i in edge}
    if len(ends) > 1:
        assert found["assortativity"] == pytest.approx(nx.degree_assortativity_coefficient(graph))
    else:
        assert np.isnan(found["assortativity"])
    if graph.number_of_edges():
        assert found["synergy_share"] == np.mean([s > 0 for *_, s in graph.edges(data="sign")])
    else:
        assert np.isnan(found["synergy_share"])


@pytest.mark.oracle
def test_agreement_of_partitions_has_its_textbook_values() -> None:
    one = np.array([0, 0, 1, 1, 2, 2])
    assert adjusted_rand_index(one, np.array([5, 5, 3, 3, 9, 9])) == 1.0
    # pairs together: 3 in each, none in both; expected 3 * 3 / 15
    assert adjusted_rand_index(one, np.array([0, 1, 0, 2, 1, 2])) == pytest.approx((0 - 0.6) / (3 - 0.6))
    rng = np.random.default_rng(0)
    chance = [adjusted_rand_index(rng.integers(0, 3, 30), rng.integers(0, 3, 30)) for _ in range(300)]
    assert abs(np.mean(chance)) < 4 * np.std(chance) / np.sqrt(300)
    with pytest.raises(ValueError, match="partitions must be of the same elements"):
        adjusted_rand_index(one, one[:5])


def test_networks_without_edges_have_no_modules() -> None:
    found = interaction_spectrum(additive(np.arange(1.0, 30.0)), 29, samples=4096)
    result = modularity(interaction_network(0 * found.interaction, found.interaction_error))
    assert np.isnan([result.quality, result.z, result.p_value]).all()
    assert result.reason == "0 pairs interact beyond the sampling error: too few for modules"
    assert result.modules.tolist() == list(range(29))
    with pytest.raises(ValueError, match="at least 10 rewirings; got 9"):
        modularity(nx.complete_graph(4), rewirings=9)


def test_same_seed_same_bits() -> None:
    found = interaction_spectrum(conspiracies(3, 4), 12)
    graph = interaction_network(found.interaction, found.interaction_error)
    one, two = (modularity(graph, rewirings=10, seed=3) for _ in range(2))
    assert np.array_equal(one.rewired, two.rewired)
    assert np.array_equal(one.modules, two.modules)
