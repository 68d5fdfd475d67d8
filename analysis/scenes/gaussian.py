"""Gaussian noise of dropout's variance beside dropout: the same networks, and what needs no scaling."""

from matplotlib.axes import Axes
from pydantic import Field

from analysis.figures.plotted import Plotted
from analysis.figures.sheet import row_of_panels
from analysis.figures.theme import quiet
from analysis.scenes.base import NETWORKS, Results, Room, Scene, Size
from analysis.scenes.claim import Claim, Law
from analysis.scenes.data import content
from analysis.scenes.drawing import Series, heading, styles
from analysis.scenes.pairs import SIDE, OnPairs, within
from analysis.scenes.rows import Row, across, group, grouped, in_rows, of_pairs, published

_TASKS = {"light": "dropped lightly", "half": "half dropped", "deep": "half dropped, two layers"}
_KINDS = {"bernoulli": "Bernoulli", "gaussian": "Gaussian"}
_LABELS = {"none": "no noise", **_KINDS}
_MNIST = {"bernoulli": 1.08, "gaussian": 0.95}
"""Published test errors, percent (table 10)."""


class Settings(OnPairs):
    """Noise on hidden units, Bernoulli or Gaussian of the same variance, drop / keep."""

    light_drop_prob: float = Field(
        default=0.2, gt=0.0, le=0.95, description="probability, dropped lightly, or that of the Gaussian's variance"
    )
    drop_prob: float = Field(
        default=0.5, gt=0.0, le=0.95, description="probability that a unit is dropped, or that of the variance"
    )


def _same(name: str, measure: str, key: str, smallest: float) -> Claim:
    tasks = {words: (f"{key}:{task}:bernoulli", f"{key}:{task}:gaussian") for task, words in _TASKS.items()}
    controls = {
        f"{words} (no noise)": (f"{key}:{task}:none", f"{key}:{task}:gaussian") for task, words in _TASKS.items()
    }
    return Claim(
        name=name,
        says="Gaussian noise of the same variance does what dropping does",
        measure=measure,
        arms=("Bernoulli", "Gaussian"),
        direction=0,
        smallest=smallest,
        conditions=tasks | controls,
        controls=tuple(controls),
        side=SIDE,
    )


ACCURACY = _same("accuracy", "test accuracy", "accuracy", 0.01)
CROSSING = _same("crossing", "viability of children of independent networks, units as they come", "crossing", 0.05)
HALF = _same("half-gone", "accuracy kept by half of the units", "half", 0.05)
ACTIVATION = Law(
    name="activation",
    says="nothing needs to be scaled, for mean activations stay as they are",
    measure="deviation of the mean output of a linear unit under noise from that without, relative",
    tolerance=1e-9,
    conditions={
        "Gaussian": "activation:gaussian",
        "Bernoulli, divided by keep": "activation:bernoulli",
        "Bernoulli, not divided": "activation:classic",
    },
    controls=("Bernoulli, divided by keep", "Bernoulli, not divided"),
    side=SIDE,
)
NEXT = Claim(
    name="next-layer",
    says="nothing needs to be scaled in a network either",
    measure="mean activation of the next hidden layer under noise, relative to that without",
    arms=("without noise", "under noise"),
    direction=0,
    smallest=0.05,
    conditions={words: (1.0, f"raised:{kind}") for kind, words in reversed(_KINDS.items())},
    controls=("Bernoulli",),
    side=SIDE,
)


def reading(results: Results[Settings]) -> str:
    """Equality, and what is unchanged on average."""
    ours = list(_TASKS.values())
    return (
        f"Is Gaussian noise as good? {results.opening(ACCURACY)}. Instead of dropping it changes accuracy by "
        f"{within(results, ACCURACY, ours)}, children's viability by {within(results, CROSSING, ours)} "
        f"({results.overall(CROSSING)}), and the accuracy that half of the units keep by {within(results, HALF, ours)} "
        f"({results.overall(HALF)}). Nothing needs scaling: {results.overall(ACTIVATION)} for a linear unit, "
        f"{results.overall(NEXT)} behind a rectifier, where the mean activation changes by {within(results, NEXT)}."
    )


