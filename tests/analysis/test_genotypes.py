"""Tables of genotypes: reading, doubts, and measures against definitions, closed forms and a published table."""

import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rich.console import Console
from scipy.stats import kstest

from analysis import complete
from analysis.genotypes.cells import TableError
from analysis.genotypes.checks import check
from analysis.genotypes.interactions import Interactions
from analysis.genotypes.measure import measure_table
from analysis.genotypes.printing import print_measures
from analysis.genotypes.replicates import average
from analysis.genotypes.table import GenotypeTable, read_table
from analysis.genotypes.words import headline
from tests.strategies import Masks, Values, tables

KHAN = Path(__file__).resolve().parents[1] / "data" / "khan2011_ecoli.csv"


def whole(values: Values, error: float | None = None) -> GenotypeTable:
    """A complete table of the values (2**n,)."""
    masks = complete(values.size.bit_length() - 1).masks
    return table_of(masks, values, error)


def table_of(genotypes: Masks, values: Values, error: float | None = None) -> GenotypeTable:
    return GenotypeTable(
        names=tuple(f"m{i}" for i in range(genotypes.shape[1])),
        genotypes=genotypes,
        phenotype=values,
        error=None if error is None else np.full(len(values), error),
    )


def found(table: GenotypeTable) -> Interactions:
    interactions = measure_table(table).interactions
    assert interactions is not None
    return interactions


def kinds(table: GenotypeTable) -> set[str]:
    return {notice.kind for notice in measure_table(table).notices}


def problems(path: Path, **options: object) -> str:
    with pytest.raises(TableError) as refused:
        measure_table(read_table(path, **options))  # type: ignore[arg-type]
    return str(refused.value)


