"""The plot of a sweep: what is drawn is what was measured, in any shape that a sweep can have, and can be read."""

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import QuadMesh
from scipy.stats import t as student

from analysis.figures.averaged import AveragedChart
from analysis.figures.fitting import ELLIPSIS, standing, tick_texts, told_apart, width, wrapped
from analysis.figures.sweep_axis import Axis, inside
from analysis.figures.theme import THEMES
from analysis.runs.spec import SpecError
from analysis.sweeps.aggregate import Swept, select
from analysis.sweeps.names import find, measure_label, setting_label, value_text
from analysis.sweeps.plot import default_axes, plot
from analysis.sweeps.table import Row, Table
from tests.drawn import faults, words_of

NAN = math.nan
ARMS: dict[str, bool | None] = {"clonal": False, "sexual": True}
RATES: dict[str, list[Any]] = {"genes.rates": [0.5, 0.1, 0.01]}
TWO: dict[str, list[Any]] = {**RATES, "genes.landscape.epistasis": [0.0, 2.0]}
THREE: dict[str, list[Any]] = {**TWO, "genes.size": [10, 20, 30]}
EIGHT: dict[str, list[Any]] = {
    "recipe.drop_prob": [i / 10 for i in range(8)],
    "recipe.width": [2**i for i in range(3, 11)],
}
LONG: dict[str, list[Any]] = {
    "genes.a_setting_with_a_name_that_goes_on_and_on": ["a rather long value, the first", "a rather long value, next"],
    "genes.another_setting_whose_name_does_not_end": [[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7]],
}
WORDY = "a_measure_of_which_the_name_is_as_long_as_a_sentence:under a condition"

Value = Callable[[Sequence[int], bool | None, int], float]
"""Of a point (the numbers of its values), whether the arm mixes, and the replicate."""


def uneven(at: Sequence[int], mixing: bool | None, replicate: int) -> float:
    """Numbers without a pattern; the same every time."""
    return float(np.random.default_rng([*at, int(bool(mixing)), replicate]).normal(1.0 + at[0]))


def table(
    axes: Mapping[str, Sequence[Any]],
    value: Value = uneven,
    *,
    replicates: int = 5,
    arms: Mapping[str, bool | None] = ARMS,
    measures: Sequence[str] = ("performance",),
    there: Callable[[Mapping[str, Any], str, int], bool] = lambda _point, _arm, _replicate: True,
) -> Table:
    rows = [
        Row(
            point=point,
            arm=arm,
            mixing=mixing,
            replicate=replicate,
            values=dict.fromkeys(measures, value(at, mixing, replicate)),
        )
        for at in product(*(range(len(values)) for values in axes.values()))
        for point in [{path: values[i] for (path, values), i in zip(axes.items(), at, strict=True)}]
        for replicate in range(replicates)
        for arm, mixing in arms.items()
        if there(point, arm, replicate)
    ]
    return Table(
        experiment="genes",
        summary=f"{replicates} replicates at each of some points, seed 1: populations.",
        axes=axes,
        arms=list(arms),
        mixing=list(arms.values()),
        measures=measures,
        rows=rows,
    )


def rows_of(chart: AveragedChart) -> list[dict[str, str]]:
    return list(csv.DictReader(chart.table.splitlines()))


