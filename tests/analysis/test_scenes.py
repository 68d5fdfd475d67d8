"""Scenes: each runs by itself, judges its claims, and draws what it found; the closed forms in them are right."""

import ast
import csv
import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError

from analysis import Verdict
from analysis.figures.chart import Chart
from analysis.figures.plotted import to_csv
from analysis.figures.theme import THEMES, Theme
from analysis.scenes import cloning, conspiracies, race, two_locus
from analysis.scenes.base import SCALES, Outcome, Results, Scene, Settings, listed, records
from analysis.scenes.claim import Claim, Compared, Law
from analysis.scenes.drawing import apart
from analysis.scenes.growing import conspiracies as growing_conspiracies
from analysis.scenes.growing import jackpot as growing_jackpot
from analysis.scenes.growing.cloning import load_of_sex
from analysis.scenes.growing.crosses import cross
from analysis.scenes.growing.landscapes import moments, watched
from analysis.scenes.growing.race import background, optimal_mutation
from analysis.scenes.growing.two_locus import mixability, ranks
from analysis.scenes.registry import SCENES
from analysis.stats import MIN_REPLICATES
from sim import CLONAL, SEXUAL, NKLandscape, evolve, infinite_population, pack, unpack
from sim.alleles import EXAMPLE
from sim.alleles import evolve as evolve_alleles
from tests.drawn import faults, words_of

SEED = 3


ROOT = Path(__file__).resolve().parents[2]
NO_NUMBERS = (
    "analysis/arrays.py", "analysis/numbers.py", "analysis/stats.py", "analysis/figures", "analysis/report",
    "analysis/runs", "analysis/experiments/claims.py", "analysis/sides/base.py", "analysis/scenes/base.py",
    "analysis/scenes/claim.py", "analysis/scenes/data.py", "analysis/scenes/drawing.py",
)  # fmt: skip
"""What scenes may import, though no number of a replicate comes from it."""


def imported(module: Path) -> set[Path]:
    """Files of our own that a module's numbers come from: its imports and theirs, but for those of types alone."""
    found: set[Path] = set()
    todo = [module]
    while todo:
        new = imports(todo.pop()) - found - {module}
        found |= new
        todo += new
    return found


@cache
def imports(module: Path) -> set[Path]:
    """Files of our own that a module imports itself."""
    found = set()
    for node in ast.walk(without_types(ast.parse(module.read_text()))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                file = ROOT / f"{name.replace('.', '/')}.py"
                if file.exists() and not any(file.is_relative_to(ROOT / part) for part in NO_NUMBERS):
                    found.add(file)
    return found


def without_types(tree: ast.Module) -> ast.Module:
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
    ]
    return tree


@pytest.fixture(scope="module", params=SCENES)
def scene(request: pytest.FixtureRequest) -> Scene[Any]:
    return SCENES[request.param]


@pytest.fixture(scope="module")
def settings(scene: Scene[Any]) -> Settings:
    found: Settings = scene.settings.model_validate(scene.smoke.settings)
    return found


@pytest.fixture(scope="module")
def outcomes(scene: Scene[Any], settings: Settings) -> list[Outcome]:
    return [scene.run(settings, SEED, replicate) for replicate in range(5)]


@pytest.fixture(scope="module")
def charts(scene: Scene[Any], settings: Settings, outcomes: list[Outcome]) -> dict[Theme, Chart]:
    origin = scene.origin(settings, len(outcomes), SEED)
    return {name: scene.chart(settings, outcomes, origin, name) for name in THEMES}


def same(one: Outcome, two: Outcome) -> bool:
    return one.keys() == two.keys() and all(one[name].tobytes() == two[name].tobytes() for name in one)


def fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield f"{model.__name__}.{name}", field
        if isinstance(field.default, BaseModel):
            yield from fields(type(field.default))


def test_a_replicate_depends_on_settings_seed_and_its_number_alone(
    scene: Scene[Any], settings: Settings, outcomes: list[Outcome]
) -> None:
    assert same(scene.run(settings, SEED, 3), outcomes[3])
    assert not same(outcomes[3], outcomes[2])
    assert not same(scene.run(settings, SEED + 1, 3), outcomes[3])
    assert all(values.dtype == np.float64 for values in outcomes[3].values())


