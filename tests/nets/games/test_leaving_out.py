"""One and two units less: what is computed by low-rank changes against the game's masks and against paper."""

import numpy as np
import psutil
import pytest
import torch

from nets import AblationGame, Mlp
from nets.arrays import Bools
from nets.games import Background, pairs, second_differences, singles
from nets.games.leaving_out import Whole
from tests.nets.games.made import CLASSES, EXAMPLES, INPUTS, LABELS, perceptron

SHAPES = {"1": (9,), "2": (7, 9), "3": (5, 4, 6)}


def without_pairs(game: AblationGame, of: Bools) -> dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    """Performance (n, n) without each pair, by the game's own masks."""
    n = game.n
    masks = np.repeat(of[None], n * n, axis=0).reshape(n, n, n)
    for unit in range(n):
        masks[unit, :, unit] = masks[:, unit, unit] = False
    return {scale: v.reshape(n, n) for scale, v in game.performance(masks.reshape(-1, n)).items()}


def compare(game: AblationGame, of: Bools | None = None) -> None:
    whole = np.ones(game.n, dtype=np.bool_) if of is None else of
    expected, intact = without_pairs(game, whole), game.performance(whole[None])
    given: Whole = "intact" if of is None else of
    found, alone, second = pairs(game, of=given), singles(game, of=given), second_differences(game, of=given)
    for scale, tolerance in (("accuracy", 1e-12), ("log-probability", 1e-6)):
        values = expected[scale]
        single = np.diag(values)
        differences = intact[scale] - single[:, None] - single + values
        np.fill_diagonal(differences, 0.0)
        np.testing.assert_allclose(found[scale], values, rtol=0, atol=tolerance)
        np.testing.assert_allclose(alone[scale], single, rtol=0, atol=tolerance)
        np.testing.assert_allclose(second[scale], differences, rtol=0, atol=2 * tolerance)


@pytest.mark.oracle
@pytest.mark.parametrize("background", ["zero", "mean", "resample"])
@pytest.mark.parametrize("shape", SHAPES)
def test_agrees_with_the_masks_of_the_game(shape: str, background: Background) -> None:
    network = perceptron(3, *SHAPES[shape])
    for layer in (None, *range(len(SHAPES[shape]))):
        game = AblationGame(network, INPUTS, LABELS, layer=layer, background=background)
        compare(game)
        compare(game, np.random.default_rng(4).random(game.n) < 0.6)


@pytest.mark.oracle
@pytest.mark.parametrize("scale", [0.0, 30.0, 3000.0])
def test_agrees_where_exponentials_would_overflow_and_where_all_is_a_tie(scale: float) -> None:
    """In double precision, since scores in the thousands say little about their exponentials in single."""
    network = perceptron(5, 6)
    sharp = Mlp(weights=[network.weights[0], network.weights[1] * scale], biases=[network.biases[0], torch.zeros(3)])
    game = AblationGame(sharp, INPUTS, LABELS)
    hidden, outgoing = sharp.hidden(torch.from_numpy(INPUTS))[0].double().numpy(), sharp.weights[1].double().numpy()
    found = pairs(game)
    for i in range(6):
        for j in range(6):
            kept = [k for k in range(6) if k not in {i, j}]
            scores = hidden[:, kept] @ outgoing[kept]
            right = scores[np.arange(EXAMPLES), LABELS]
            rivals = np.where(np.arange(CLASSES) == LABELS[:, None], -np.inf, scores).max(1)
            log_probability = right - np.logaddexp.reduce(scores, axis=1)
            assert found["accuracy"][i, j] == np.mean(rivals - right < -1e-10)
            assert found["log-probability"][i, j] == pytest.approx(log_probability.mean(), rel=1e-12)


def gate(threshold: float) -> AblationGame:
    """One example, two units that each give the right of two classes 1, and a threshold that favours the other."""
    network = Mlp(
        weights=[torch.eye(2), torch.tensor([[1.0, 0.0], [1.0, 0.0]])],
        biases=[torch.zeros(2), torch.tensor([0.0, threshold])],
    )
    return AblationGame(network, np.ones((1, 2), dtype=np.float32), np.array([0]))


