"""Figures of means: rows that say of how many replicates each is."""

from dataclasses import dataclass

from analysis.figures.chart import Chart
from analysis.figures.plotted import Plotted, to_csv


@dataclass(frozen=True, kw_only=True)
class Averaged(Plotted):
    """One drawn point, and how many replicates it is the mean of."""

    n: int


@dataclass(frozen=True, kw_only=True)
class AveragedChart(Chart):
    """A figure whose table says how many replicates are behind each mean."""

    @property
    def table(self) -> str:
        """The CSV of any figure, with the number of replicates as one column more."""
        counts = ["n", *(str(row.n) if isinstance(row, Averaged) else "1" for row in self.plotted)]
        lines = to_csv(self.plotted).splitlines()
        return "".join(f"{line},{count}\n" for line, count in zip(lines, counts, strict=True))

    def files(self, *, width: int | None = None) -> dict[str, bytes]:
        """As those of any figure, but for the table."""
        return {**super().files(width=width), "csv": self.table.encode()}