def test_settings_are_checked_and_described(scene: Scene[Any]) -> None:
    assert all(field.description or name.endswith(".kind") for name, field in fields(scene.settings))
    with pytest.raises(ValidationError, match="nonsense"):
        scene.settings(nonsense=1)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings := scene.settings(), next(iter(type(settings).model_fields)), 3)
    assert scene.settings.model_validate(scene.settings().model_dump(mode="json")) == scene.settings()


def test_claims_are_made_of_what_is_measured(scene: Scene[Any], outcomes: list[Outcome]) -> None:
    assert scene.title.endswith("?")
    assert scene.source
    assert len({claim.name for claim in scene.claims}) == len(scene.claims)
    for claim in scene.claims:
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", claim.name)
        assert claim.says
        assert set(claim.controls) < set(claim.conditions)
        if isinstance(claim, Law):
            assert 0.0 <= claim.tolerance < 1e-6
        else:
            assert claim.smallest > 0.0
            assert claim.direction in (-1, 0, 1)
        for condition, names in claim.conditions.items():
            asked = [names] if isinstance(names, str) else [name for name in names if isinstance(name, str)]
            assert all(outcomes[0][name].shape == () for name in asked), condition


def test_every_scale_can_be_run(scene: Scene[Any]) -> None:
    for scale in SCALES:
        size = scene.size(scale)
        assert size.replicates >= MIN_REPLICATES
        scene.settings.model_validate(size.settings)


def test_a_replicate_is_known_by_all_the_code_that_it_comes_from(scene: Scene[Any]) -> None:
    """What is imported from there on, of our own, belongs to what a replicate's name is a hash of."""
    known = [ROOT / part for part in (*scene.computing, "analysis/streams.py")]
    missing = {
        file.relative_to(ROOT).as_posix()
        for file in imported(ROOT / f"{scene.grow.replace('.', '/')}.py")
        if not any(file.is_relative_to(part) for part in known)
    }
    assert missing == set(), f"Scene.computing of {scene.name}"


def test_every_claim_gets_a_verdict(scene: Scene[Any], settings: Settings, outcomes: list[Outcome]) -> None:
    results = scene.results(settings, outcomes)
    assert len(results.answers) == sum(len(claim.conditions) for claim in scene.claims)
    for answer in results.answers:
        told = json.loads(json.dumps(answer.as_dict()))
        assert told["verdict"] in list(Verdict)
        assert told["says"] == answer.claim.says
        assert answer.sentence.endswith(".")
        if not isinstance(answer, Compared):
            continue
        one, two = (
            results.values[name] if isinstance(name, str) else name
            for name in answer.claim.conditions[answer.condition]
        )
        if np.isfinite(two - one).all():
            assert answer.comparison.difference == pytest.approx(float(np.mean(two - one)), abs=1e-12)


@pytest.mark.parametrize("name", THEMES)
def test_the_picture_is_whole(charts: dict[Theme, Chart], name: Theme) -> None:
    chart = charts[name]
    assert faults(chart.figure) == []
    assert len(words_of(chart.figure)) > 10
    assert not any("$" in text.get_text() for text in words_of(chart.figure))
    assert any(verdict in chart.reading.lower() for verdict in Verdict)
    assert chart.reading.endswith(".")
    assert "5 paired replicates, seed 3." in chart.origin
    assert "nan" not in chart.alt.lower().split()
    assert "smallest effect of interest" in chart.details or "is rounding" in chart.details


def test_few_replicates_are_drawn_without_intervals(
    scene: Scene[Any], settings: Settings, outcomes: list[Outcome]
) -> None:
    chart = scene.chart(settings, outcomes[:2], scene.origin(settings, 2, SEED))
    assert faults(chart.figure) == []
    assert "no interval" in chart.reading
    answers = scene.results(settings, outcomes[:2]).answers
    assert all(answer.verdict is Verdict.UNDETERMINED for answer in answers if isinstance(answer, Compared))


def test_what_is_drawn_is_kept_as_numbers_in_both_themes(charts: dict[Theme, Chart]) -> None:
    light, dark = (charts[name] for name in THEMES)
    files = light.files(width=200)
    assert files.keys() == {"png", "svg", "csv", "txt"}
    assert len(list(csv.DictReader(files["csv"].decode().splitlines()))) > 20
    assert files["csv"] == to_csv(dark.plotted).encode()
    assert light.figure.get_facecolor() != dark.figure.get_facecolor()


