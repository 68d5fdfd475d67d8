"""Numbers of filters and activations: closed forms, invariances, one row at a time."""

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from nets.arrays import Floats
from nets.features import (
    dead,
    gini,
    histogram,
    hoyer,
    kurtosis,
    lifetime_sparseness,
    localisation_order,
    moran,
    population_sparseness,
    spread,
    zero_share,
)

SHAPE = (5, 7)
NUMBERS: dict[str, Callable[[Floats], Floats]] = {
    "spread": lambda filters: spread(filters, SHAPE),
    "kurtosis": kurtosis,
    "moran": lambda filters: moran(filters, SHAPE),
    "moran where": lambda filters: moran(filters, SHAPE, np.arange(35) % 6 < 4),
    "hoyer": hoyer,
    "lifetime": lambda filters: lifetime_sparseness(filters.T),
    "population": population_sparseness,
}


def some(units: int = 9, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).standard_normal((units, SHAPE[0] * SHAPE[1]))


def image(shape: tuple[int, int], **pixels: float) -> Floats:
    """One filter of zeros with some pixels, named ``at_row_column``."""
    found = np.zeros(shape)
    for name, value in pixels.items():
        _, row, column = name.split("_")
        found[int(row), int(column)] = value
    return found.reshape(1, -1)


@pytest.mark.oracle
def test_a_single_pixel_is_as_local_and_as_sparse_as_can_be() -> None:
    one = image(SHAPE, at_3_2=-0.7)
    n = one.size
    assert spread(one, SHAPE) == [0.0]
    assert hoyer(one) == [1.0]
    assert kurtosis(one) == pytest.approx(n - 5 + 1 / (n - 1), rel=1e-12)


@pytest.mark.oracle
@pytest.mark.parametrize("size", [2, 3, 28])
def test_an_even_square_is_spread_by_its_known_moment(size: int) -> None:
    even = np.full((1, size * size), -0.3)
    assert spread(even, (size, size)) == pytest.approx(np.sqrt((size**2 - 1) / 6), rel=1e-12)
    assert hoyer(even) == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(kurtosis(even)).all()
    assert np.isnan(moran(even, (size, size))).all()


@pytest.mark.oracle
def test_spread_of_two_pixels_and_of_a_rectangle() -> None:
    """Masses m and 1 - m at distance d: ``d sqrt(m (1 - m))``; opposite corners reach the bound."""
    two = image(SHAPE, at_0_1=1.0, at_3_5=-np.sqrt(3.0))
    assert spread(two, SHAPE) == pytest.approx(5.0 * np.sqrt(0.25 * 0.75), rel=1e-12)
    corners = image(SHAPE, at_0_0=2.0, at_4_6=-2.0)
    assert spread(corners, SHAPE) == pytest.approx(np.hypot(4.0, 6.0) / 2.0, rel=1e-12)
    assert spread(np.ones((1, 35)), SHAPE) == pytest.approx(np.sqrt((5**2 - 1) / 12 + (7**2 - 1) / 12), rel=1e-12)


def test_spread_does_not_depend_on_place_sign_or_size() -> None:
    patch = np.random.default_rng(1).standard_normal((3, 3))
    found = []
    for row, column, factor in [(0, 0, 1.0), (2, 4, -1e-30), (1, 2, 1e200)]:
        whole = np.zeros(SHAPE)
        whole[row : row + 3, column : column + 3] = factor * patch
        found.append(float(spread(whole.reshape(1, -1), SHAPE)[0]))
    assert found == pytest.approx([found[0]] * 3, rel=1e-12)


@pytest.mark.oracle
def test_kurtosis_is_that_of_scipy_and_has_its_least() -> None:
    filters = some()
    assert kurtosis(filters) == pytest.approx(stats.kurtosis(filters, axis=1), rel=1e-12)
    assert kurtosis([[1.0, 3.0, 3.0, 1.0]]) == pytest.approx(-2.0, abs=1e-12)


@pytest.mark.oracle
def test_moran_of_a_chequerboard_and_of_halves() -> None:
    rows, columns = np.indices((4, 6))
    assert moran([((-1.0) ** (rows + columns)).ravel()], (4, 6)) == pytest.approx(-1.0, rel=1e-12)
    halves = np.where(columns < 3, -1.0, 1.0)  # of 38 pairs, the 4 across the middle differ
    assert moran([halves.ravel()], (4, 6)) == pytest.approx((34 - 4) / 38, rel=1e-12)


@pytest.mark.oracle
def test_moran_over_all_orders_of_the_pixels_is_what_chance_gives() -> None:
    orders = np.array(list(permutations([0.3, -1.0, 2.0, 5.0, 0.1, 0.2])))
    assert moran(orders, (2, 3)).mean() == pytest.approx(-1 / 5, rel=1e-12)