def draw(room: Room, results: Results[Settings]) -> list[Plotted]:
    """What networks do, in rows; and the mean of what the next unit gets."""
    *panels, means = row_of_panels(room.figure, room.bottom, room.top, 4, left=0.105, gap=0.03)
    box = means.get_position(original=True)
    means.set_position((box.x0 + 0.06, box.y0, box.width - 0.06, box.height))
    without, dropout, purple, _ = styles()
    rows = grouped(_LABELS, {"none": without, "bernoulli": dropout, "gaussian": purple}, _TASKS)
    drawn = of_pairs(panels, rows, _TASKS, results.values)
    errors = panels[0]
    published(errors, [row.place for row in rows["half"] if row.arm in _MNIST], list(_MNIST.values()))
    errors.set_xlim(left=0.0)
    for task, rows_of_task in rows.items():
        group(room, errors, rows_of_task[0].place - 0.85, _TASKS[task].capitalize())
    return drawn + _means(means, results)


def _means(axes: Axes, results: Results[Settings]) -> list[Plotted]:
    """Mean activation under noise, relative to that without, of the next layer; and what it would be undivided."""
    heading(axes, "Handed on", "mean; 1: no noise")
    without, dropout, purple, _ = styles()
    keep = 1.0 - results.settings.drop_prob
    rows = [
        Row(arm="classic", label="not\ndivided", style=without, place=0.0),
        Row(arm="bernoulli", label="Bern-\noulli", style=dropout, place=1.0),
        Row(arm="gaussian", label="Gaus-\nsian", style=purple, place=2.0),
    ]
    in_rows([axes], rows)
    axes.axvline(1.0, color=quiet(), lw=0.8, zorder=0)
    axes.set_xlim(0.0, 1.25)
    series = Series(panel="next layer", arm="classic", name="mean input, exact", side=SIDE)
    axes.plot([keep], [0.0], ls="", marker="o", ms=7, color=without.color, mfc="none", mew=1.5)
    drawn = series.rows(["classic"], *(results.values["raised:gaussian"][:1] * 0.0 + keep for _ in range(3)))
    for row in rows[1:]:
        series = Series(panel="next layer", arm=row.arm, name="mean activation of the next layer", side=SIDE)
        drawn += across(axes, row, results.values[f"raised:{row.arm}"], series)
    return drawn


SCENE = Scene(
    name="gaussian",
    title="Must units be dropped, or is any noise as good?",
    source="Srivastava et al. 2014, section 10 and table 10",
    claims=(ACCURACY, CROSSING, HALF, ACTIVATION, NEXT),
    settings=Settings,
    replicates=16,
    smoke=Size(replicates=5, settings={**OnPairs.SMOKE, "width": 8, "epochs": 8, "drop_prob": 0.3}),
    paper=Size(
        replicates=10,
        settings={"data": "mnist5k", "train_images": 3000, "validation_images": 1000, "width": 1024, "epochs": 200},
    ),
    grow="analysis.scenes.growing.gaussian",
    computing=(*NETWORKS, "analysis/scenes/growing/pairs.py"),
    rests_on=lambda settings: content(settings.data),
    summary=lambda s: (
        f"{s.trained_on}. Half dropped: with probability {s.drop_prob:g}; lightly: {s.light_drop_prob:g}; Gaussian "
        "noise has mean 1 and the variance drop / keep of Bernoulli noise that is divided by keep."
    ),
    reading=reading,
    how="Faint marks are replicates, strong ones their means with 95 % intervals. Hollow diamonds: published, MNIST. "
    "Children take each hidden unit from either of two independent networks: 1 is as good as their parents, 0 as good "
    "as guessing. Right: activation of the second "
    "layer in training, relative to that without noise; hollow: what it gets undivided.",
    height=2.9,
    above=0.5,
    draw=draw,
)  # fmt: skip
"""Gaussian noise beside dropout."""