def saved(folder: Path, text: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


# Complete tables


def test_khan_2011_has_the_shares_known_for_it() -> None:
    measures = measure_table(read_table(KHAN, log=True, measurements=12))
    assert (measures.rows, measures.complete, measures.scale) == (32, True, "log fitness")
    interactions = measures.interactions
    assert interactions is not None
    assert interactions.shares.round(3).tolist() == [0.932, 0.044, 0.014, 0.009, 0.001]
    assert {n.kind for n in measures.notices} == {"read", "noise"}
    assert interactions.hidden == ["5"]


def test_the_error_that_is_assumed_decides_what_can_be_told_from_noise() -> None:
    interactions = found(read_table(KHAN, log=True))
    assert interactions.hidden == ["2", "3", "4", "5"]
    of_twelve = found(read_table(KHAN, log=True, measurements=12))
    assert interactions.noise_shares == pytest.approx(12 * of_twelve.noise_shares)
    assert interactions.mixability_error == pytest.approx(np.sqrt(12) * of_twelve.mixability_error)


@given(tables())
def test_measures_are_what_their_definitions_say(values: Values) -> None:
    """Averages over all genotypes, without a transform."""
    table = whole(values)
    interactions, n = found(table), table.n
    x = 2.0 * table.genotypes - 1.0
    weights = [
        sum(np.mean(values * x[:, list(s)].prod(1)) ** 2 for s in combinations(range(n), k)) for k in range(1, n + 1)
    ]
    assert interactions.shares == pytest.approx(np.array(weights) / np.var(values))
    assert interactions.terms.sum() == 2**n - 1
    index, ranks = np.arange(2**n), 2 ** np.arange(n)
    for i in range(n):
        effect = values[index | ranks[i]] - values[index & ~ranks[i]]
        assert interactions.mixability[i] == pytest.approx(effect.mean())
        assert interactions.context_dependence[i] == pytest.approx(np.var(effect) / np.mean(effect**2))
    for i, j in combinations(range(n), 2):
        both, neither = index | ranks[i] | ranks[j], index & ~ranks[i] & ~ranks[j]
        one, other = neither | ranks[i], neither | ranks[j]
        second = np.mean(values[both] - values[one] - values[other] + values[neither])
        assert interactions.interaction[i, j] == pytest.approx(second, abs=1e-9 * np.abs(values).max())
    pairs = interactions.interaction[np.triu_indices(n, 1)]
    synergy, redundancy = interactions.masses
    assert synergy - redundancy == pytest.approx(pairs.sum(), abs=1e-9 * np.ptp(values))
    assert synergy + redundancy == pytest.approx(np.abs(pairs).sum())
    strongest = [abs(interactions.interaction[i, j]) for i, j in interactions.strongest(3)]
    assert strongest == sorted(np.abs(pairs), reverse=True)[:3]


@given(tables(least=2, most=5), st.integers(0, 99), st.booleans())
def test_the_order_of_rows_and_columns_does_not_matter_to_the_bit(values: Values, seed: int, drop: bool) -> None:
    rng = np.random.default_rng(seed)
    table = whole(values)
    table = replace(table, error=rng.random(table.rows))
    if drop:
        table = table.taking(np.arange(table.rows - 1), np.arange(table.n))
    rows, columns = rng.permutation(table.rows), rng.permutation(table.n)
    plain, mixed = measure_table(table), measure_table(table.taking(rows, columns))
    assert mixed.names == tuple(plain.names[i] for i in columns)
    assert str(mixed.predictions) == str(plain.predictions)
    for one, two in ((plain.interactions, mixed.interactions), (plain.background, mixed.background)):
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            ours, theirs = vars(one.taking(columns)), vars(two)
            for name, value in ours.items():
                np.testing.assert_array_equal(value, theirs[name], err_msg=name)


@given(tables(least=2), st.floats(-1e3, 1e3))
def test_an_offset_changes_nothing(values: Values, offset: float) -> None:
    shifted = values + offset * np.abs(values).max()
    assert found(whole(shifted)).shares == pytest.approx(found(whole(values)).shares, abs=1e-9)


def test_a_small_variation_on_a_large_phenotype_is_measured() -> None:
    values = complete(4).masks @ np.array([1.0, 2.0, 3.0, 4.0])
    assert found(whole(1e8 + values)).shares == pytest.approx([1, 0, 0, 0], abs=1e-7)


def test_shares_of_a_constant_phenotype_are_undefined_with_the_reason() -> None:
    interactions = found(whole(np.full(8, 0.3)))
    assert interactions.reason == "the phenotype is the same in all rows"
    assert np.isnan(interactions.shares).all()
    assert np.isnan(interactions.context_dependence).all()
    assert interactions.mixability == pytest.approx(0, abs=1e-15)


def test_an_element_without_effect_has_no_context_dependence() -> None:
    interactions = found(whole(complete(3).masks @ np.array([1.0, 0.0, 2.0])))
    assert np.isnan(interactions.context_dependence).tolist() == [False, True, False]


# Noise


def test_noise_alone_is_told_as_noise() -> None:
    """p values are uniform, the variance left is 0 on average, and shares of it are given as seldom as they may."""
    measured = [found(whole(np.random.default_rng(seed).normal(1.0, 0.1, 64), error=0.1)) for seed in range(300)]
    p_values = np.array([m.p_values for m in measured])
    assert all(kstest(column, "uniform").pvalue > 0.001 for column in p_values.T)
    share = np.mean([np.isfinite(m.corrected_shares).all() for m in measured])
    assert 0.01 < share < 0.1
    excess = np.array([m.shares / m.noise_shares for m in measured]) - 1
    assert np.all(np.abs(excess.mean(0)) < 4 * excess.std(0) / np.sqrt(300))
    masses = np.array([m.masses for m in measured])
    assert masses.mean() == pytest.approx(measured[0].noise_mass, rel=0.05)


def test_correction_takes_noise_out_and_leaves_effects_in() -> None:
    masks = complete(6).masks
    truth = masks @ np.arange(1.0, 7.0) + 2.0 * (masks[:, 0] & masks[:, 1])
    exact = found(whole(truth))
    noisy = [found(whole(truth + np.random.default_rng(s).normal(0, 2, 64), error=2.0)) for s in range(200)]
    corrected = np.array([m.corrected_shares for m in noisy])
    assert np.all(np.abs(corrected.mean(0) - exact.shares) < 4 * corrected.std(0) / np.sqrt(200) + 0.002)
    assert np.mean([m.shares for m in noisy], axis=0)[2] > 0.03
    context = np.array([m.corrected_context for m in noisy])[:, 5]
    assert np.mean(context) == pytest.approx(0, abs=4 * np.std(context) / np.sqrt(200))
    assert np.std([m.mixability[0] for m in noisy]) == pytest.approx(noisy[0].mixability_error[0], rel=0.2)
    pair = [m.interaction[2, 3] for m in noisy]
    assert np.std(pair) == pytest.approx(noisy[0].interaction_error[2, 3], rel=0.2)
    assert all(m.hidden[-4:] == ["3", "4", "5", "6"] for m in noisy[:3])


def test_without_errors_nothing_is_said_of_noise() -> None:
    interactions = found(whole(np.random.default_rng(1).random(16)))
    for values in (interactions.noise_shares, interactions.corrected_shares, interactions.p_values):
        assert np.isnan(values).all()
    assert np.isnan(interactions.mixability_error).all()
    assert interactions.hidden == []


# Incomplete tables


def landscape(masks: Masks) -> Values:
    weights = np.array([1.0, -1.0, 0.5, 2.0, 1.5, 1.0, -0.5, 1.0])
    values: Values = masks @ weights + 3.0 * (masks[:, 0] & masks[:, 3]) - 2.0 * (masks[:, 5] & masks[:, 6])
    return values


def test_a_random_sample_gives_unbiased_shares_and_honest_errors() -> None:
    """Half of all genotypes, none twice: without the correction for that, order 2 would be short by .1."""
    masks = complete(8).masks
    exact = found(whole(landscape(masks)))
    truth = np.array([exact.shares[0], exact.shares[1], 0.0])
    shares, errors, effects, effect_errors = [], [], [], []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        rows = rng.choice(256, size=128, replace=False)
        table = table_of(masks[rows], landscape(masks[rows]) + rng.normal(0, 0.5, 128), error=0.5)
        interactions = measure_table(table).interactions
        if interactions is not None:
            shares.append(interactions.corrected_shares)
            errors.append(interactions.shares_error)
            effects.append(interactions.mixability[3])
            effect_errors.append(interactions.mixability_error[3])
    assert len(shares) > 140
    spread = np.std(shares, axis=0)
    assert np.all(np.abs(np.mean(shares, axis=0) - truth) < 4 * spread / np.sqrt(len(shares)))
    assert np.all(spread / np.sqrt(len(shares)) < 0.01)
    ratio = np.mean(errors, axis=0) / spread
    assert np.all((ratio > 0.8) & (ratio < 1.5))
    assert np.mean(effects) == pytest.approx(exact.mixability[3], abs=4 * np.std(effects) / np.sqrt(150))
    assert np.mean(effect_errors) == pytest.approx(np.std(effects), rel=0.2)


@pytest.mark.oracle
def test_errors_of_larger_samples_are_honest_though_rows_are_sorted() -> None:
    """Groups of neighbouring rows were corners of the cube once, and errors up to a thousand times too large."""
    rng = np.random.default_rng(0)
    values = np.random.default_rng(1).standard_normal(2**12) + complete(12).masks @ np.linspace(0, 1, 12)
    shares, errors = [], []
    for _ in range(40):
        rows = rng.choice(2**12, size=2000, replace=False)
        interactions = measure_table(table_of(complete(12).masks[rows], values[rows])).interactions
        assert interactions is not None
        shares.append(interactions.shares)
        errors.append(interactions.shares_error)
    ratio = np.sqrt(np.mean(np.square(errors), axis=0)) / np.std(shares, axis=0)
    assert np.all((ratio > 0.7) & (ratio < 1.5))


def test_a_small_sample_still_tells_the_share_of_elements_alone() -> None:
    masks = np.random.default_rng(2).random((80, 30)) < 0.5
    measures = measure_table(table_of(masks, masks @ np.linspace(1, 2, 30)))
    interactions = measures.interactions
    assert interactions is not None
    assert np.isfinite(interactions.shares).tolist() == [True, False, False]
    assert "a sample of 80 does not tell pairs from larger sets" in headline(measures)
    text = io.StringIO()
    print_measures(measures, Console(file=text), pairs=3)
    assert "nan" not in text.getvalue()


def test_unseen_genotypes_are_predicted_as_well_as_the_model_is_right() -> None:
    masks = complete(8).masks[np.random.default_rng(0).permutation(256)[:150]]
    additive, with_pairs = measure_table(table_of(masks, landscape(masks))).predictions
    assert additive.r_squared < 0.95
    assert with_pairs.r_squared == pytest.approx(1)
    noise = np.random.default_rng(1).normal(size=150)
    assert all(p.r_squared < 0.1 for p in measure_table(table_of(masks, noise)).predictions)


def scan(n: int) -> Masks:
    """Wild type, single and double mutants."""
    masks = complete(n).masks
    few: Masks = masks[masks.sum(1) <= 2]
    return few


def test_a_scan_of_single_and_double_mutants_is_no_sample() -> None:
    masks = scan(12)
    weights = np.arange(1.0, 13.0)
    values = masks @ weights + 5.0 * (masks[:, 2] & masks[:, 7])
    measures = measure_table(table_of(masks, values, error=0.1))
    assert measures.interactions is None
    assert "is present in 15 % of the rows, where a random sample has half" in measures.refused
    background = measures.background
    assert background is not None
    assert background.effects == pytest.approx(weights)
    assert background.effects_error == pytest.approx(0.1 * np.sqrt(2))
    assert len(background.pairs) == 66
    expected = [5.0 if pair == [2, 7] else 0.0 for pair in background.pairs.tolist()]
    assert background.epistasis == pytest.approx(expected)
    assert background.epistasis_error == pytest.approx(0.2)
    additive, with_pairs = measures.predictions
    assert additive.reason == ""
    assert with_pairs.reason == "79 rows are too few for 79 terms"


def test_epistasis_in_the_wild_type_needs_all_four_genotypes() -> None:
    genotypes = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [1, 0, 1]], dtype=np.bool_)
    background = measure_table(table_of(genotypes, np.array([1.0, 2.0, 4.0, 8.0, 9.0]))).background
    assert background is not None
    assert background.value == 1
    assert background.effects[:2].tolist() == [1, 3]
    assert np.isnan(background.effects[2])
    assert (background.pairs.tolist(), background.epistasis.tolist()) == ([[0, 1]], [3.0])
    assert measure_table(table_of(genotypes[1:], np.arange(4.0))).background is None