def test_every_number_of_a_replicate_is_kept(outcomes: list[Outcome]) -> None:
    kept = list(csv.DictReader(records(outcomes).splitlines()))
    assert len(kept) == sum(values.size for outcome in outcomes for values in outcome.values())
    last = [row for row in kept if row["replicate"] == "4" and row["name"] == kept[-1]["name"]]
    assert [float(row["value"] or "nan") for row in last] == pytest.approx(
        outcomes[4][kept[-1]["name"]].ravel().tolist(), rel=0, nan_ok=True
    )


def test_part_of_a_landscape_may_be_set() -> None:
    found = cloning.Settings.model_validate({"rugged": {"k": 3}, "smooth": {"effects": "equal"}})
    usual = cloning.Settings()
    assert found.rugged == usual.rugged.model_copy(update={"k": 3})
    assert found.smooth == usual.smooth.model_copy(update={"effects": "equal"})


SMALL = Claim(
    name="small", says="b is more", measure="size", arms=("a", "b"), direction=+1, smallest=0.1,
    conditions={"here (x)": ("a", "b"), "here (y)": ("a", "c"), "there": ("a", "d")},
)  # fmt: skip


def judged(b: float, c: float, d: float) -> Results[Settings]:
    rng = np.random.default_rng(0)
    rows = rng.normal([0.0, b, c, d], 0.01, (8, 4))
    return Results.of(Settings(), [SMALL], [dict(zip("abcd", row, strict=True)) for row in rows])


def test_verdicts_are_told_by_condition() -> None:
    assert judged(1.0, 1.0, 1.0).overall(SMALL) is Verdict.SUPPORTED
    assert judged(1.0, 1.0, 1.0).opening(SMALL) == "Yes (supported)"
    assert judged(0.0, 0.0, 0.0).opening(SMALL) == "No effect"
    mixed = judged(0.0, 0.0, -1.0)
    assert mixed.overall(SMALL) is Verdict.CONDITIONAL
    told = mixed.told(SMALL)
    assert told.startswith("here (no effect: ")
    assert "; there −" in told
    assert told.endswith("] (contradicted)")
    assert judged(0.0, 1.0, 1.0).told(SMALL).startswith("here (x) (no effect: ")


def test_that_nothing_differs_is_a_claim_too() -> None:
    same = replace(SMALL, direction=0, conditions={"here": ("a", "b")})
    found = [
        Results.of(Settings(), [same], [{"a": np.array(0.01 * i), "b": np.array(b)} for i in range(8)]).overall(same)
        for b in (0.04, 1.0, -1.0, 0.12)
    ]
    assert found == [Verdict.SUPPORTED, Verdict.CONTRADICTED, Verdict.CONTRADICTED, Verdict.UNDETERMINED]


def test_a_number_is_compared_with_one_that_is_known() -> None:
    half = replace(SMALL, conditions={"here": (0.5, "a")})
    results = Results.of(Settings(), [half], [{"a": np.array(1.5 + 0.01 * i)} for i in range(8)])
    assert results.comparison(half, "here").difference == pytest.approx(1.035)


def test_a_law_holds_everywhere_or_not_at_all() -> None:
    law = Law(name="law", says="it is 0", measure="deviation", tolerance=1e-9, conditions={"here": "off"})
    for worst, expected in ((1e-12, Verdict.SUPPORTED), (1e-3, Verdict.CONTRADICTED), (np.nan, Verdict.CONTRADICTED)):
        results = Results.of(Settings(), [law], [{"off": np.array(0.0)}, {"off": np.array(-worst)}])
        assert results.overall(law) is expected
        assert results.answer(law, "here").sentence.endswith(f"is rounding: {expected}.")


