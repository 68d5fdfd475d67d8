"""How the cost of a generation grows with individuals and with loci: ``python -m benchmarks.scaling`` draws it."""

from functools import partial
from pathlib import Path
from typing import Literal

from matplotlib.ticker import FuncFormatter

from analysis.figures.sheet import row_of_panels, sheet
from analysis.figures.theme import arms, ink, render, theme
from benchmarks.rivals.timing import timed
from benchmarks.rivals.workloads import Workload
from benchmarks.simulator import population

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "scaling"
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
LOCI = (64, 256, 1_024, 4_096, 16_384, 65_536)
AT_LOCI, AT_SIZE = 1_024, 10_000
KINDS: tuple[Literal["none", "free"], ...] = ("none", "free")
Found = dict[Literal["none", "free"], list[float]]
"""Seconds a generation, without recombination and with it."""


def measured(workload: Workload) -> float:
    """Seconds a generation."""
    return timed(partial(population, workload), 1, seconds=0.5, repeats=2)[0]


def draw(by_size: Found, by_loci: Found) -> dict[str, bytes]:
    """The picture, by the ends of its files' names."""
    rate = AT_SIZE * AT_LOCI / by_size["free"][SIZES.index(AT_SIZE)]
    with theme():
        figure, bottom, top = sheet(
            title="What does a generation cost?",
            reading="In proportion to individuals and, beyond a thousand, to loci. With free recombination one core "
            f"makes {rate / 1e9:.0f} billion loci of children a second.",
            how="Seconds of one generation on one core: selection, recombination, mutation and fitness. Black: exactly "
            "in proportion. Genomes beyond the processor's caches, some megabytes, cost more.",
            origin=f"Equal effects, mutation 0.001 per locus. Left: {AT_LOCI:,} loci; right: {AT_SIZE:,} individuals.",
            height=2.6,
        )
        panels = row_of_panels(figure, bottom, top, 2, left=0.11, gap=0.13)
        for axes, x, found, label in zip(
            panels, (SIZES, LOCI), (by_size, by_loci), ("individuals", "loci"), strict=True
        ):
            for style, kind, name in zip(arms(), KINDS, ("clonal", "sexual, free recombination"), strict=True):
                axes.loglog(x, found[kind], color=style.color, ls=style.line, marker=style.marker, label=name)
            axes.loglog(x, [found["none"][-1] * n / x[-1] for n in x], color=ink(), lw=0.8, zorder=0)
            axes.set_xlabel(label)
            axes.xaxis.set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda s, _: f"{1e3 * s:g} ms"))
        panels[0].set_ylabel("a generation")
        panels[0].legend(fontsize=8.5)
        return render(figure, "Time of a generation against individuals and against loci.")


def main() -> None:
    """Measure, draw, and print the numbers."""
    by_size = {k: [measured(Workload(k, individuals=n, loci=AT_LOCI)) for n in SIZES] for k in KINDS}
    by_loci = {k: [measured(Workload(k, individuals=AT_SIZE, loci=n)) for n in LOCI] for k in KINDS}
    for ending, content in draw(by_size, by_loci).items():
        PICTURE.with_suffix(f".{ending}").write_bytes(content)
    for name, x, found in (("individuals", SIZES, by_size), ("loci", LOCI, by_loci)):
        for kind in KINDS:
            print(name, kind, {n: float(f"{s:.3g}") for n, s in zip(x, found[kind], strict=True)})


if __name__ == "__main__":
    main()