@pytest.mark.parametrize(
    ("genotypes", "reason"),
    [
        (complete(6).masks[:63], "63 rows are fewer than the 64"),
        (complete(8).masks[complete(8).masks.sum(1) % 2 == 0], "exactly balanced, as in a designed fraction"),
        (np.repeat(complete(7).masks, 2, axis=1)[:, 1:], "go together (r = 1.00)"),
    ],
)
def test_rows_that_are_no_random_sample_are_refused_with_the_reason(genotypes: Masks, reason: str) -> None:
    measures = measure_table(table_of(genotypes, np.random.default_rng(0).random(len(genotypes))))
    assert measures.interactions is None
    assert reason in measures.refused


def test_many_elements_are_no_obstacle_to_a_sample() -> None:
    masks = np.random.default_rng(5).random((400, 70)) < 0.5
    measures = measure_table(table_of(masks, masks @ np.ones(70)))
    assert measures.refused == ""
    assert measures.predictions[0].r_squared == pytest.approx(1)
    assert measures.predictions[1].reason == "2,486 terms are more than the 1,000 that are fitted"


# Doubts

ADDITIVE = complete(6).masks @ np.array([0.5, 1.0, 0.7, 1.2, 0.3, 0.9])
ROUGH = np.random.default_rng(3).normal(0, 0.02, 64)