def test_lists_of_words() -> None:
    assert [listed(words) for words in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


@pytest.mark.parametrize("places", [[0.5, 0.5, 0.5], [0.9, 0.1, 0.95], [0.3, 0.2, 0.1], [0.0], [0.2, 0.25, 0.8]])
def test_names_are_moved_apart_and_no_further(places: list[float]) -> None:
    found = apart(places, 0.1)
    order = np.argsort(places, kind="stable")
    assert np.all(np.diff(np.array(found)[order]) >= 0.1 - 1e-12)
    assert np.mean(found) == pytest.approx(np.mean(places))
    assert apart(found, 0.1 - 1e-9) == pytest.approx(found)


def test_a_population_is_the_same_however_often_it_is_looked_at() -> None:
    landscape = NKLandscape.random(loci=20, k=2, seed=1)
    founders = landscape.founders(50, 2)
    often = list(watched(landscape, SEXUAL, founders, moments(30), mutation=1e-3, seed=4))
    once = evolve(landscape, SEXUAL, founders, generations=30, mutation=1e-3, seed=4)
    assert [population.generation for population in often] == moments(30)
    assert np.array_equal(often[-1].individuals, once.individuals)


def test_children_of_equals_are_as_fit_as_they() -> None:
    landscape = NKLandscape.random(loci=20, k=4, seed=1)
    best = landscape.founders(2000, 2)[[np.argmax(landscape.log_fitness(landscape.founders(2000, 2)))] * 30]
    population = evolve(landscape, CLONAL, best, generations=0, mutation=0.0, seed=0)
    found = cross(landscape, population, population, 5)
    assert found.apart == 0.0
    assert (found.viability, found.load) == pytest.approx((1.0, 0.0))
    assert found.parents == pytest.approx(float(landscape.log_fitness(best[:1])[0]))


@pytest.mark.oracle
@pytest.mark.parametrize("advantage", [1.5, 8.0, 20.0])
def test_a_rare_set_grows_by_the_law(advantage: float) -> None:
    for k in range(1, 9):
        for mode, factor in ((SEXUAL, advantage * 2.0 ** (1 - k)), (CLONAL, advantage)):
            assert growing_jackpot.growth_of_set(k, advantage, mode, 1e-12) == pytest.approx(factor, rel=1e-7)


@pytest.mark.oracle
def test_the_law_of_jackpots_holds_at_any_frequency() -> None:
    """Children of two parents with the set have it, those of one have it by a toss for each gene."""
    before, advantage, k = 0.1, 5.0, 4
    parents = before * advantage / (before * advantage + 1.0 - before)
    after = parents**2 + 2.0 * parents * (1.0 - parents) * 0.5**k
    found = growing_jackpot.law(np.array(2.0 ** (1 - k)), advantage, before)
    assert before * found == pytest.approx(after, rel=1e-12)


@pytest.mark.oracle
def test_the_first_sexual_children_lose_what_theory_says() -> None:
    """To second order in selection, in an infinite population."""
    landscape = NKLandscape.random(loci=8, k=3, selection=1e-3, seed=7)
    means = [
        evolve(landscape, mode, infinite_population(landscape), generations=1, mutation=0.0, seed=0)
        for mode in (CLONAL, SEXUAL)
    ]
    clonal, sexual = (float(population.shares @ population.log_fitness) for population in means)
    assert clonal - sexual == pytest.approx(load_of_sex(landscape), rel=5e-3)


@pytest.mark.oracle
def test_conspiracies_break_even_where_both_designs_are_worth_as_much() -> None:
    q = np.array([0.5, 0.9, 0.95, 0.99])
    assert conspiracies.complete(q, 50) == pytest.approx([8.88e-16, 0.00515, 0.0769, 0.605], rel=2e-3)
    assert conspiracies.enough(np.array([0.5, 0.8]), 5, 10, 1) == pytest.approx([0.272, 0.981], abs=5e-4)
    assert conspiracies.enough(q, 5, 10, 10) == pytest.approx(conspiracies.complete(q, 50).tolist())
    ratio = conspiracies.break_even(q, 50, 5)
    assert ratio * conspiracies.complete(q, 50) == pytest.approx(conspiracies.complete(q, 5).tolist())
    assert ratio[1:] == pytest.approx([114.6, 10.06, 1.572], rel=1e-3)


@pytest.mark.oracle
def test_without_mutation_conspiracies_keep_all_until_members_turn() -> None:
    settings = conspiracies.Settings(population=20, generations=20, mutation=0.0, every=10)
    found = conspiracies.SCENE.run(settings, 1, 0)
    before = found["times"] < 10
    for pay, unit in (("equal", 1.0), ("superlinear", 10.0)):
        for mode in ("clonal", "sexual"):
            assert found[f"place:static:{pay}:{mode}:small"] == pytest.approx(1.0)
            assert found[f"pay:static:{pay}:{mode}:small"] == pytest.approx(1.0)
            large = found[f"pay:changing:{pay}:{mode}:large"]
            assert large[before] == pytest.approx(unit)
            assert np.all(large[~before] == 0.0)
            assert found[f"place:changing:{pay}:{mode}:small"][found["times"] == 10] == pytest.approx(0.9)


def test_a_plan_comes_off_when_enough_of_it_is_complete() -> None:
    good = np.ones((4, 6), dtype=np.bool_)
    good[1, 5] = good[2, [0, 4]] = good[3, [0, 2, 4]] = False
    assert growing_conspiracies.successes(good, 2).tolist() == [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert growing_conspiracies.successes(good, 6).tolist() == [[1, 1, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("wrong", [{"size": 7}, {"size": 50}, {"turned": 51}])
def test_conspiracies_that_do_not_fit_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="must be"):
        conspiracies.Settings(**wrong)


@pytest.mark.oracle
def test_curves_of_the_race_grow_by_his_gains() -> None:
    t, bits = np.array([10.0, 20.0, 40.0, 60.0]), 1000
    assert race.sexual_theory(t, bits) == pytest.approx([0.598, 0.692, 0.855, 0.963], abs=5e-4)
    assert race.clonal_theory(np.array([100.0, 300.0]), bits) == pytest.approx([0.658, 0.774], abs=5e-4)
    step = 1e-4
    for theory, gain in (
        (race.sexual_theory, lambda share: race.sexual_gain(share, bits)),
        (race.clonal_theory, race.clonal_gain),
    ):
        slope = bits * (theory(t + step, bits) - theory(t - step, bits)) / (2.0 * step)
        assert slope == pytest.approx(gain(theory(t, bits)).tolist(), rel=1e-5)


@pytest.mark.oracle
def test_no_mutation_gains_more_than_the_optimal_one() -> None:
    for excess in (0.1, 0.3, 0.5):
        m = np.linspace(1e-6, 0.05, 200_001)
        gain = -2.0 * m * excess + np.sqrt(m / 1000)
        assert optimal_mutation(excess, 1000) == pytest.approx(m[np.argmax(gain)], abs=1e-6)
    assert optimal_mutation(0.0, 1000) == 0.5


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["alone", "smooth", "conspiracies"])
def test_a_new_gene_is_worth_the_same_on_every_background(name: str) -> None:
    where = background(name, 0.1, 1)
    genes = unpack(where.founders(50, 2), where.loci)
    without, with_it = genes.copy(), genes.copy()
    without[:, -1], with_it[:, -1] = False, True
    worth = where.log_fitness(pack(with_it)) - where.log_fitness(pack(without))
    assert worth == pytest.approx(np.full(50, 0.1), rel=1e-6)
    assert np.ptp(where.log_fitness(pack(without))) > 0.1 or name == "alone"


@pytest.mark.oracle
def test_a_new_gene_alone_spreads_as_theory_says() -> None:
    settings = race.Settings(
        bits=10, population=10, generations=2, newcomers=120, worth=0.3, small_population=60, new_generations=40
    )
    found, expected = race.SCENE.run(settings, 1, 0), race.fixation(0.3, 60)
    for arm in ("clonal", "sexual"):
        z = (found[f"spread:alone:{arm}"] - expected) / math.sqrt(expected * (1.0 - expected) / 120)
        assert abs(z) < 4.0


def test_gains_are_slopes_between_levels() -> None:
    levels = np.array([12.0, 20.0, 30.0])
    assert race.gained(10.0 + 2.0 * np.arange(8.0), levels)[0] == pytest.approx(2.0)
    assert math.isnan(race.gained(10.0 + 2.0 * np.arange(8.0), levels)[1])
    assert race.gained(np.array([10.0, 16.0, 14.0, 16.0, 28.0, 32.0]), levels)[0] == pytest.approx(8.0 / 3.0)


@pytest.mark.oracle
def test_without_recombination_the_best_genotype_wins_and_in_the_example_the_mixers_win_with_it() -> None:
    found = two_locus.SCENE.run(two_locus.Settings(landscapes=5), 1, 0)
    assert [float(found[f"best:{n}:0"]) for n in (3, 5, 10)] == [1.0, 1.0, 1.0]
    best = tuple(int(i) for i in np.unravel_index(EXAMPLE.argmax(), EXAMPLE.shape))
    mixers = tuple(mixability(EXAMPLE[None])[0].argmax(1).tolist())
    assert evolve_alleles(EXAMPLE, 0.0).winner == best == (0, 2)
    assert evolve_alleles(EXAMPLE, 0.5).winner == mixers == (1, 1)
    assert ranks(np.array([3.0, 1.0, 2.0])).tolist() == [1.0, 0.0, 0.5]
