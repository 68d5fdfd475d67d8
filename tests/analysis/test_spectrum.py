"""The interaction spectrum against closed forms, axioms, an independent library, and its own exact form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import complete, interaction_spectrum, sample, spectrum, walsh_transform
from tests.strategies import Masks, Values, additive, conspiracies, parity, table_game, tables


@pytest.mark.oracle
def test_additive_game_is_all_first_order() -> None:
    found = interaction_spectrum(additive(np.arange(1.0, 9.0)), n=8)
    assert found.shares == pytest.approx([1, 0, 0], abs=1e-12)
    assert found.mixability == pytest.approx(np.arange(1.0, 9.0))
    assert np.abs(found.interaction).max() < 1e-12
    assert (found.synergy, found.redundancy) == pytest.approx((0, 0), abs=1e-10)


@pytest.mark.oracle
def test_parity_has_all_its_variance_at_order_n() -> None:
    assert interaction_spectrum(parity, n=6).shares == pytest.approx([0, 0, 1], abs=1e-12)
    assert interaction_spectrum(parity, n=2).shares == pytest.approx([0, 1, 0], abs=1e-12)
    coefficients = walsh_transform(parity(complete(6).masks))
    assert abs(coefficients[-1]) == pytest.approx(1)
    assert np.abs(coefficients[:-1]).max() < 1e-12


@pytest.mark.oracle
@pytest.mark.parametrize(("size", "blocks"), [(2, 1), (3, 2), (5, 2), (2, 5)])
def test_conspiracies_have_their_closed_form(size: int, blocks: int) -> None:
    """f_S**2 = 4**-size for each non-empty S inside a block; disjoint blocks add up."""
    found = interaction_spectrum(conspiracies(size, blocks), n=size * blocks)
    whole = 2.0**size - 1
    pairs = size * (size - 1) / 2
    assert found.shares == pytest.approx([size / whole, pairs / whole, 1 - (size + pairs) / whole], abs=1e-12)
    assert found.variance == pytest.approx(blocks * whole / 4.0**size)
    assert found.synergy == pytest.approx(blocks * pairs * 4 / 2.0**size)
    assert found.redundancy == pytest.approx(0, abs=1e-12)


@pytest.mark.oracle
def test_and_and_or_differ_only_in_the_sign_of_their_interactions() -> None:
    conspiracy = interaction_spectrum(lambda m: m.all(1) * 1.0, n=3)
    spare_parts = interaction_spectrum(lambda m: m.any(1) * 1.0, n=3)
    assert conspiracy.shares == pytest.approx(spare_parts.shares)
    assert conspiracy.interaction == pytest.approx(-spare_parts.interaction)
    assert conspiracy.synergy == pytest.approx(spare_parts.redundancy)


@pytest.mark.oracle
@given(tables(), st.sampled_from([0.5, 0.2, 0.9]))
def test_variance_over_masks_is_the_sum_over_orders(values: Values, keep_prob: float) -> None:
    """Parseval for the product measure."""
    n = values.size.bit_length() - 1
    masks = complete(n).masks
    weight = np.prod(np.where(masks, keep_prob, 1 - keep_prob), axis=1)
    mean = weight @ values
    coefficients = walsh_transform(values, keep_prob)
    assert coefficients[0] == pytest.approx(mean)
    assert np.sum(coefficients[1:] ** 2) == pytest.approx(weight @ (values - mean) ** 2)


@pytest.mark.oracle
@given(tables(least=2), st.sampled_from([0.5, 0.3]))
def test_mixability_is_the_difference_that_presence_makes(values: Values, keep_prob: float) -> None:
    game = table_game(values)
    n = values.size.bit_length() - 1
    found = interaction_spectrum(game, n=n, keep_prob=keep_prob)
    masks = complete(n).masks
    rest = np.prod(np.where(masks[:, 1:], keep_prob, 1 - keep_prob), axis=1)
    there, gone = masks.copy(), masks.copy()
    there[:, 0], gone[:, 0] = True, False
    assert found.mixability[0] == pytest.approx(rest @ (game(there) - game(gone)) / 2)


@pytest.mark.oracle
@given(tables(least=3, most=6), tables(least=3, most=6), st.floats(-3, 3))
def test_mixability_and_interaction_are_linear(one: Values, two: Values, factor: float) -> None:
    two = np.resize(two, one.size)
    n = one.size.bit_length() - 1
    a, b, both = (interaction_spectrum(table_game(v), n=n) for v in (one, two, one + factor * two))
    scale = np.abs(one).max() + np.abs(two).max()
    assert both.mixability == pytest.approx(a.mixability + factor * b.mixability, abs=1e-9 * scale)
    assert both.interaction == pytest.approx(a.interaction + factor * b.interaction, abs=1e-9 * scale)


@pytest.mark.oracle
@given(tables(least=2, most=6))
def test_an_element_without_effect_has_none(values: Values) -> None:
    n = values.size.bit_length() - 1
    game = table_game(values)
    found = interaction_spectrum(lambda masks: game(masks[:, :n]), n=n + 1)
    without = interaction_spectrum(game, n=n)
    assert found.mixability[n] == pytest.approx(0, abs=1e-9 * np.abs(values).max())
    assert found.shares == pytest.approx(without.shares)


@pytest.mark.oracle
@pytest.mark.parametrize("n", [8, 10, 12])
def test_banzhaf_values_and_interactions_agree_with_an_independent_library(n: int) -> None:
    shapiq = pytest.importorskip("shapiq")
    values = np.random.default_rng(n).standard_normal(2**n)
    game = table_game(values)
    theirs = shapiq.ExactComputer(n_players=n, game=lambda masks: game(np.asarray(masks, dtype=np.bool_)))
    ours = interaction_spectrum(game, n=n)
    banzhaf = theirs("BV", order=1)
    assert ours.mixability == pytest.approx([banzhaf[(i,)] for i in range(n)])
    pairs = theirs("BII", order=2)
    for i, j in [(0, 1), (2, 5), (n - 2, n - 1)]:
        assert ours.interaction[i, j] == pytest.approx(pairs[(i, j)])


def sampled_bias(kind: str, repeats: int = 400, masks: int = 128) -> tuple[Values, Values, Values]:
    """Mean of the sampled variances over many samples, its standard error, and the truth."""
    from analysis.measures.spectrum import _sums

    n, keep_prob = 12, 0.5 if kind == "antithetic" else 0.3
    values = np.random.default_rng(1).standard_normal(2**n) + complete(n).masks @ np.linspace(0, 1, n)
    game = table_game(values)
    coefficients = walsh_transform(values, keep_prob) ** 2
    order = np.bitwise_count(np.arange(2**n))
    truth = np.array([coefficients[order == 1].sum(), coefficients[order == 2].sum(), coefficients[1:].sum()])
    estimates = []
    for seed in range(repeats):
        design = sample(n, masks, np.random.default_rng(seed), keep_prob)
        assert design.kind == kind
        v = game(design.masks)
        if kind == "antithetic":
            one, two = np.split(v, 2)
            odd, even = (one - two) / 2, (one + two) / 2
            total = _sums(design.masks[: len(one)], odd, even - even.mean(), keep_prob, antithetic=True)
        else:
            total = _sums(design.masks, v - v.mean(), v - v.mean(), keep_prob, antithetic=False)
        estimates.append(total.variances(antithetic=kind == "antithetic"))
    return np.mean(estimates, 0), np.std(estimates, 0, ddof=1) / np.sqrt(repeats), truth


@pytest.mark.oracle
@pytest.mark.parametrize("kind", ["antithetic", "independent"])
def test_sampled_variances_are_unbiased(kind: str) -> None:
    """The plain square would be too large by about n Var v / masks, many standard errors; see the next test."""
    mean, error, truth = sampled_bias(kind)
    assert np.all(np.abs(mean - truth) < 4 * error)


def test_the_biased_estimator_would_fail_here() -> None:
    """The same check, applied to the plain square of the mean, finds it many standard errors off."""
    _, error, truth = sampled_bias("antithetic")
    n, masks = 12, 128
    values = np.random.default_rng(1).standard_normal(2**n) + complete(n).masks @ np.linspace(0, 1, n)
    game = table_game(values)
    plain = []
    for seed in range(400):
        design = sample(n, masks, np.random.default_rng(seed))
        x = np.where(design.masks, 1.0, -1.0)
        plain.append(np.sum((x.T @ game(design.masks) / masks) ** 2))
    assert np.mean(plain) - truth[0] > 6 * error[0]


def test_jackknife_intervals_cover_at_about_their_rate() -> None:
    n, covered, trials = 16, 0, 300
    rng = np.random.default_rng(3)
    singles, pairs = rng.standard_normal(n), np.triu(rng.standard_normal((n, n)), 1)

    def game(masks: Masks) -> Values:
        values: Values = masks @ singles + np.einsum("mi,ij,mj->m", masks, pairs, masks)
        return values

    truth = interaction_spectrum(game, n=n).first_order_share
    for seed in range(trials):
        found = spectrum(design := sample(n, 1024, np.random.default_rng(seed)), game(design.masks))
        covered += abs(found.first_order_share - truth) < 1.96 * found.shares_error[0]
    assert 0.88 <= covered / trials <= 0.99


@pytest.mark.oracle
def test_errors_of_shares_of_pairs_are_right_where_single_pairs_drown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A jackknife alone counts what pairs of masks do twice: its errors would be 1.4 times too large."""
    from analysis.measures import spectrum as module

    def estimates() -> tuple[Values, Values]:
        found = []
        for seed in range(150):
            rng = np.random.default_rng(seed)
            design = sample(200, 1024, rng)
            weights = rng.standard_normal((200, 8))
            found.append(spectrum(design, np.sum((np.where(design.masks, 1.0, -1.0) @ weights) ** 2, axis=1)))
        return np.array([one.shares[1] for one in found]), np.array([one.shares_error[1] for one in found])

    monkeypatch.setattr(module, "_WIDEST", np.inf)
    shares, errors = estimates()
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(shares.std(), rel=0.2)
    monkeypatch.setattr(module, "error_of_products", lambda error, _: (error, error))
    assert np.sqrt(np.mean(estimates()[1] ** 2)) > 1.3 * shares.std()


