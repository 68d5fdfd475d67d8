"""Neurons: networks without and with dropout, measured by the panel."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from analysis.experiments.base import Desk, Experiment, Outcome
from analysis.experiments.measured import COMPUTING, arms_of, measured
from analysis.runs.spec import SpecError
from analysis.sides.neurons import NEURONS, NeuronsSpec, data_digest, dataset, grow_neurons
from analysis.sides.panel import PanelSpec
from nets.data import DataError, Dataset

MIN_TEST_IMAGES = 10


class NeuronsExperimentSpec(BaseModel):
    """Everything that determines the neurons' side of a comparison."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(default=1, ge=0, lt=2**63, description="root of all random streams")
    replicates: int = Field(default=10, ge=1, le=100_000, description="paired replicates")
    neurons: NeuronsSpec = NeuronsSpec()
    panel: PanelSpec = PanelSpec()


def data_of(neurons: NeuronsSpec) -> Dataset:
    """The data, if networks can be trained and compared on them. Raises SpecError where not."""
    try:
        data = dataset(neurons.data)
    except DataError as error:
        raise SpecError([f"neurons.data: {error}"]) from error
    if data.classes == 0:
        raise SpecError([f"neurons.data: {neurons.data} has no classes; networks are compared as classifiers"])
    most = len(data) - MIN_TEST_IMAGES
    if neurons.train_images > most:
        raise SpecError(
            [
                f"neurons.train_images = {neurons.train_images}: {neurons.data} has {len(data)} images and "
                f"{MIN_TEST_IMAGES} must be left to test on; ask for at most {most}"
            ]
        )
    return data


def _identity(spec: NeuronsExperimentSpec, arm: str) -> dict[str, Any]:
    """Networks without dropout do not depend on how much others drop."""
    neurons = spec.neurons
    if arm == NEURONS.arms[0]:
        neurons = neurons.model_copy(update={"recipe": neurons.recipe.without_dropout()})
    whole = spec.model_copy(update={"neurons": neurons}).model_dump(mode="json", exclude={"replicates"})
    whole["neurons"]["data"] = neurons.data_name
    return {**whole, "data": data_digest(neurons.data)}


def _run(spec: NeuronsExperimentSpec, arm: str, replicate: int, _desk: Desk) -> Outcome:
    mixing = arm == NEURONS.arms[1]
    return measured(
        NEURONS,
        lambda: grow_neurons(spec.neurons, spec.seed, replicate, mixing=mixing),
        spec.panel,
        spec.seed,
        replicate,
        "neurons.recipe.learning_rate",
    )


EXPERIMENT = Experiment(
    name="neurons",
    says="networks trained apart, without and with dropout, and how co-adapted their units are",
    spec=NeuronsExperimentSpec,
    arms=lambda _: arms_of(NEURONS),
    identity=_identity,
    computing=("nets", *COMPUTING, "analysis/experiments/neurons.py"),
    run=_run,
    check=lambda spec: data_of(spec.neurons),
)
