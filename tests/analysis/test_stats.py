"""Comparisons: right answers in plain cases, coverage, and the table of verdicts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, ttest_1samp

from analysis import Comparison, Verdict, compare, equivalence_p, hierarchical, holm, seed_for, stats, verdict
from analysis.experiments.claims import Finding, overall
from analysis.stats import effect_size_interval, hedges_g, interval, replicates_to_decide, sign_flip_p
from tests.strategies import Values


def known(low: float, high: float) -> Comparison:
    return Comparison(
        pairs=10, replicates=10, without=0.0, with_mixing=0.0, difference=(low + high) / 2, low=low, high=high,
        hedges_g=0.0, hedges_g_low=-1.0, hedges_g_high=1.0, superiority=0.5, p_value=1.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "direction", "expected"),
    [
        (0.2, 0.5, +1, Verdict.SUPPORTED),
        (0.05, 0.5, +1, Verdict.UNDETERMINED),
        (-0.5, -0.2, +1, Verdict.CONTRADICTED),
        (-0.5, -0.2, -1, Verdict.SUPPORTED),
        (0.2, 0.5, -1, Verdict.CONTRADICTED),
        (-0.05, 0.05, +1, Verdict.NO_EFFECT),
        (0.01, 0.05, +1, Verdict.NO_EFFECT),
        (-0.2, 0.2, +1, Verdict.UNDETERMINED),
        (math.nan, math.nan, +1, Verdict.UNDETERMINED),
    ],
)
def test_verdicts_follow_the_table(low: float, high: float, direction: int, expected: Verdict) -> None:
    assert verdict(known(low, high), direction, smallest=0.1) is expected


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0.01, 0.5))
def test_a_verdict_turns_with_the_claim(low: float, width: float, smallest: float) -> None:
    opposite = {Verdict.SUPPORTED: Verdict.CONTRADICTED, Verdict.CONTRADICTED: Verdict.SUPPORTED}
    comparison = known(low, low + width)
    up, down = verdict(comparison, +1, smallest), verdict(comparison, -1, smallest)
    assert down is opposite.get(up, up)


def finding(answer: Verdict, *, control: bool = False) -> Finding:
    return Finding(
        side="genes", measure="performance", condition="", control=control, direction=1, smallest=0.1,
        comparison=known(0, 1),
        p_holm=1.0, p_equivalence=1.0, verdict=answer, reason="", needed=None,
    )  # fmt: skip


def test_conditions_that_disagree_make_a_claim_conditional() -> None:
    assert overall([finding(Verdict.SUPPORTED), finding(Verdict.SUPPORTED)]) is Verdict.SUPPORTED
    assert overall([finding(Verdict.SUPPORTED), finding(Verdict.NO_EFFECT)]) is Verdict.CONDITIONAL
    assert overall([finding(Verdict.SUPPORTED), finding(Verdict.UNDETERMINED)]) is Verdict.UNDETERMINED
    assert overall([finding(Verdict.SUPPORTED), finding(Verdict.NO_EFFECT, control=True)]) is Verdict.SUPPORTED


@pytest.mark.parametrize("size", [5, 7, 10, 20])
def test_intervals_cover_at_about_their_rate(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four standard errors around .95; the plain BCa interval covers about .84 at 5 and .90 at 10 replicates."""
    monkeypatch.setattr(stats, "_RESAMPLES", 1999)
    samples = np.random.default_rng(0).standard_normal((500, size)) + 1.0
    covered = np.mean([low <= 1.0 <= high for low, high in (interval(s, seed=1) for s in samples)])
    assert 0.95 - 4 * 0.0097 <= covered <= 0.95 + 4 * 0.0097


def test_what_is_not_finite_is_left_out_and_counted() -> None:
    """Once an infinite difference, equal to itself, made a point of an interval, and a verdict of it."""
    found = compare([1.0, 2, 3, -math.inf, math.nan, 4, 2], [9.0, 9, 9, 5, 6, 9, math.inf])
    assert (found.pairs, found.replicates) == (4, 7)
    assert math.isnan(found.low)
    more = compare([1.0, 2, 3, -math.inf, 4, 2], [9.0, 9, 9, 5, 9, 9])
    assert (more.low, more.high) == interval(np.array([8.0, 7, 6, 5, 7]))


def test_equal_differences_have_an_interval_of_one_point() -> None:
    found = compare([1.0] * 6, [1.5] * 6)
    assert (found.difference, found.low, found.high, found.superiority) == (0.5, 0.5, 0.5, 1.0)
    assert math.isnan(found.hedges_g)
    same = compare([1.0] * 6, [1.0] * 6)
    assert (same.low, same.high, same.hedges_g, same.superiority) == (0.0, 0.0, 0.0, 0.5)