RATES_LINES: dict[str, Any] = {"x": "rates", "y": "performance"}
TWO_LINES: dict[str, Any] = {**RATES_LINES, "colour": "epistasis"}
TWO_MAP: dict[str, Any] = {"x": "rates", "y": "epistasis", "colour": "performance"}
LONG_NAMES: dict[str, Any] = {"x": "a_setting_with_a_name_that_goes_on_and_on", "y": WORDY}
DIFFERENCE: dict[str, Any] = {"difference": True}
CASES: dict[str, tuple[Table, dict[str, Any]]] = {
    "one point": (table({"a.rates": [0.5]}), RATES_LINES),
    "one point, difference": (table({"a.rates": [0.5]}), RATES_LINES | DIFFERENCE),
    "two points": (table({"a.rates": [0.5, 0.25]}), RATES_LINES),
    "arms": (table(RATES), RATES_LINES | {"colour": "arm"}),
    "values in both arms": (table(TWO), TWO_LINES),
    "values, difference": (table(TWO), TWO_LINES | DIFFERENCE),
    "panels": (table(THREE), TWO_LINES),
    "four panels": (table(TWO | {"a.b": [True, False]}), RATES_LINES),
    "many lines, few replicates": (
        table(EIGHT, replicates=2),
        {"x": "width", "y": "performance", "colour": "drop_prob"},
    ),
    "map": (table(TWO), TWO_MAP),
    "map, difference": (table(TWO), TWO_MAP | DIFFERENCE),
    "maps": (table({**TWO, "genes.size": [10, 20]}), TWO_MAP),
    "maps, difference": (table(THREE), TWO_MAP | DIFFERENCE),
    "large map": (table(EIGHT), {"x": "width", "y": "drop_prob", "colour": "performance"}),
    "long names": (table(LONG, measures=[WORDY]), LONG_NAMES | {"colour": "another_setting_whose_name_does_not_end"}),
    "long names, arms": (table(LONG, measures=[WORDY]), LONG_NAMES),
    "long names, map": (
        table(LONG, measures=[WORDY]),
        {"x": LONG_NAMES["x"], "y": "another_setting_whose_name_does_not_end", "colour": WORDY},
    ),
    "one arm": (table(TWO, arms={"sexual": True}), TWO_LINES),
    "one arm, map": (table(TWO, arms={"sexual": True}), TWO_MAP),
    "an arm without a name": (table(RATES, arms={"": None}), RATES_LINES),
    "three arms": (table(RATES, arms={**ARMS, "asexual": None}), RATES_LINES),
    "all equal": (table(RATES, lambda *_: 1.0), RATES_LINES),
    "all equal, map": (table(TWO, lambda *_: 1.0), TWO_MAP),
    "all undefined": (table(RATES, lambda *_: NAN), RATES_LINES),
    "all undefined, difference": (table(TWO, lambda *_: NAN), TWO_LINES | DIFFERENCE),
    "all undefined, map": (table(TWO, lambda *_: NAN), TWO_MAP),
    "negative": (table(TWO, lambda *at: -1e3 - uneven(*at)), TWO_MAP),
    "tiny": (table(TWO, lambda *at: 1e-9 * uneven(*at)), TWO_LINES),
    "tiny, map": (table(TWO, lambda *at: 1e-9 * uneven(*at)), TWO_MAP),
    "one replicate": (table(TWO, replicates=1), TWO_LINES),
    "one replicate, map": (table(TWO, replicates=1), TWO_MAP),
    "categories": (table({"a.rates": ["slow", "fast", "not at all"]}), RATES_LINES),
    "unfinished": (table(TWO, there=lambda at, arm, _: at["genes.rates"] > 0.1 or arm == "clonal"), TWO_MAP),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_overlaps_and_all_is_said(case: str) -> None:
    found, options = CASES[case]
    chart = plot(found, **options)
    assert faults(chart.figure) == []
    assert len(words_of(chart.figure)) > 5
    assert chart.plotted
    assert chart.reading.endswith(".")
    assert chart.origin.startswith(found.summary)
    assert not {"nan", "None"} & set(chart.alt.replace(",", " ").replace("(", " ").split())


def test_points_are_means_with_students_interval_and_their_replicates() -> None:
    """Of 5 replicates the interval is Student's; of 4 there is none, and they are listed."""
    chart = plot(
        table(RATES, there=lambda point, _, replicate: replicate < 4 or point["genes.rates"] == 0.5), **RATES_LINES
    )
    rows = {(row["arm"], row["x"]): row for row in rows_of(chart) if row["replicate"] == "mean"}
    assert len(rows) == 6
    own = np.array([uneven([0], mixing=True, replicate=r) for r in range(5)])
    half = student.ppf(0.975, 4) * own.std(ddof=1) / math.sqrt(5)
    row = rows["sexual", "0.5"]
    assert [float(row[key]) for key in ("y", "low", "high", "n")] == pytest.approx(
        [own.mean(), own.mean() - half, own.mean() + half, 5], rel=1e-4
    )
    fewer = rows["clonal", "0.1"]
    assert (fewer["low"], fewer["high"], fewer["n"]) == ("", "", "4")
    single = [float(row["y"]) for row in rows_of(chart) if row["arm"] == "clonal" and row["replicate"] == "2"]
    assert single == pytest.approx([uneven([i], mixing=False, replicate=2) for i in (1, 2)], rel=1e-4)


def test_differences_are_paired_replicate_by_replicate() -> None:
    """What arms of a replicate share cancels to the last bit; replicates that one arm lacks do not count."""
    shared = lambda at, mixing, replicate: 64.0 * replicate + (at[0] + 1.0) * bool(mixing)  # noqa: E731
    found = table(RATES, shared, replicates=7, there=lambda _, arm, replicate: arm == "clonal" or replicate < 6)
    rows = rows_of(plot(found, **RATES_LINES, difference=True))
    assert [[float(row[key]) for key in ("x", "y", "low", "high", "n")] for row in rows] == [
        [0.5, 1.0, 1.0, 1.0, 6],
        [0.1, 2.0, 2.0, 2.0, 6],
        [0.01, 3.0, 3.0, 3.0, 6],
    ]
    assert {row["arm"] for row in rows} == {"sexual less clonal"}


def test_the_reading_names_ends_and_counts_what_is_sure() -> None:
    """At rates 0.5 mixing adds 1 for sure, at 0.1 it takes 2 for sure, at 0.01 it may do either."""
    effect = {0: (1.0, 0.0), 1: (-2.0, 0.0), 2: (0.5, 8.0)}

    def value(at: Sequence[int], mixing: bool | None, replicate: int) -> float:
        size, noise = effect[at[0]]
        sign = 1.0 if replicate % 2 else -1.0
        return 10.0 * (at[0] + 1) + (size + noise * sign) * bool(mixing)

    chart = plot(table(RATES, value, replicates=6), **RATES_LINES)
    assert chart.title == "How does performance depend on rates?"
    assert chart.reading == (
        "Performance is lowest at rates 0.5 (10.0 clonal, 11.0 sexual), and highest at rates 0.01 (30.0 clonal, 30.5 "
        "sexual). Sexual less clonal is furthest from 0 at rates 0.1: −2.00 [−2.00, −2.00]; the interval leaves 0 out "
        "at 2 of 3 points (1 above, 1 below)."
    )
    difference = plot(table(RATES, value, replicates=6), **RATES_LINES, difference=True)
    assert difference.title == "What does mixing add to performance, over rates?"
    filled = [line.get_markerfacecolor() for line in difference.figure.axes[0].lines if line.get_marker() == "o"]
    assert [color == filled[0] for color in filled] == [True, True, False]


def test_looking_at_many_points_is_warned_of() -> None:
    assert "not corrected" not in plot(table(RATES), **RATES_LINES).reading
    assert plot(table(TWO), **TWO_LINES).reading.endswith("Intervals are not corrected for looking at 6 points.")
    many = plot(table(EIGHT), x="width", y="performance", colour="drop_prob", difference=True)
    assert "64 points: by chance alone, about 3 would leave 0 out." in many.reading


def test_what_is_undefined_or_missing_is_told() -> None:
    undefined = table(RATES, lambda at, _, replicate: NAN if at[0] == 1 or replicate + at[0] < 2 else 1.0)
    chart = plot(undefined, **RATES_LINES)
    assert "2 of 6 means are undefined." in chart.origin
    assert "2 of 6 means leave out replicates that are undefined; the fewest that are left are 3 of 5." in chart.origin
    assert "cells are there" not in chart.origin
    unfinished = plot(table(TWO, there=lambda at, *_: at["genes.rates"] > 0.01), **TWO_MAP)
    assert "40 of 60 cells are there." in unfinished.origin
    assert "Blank: not there yet." in unfinished.how
    all_of_it = plot(table(RATES, lambda *_: NAN), **RATES_LINES)
    assert all_of_it.reading == "Performance is undefined at all 3 points."


def test_where_keeps_a_value_and_says_so() -> None:
    chart = plot(table(TWO), **RATES_LINES, where={"epistasis": 2.0, "arm": "sexual"})
    rows = rows_of(chart)
    assert [float(row["y"]) for row in rows] == pytest.approx(
        [np.mean([uneven([i, 1], mixing=True, replicate=r) for r in range(5)]) for i in range(3)], rel=1e-4
    )
    assert chart.origin.endswith("Here: epistasis 2.")
    assert rows_of(plot(table(TWO), **RATES_LINES, where={"epistasis": "2", "arm": "sexual"})) == rows


def test_settings_that_go_together_need_no_panels() -> None:
    """Where b follows from a, a alone is along the axis; the points that do not exist are not missing."""
    zipped = table(
        {"g.a": [1, 2, 3], "g.b": ["x", "y", "y"]}, there=lambda at, *_: (at["g.a"] == 1) == (at["g.b"] == "x")
    )
    distinct = Table(**{**vars(zipped), "axes": {"g.a": [1, 2, 3], "g.b": ["x", "y"]}})
    chart = plot(distinct, x="a", y="performance")
    assert len(chart.figure.axes) == 1
    assert chart.origin.endswith("Set along with these: b.")
    assert "cells are there" not in plot(distinct, x="a", y="performance", colour="b").origin
    assert default_axes(distinct) == ("g.a", "performance", "arm")


def test_panels_hold_what_varies_beside() -> None:
    chart = plot(table(THREE), **TWO_LINES)
    titles = [axes.texts[0].get_text() for axes in chart.figure.axes]
    assert titles == [f"{arm}, size {size}" for arm in ARMS for size in (10, 20, 30)]
    row = next(r for r in rows_of(chart) if r["panel"] == "performance, size 20" and r["arm"] == "sexual")
    assert (row["side"], row["series"], row["x"]) == ("genes", "epistasis 0", "0.5")
    assert float(row["y"]) == pytest.approx(
        np.mean([uneven([0, 0, 1], mixing=True, replicate=r) for r in range(5)]), rel=1e-4
    )
    assert len({axes.get_ylim() for axes in chart.figure.axes}) == 1


def test_maps_share_a_scale_and_differences_are_centred() -> None:
    chart = plot(table(TWO), **TWO_MAP)
    meshes = [c for axes in chart.figure.axes[:3] for c in axes.collections if isinstance(c, QuadMesh)]
    one, two, difference = ((mesh.norm.vmin, mesh.norm.vmax) for mesh in meshes)
    means = [row for row in chart.plotted if row.replicate == "mean"]
    of_arms = [row.y for row in means if row.arm in ARMS]
    assert one == two == (min(of_arms), max(of_arms))
    largest = max(abs(row.y) for row in means if row.arm not in ARMS)
    assert difference == (-largest, largest)
    dots = [line for line in chart.figure.axes[2].lines if line.get_marker() == "o"]
    assert len(dots) == sum(row.low > 0 or row.high < 0 for row in means if row.arm not in ARMS)
    written = {text.get_text() for text in chart.figure.axes[0].texts}
    assert {f"{row.y:.2f}".replace("-", "−") for row in means if row.arm == "clonal"} <= written


def test_themes_differ_in_colour_alone_and_equal_tables_give_equal_bytes() -> None:
    for options in (TWO_LINES, TWO_MAP):
        light, dark = (plot(table(TWO), **options, theme=name) for name in THEMES)
        assert faults(dark.figure) == []
        assert light.table == dark.table
        assert light.figure.get_facecolor() != dark.figure.get_facecolor()
    one, two = (plot(table(TWO), **TWO_MAP).files(width=200) for _ in range(2))
    assert one == two
    assert one.keys() == {"png", "svg", "csv", "txt"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"x": "rats", "y": "performance"}, "rats: the sweep has no such setting or measure; did you mean rates? "
         "swept over: genes.rates, genes.landscape.epistasis; measured: performance, load:apart, load:within"),
        ({"x": "rates", "y": "load"}, "load could be load:apart or load:within; name it in full"),
        ({"x": "performance", "y": "performance"}, "--x must be a swept setting"),
        ({"x": "rates", "y": "arm"}, "--y must be a measure"),
        ({"x": "rates", "y": "performance", "colour": "rates"}, "--colour must be arm or a swept setting beside"),
        ({"x": "rates", "y": "performance", "colour": "load:apart"}, "--colour must be arm or a swept setting beside"),
        ({"x": "rates", "y": "rates"}, "--x and --y must be different"),
        ({"x": "rates", "y": "epistasis", "colour": "arm"}, "--colour must be a measure"),
        ({**RATES_LINES, "where": {"epistasis": 3}}, "--where epistasis=3: must be one of 0, 2"),
        ({**RATES_LINES, "where": {"rates": 0.5}}, "--where rates: is shown as well"),
        ({**RATES_LINES, "where": {"performance": 0.5}}, "got a measure"),
        ({**RATES_LINES, "where": {"arm": "sexual"}, "difference": True}, "--difference needs an arm without mixing"),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused_with_the_mend(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as caught:
        plot(table(TWO, measures=["performance", "load:apart", "load:within"]), **options)
    assert said in str(caught.value)


def test_too_many_panels_and_no_rows_are_refused() -> None:
    with pytest.raises(SpecError, match=r"recipe\.width would need 8 panels, more than 6; fix it with --where width=8"):
        plot(table(EIGHT), x="drop_prob", y="performance")
    with pytest.raises(SpecError, match="nothing of this sweep is finished yet"):
        plot(table(RATES, there=lambda *_: False), **RATES_LINES)


def test_names_are_found_by_their_ends() -> None:
    found = table(TWO, measures=["hybrid_viability:apart"])
    assert find(found, "epistasis") == ("setting", "genes.landscape.epistasis")
    assert find(found, "landscape.epistasis") == ("setting", "genes.landscape.epistasis")
    assert find(found, "hybrid_viability") == ("measure", "hybrid_viability:apart")
    assert find(found, "arm") == ("arm", "arm")


def test_labels_are_words() -> None:
    assert setting_label("genes.reproduction.sex_fraction", ["genes.population"]) == "sex fraction"
    assert setting_label("neurons.recipe.input_drop_prob", []) == "input drop_prob"
    assert setting_label("a.b.size", ["a.c.size", "a.b.size"]) == "b size"
    assert measure_label("hybrid_viability:apart") == "hybrid viability (apart)"
    assert measure_label("synergy_mass:log") == "synergy mass (log scale)"
    assert measure_label("test_accuracy") == "test accuracy"
    assert [value_text(v) for v in (1e-5, -2, True, "a b", [1, 0.5])] == ["1e−5", "−2", "true", "a b", "1, 0.5"]


def test_unless_it_is_said_the_longest_axis_is_along_x() -> None:
    both = ["load", "hybrid_viability:apart"]
    assert default_axes(table(RATES, measures=both)) == ("genes.rates", "hybrid_viability:apart", "arm")
    assert default_axes(table(RATES, arms={"": None})) == ("genes.rates", "performance", None)
    assert default_axes(table(TWO)) == ("genes.rates", "performance", "genes.landscape.epistasis")
    assert default_axes(table(TWO), x="epistasis") == ("epistasis", "performance", "genes.rates")
    assert default_axes(table(TWO), where={"rates": 0.5}) == ("genes.landscape.epistasis", "performance", "arm")
    assert default_axes(table(TWO), y="epistasis") == ("genes.rates", "epistasis", "performance")
    with pytest.raises(SpecError, match="nothing is left that varies"):
        default_axes(table(RATES), where={"rates": 0.5})


@pytest.mark.parametrize(
    ("values", "kind", "places"),
    [
        ([0.5, 0.1, 0.001], "log", np.log10([0.5, 0.1, 0.001])),
        ([1, 2, 3], "linear", [1, 2, 3]),
        ([1, 25, 50, 75, 100], "linear", [1, 25, 50, 75, 100]),
        ([0, 1e-4, 1e-3, 1e-2], "log and 0", [-5, -4, -3, -2]),
        ([-1, 50, 100], "linear", [-1, 50, 100]),
        (["b", "a"], "slots", [0, 1]),
        ([True, False], "slots", [0, 1]),
        ([7], "slots", [0]),
    ],
)
def test_numbers_that_span_much_go_on_a_logarithmic_axis(values: list[Any], kind: str, places: list[float]) -> None:
    axis = Axis(Swept(path="a.b", label="b", values=values), 5.0)
    assert axis.kind == kind
    assert axis.places == pytest.approx(np.array(places))
    assert axis.texts == [value_text(value) for value in values]


def test_text_is_made_to_fit() -> None:
    text = wrapped("one two three four five six", 0.6, lines=2)
    assert text.count("\n") == 1
    assert text.endswith(ELLIPSIS)
    assert width(text) <= 0.6
    assert wrapped("short", 9.0) == "short"
    assert standing([0.0, 0.1, 0.5, 1.0], [0.3] * 4) == [True, False, True, True]
    assert told_apart(["a", "b"], ["a", "b"], "x") == (["a", "b"], "")
    assert told_apart(["a…", "a…"], ["ab", "ac"], "x") == (["no. 1", "no. 2"], " Of x, no. 1 is ab; no. 2 is ac.")
    assert tick_texts(np.array([0.0, 0.5, 1.0])) == ["0.0", "0.5", "1.0"]
    assert tick_texts(np.array([0.0, 2e-9, 4e-9])) == ["0", "2e−9", "4e−9"]
    assert inside([1.2, 1.0, -0.3], 0.1) == pytest.approx([1.0, 0.9, 0.0])


def test_a_selection_knows_what_belongs_to_it() -> None:
    found = select(table(THREE), "performance", ["genes.rates"], {"size": 20})
    assert [setting.path for setting in found.shown] == ["genes.rates", "genes.landscape.epistasis"]
    assert found.held == {"size": 20}
    assert found.pair == ("clonal", "sexual")
    assert found.missing == (60, 60)
    assert found.where((2, 1)) == "rates 0.01, epistasis 2"
