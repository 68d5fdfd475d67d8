"""Comparisons: right answers in plain cases, coverage, and the table of verdicts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Comparison, Verdict, compare, holm, seed_for, stats, verdict
from analysis.experiments.claims import Finding, overall
from analysis.stats import hedges_g, interval, replicates_to_decide, sign_flip_p


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


@pytest.mark.parametrize("size", [5, 10, 20])
def test_intervals_cover_at_about_their_rate(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four standard errors around .95; the plain BCa interval covers about .84 at 5 and .90 at 10 replicates."""
    monkeypatch.setattr(stats, "_RESAMPLES", 1999)
    samples = np.random.default_rng(0).standard_normal((500, size)) + 1.0
    covered = np.mean([low <= 1.0 <= high for low, high in (interval(s, seed=1) for s in samples)])
    assert 0.95 - 4 * 0.0097 <= covered <= 0.95 + 4 * 0.0097


def test_equal_differences_have_an_interval_of_one_point() -> None:
    found = compare([1.0] * 6, [1.5] * 6)
    assert (found.difference, found.low, found.high, found.superiority) == (0.5, 0.5, 0.5, 1.0)
    assert math.isnan(found.hedges_g)
    same = compare([1.0] * 6, [1.0] * 6)
    assert (same.low, same.high, same.hedges_g, same.superiority) == (0.0, 0.0, 0.0, 0.5)


def test_hedges_g_has_its_textbook_value() -> None:
    a, b = np.array([1.0, 2, 3, 4, 5]), np.array([3.0, 4, 5, 6, 7])
    assert hedges_g(a, b) == pytest.approx(2 / math.sqrt(2.5) * (1 - 3 / 31))


def test_sign_flip_test_is_exact_for_few_pairs() -> None:
    assert sign_flip_p(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == pytest.approx(2 / 32)
    assert sign_flip_p(np.array([1.0, -1.0, 2.0, -2.0])) == pytest.approx(1.0)


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