@pytest.mark.oracle
@pytest.mark.parametrize("n", [24, 60])
def test_sampled_spectra_find_the_exact_one(n: int) -> None:
    found = [interaction_spectrum(conspiracies(3, n // 3), n=n, samples=4096, seed=seed) for seed in range(40)]
    shares = np.array([f.shares for f in found])
    error = shares.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert np.all(np.abs(shares.mean(0) - np.array([3, 3, 1]) / 7) < 4 * error)


def test_a_constant_game_has_no_shares_and_says_why() -> None:
    for n in (5, 30):
        found = interaction_spectrum(lambda masks: np.full(len(masks), 3.0), n=n, samples=256)
        assert np.isnan(found.shares).all()
        assert found.reason == "the performance is the same for all masks"


def test_a_game_that_cannot_be_told_from_constant_is_refused() -> None:
    found = interaction_spectrum(lambda masks: masks.all(1) * 1.0 + (np.arange(len(masks)) == 5), n=40, samples=256)
    assert found.reason == "the variance cannot be told from 0 with so few masks"
    assert np.isnan(found.first_order_share)


def test_same_seed_same_bits() -> None:
    one, two = (interaction_spectrum(conspiracies(3, 10), n=30, seed=4) for _ in range(2))
    assert np.array_equal(one.interaction, two.interaction)


def test_wrong_input_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match=r"values must have shape \(4,\); got \(3,\)"):
        spectrum(complete(2), np.zeros(3))
    with pytest.raises(ValueError, match="values must be finite; mask 1 gave inf: clip the performance"):
        spectrum(complete(1), np.array([0.0, np.inf]))
    with pytest.raises(ValueError, match="mask 0 gave nan: check the game's inputs and weights"):
        spectrum(complete(1), np.array([np.nan, 0.0]))
    with pytest.raises(ValueError, match="a game needs at least one element; got n = 0"):
        interaction_spectrum(parity, n=0)
    with pytest.raises(ValueError, match="at least 64 masks; got 0"):
        interaction_spectrum(parity, n=30, samples=0)
    with pytest.raises(ValueError, match="say how many elements"):
        interaction_spectrum(parity)
    with pytest.raises(ValueError, match="1 to 24 elements; got 25"):
        complete(25)
    with pytest.raises(ValueError, match="at least 64 masks"):
        sample(30, 10, np.random.default_rng(0))
    with pytest.raises(ValueError, match="keep_prob must lie strictly between 0 and 1"):
        complete(3, keep_prob=1.0)
    with pytest.raises(ValueError, match=r"all 2\*\*n values"):
        walsh_transform(np.zeros(3))
