"""The study of theory can be believed: its oracles agree with each other, and what is wrong is found out."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from verification import theory
from verification.theory import __main__ as program
from verification.theory import chain, check, gametes, islands, linkage, noise, stationary
from verification.theory.check import Check, Family
from verification.theory.populations import children_of_each
from verification.theory.registry import FAMILIES
from verification.theory.report import files, page, table
from verification.theory.study import Result, checks, run

RNG = np.random.default_rng(11)
NAMED = {family.name: family for family in FAMILIES}
QUICK = ("noise", "weights", "invasion", "quasi-linkage")


def shifted(by: float, error: float = 0.01, expected: float = 2.0) -> Check:
    return check.sampled("mean", "numbers", expected + by + error * RNG.standard_normal(), error, expected)


def test_every_law_is_registered_once_and_says_where_it_comes_from() -> None:
    modules = [import_module(f"verification.theory.{path.stem}") for path in Path(theory.__path__[0]).glob("[a-z]*.py")]
    written = [module.FAMILY for module in modules if hasattr(module, "FAMILY")]
    assert sorted(family.name for family in FAMILIES) == sorted(family.name for family in written)
    assert len(NAMED) == len(FAMILIES) == 22
    assert all(family.law and family.source and family.title and family.seconds > 0.0 for family in FAMILIES)


@pytest.mark.parametrize("name", QUICK)
def test_exact_families_hold(name: str) -> None:
    found = NAMED[name].measure(1.0)
    assert [c.what for c in found.checks if not c.holds] == []


@pytest.mark.parametrize("name", ["gametes", "invariance"])
def test_sampled_families_hold_with_few_replicates_and_come_out_the_same_again(name: str) -> None:
    found = NAMED[name].measure(0.1)
    assert [c.what for c in found.checks if not c.holds] == []
    assert NAMED[name].measure(0.1).checks == found.checks


def test_a_wrong_law_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    right = gametes.variance
    monkeypatch.setattr(gametes, "variance", lambda rates: 1.05 * right(rates))
    failed = [c.what for c in NAMED["gametes"].measure(0.3).checks if not c.holds]
    assert [what for what in failed if "variance" in what] == failed
    assert len(failed) == 5


def test_a_wrong_simulator_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    nearly_free = children_of_each(noise.LOCI, np.full(noise.LOCI - 1, 0.499))
    monkeypatch.setattr(noise, "children_of_each", lambda *_: nearly_free)
    assert not any(c.holds for c in NAMED["noise"].measure(1.0).checks)


@pytest.mark.oracle
def test_oracles_agree_where_they_meet() -> None:
    """The chain and the recursions for heterozygosity; two islands that mix fully are one population twice as large."""
    share = np.arange(41) / 40.0
    for rate in (0.001, 0.02):
        found = chain.stationary(40, mutation=rate) @ (2.0 * share * (1.0 - share))
        assert found == pytest.approx(stationary.balance(40, rate))
        assert islands.differentiation(2, 20, 0.5, rate)[2] == pytest.approx(stationary.balance(40, rate))
    assert chain.fixation(40, 0.0) == pytest.approx(share)
    assert chain.fixation(40, 0.3)[::-1] == pytest.approx(1.0 - chain.fixation(40, -0.3))
    assert linkage.composed(np.array([0.1, 0.2]))[0, 2] == pytest.approx(0.1 * 0.8 + 0.2 * 0.9)
    assert gametes.variance(np.full(9, 0.5)) == pytest.approx(1.0 / 40.0)


def test_numbers_that_are_not_equal_are_no_exact_law() -> None:
    assert check.exact("", "", [1.0, 2.0], [1.0, 2.0 + 1e-13]).holds
    assert not check.exact("", "", [1.0, 2.0], [1.0, 2.0 + 1e-11]).holds
    assert not check.exact("", "", [1.0, np.nan], [1.0, 2.0]).holds


def test_a_right_number_is_passed_and_its_z_is_normal() -> None:
    scores = [check.mean_of("", "", RNG.normal(3.0, 1.0, 12), 3.0).score for _ in range(1000)]
    assert abs(np.mean(scores)) < 4.0 / np.sqrt(1000)
    assert abs(np.var(scores) - 1.0) < 4.0 * np.sqrt(2.0 / 1000)


def test_what_a_check_would_see_it_sees() -> None:
    """An error of that size half of the time, and 1.5 times it in 98 of 100."""
    size = shifted(0.0).sees * 2.0
    caught = [np.mean([not shifted(factor * size).holds for _ in range(600)]) for factor in (0.5, 1.0, 1.5)]
    assert caught == pytest.approx([0.023, 0.5, 0.977], abs=0.08)


@pytest.mark.parametrize(
    "made",
    [
        lambda factor: check.chi_square("", "", factor * 200.0, 200.0),
        lambda factor: check.largest("", "", factor * np.array([0.3, -2.3, 1.1, *np.zeros(47)]), error=0.01),
        lambda factor: check.vector("", "", 1.0 + 0.1 * factor * np.ones(2), 0.01 * np.eye(2), np.ones(2), freedom=50),
        lambda factor: check.limit("", "", 1.0 + 0.01 * factor, 1.0, tolerance=0.02),
        lambda factor: check.share_of("", "", 500 + round(20 * factor), 1000, 0.5),
        lambda factor: check.ratio_of("", "", np.arange(90.0) % 9 + factor, np.ones(90), 5.5),
    ],
)  # fmt: skip
def test_joint_checks_hold_at_what_is_due_and_fail_far_from_it(made: Callable[[float], Check]) -> None:
    assert made(1.0).holds
    assert not made(9.0).holds


def test_less_scatter_than_chance_would_leave_is_a_failure_too() -> None:
    assert not check.chi_square("", "", 60.0, 200.0).holds


def test_the_hypothesis_that_sex_wins_must_be_clear() -> None:
    values = np.array([0.2, 0.3, 0.25, 0.22, 0.28])
    assert check.more_than("", "", values, 0.1).holds
    assert not check.more_than("", "", values, 0.24).holds
    assert not check.more_than("", "", -values, 0.1).holds


def failing() -> Family:
    """A family with a check that is wrong by a tenth."""

    def measure(effort: float) -> check.Findings:
        found = NAMED["noise"].measure(effort)
        return replace(found, checks=(*found.checks, check.share_of("coin", "tosses", 600, 1000, 0.5)))

    return replace(NAMED["noise"], measure=measure)


def test_the_report_says_what_fails() -> None:
    results = run([NAMED["weights"], NAMED["gametes"]], effort=0.1, jobs=1)
    wrong = failing()
    results.append(Result(family=wrong, findings=wrong.measure(1.0)))
    text = page(results)
    assert f"**{len(checks(results)) - 1} of {len(checks(results))} checks hold.**" in text
    assert "Failed: coin (z = +6.32)." in text
    assert "| **fails** |" in text
    assert len(table(results).splitlines()) == 1 + len(checks(results))
    assert set(files(results)) == {".md", ".csv", ".png", ".svg"}


def test_a_part_is_printed_and_a_failure_is_exit_status_3(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program.main(["weights", "--jobs", "1"]) == 0
    assert "4 of 4 checks hold" in capsys.readouterr().out
    monkeypatch.setattr(program, "FAMILIES", (failing(), NAMED["weights"]))
    assert program.main(["noise", "--jobs", "1"]) == 3
    assert "fails: coin" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        program.main(["astrology"])
    assert "no family astrology" in capsys.readouterr().err
