"""The coverage study: a thousand data sets for each row, over all cores."""

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import joblib
import numpy as np

from analysis.arrays import Floats
from analysis.streams import generator_for
from verification import mask_level, replicate_level
from verification.study import Level, Quantity, Reading, Study

DATA_SETS = 1000
ROOT = 1
LEAST, MOST = 0.93, 0.97
"""What a 95 % interval's coverage may be."""
MOST_BIAS = 0.1
"""What the bias may be, in standard deviations of the estimate."""
_CHUNK = 20


@dataclass(frozen=True, kw_only=True)
class Row:
    """What all data sets say of one quantity at one size."""

    study: str
    level: Level
    key: str
    quantity: Quantity
    n: int
    effort: str
    variant: str
    data_sets: int
    undefined: int
    """Data sets of which the code says that it cannot tell."""
    coverage: float
    """Share of the intervals that hold the truth; NaN where none is promised."""
    coverage_error: float
    """Monte-Carlo standard error."""
    bias: float
    """Mean of (estimate - truth), in its standard deviations over data sets."""
    bias_error: float
    """Monte-Carlo standard error."""
    relative_bias: float
    """Mean of (estimate - truth) as a share of the mean truth."""

    @property
    def label(self) -> str:
        """The quantity, and what tells it from others of its kind."""
        return ", ".join(filter(None, (self.quantity.label, self.variant)))

    @property
    def judged(self) -> bool:
        """Whether an interval is promised, and of a population for which it could be kept."""
        return self.level != "stress" and bool(self.quantity.interval)

    @property
    def faults(self) -> list[str]:
        """What lies outside its band, of a row that is judged."""
        if not self.judged:
            return []
        inside = {"coverage": LEAST <= self.coverage <= MOST, "bias": abs(self.bias) <= MOST_BIAS}
        return [name for name, holds in inside.items() if not holds]


def registry() -> list[Study]:
    """All studies."""
    return mask_level.studies() + replicate_level.studies()


def cover(studies: Sequence[Study], data_sets: int = DATA_SETS, jobs: int = -1) -> list[Row]:
    """Run studies, the large games first, and sum up. Progress goes to stderr."""
    chunks = [range(start, min(start + _CHUNK, data_sets)) for start in range(0, data_sets, _CHUNK)]
    order = sorted(range(len(studies)), key=lambda index: -studies[index].n)
    tasks = [joblib.delayed(_measure)(index, studies[index], chunk) for index in order for chunk in chunks]
    found: defaultdict[int, dict[int, dict[str, Reading]]] = defaultdict(dict)
    with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
        for done, (index, readings) in enumerate(joblib.Parallel(return_as="generator_unordered")(tasks), 1):
            found[index].update(readings)
            print(f"\rcoverage: {100 * done // len(tasks)} %", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return [
        row for index, study in enumerate(studies) for row in _rows(study, [found[index][k] for k in range(data_sets)])
    ]


def _measure(index: int, study: Study, data_sets: range) -> tuple[int, dict[int, dict[str, Reading]]]:
    """Readings of some data sets of a study; each has a stream of its own."""
    key = ("verification", study.name, study.n)
    return index, {k: study.measure(generator_for(ROOT, *key, k)) for k in data_sets}


def _rows(study: Study, data_sets: list[dict[str, Reading]]) -> Iterator[Row]:
    for key, quantity in study.quantities.items():
        readings = np.array([readings[key] for readings in data_sets])
        needed = [0, 1, 2, 3] if quantity.interval else [0, 3]
        defined = readings[~np.isnan(readings[:, needed]).any(1)]
        estimate, low, high, truth = defined.T
        error, count = estimate - truth, max(1, len(defined))
        coverage = float(np.sum((low <= truth) & (truth <= high))) / count if quantity.interval else float("nan")
        yield Row(
            study=study.name,
            level=study.level,
            key=key,
            quantity=quantity,
            n=study.n,
            effort=study.effort,
            variant=study.variant,
            data_sets=len(readings),
            undefined=len(readings) - len(defined),
            coverage=coverage,
            coverage_error=(coverage * (1.0 - coverage) / count) ** 0.5,
            bias=_ratio(error),
            bias_error=float(1.0 / np.sqrt(count)),
            relative_bias=float(error.mean() / truth.mean()),
        )


def _ratio(error: Floats) -> float:
    return float(error.mean() / error.std(ddof=1))