@pytest.mark.oracle
def test_hedges_g_has_its_textbook_value() -> None:
    a, b = np.array([1.0, 2, 3, 4, 5]), np.array([3.0, 4, 5, 6, 7])
    assert hedges_g(a, b) == pytest.approx(2 / math.sqrt(2.5) * (1 - 3 / 31))


@pytest.mark.oracle
@pytest.mark.parametrize(("effect", "alike"), [(0.0, 0.0), (0.8, 0.0), (0.8, 0.7)])
def test_intervals_of_hedges_g_cover_at_about_their_rate(effect: float, alike: float) -> None:
    """Ten pairs, ``alike`` the correlation within a pair."""
    rng, trials, covered, found = np.random.default_rng(5), 400, 0, []
    for _ in range(trials):
        a, b = rng.multivariate_normal([0.0, effect], [[1.0, alike], [alike, 1.0]], size=10).T
        low, high = effect_size_interval(a, b)
        covered += low <= effect <= high
        found.append(float(hedges_g(a, b)))
    assert abs(covered / trials - 0.95) < 4 * math.sqrt(0.95 * 0.05 / trials)
    if alike == 0.0:  # the correction is that of independent arms
        assert abs(np.mean(found) - effect) < 4 * np.std(found) / math.sqrt(trials)


@given(st.integers(5, 30), st.integers(0, 9999), st.floats(-2, 2))
def test_effect_sizes_exclude_zero_just_where_the_paired_t_test_rejects(size: int, seed: int, mean: float) -> None:
    a, b = np.random.default_rng(seed).standard_normal((2, size))
    b += mean
    low, high = effect_size_interval(a, b)
    assert low < high
    assert (low > 0 or high < 0) == (ttest_1samp(b - a, 0).pvalue < 0.05)


def test_effect_sizes_of_arms_that_do_not_overlap_or_do_not_vary() -> None:
    a, tiny = np.arange(6.0), 1e-7 * np.array([1, 0, 2, 1, 0, 2])
    assert effect_size_interval(a, a) == (0.0, 0.0)
    spread = np.sqrt(chi2.ppf([0.025, 0.975], 5) / 5) / a.std(ddof=1)  # all that is left to doubt is the unit
    for b in (a + 1, a + 1 + tiny, a + 1 + 1e-9 * tiny):
        assert list(effect_size_interval(a, b)) == pytest.approx(spread, rel=1e-3)
        assert list(effect_size_interval(b, a)) == pytest.approx(-spread[::-1], rel=1e-3)
    assert np.isnan(effect_size_interval(np.zeros(6), np.ones(6))).all()


@pytest.mark.oracle
@given(st.integers(5, 30), st.integers(0, 999), st.floats(0.01, 2), st.floats(-1, 1))
def test_equivalence_is_the_worse_of_two_one_sided_t_tests(size: int, seed: int, smallest: float, mean: float) -> None:
    differences = mean + np.random.default_rng(seed).standard_normal(size)
    below = ttest_1samp(differences, smallest, alternative="less").pvalue
    above = ttest_1samp(differences, -smallest, alternative="greater").pvalue
    assert equivalence_p(differences, smallest) == pytest.approx(max(below, above))
    assert equivalence_p(-differences, smallest) == equivalence_p(differences, smallest)


@pytest.mark.oracle
def test_equivalence_is_wrongly_found_no_more_often_than_its_rate() -> None:
    """At the edge, where the true difference is just the smallest that matters, in 5 of 100."""
    rng = np.random.default_rng(6)
    found = [equivalence_p(1.0 + 0.3 * rng.standard_normal(10), 1.0) < 0.05 for _ in range(3000)]
    assert abs(np.mean(found) - 0.05) < 4 * math.sqrt(0.05 * 0.95 / 3000)


def test_equivalence_of_differences_that_do_not_vary() -> None:
    assert equivalence_p(np.full(6, 0.1), 0.2) == 0.0
    assert equivalence_p(np.full(6, -0.1), 0.2) == 0.0
    assert equivalence_p(np.full(6, 0.3), 0.2) == 1.0
    assert math.isnan(equivalence_p(np.zeros(4), 0.2))


def nested(replicates: int, samples: int, between: float, within: float, seed: int) -> list[Values]:
    """Samples with standard deviation ``within`` around means with standard deviation ``between`` around 1."""
    rng = np.random.default_rng(seed)
    means = 1.0 + between * rng.standard_normal(replicates)
    return [mean + within * rng.standard_normal(samples) for mean in means]