@pytest.mark.parametrize(
    ("values", "log", "expected"),
    [
        (10.0 + ADDITIVE + ROUGH, False, set()),
        (np.exp(ADDITIVE + ROUGH), False, {"curvature"}),
        (ADDITIVE + ROUGH, True, set()),
        (5.0 * np.sqrt(0.5 + ADDITIVE), True, set()),
        (5.0 * np.sqrt(0.5 + ADDITIVE), False, set()),
        (np.log(1.0 + 5.0 * (ADDITIVE + ROUGH + 0.1)), True, {"curvature"}),
        (np.log(1.0 + 5.0 * (ADDITIVE + ROUGH + 0.1)), False, {"curvature"}),
        (0.1 + ADDITIVE + ROUGH, False, {"span"}),
        (np.minimum(10.0 + ADDITIVE + ROUGH, 13.0), False, {"ceiling"}),
        (np.maximum(10.0 + ADDITIVE + ROUGH, 12.0), False, {"floor"}),
        (1.0 + np.random.default_rng(4).random(64), False, set()),
        (np.full(64, 2.0), False, {"constant"}),
        (np.full(64, 0.0), False, {"constant"}),
    ],
)
def test_a_doubtful_scale_is_named_and_a_sound_one_is_not(values: Values, log: bool, expected: set[str]) -> None:
    assert kinds(replace(whole(values), log=log)) == expected