@pytest.mark.oracle
@pytest.mark.parametrize(("threshold", "values", "expected"), [(1.5, (1, 0, 0), 1), (0.5, (1, 1, 0), -1)])
def test_and_is_synergy_or_is_redundancy(threshold: float, values: tuple[int, int, int], expected: int) -> None:
    game = gate(threshold)
    assert second_differences(game)["accuracy"].tolist() == [[0, expected], [expected, 0]]
    assert singles(game)["accuracy"].tolist() == [values[1]] * 2
    assert pairs(game)["accuracy"].tolist() == [[values[1], values[2]], [values[2], values[1]]]
    log_probability = -np.log1p(np.exp(threshold - np.array([2.0, 1.0, 0.0])))
    assert singles(game)["log-probability"] == pytest.approx(log_probability[[1, 1]], rel=1e-13)
    assert pairs(game)["log-probability"][0, 1] == pytest.approx(log_probability[2], rel=1e-13)
    second = log_probability[0] - 2.0 * log_probability[1] + log_probability[2]
    assert second_differences(game)["log-probability"][0, 1] == pytest.approx(second, rel=1e-12)


@pytest.mark.oracle
def test_a_gate_in_the_second_layer_joins_units_of_the_first_and_a_dead_unit_does_nothing() -> None:
    """Units 0 and 1 feed an AND, unit 2 is dead, as is the second unit of the second layer."""
    network = Mlp(
        weights=[torch.eye(3), torch.tensor([[1.0, 0], [1.0, 0], [1.0, 0]]), torch.tensor([[4.0, 0], [4.0, 0]])],
        biases=[torch.tensor([0.0, 0, -9]), torch.tensor([-1.5, 0.0]), torch.tensor([0.0, 1])],
    )
    game = AblationGame(network, np.ones((1, 3), dtype=np.float32), np.array([0]))
    assert singles(game)["accuracy"].tolist() == [0, 0, 1, 0, 1]
    expected = np.zeros((5, 5))
    for i, j in ((0, 1), (0, 3), (1, 3)):
        expected[i, j] = expected[j, i] = 1.0
    assert np.array_equal(second_differences(game)["accuracy"], expected)
    for dead in (2, 4):
        assert np.all(second_differences(game)["log-probability"][dead] == 0.0)
        whole = game.performance(np.ones((1, 5), dtype=np.bool_))["log-probability"][0]
        assert singles(game)["log-probability"][dead] == pytest.approx(whole, abs=1e-7)


@pytest.mark.oracle
def test_copies_of_a_unit_stand_in_for_each_other_alike() -> None:
    """Second differences of exact copies are one number, and the table is symmetric."""
    network = perceptron(6, 4)
    twice = Mlp(
        weights=[network.weights[0].repeat(1, 2), network.weights[1].repeat(2, 1) / 2],
        biases=[network.biases[0].repeat(2), network.biases[1]],
    )
    found = second_differences(AblationGame(twice, INPUTS, LABELS))["log-probability"]
    np.testing.assert_allclose(found, found.T, rtol=0, atol=0)
    for one in range(4):
        for two in set(range(4)) - {one}:
            block = found[np.ix_([one, one + 4], [two, two + 4])]
            np.testing.assert_allclose(block, block[0, 0], rtol=0, atol=1e-13)


def test_one_unit_and_one_class_are_no_special_case() -> None:
    game = AblationGame(perceptron(7, 1), INPUTS, LABELS)
    compare(game)
    assert second_differences(game)["accuracy"].tolist() == [[0.0]]
    single_class = Mlp(weights=[torch.ones(6, 2), torch.ones(2, 1)], biases=[torch.zeros(2), torch.zeros(1)])
    sure = AblationGame(single_class, INPUTS, np.zeros(EXAMPLES, dtype=np.int64))
    assert pairs(sure)["accuracy"].tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert pairs(sure)["log-probability"].tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_another_whole_and_too_little_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    game = gate(1.5)
    for wrong in (np.ones(3, dtype=np.bool_), np.ones(2), "whole"):
        with pytest.raises(ValueError, match=r"of must be 'intact' or a boolean mask of shape \(2,\); got"):
            singles(game, of=wrong)  # type: ignore[arg-type]
    little = type("Memory", (), {"available": 100})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: little)
    with pytest.raises(ValueError, match=r"the pairs of 2 units need 0\.0 GB of memory and 0\.0 GB are free"):
        pairs(game)
    assert singles(game)["accuracy"].tolist() == [0.0, 0.0]