@pytest.mark.oracle
def test_the_share_due_to_samples_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """``(within**2 / samples) / (between**2 + within**2 / samples)``, here 1/5; and 1 where there is no other."""
    monkeypatch.setattr(stats, "_RESAMPLES", 99)
    shares = np.array([hierarchical(nested(200, 16, 0.5, 1.0, seed)).within for seed in range(60)])
    assert abs(shares.mean() - 0.2) < 4 * shares.std() / math.sqrt(60) + 2 / 200
    assert np.median([hierarchical(nested(200, 16, 0.0, 1.0, seed)).within for seed in range(20)]) > 0.85
    assert hierarchical(nested(200, 16, 1.0, 0.0, 0)).within == pytest.approx(0, abs=1e-12)


@pytest.mark.oracle
def test_intervals_are_over_replicates_and_samples_are_no_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight replicates of 500 samples: covers the truth at its rate, where pooled samples would hardly ever."""
    monkeypatch.setattr(stats, "_RESAMPLES", 999)
    covered = pooled = 0
    for seed in range(300):
        samples = nested(8, 500, 1.0, 1.0, seed)
        found = hierarchical(samples, seed=seed)
        covered += found.low <= 1.0 <= found.high
        together = np.concatenate(samples)
        pooled += abs(together.mean() - 1.0) < 1.96 * together.std() / math.sqrt(together.size)
    assert abs(covered / 300 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 300)
    assert pooled / 300 < 0.3


def test_each_replicate_counts_alike_however_often_it_was_sampled() -> None:
    samples = [np.full(2 + 50 * k, float(k)) for k in range(6)]
    found = hierarchical(samples, seed=3)
    assert found.mean == 2.5
    assert (found.low, found.high) == interval(np.arange(6.0), seed=3)
    assert found.within == 0.0
    same = hierarchical([np.ones(3)] * 6)
    assert (same.low, same.high) == (1.0, 1.0)
    assert math.isnan(same.within)


def test_few_replicates_or_single_samples_give_no_hierarchical_interval() -> None:
    few = hierarchical([np.arange(5.0)] * 4)
    assert few.mean == 2.0
    assert all(math.isnan(x) for x in (few.low, few.high, few.within))
    assert math.isnan(hierarchical([]).mean)
    with pytest.raises(ValueError, match="at least 2 samples; got 1"):
        hierarchical([np.ones(3), np.ones(1)])


@pytest.mark.oracle
def test_sign_flip_test_is_exact_for_few_pairs() -> None:
    assert sign_flip_p(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == pytest.approx(2 / 32)
    assert sign_flip_p(np.array([1.0, -1.0, 2.0, -2.0])) == pytest.approx(1.0)


@pytest.mark.oracle
def test_holm_has_its_textbook_values_and_leaves_out_the_undefined() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    adjusted = holm([0.01, math.nan, 0.04])
    assert math.isnan(adjusted[1])
    assert [adjusted[0], adjusted[2]] == pytest.approx([0.02, 0.04])


def test_too_few_replicates_give_no_interval() -> None:
    found = compare([1, 2, 3, 4], [2, 3, 4, 5])
    assert (found.pairs, found.difference) == (4, 1.0)
    assert math.isnan(found.low)
    assert verdict(found, +1, 0.1) is Verdict.UNDETERMINED
    assert replicates_to_decide(found, 0.1) is None


def test_a_pair_with_an_undefined_half_is_left_out_and_counted() -> None:
    found = compare([1, 2, 3, 4, 5, math.nan], [2, 3, 4, 5, 6, 100])
    assert (found.pairs, found.replicates, found.difference) == (5, 6, 1.0)


def test_an_undetermined_comparison_says_how_many_replicates_would_decide() -> None:
    rng = np.random.default_rng(1)
    few = compare(np.zeros(8).tolist(), (0.3 + rng.standard_normal(8)).tolist())
    needed = replicates_to_decide(few, 0.1)
    assert needed is not None
    assert 8 < needed < 100_000


def test_arms_must_be_paired() -> None:
    with pytest.raises(ValueError, match="paired replicate by replicate"):
        compare([1, 2], [1, 2, 3])


@given(st.integers(0, 2**63), st.lists(st.one_of(st.text(max_size=5), st.integers(0, 99)), max_size=4))
def test_streams_depend_on_their_whole_name(root: int, key: list[str | int]) -> None:
    assert seed_for(root, *key) == seed_for(root, *key)
    assert seed_for(root, *key) != seed_for(root, *key, "x")
    assert seed_for(root, *key) != seed_for(root + 1, *key)


def test_a_number_and_its_digits_name_different_streams() -> None:
    assert seed_for(1, "a", 1) != seed_for(1, "a", "1") != seed_for(1, "a1")