@pytest.mark.oracle
def test_moran_by_its_definition() -> None:
    filters, (high, wide) = some(3), SHAPE
    places = [(r, c) for r in range(high) for c in range(wide)]
    near = np.array([[abs(a - c) + abs(b - d) == 1 for c, d in places] for a, b in places])
    centred = filters - filters.mean(1, keepdims=True)
    expected = [len(z) / near.sum() * (z @ near @ z) / (z @ z) for z in centred]
    assert moran(filters, SHAPE) == pytest.approx(expected, rel=1e-12)


def test_pixels_that_do_not_count_are_as_if_cut_off() -> None:
    filters = some()
    inside = np.zeros(SHAPE, dtype=np.bool_)
    inside[1:4, 2:6] = True
    cut = filters.reshape(-1, *SHAPE)[:, 1:4, 2:6].reshape(len(filters), -1)
    assert moran(filters, SHAPE, inside.ravel()) == pytest.approx(moran(cut, (3, 4)), rel=1e-12)


@pytest.mark.oracle
def test_hoyer_of_some_equal_weights() -> None:
    """``k`` of ``n`` equal weights: ``(sqrt(n) - sqrt(k)) / (sqrt(n) - 1)``."""
    for k in range(1, 10):
        weights = np.zeros((1, 9))
        weights[0, :k] = -0.2
        assert hoyer(weights) == pytest.approx((3.0 - np.sqrt(k)) / 2.0, abs=1e-12)


def test_the_most_local_come_first_and_nothing_comes_last() -> None:
    filters = np.concatenate(
        [np.zeros((1, 35)), np.ones((1, 35)), image(SHAPE, at_1_1=1.0), image(SHAPE, at_1_1=1.0, at_1_2=1.0)]
    )
    assert localisation_order(filters, SHAPE).tolist() == [2, 3, 1, 0]
    assert localisation_order(filters).tolist() == [2, 3, 1, 0]
    assert localisation_order(filters[[2, 2, 2]], SHAPE).tolist() == [0, 1, 2]


@pytest.mark.oracle
def test_sparseness_of_units_that_answer_to_some_examples_alike() -> None:
    """``k`` of ``n`` examples: ``a = k / n``."""
    activations = np.tril(np.full((6, 6), 3.0))  # unit j answers to 6 - j examples, example i moves i + 1 units
    shares = np.arange(6, 0, -1) / 6.0
    expected = (1.0 - shares) / (1.0 - 1.0 / 6.0)
    assert lifetime_sparseness(activations) == pytest.approx(expected, abs=1e-12)
    assert population_sparseness(activations) == pytest.approx(expected[::-1], abs=1e-12)
    assert zero_share(activations) == pytest.approx(1.0 - shares, abs=1e-12)


def test_units_that_never_answer() -> None:
    activations = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    assert dead(activations).tolist() == [True, False, False]
    assert np.isnan(lifetime_sparseness(activations)).tolist() == [True, False, False]


@pytest.mark.oracle
def test_gini_by_its_definition_and_at_its_ends() -> None:
    values = np.random.default_rng(2).exponential(size=20)
    expected = np.abs(values[:, None] - values).mean() / (2.0 * values.mean())
    assert gini(values) == pytest.approx(expected, rel=1e-12)
    assert gini([2.0, 2.0, 2.0]) == pytest.approx(0.0, abs=1e-15)
    assert gini([0.0, 0.0, 0.0, 7.0]) == pytest.approx(0.75, rel=1e-12)
    assert np.isnan(gini([0.0, 0.0]))


def test_histogram_counts_everything_once() -> None:
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    assert histogram([[-5.0, 0.0, 0.5, 1.0], [1.5, 3.0, 3.0, 99.0]], edges).tolist() == [3 / 8, 2 / 8, 3 / 8]


@pytest.mark.parametrize("name", NUMBERS)
def test_a_row_alone_gives_the_same_bits_as_beside_others(name: str) -> None:
    filters, number = some(12), NUMBERS[name]
    together = number(filters)
    assert together.shape == (12,)
    for i in range(12):
        assert np.array_equal(number(filters[i : i + 1]), together[i : i + 1])


@pytest.mark.parametrize("name", NUMBERS)
def test_sign_and_size_change_nothing_but_zeros_are_undefined(name: str) -> None:
    filters = some()
    assert NUMBERS[name](-1e-30 * filters) == pytest.approx(NUMBERS[name](filters), rel=1e-9)
    assert np.isnan(NUMBERS[name](np.zeros((2, 35)))).all()


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match=r"35 inputs make no image of 6 x 6"):
        spread(some(), (6, 6))
    with pytest.raises(ValueError, match="filters must be finite"):
        hoyer([[1.0, np.nan]])
    with pytest.raises(ValueError, match=r"matrix with at least 2 numbers a row; got shape \(3,\)"):
        kurtosis([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="neighbouring"):
        moran(some(), SHAPE, np.arange(35) % 2 == 0)
    with pytest.raises(ValueError, match="none negative"):
        gini([-1.0, 2.0])
