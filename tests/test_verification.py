"""The coverage study can be believed: its answers are right, and intervals that do not cover are found out."""

from functools import partial

import numpy as np
import pytest

from analysis import complete, exact_spectrum, shapley_values, walsh_transform
from analysis.measures.walsh import by_order
from verification.coverage import Row, cover
from verification.games import BlockGame, HitGame
from verification.report import files, page, verdict
from verification.study import Quantity, Reading, Study

SHARES = np.array([0.5, 0.3, 0.2])


@pytest.mark.oracle
@pytest.mark.parametrize("n", [8, 16])
def test_answers_of_block_games_are_those_of_all_masks(n: int) -> None:
    game = BlockGame.random(np.random.default_rng(3), n, SHARES)
    values = game(complete(n).masks)
    found = exact_spectrum(values.copy())
    assert game.shares == pytest.approx(SHARES)
    assert found.shares == pytest.approx(SHARES)
    assert found.mixability == pytest.approx(game.mixability)
    assert found.interaction == pytest.approx(4.0 * game.pairs)
    assert [found.synergy, found.redundancy] == pytest.approx(game.masses)
    assert values.mean() == pytest.approx(game.mean)
    assert shapley_values(game, n=n).values == pytest.approx(game.shapley)
    assert (values[0] + values[-1]) / 2 - values.mean() == pytest.approx(game.half_swap_load)
    assert game.stability(1.0) == pytest.approx(values.var())
    weights = by_order(walsh_transform(values))[0]
    assert weights[1:9] == pytest.approx(game.weights[1:])
    assert game.context_dependence == pytest.approx(1 - weights[1] / (np.arange(n + 1) @ weights))


@pytest.mark.oracle
def test_games_of_a_given_load_have_it() -> None:
    game = BlockGame.with_load(np.random.default_rng(4), 64, 0.7, 4.0)
    ends = np.zeros((2, 64), dtype=np.bool_)
    ends[0] = True
    assert game.half_swap_load == pytest.approx(0.7)
    assert game(ends).mean() - game.mean == pytest.approx(0.7)


@pytest.mark.oracle
def test_hits_cost_on_average_what_they_are_said_to() -> None:
    game = HitGame.random(np.random.default_rng(5), 8)
    masks = complete(8).masks
    for hits in range(9):
        values = game(masks[masks.sum(1) == 8 - hits])
        assert values.mean() == pytest.approx(np.exp(-game.strength * hits**game.beta))


def reading(bias: float, reach: float, rng: np.random.Generator) -> dict[str, Reading]:
    return {"mean": Reading.within(5.0 + rng.standard_normal() + bias, reach, 5.0)}


def rows_of(bias: float = 0.0, reach: float = 1.96) -> list[Row]:
    mean = Quantity(label="mean", interval="two errors either way")
    study = Study(
        name="mean", level="masks", n=8, effort="one number", variant="", quantities={"mean": mean},
        measure=partial(reading, bias, reach),
    )  # fmt: skip
    return cover([study], 2000, jobs=1)


def test_intervals_that_cover_hold_and_others_are_found_out() -> None:
    assert [row.faults for row in rows_of()] == [[]]
    assert [row.faults for row in rows_of(reach=1.6)] == [["coverage"]]
    assert [row.faults for row in rows_of(reach=2.4)] == [["coverage"]]
    assert [row.faults for row in rows_of(bias=0.2)] == [["bias"]]
    assert rows_of() == rows_of()


def test_the_report_says_what_fails() -> None:
    found = rows_of() + rows_of(reach=1.0)
    text = page(found)
    assert "**1 of 2 rows hold.**" in text
    assert f"| **{verdict(found[1])}** |" in text
    assert "outside: coverage" in text
    assert set(files(found)) == {".md", ".csv", ".png", ".svg"}