def test_what_is_missing_is_counted_and_named() -> None:
    table = whole(np.random.default_rng(0).random(32))
    assert "missing" not in kinds(table)
    kept = np.setdiff1d(np.arange(32), [1, 6, 31])
    (notice,) = (n for n in check(table.taking(kept, np.arange(5))) if n.kind == "missing")
    assert notice.text == "29 of 32 genotypes are there; missing: 10000, 01100, 11111"
    (notice,) = (n for n in check(table.taking(np.arange(20), np.arange(5))) if n.kind == "missing")
    assert notice.text == "20 of 32 genotypes are there; missing: 00101, 10101, 01101, 11101, 00011 and 7 more"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (np.full(64, 0.1), None),
        (np.linspace(0.1, 0.2, 64), None),
        (np.zeros(64), "all errors are 0"),
        (np.append(np.full(63, 0.1), 5.0), "errors are unequal, the largest 8 times"),
        (np.append(np.full(63, 0.1), 0.0), "1 of 64 errors are 0"),
    ],
)
def test_doubtful_errors_are_said(error: Values, text: str | None) -> None:
    notices = [n.text for n in check(replace(whole(10 + ADDITIVE), error=error)) if n.kind == "errors"]
    assert len(notices) == (text is not None)
    assert text is None or notices[0].startswith(text)


def test_errors_of_0_are_no_errors() -> None:
    measures = measure_table(whole(10 + ADDITIVE, error=0.0))
    assert not measures.errors
    assert measures.interactions is not None
    assert np.isnan(measures.interactions.p_values).all()


def test_orders_that_noise_explains_are_named_and_others_are_not() -> None:
    masks = complete(5).masks
    values = 20 + masks @ np.arange(1.0, 6.0) + 4.0 * (masks[:, 0] & masks[:, 1])
    noisy = values + np.random.default_rng(0).normal(0, 0.1, 32)
    (notice,) = (n for n in measure_table(whole(noisy, error=0.1)).notices if n.kind == "noise")
    assert "orders 3, 4 and 5" in notice.text
    assert "noise" not in kinds(whole(np.random.default_rng(0).random(32), error=1e-3))


@pytest.mark.parametrize(("scale", "refused"), [(1e100, False), (1e-100, False), (1e130, True), (1e-130, True)])
def test_sizes_whose_squares_overflow_are_refused(scale: float, refused: bool) -> None:
    table = whole(scale * (10 + ADDITIVE))
    if refused:
        with pytest.raises(TableError, match="use other units"):
            measure_table(table)
    else:
        assert found(table).shares[0] == pytest.approx(1)


def test_more_genotypes_than_can_be_held_are_refused() -> None:
    huge: NDArray[np.bool_] = np.broadcast_to(np.False_, (2**25, 25))
    with pytest.raises(TableError, match=r"33,554,432 rows are more than the 16,777,216 \(24 elements\)"):
        measure_table(table_of(huge, np.broadcast_to(np.float64(0), 2**25)))


# Reading


def zero_one(separator: str = ",", names: Sequence[str] = ("a", "b", "c")) -> str:
    masks = complete(len(names)).masks.astype(int)
    lines = [separator.join([*names, "y", "y_se"])]
    lines += [separator.join([*map(str, row), f"{1.5 + k * k}", "0.25"]) for k, row in enumerate(masks)]
    return "\n".join(lines) + "\n"


def as_letters(text: str) -> str:
    head, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    changed = [[*("AK"[int(r[0])], "GT"[int(r[1])], "VC"[int(r[2])]), *r[3:]] for r in cells]
    return "\n".join([head, *(",".join(row) for row in changed)])


def as_strings(text: str) -> str:
    _, *rows = text.splitlines()
    cells = [row.split(",") for row in rows]
    return "\n".join(["genotype,y,y_se", *("".join(r[:3]) + "," + ",".join(r[3:]) for r in cells)])


