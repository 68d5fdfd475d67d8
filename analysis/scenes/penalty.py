"""The explicit penalty in place of dropout: where it is the same thing, and where it is not."""

from typing import Annotated

from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import ArmStyle, quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.claim import Claim, Law
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, styles
from analysis.scenes.pairs import SIDE, OnPairs, within
from analysis.scenes.rows import Row, across, group, grouped, in_rows

_TASKS = {
    "squared": "squared error, one hidden layer",
    "entropy": "cross-entropy, one hidden layer",
    "deep": "cross-entropy, two hidden layers",
}
_LABELS = {
    "none": "nothing",
    "decay": "L2, tuned",
    "explicit": "penalty",
    "averaged": "dropout, many masks",
    "dropout": "dropout",
}
_ROOM = 1.5
"""For the name of a task, in rows."""


class Settings(OnPairs):
    """Dropout on hidden units, against the loss that it has on average, to second order, as a penalty."""

    drop_prob: float = Field(default=0.5, gt=0.0, le=0.95, description="probability that a hidden unit is dropped")
    masks: int = Field(default=8, ge=1, le=1000, description="many masks: so many in each step, over which to average")
    squared_initial_sd: float = Field(
        default=0.05, gt=0.0, le=10.0, description="of initial weights on the squared error: scores begin small"
    )
    weight_decays: tuple[Annotated[float, Field(gt=0.0, le=1.0)], ...] = Field(
        default=(1e-3, 3e-3, 1e-2), min_length=1, description="L2: factors of the weights in each gradient"
    )


EXACT = Law(
    name="exact",
    says="the gradient under dropout is that of the full network plus that of a penalty on w^2 I^2",
    measure="share of what dropout adds to the mean gradient that the penalty leaves out",
    tolerance=1e-9,
    conditions={words: f"left_out:{task}" for task, words in _TASKS.items()},
    side=SIDE,
)


def _same(name: str, measure: str, key: str, smallest: float) -> Claim:
    """The penalty against dropout; beside it, dropout without the noise of single masks, and plain L2."""
    others = {"averaged": "many masks", "decay": "L2"}
    tasks = {words: (f"{key}:{task}:dropout", f"{key}:{task}:explicit") for task, words in _TASKS.items()}
    controls = {
        f"{words} ({called})": (f"{key}:{task}:dropout", f"{key}:{task}:{arm}")
        for arm, called in others.items()
        for task, words in _TASKS.items()
    }
    return Claim(
        name=name,
        says="adding that penalty instead gives the same result",
        measure=measure,
        arms=("dropout", "penalty"),
        direction=0,
        smallest=smallest,
        conditions=tasks | controls,
        controls=tuple(controls),
        side=SIDE,
    )


ACCURACY = _same("accuracy", "test accuracy", "accuracy", 0.01)
HALF = _same("half-gone", "accuracy kept by half of the units", "half", 0.05)
CROSSING = _same("crossing", "viability of children of independent networks, units matched", "matched", 0.05)


def reading(results: Results[Settings]) -> str:
    """Where the penalty is exact, and what comes of training with it."""
    one, two = (f"{100.0 * results.values[f'left_out:{task}'].mean():.0f} %" for task in _TASKS if task != "squared")
    return (
        f"{results.opening(EXACT)}: exactly with squared error and one hidden layer; with cross-entropy the penalty "
        f"misses {one} of what dropout adds to the mean gradient, {two} with two hidden layers. Instead of dropout it "
        f"changes accuracy by {within(results, ACCURACY)} (the same: {results.overall(ACCURACY)}), what half of the "
        f"units keep by {within(results, HALF)} ({results.overall(HALF)}), children's viability by "
        f"{within(results, CROSSING)} ({results.overall(CROSSING)})."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """Five arms in rows, once for each task, and what they do."""
    panels = row_of_panels(room.figure, room.bottom, room.top, 3, left=0.19, gap=0.035)
    rows = _rows()
    in_rows(panels, [row for rows_of_task in rows.values() for row in rows_of_task])
    asked = {"accuracy": ("Accuracy", "share of test images"), "half": ("Half of it gone", "accuracy kept"),
             "matched": ("Strangers' children", "work as well as parents")}  # fmt: skip
    drawn = []
    for axes, (measure, words) in zip(panels, asked.items(), strict=True):
        heading(axes, *words)
        for task, rows_of_task in rows.items():
            for row in rows_of_task:
                series = Series(panel=measure, arm=row.arm, name=f"{measure}, {_TASKS[task]}", side=SIDE)
                drawn += across(axes, row, results.values[f"{measure}:{task}:{row.arm}"], series)
            dropout = float(results.values[f"{measure}:{task}:dropout"].mean())
            axes.plot([dropout] * 2, [rows_of_task[0].place - 0.4, rows_of_task[-1].place], color=quiet(), lw=0.8,
                      ls=(0, (1, 2)), zorder=0.9)  # fmt: skip
        low, _ = axes.get_ylim()
        axes.set_ylim(low, -_ROOM + 0.3)
    for task, rows_of_task in rows.items():
        group(room, panels[0], rows_of_task[0].place - 0.95, _words(task, results))
    return drawn


def _words(task: str, results: Results[Settings]) -> str:
    """A task, and what of dropout's gradient its penalty leaves out."""
    deviations = results.values[f"left_out:{task}"]
    exact = float(deviations.max()) <= EXACT.tolerance
    words = "is" if exact else f"misses {100.0 * deviations.mean():.0f} % of"
    return f"{_TASKS[task].capitalize()}: the penalty {words} what dropout adds to the mean gradient"


def _rows() -> dict[str, list[Row]]:
    without, dropout, purple, green = styles()
    looks = {
        "none": without,
        "decay": green,
        "explicit": purple,
        "averaged": ArmStyle(color=dropout.color, marker="v", line=dropout.line),
        "dropout": dropout,
    }
    return grouped(_LABELS, looks, _TASKS, _ROOM - 0.5)


SCENE = Scene(
    name="penalty",
    title="Is dropout a penalty that can be written down?",
    source="Srivastava et al. 2014, section 9; Wager et al. 2013; Wei, Kakade & Ma 2020",
    claims=(EXACT, ACCURACY, HALF, CROSSING),
    settings=Settings,
    replicates=10,
    smoke=Size(replicates=5, settings={**OnPairs.SMOKE, "weight_decays": (1e-3,), "masks": 2, "epochs": 2}),
    paper=Size(
        replicates=10,
        settings={"data": "mnist5k", "train_images": 3000, "validation_images": 1000, "width": 1024, "epochs": 200},
    ),
    grow="analysis.scenes.growing.penalty",
    computing=(*NETWORKS, "analysis/scenes/growing/pairs.py", "analysis/scenes/growing/descent.py"),
    rests_on=lambda settings: content(settings.data),
    summary=lambda s: (
        f"{s.trained_on}. Drop probability {s.drop_prob:g}; many masks: {s.masks} in each step, whose mean loss is "
        f"descended. L2 chosen by {s.validation_images} validation images from "
        f"{', '.join(f'{strength:g}' for strength in s.weight_decays)}."
    ),
    reading=reading,
    how="Faint marks are replicates, strong ones their means with 95 % intervals; dotted: where dropout is. The "
    "penalty is what dropout adds to the loss on average, to second order in its noise. Many masks: dropout's mean, "
    "with less of its noise. Gradients: a random network of a few units, over all its masks.",
    height=4.4,
    above=0.5,
    draw=draw,
)  # fmt: skip
"""Dropout against its penalty."""
