"""First-order shares of two loci with many alleles, and robustness on a mesa, against what is known."""

import numpy as np
import pytest

from analysis.measures.spectrum import exact_spectrum
from analysis.scenes.growing.robustness import first_order_of_pairs, measured
from analysis.scenes.robustness import Settings
from sim import CLONAL, BlockLandscape, evolve, pack


@pytest.mark.oracle
@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_shares_of_pairs_are_those_of_their_games(keep: float) -> None:
    tables = np.random.default_rng(3).uniform(1.0, 2.0, (6, 4, 4))
    won = np.random.default_rng(4).integers(4, size=(6, 2))
    found = first_order_of_pairs(tables, won, keep)
    for table, (one, two), share in zip(tables, won, found, strict=True):
        values = np.array([table.mean(), table[one].mean(), table[:, two].mean(), table[one, two]])
        assert share == pytest.approx(exact_spectrum(values, keep).first_order_share)


@pytest.mark.oracle
@pytest.mark.parametrize(("bad", "expected"), [(2, 1.0), (3, (3.0 + 5.0 * np.exp(-10.0)) / 8.0)])
def test_only_at_the_edge_of_a_mesa_mutants_die(bad: int, expected: float) -> None:
    landscape = BlockLandscape.mesa(8, plateau=3, selection=10.0)
    founders = np.repeat(pack(np.arange(8)[None] >= bad), 20, axis=0)
    population = evolve(landscape, CLONAL, founders, generations=0, mutation=0.0, seed=0)
    found = measured(landscape, population, Settings(members=4), np.random.default_rng(0))
    assert found["robust:natural"] == pytest.approx(expected)
    assert found["varied"] == 0.0
