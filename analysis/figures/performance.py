"""Performance over generations or epochs."""

from matplotlib.axes import Axes

from analysis.figures.chart import Kind, each, findings_of
from analysis.figures.plotted import Plotted, of_means, of_replicates
from analysis.figures.results import SideResults, mean_band
from analysis.figures.theme import arms, quiet

_SETTLED = 0.1
_LABEL_GAP = 0.11


def draw_performance(axes: Axes, results: SideResults) -> list[Plotted]:
    """Mean curve of each arm with its interval, thin lines for replicates, dotted where it is training performance.

    Where nearly all is gained in the first tenth of the time, the axis begins above that first tenth.
    """
    side, times = results.side, results.times
    rows: list[Plotted] = []
    ends: list[float] = []
    settled: list[float] = []
    quick = True
    for arm, style in enumerate(arms()):
        curves = results.curves(arm, "performance")
        mean, low, high = mean_band(curves)
        for curve in curves:
            axes.plot(times, curve, color=style.color, lw=0.6, alpha=0.35)
        axes.fill_between(times, low, high, color=style.color, alpha=0.18, lw=0)
        axes.plot(times, mean, color=style.color, ls=style.line)
        rows += of_replicates("performance", results, arm, side.performance, times.tolist(), curves)
        rows += of_means("performance", results, arm, side.performance, times.tolist(), (mean, low, high))
        late = times >= _SETTLED * times[-1]
        quick = quick and bool(mean[late][0] - mean[0] > 0.8 * (mean[-1] - mean[0]))
        settled.append(float(curves[:, late].min()))
        ends.append(float(mean[-1]))
    top = max(results.curves(arm, "performance").max() for arm in (0, 1))
    if "training_performance" in results.records[0][0].curves:
        for arm, style in enumerate(arms()):
            curves = results.curves(arm, "training_performance")
            axes.plot(times, curves.mean(0), color=style.color, ls=":", lw=1.2)
            rows += of_replicates("performance", results, arm, "training performance", times.tolist(), curves)
            top = max(top, curves.max())
        axes.annotate(
            "dotted: on training images", (0.985, 0.05), xycoords="axes fraction", ha="right", color=quiet(), fontsize=8
        )
    if quick:
        axes.set_ylim(min(settled) - 0.15 * (top - min(settled)), top + 0.08 * (top - min(settled)))
    axes.set_xlim(0, times[-1])
    axes.set_xlabel(side.time)
    axes.set_ylabel(side.performance)
    bottom, ceiling = axes.get_ylim()
    places = _apart([(e - bottom) / (ceiling - bottom) for e in ends])
    for arm, style in enumerate(arms()):
        axes.annotate(
            side.arms[arm],
            (1.02, places[arm]),
            xycoords="axes fraction",
            color=style.color,
            va="center",
            fontweight="bold",
            annotation_clip=False,
        )
    return rows


def _apart(places: list[float]) -> list[float]:
    """Move two labels apart where they would overlap."""
    gap = _LABEL_GAP - abs(places[0] - places[1])
    if gap <= 0:
        return places
    up = 0 if places[0] > places[1] else 1
    return [place + (gap / 2 if arm == up else -gap / 2) for arm, place in enumerate(places)]


KIND = Kind(
    name="performance",
    title="How well do they do?",
    how="Performance over time: thick lines are means with their 95 % interval, thin ones replicates.",
    reading=lambda sides: findings_of(
        sides,
        {"genes": "performance:natural", "neurons": "performance:natural"},
        "Fitness and test accuracy at the end",
    ),
    draw=each(lambda panels, side: draw_performance(panels[0], side)),
    key=False,
    right=0.87,
    gap=0.19,
)
