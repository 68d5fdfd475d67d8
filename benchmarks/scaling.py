"""How the cost of a generation grows with individuals and with loci: ``python -m benchmarks.scaling`` draws it."""

from functools import partial
from pathlib import Path
from typing import Literal

from analysis.arrays import Floats
from analysis.figures.sheet import row_of_panels, sheet
from analysis.figures.theme import arms, ink, render, theme
from benchmarks.rivals.timing import timed
from benchmarks.rivals.workloads import Workload
from benchmarks.simulator import population

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "scaling"
SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
LOCI = (64, 256, 1_024, 4_096, 16_384, 65_536)
AT_LOCI, AT_SIZE = 1_024, 10_000


def measured(workload: Workload) -> float:
    """Seconds a generation."""
    return timed(partial(population, workload), 1, seconds=0.5, repeats=2)[0]


def main() -> None:
    """Measure, draw, and print the numbers."""
    kinds: tuple[Literal["none", "free"], ...] = ("none", "free")
    by_size = {k: [measured(Workload(k, individuals=n, loci=AT_LOCI)) for n in SIZES] for k in kinds}
    by_loci = {k: [measured(Workload(k, individuals=AT_SIZE, loci=n)) for n in LOCI] for k in kinds}
    rate = AT_SIZE * AT_LOCI / by_size["free"][SIZES.index(AT_SIZE)]
    with theme():
        figure, bottom, top = sheet(
            title="What does a generation cost?",
            reading="In proportion to individuals and to loci. With free recombination one core makes "
            f"{rate:.1e} loci of children a second.",
            how="Seconds of one generation on one core: selection, recombination, mutation and fitness. Black: exactly "
            "in proportion. Genomes beyond the processor's caches, some megabytes, cost more.",
            origin=f"Equal effects, mutation 0.001 per locus. Left: {AT_LOCI:,} loci; right: {AT_SIZE:,} individuals.",
            height=2.6,
        )
        left, right = row_of_panels(figure, bottom, top, 2, gap=0.1)
        for axes, x, found, label in ((left, SIZES, by_size, "individuals"), (right, LOCI, by_loci, "loci")):
            for style, kind, name in zip(arms(), kinds, ("clonal", "sexual, free recombination"), strict=True):
                axes.loglog(x, found[kind], color=style.color, ls=style.line, marker=style.marker, label=name)
            start: Floats | float = found["free"][0]
            axes.loglog(x, [start * n / x[0] for n in x], color=ink(), lw=0.8, zorder=0)
            axes.set_xlabel(label)
        left.set_ylabel("seconds a generation")
        left.legend(fontsize=8.5)
    for ending, content in render(figure, "Seconds a generation against individuals and against loci.").items():
        PICTURE.with_suffix(f".{ending}").write_bytes(content)
    for name, x, found in (("individuals", SIZES, by_size), ("loci", LOCI, by_loci)):
        for kind in kinds:
            print(name, kind, {n: float(f"{s:.3g}") for n, s in zip(x, found[kind], strict=True)})


if __name__ == "__main__":
    main()
