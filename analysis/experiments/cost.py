"""What a comparison will cost, said before it is paid."""

from dataclasses import dataclass
from itertools import pairwise

from analysis.experiments.compare import SIDES, CompareSpec
from analysis.experiments.neurons import data_of
from analysis.runs.memory import within_memory
from nets.data import Dataset
from nets.looks import LOOKS
from nets.recipe import Recipe

_PROCESS = 450e6  # resident bytes of a worker with torch and numba loaded
_RATE = 2e10  # floating-point operations a second that small float32 layers reach on one core
_STEP = 6e-4  # seconds of overhead of a training step of three networks


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An estimate from the sizes in the spec and this program's speed on one current server core."""

    cells: int
    seconds: float
    """With the given number of jobs."""
    peak_bytes: float
    """Over all workers."""


def estimate(spec: CompareSpec, data: Dataset, jobs: int) -> Estimate:
    """What running the whole spec would take."""
    seconds = spec.replicates * (4.0 * spec.genes.seconds + 0.2 + _neurons_seconds(spec, data))
    workers = min(jobs, 2 * len(SIDES) * spec.replicates)
    return Estimate(
        cells=2 * len(SIDES) * spec.replicates,
        seconds=10.0 + seconds / workers,
        peak_bytes=workers * (_PROCESS + max(_genes_bytes(spec), _neurons_bytes(spec, data))),
    )


def check(spec: CompareSpec, jobs: int) -> Estimate:
    """Find out before the run what would stop it, and what it will cost.

    Raises SpecError for data that cannot be had or are too few, and for more memory than there is.
    """
    data = data_of(spec.neurons)
    cost = estimate(spec, data, jobs)
    within_memory(cost.peak_bytes, f"{_largest(spec, data)}, or --jobs (now {jobs})")
    return cost


def _neurons_seconds(spec: CompareSpec, data: Dataset) -> float:
    neurons, recipe = spec.neurons, spec.neurons.recipe
    features = data.inputs.shape[1]
    units, within = sum(recipe.hidden), _within(recipe)
    weights = features * recipe.hidden[0] + within + recipe.hidden[-1] * data.classes
    batch = min(recipe.batch_size, neurons.train_images)
    steps = recipe.epochs * (neurons.train_images // batch)
    training = 2.0 * steps * (_STEP + 3.0 * 6.0 * batch * weights / _RATE)
    probe = min(neurons.probe_images, len(data) - neurons.train_images)
    flips = spec.panel.partners * (units + 1)
    masks = 4.0 * (spec.panel.masks + 9 * spec.panel.knock_out_masks + flips)
    looking = 2.0 * (3 * LOOKS * len(data) + 4.0 * spec.panel.children * (len(data) - neurons.train_images))
    training += looking * 2.0 * weights / _RATE
    return float(training + masks * probe * 2.0 * (within + recipe.hidden[-1] * data.classes) / _RATE)


def _genes_bytes(spec: CompareSpec) -> float:
    return 2.0 * spec.genes.bytes + _sampling_bytes(spec, spec.genes.elements)


def _neurons_bytes(spec: CompareSpec, data: Dataset) -> float:
    recipe, features = spec.neurons.recipe, data.inputs.shape[1]
    units = sum(recipe.hidden)
    weights = features * recipe.hidden[0] + _within(recipe) + recipe.hidden[-1] * data.classes
    activations = 40.0 * len(data) * units
    return float(3.0 * data.inputs.nbytes + 3 * 16.0 * weights + activations + _sampling_bytes(spec, units))


def _within(recipe: Recipe) -> int:
    """Weights between hidden layers."""
    return sum(before * after for before, after in pairwise(recipe.hidden))


def _sampling_bytes(spec: CompareSpec, elements: int) -> float:
    """Masks, the estimator's matrix of one group of them, and its sums of pairs."""
    return spec.panel.masks * elements * 4.0 + 40.0 * 8.0 * elements**2


def _largest(spec: CompareSpec, data: Dataset) -> str:
    """The setting to lower first."""
    if _genes_bytes(spec) > _neurons_bytes(spec, data):
        return "genes.population"
    return "panel.masks" if spec.panel.masks > max(spec.neurons.recipe.hidden) ** 2 else "neurons.recipe.width"