FORMS = {
    "commas": lambda text: text,
    "semicolons": lambda text: text.replace(",", ";"),
    "tabs": lambda text: text.replace(",", "\t"),
    "mark": lambda text: "\ufeff" + text,
    "windows": lambda text: text.replace("\n", "\r\n"),
    "comments": lambda text: "# of, commas\n\n" + text.replace("1,0,0", "# x\n1,0,0"),
    "quotes": lambda text: text.replace("a,b", '"a","b"').replace("1.5", '"1.5"'),
    "spaces": lambda text: text.replace(",", " , "),
    "floats": lambda text: text.replace("0,1,", "0.0,1.0,"),
    "no last line": lambda text: text.rstrip("\n"),
    "commas at the ends": lambda text: text.replace("\n", ",\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_table_is_the_same_in_every_form(form: str, tmp_path: Path) -> None:
    plain = read_table(saved(tmp_path, zero_one()))
    table = read_table(saved(tmp_path, FORMS[form](zero_one())))
    assert vars(table).keys() == vars(plain).keys()
    for name, value in vars(plain).items():
        np.testing.assert_array_equal(getattr(table, name), value, err_msg=name)


@pytest.mark.parametrize(
    ("change", "wild_type"),
    [
        (as_letters, "AGV"),
        (as_letters, "A,G,V"),
        (as_letters, "first"),
        (as_strings, None),
        (lambda text: as_strings(as_letters(text)), "AGV"),
        (lambda text: as_letters(text).replace("K,", "mut 1,"), "A,G,V"),
    ],
)
def test_letters_with_a_wild_type_are_as_good_as_0_and_1(change: object, wild_type: str | None, tmp_path: Path) -> None:
    assert callable(change)
    plain = found(read_table(saved(tmp_path, zero_one())))
    other = found(read_table(saved(tmp_path, change(zero_one())), wild_type=wild_type))
    for name, value in vars(plain).items():
        np.testing.assert_array_equal(getattr(other, name), value, err_msg=name)


def test_another_wild_type_turns_effects_round(tmp_path: Path) -> None:
    path = saved(tmp_path, as_letters(zero_one()))
    one, other = (found(read_table(path, wild_type=wild)) for wild in ("AGV", "KGV"))
    assert other.mixability == pytest.approx(one.mixability * [-1, 1, 1])
    assert other.shares == pytest.approx(one.shares)


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    text = "strain,a,b,OD,rate,OD_sd,rate_sd,seq\nx,0,0,5,1,.1,.2,AA\ny,1,0,6,2,.1,.2,KA\nz,0,1,7,3,.1,.2,AK\n"
    path = saved(tmp_path, text)
    table = read_table(path, phenotype="rate", elements=["a", "b"])
    assert (table.names, table.scale, table.phenotype.tolist()) == (("a", "b"), "rate", [1, 2, 3])
    assert table.error is not None
    assert table.error[0] == 0.2
    assert "not read: strain, OD, OD_sd and seq" in table.remarks
    by_string = read_table(path, phenotype="OD", elements=["seq"], wild_type="AA", error="none")
    assert by_string.error is None
    np.testing.assert_array_equal(by_string.genotypes, table.genotypes)


def test_logarithms_take_their_errors_along(tmp_path: Path) -> None:
    path = saved(tmp_path, zero_one())
    plain, log = read_table(path, measurements=4), read_table(path, measurements=4, log=True)
    assert plain.error is not None
    assert log.error is not None
    assert plain.error == pytest.approx(0.125)
    assert log.error == pytest.approx(0.125 / plain.phenotype)
    assert log.phenotype == pytest.approx(np.log(plain.phenotype))
    assert (log.scale, log.log) == ("log y", True)


def test_a_blank_cell_does_not_make_a_phenotype_of_an_element(tmp_path: Path) -> None:
    """Columns were once judged with their blanks, so that few rows with one blank held a second column of numbers."""
    with pytest.raises(TableError, match="no state is given for b in line 3"):
        read_table(saved(tmp_path, "a,b,y\n0,0,1\n0,,2\n1,0,3\n1,1,5\n"))


def test_an_average_that_tells_the_error_is_not_said_to_have_none(tmp_path: Path) -> None:
    rows = [f"{a},{b},{a + b + k / 10}" for a in (0, 1) for b in (0, 1) for k in range(4)]
    table = read_table(saved(tmp_path, "a,b,y\n" + "\n".join(rows)), average=True)
    assert table.error is not None
    assert not any("no error column" in remark for remark in table.remarks)


def test_a_first_line_of_spaces_is_no_header(tmp_path: Path) -> None:
    assert read_table(saved(tmp_path, "   \na,y\n0,1\n1,2\n")).names == ("a",)


def test_a_value_too_near_0_for_the_error_of_its_logarithm_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="y is too near 0 in line 2 for its logarithm to have an error"):
        read_table(saved(tmp_path, "a,y,y_sd\n0,1e-310,1\n1,2,1\n"), log=True)


def test_constant_columns_are_left_out_and_named(tmp_path: Path) -> None:
    rows = zero_one().splitlines()
    text = "\n".join([f"w,{rows[0]}", *(f"1,{row}" for row in rows[1:])])
    table = read_table(saved(tmp_path, text))
    assert table.names == ("a", "b", "c")
    assert "left out, being the same in all rows: w (always 1)" in table.remarks
    assert not any("left out" in r for r in read_table(saved(tmp_path, zero_one())).remarks)


def test_repeated_genotypes_are_refused_or_averaged(tmp_path: Path) -> None:
    text = zero_one()
    path = saved(tmp_path, text + "1,1,0,20.5,0.25\n")
    assert problems(path).startswith("more than one row for 110: delete the others, or average them with --average")
    table = read_table(path, average=True)
    assert "9 rows averaged to 8 genotypes, their errors combined" in table.remarks
    assert table.error is not None
    assert (table.phenotype[3], table.error[3]) == (pytest.approx((10.5 + 20.5) / 2), pytest.approx(0.25 / np.sqrt(2)))
    assert table.error[4] == 0.25
    assert found(table).shares.shape == (3,)
    once = read_table(saved(tmp_path, text))
    np.testing.assert_array_equal(read_table(saved(tmp_path, text), average=True).phenotype, once.phenotype)


def test_replicate_rows_tell_their_own_error(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    masks = np.repeat(complete(4).masks.astype(int), 20, axis=0)
    rows = [f"{''.join(map(str, row))},{row.sum() + rng.normal(0, 0.3)}" for row in masks]
    table = read_table(saved(tmp_path, "\n".join(["genotype,y", *rng.permutation(rows)])), average=True)
    assert table.error == pytest.approx(0.3 / np.sqrt(20), rel=0.15)
    few = read_table(saved(tmp_path, "genotype,y\n0,1\n0,2\n1,3\n"), average=True)
    assert few.error is None


def test_averages_do_not_depend_on_the_order_of_rows() -> None:
    rng = np.random.default_rng(0)
    masks = np.repeat(complete(3).masks, 9, axis=0)
    values, errors = rng.normal(size=72), rng.random(72)
    first = average(masks, values, errors)
    for _ in range(5):
        order = rng.permutation(72)
        for one, other in zip(first, average(masks[order], values[order], errors[order]), strict=True):
            np.testing.assert_array_equal(one, other)


GOOD = "a,b,y\n0,0,1.5\n1,0,2.5\n0,1,3.5\n1,1,4.5\n"


@pytest.mark.parametrize(
    ("text", "options", "sentence"),
    [
        ("", {}, "holds no table"),
        ("# only a comment\n\n", {}, "holds no table"),
        ("a,b,y\n", {}, "has a header and no rows"),
        ("y\n1\n2\n", {}, "has one column, 'y'; separate the columns with commas"),
        ("a b y\n0 0 1\n", {}, "has one column"),
        ("0,0,1.5\n1,0,2.5\n", {}, "has no header: its first line holds 0, 0 and 1.5"),
        ("a,a,y\n0,0,1.5\n", {}, "more than one column is called a"),
        (b"PK\x03\x04\x00\x00\xff\xfe", {}, "is not text in UTF-8"),
        (b"a,b\x00,y\n", {}, "is not a text file"),
        ("a,b,y\n".encode("utf-16"), {}, "is not text in UTF-8"),
        (GOOD.replace("1,0,2.5", "1,0"), {}, "the header has 3 cells, but line 3 has 2; mend"),
        (GOOD + 5 * "1\n", {}, "line 6 has 1, line 7 has 1, line 8 has 1 and 2 more"),
        (GOOD.replace("1,0", '"1,0'), {}, "check its quotes"),
        (GOOD.replace(",", ";").replace("2.5", "2,5"), {}, "line 3 holds 2,5: write numbers with a decimal point"),
        (GOOD.replace("2.5", "NA"), {}, "y holds NA in line 3; mend"),
        (GOOD.replace("2.5", "nan").replace("4.5", "inf"), {}, "y holds nan in line 3 and inf in line 5; mend"),
        (GOOD.replace("2.5", "1e999"), {}, "y holds 1e999 in line 3"),
        (GOOD.replace("2.5", ""), {}, "y holds nothing in line 3"),
        (GOOD.replace("1,0", ",0"), {"elements": ["a", "b"]}, "no state is given for a in line 3"),
        (GOOD.replace("1,0", "2,0"), {"elements": ["a", "b"]}, "a has 3 states (0, 1 and 2), and an element has two"),
        (GOOD, {"phenotype": "z"}, "no column is called 'z'; there are a, b and y"),
        (GOOD, {"elements": ["a", "a"]}, "a: chosen more than once"),
        (GOOD, {"measurements": 3}, "--measurements needs the column of standard deviations"),
        (GOOD, {"measurements": 0}, "--measurements 0: each value is the mean of at least 1"),
        (GOOD.replace("1.5", "0"), {"log": True}, "y is not above 0 in line 2, so it has no logarithm"),
        (GOOD.replace("y", "y,z").replace(".5", ".5,7"), {}, "y and z could each be the phenotype: choose one"),
        ("a,b\n0,0\n1,0\n", {}, "no column holds numbers other than 0 and 1"),
        ("y,sd\n3,1\n4,1\n", {}, "no column holds 0/1 or the states of an element"),
        ("genotype,a,y\n00,1,3\n01,0,4\n", {}, "the column genotype and a could each be the genotypes"),
        (GOOD.replace("y", "y,sd,se").replace(".5", ".5,7,7"), {}, "sd and se could each be the error: choose one"),
        (GOOD.replace("y", "y,sd").replace(".5", ".5,-7"), {}, "sd is negative in line 2, 3, 4 and 1 more"),
        ("a,b,y\n0,1,1.5\n0,1,2.5\n", {}, "no element varies between the rows"),
        ("a,b,y\n0,1,1.5\n", {}, "no element varies between the rows"),
        (
            "genotype,y\n0,1.5\n10,2.5\n",
            {},
            "unequal numbers of sites, 1 in line 2 and 2 in line 3; were leading zeros",
        ),
        ("genotype,y\nAK,1.5\nAV,2.5\n", {}, "which state is the wild type's is not said of site 2 (K or V); give"),
        ("genotype,y\nAK,1.5\nAV,2.5\n", {"wild_type": "AKK"}, "--wild-type AKK has 3 states, but the table has 2"),
        ("genotype,y\nAK,1.5\nAV,2.5\n", {"wild_type": "AC"}, "site 2 has 3 states (C, K and V)"),
        ("seq,y\nAK,1.5\nAV,2.5\nVV,3.5\n", {}, "seq has 3 states (AK, AV and VV), and an element has two"),
        (GOOD + GOOD[6:], {}, "more than one row for 00, 10, 01 and 11: delete"),
    ],
)
def test_a_bad_table_is_refused_in_a_sentence(
    text: str | bytes, options: dict[str, object], sentence: str, tmp_path: Path
) -> None:
    assert sentence in problems(saved(tmp_path, text), **options)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = "a,b,y,sd\nA,0,1.5,.1\nV,0,x,.1\nA,1,3.5,x\nK,1,4.5,-1\n"
    said = problems(saved(tmp_path, text)).splitlines()
    assert [line.split()[0] for line in said] == ["a", "y", "sd", "sd"]


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    assert problems(tmp_path / "absent.csv").endswith("absent.csv: No such file or directory; check the path")
    assert problems(tmp_path).endswith("Is a directory; check the path")


def test_names_may_be_in_any_script(tmp_path: Path) -> None:
    names = ("Δ12", "突变", "[red]é")
    table = read_table(saved(tmp_path, zero_one(names=names)))
    assert table.names == names


def test_a_hundred_thousand_rows_are_read_and_measured(tmp_path: Path) -> None:
    masks = complete(17).masks
    digits = np.where(masks, "1", "0")
    values = 100 + masks @ np.arange(17.0)
    rows = ["".join(row) + f",{value}" for row, value in zip(digits.tolist(), values.tolist(), strict=True)]
    table = read_table(saved(tmp_path, "genotype,y\n" + "\n".join(rows)))
    assert table.rows == 2**17
    interactions = found(table)
    assert interactions.shares[0] == pytest.approx(1)
    assert interactions.mixability == pytest.approx(np.arange(17.0), abs=1e-9)
