"""Genes: populations without and with sex, measured by the panel."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from analysis.experiments.base import Desk, Experiment, Outcome
from analysis.experiments.measured import COMPUTING, arms_of, measured
from analysis.runs.memory import within_memory
from analysis.sides.genes import GENES, grow_genes
from analysis.sides.panel import PanelSpec
from sim.scenario import ReproductionSpec, Scenario


class GenesExperimentSpec(BaseModel):
    """Everything that determines the genes' side of a comparison."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(default=1, ge=0, lt=2**63, description="root of all random streams")
    replicates: int = Field(default=10, ge=1, le=100_000, description="paired replicates")
    genes: Scenario = Scenario()
    panel: PanelSpec = PanelSpec()


def scenario_identity(scenario: Scenario, *, sexual: bool) -> dict[str, Any]:
    """What populations of one arm depend on: clones not on how others would mate, and files by what is in them."""
    settings = scenario if sexual else scenario.model_copy(update={"reproduction": ReproductionSpec()})
    dumped = settings.model_dump(mode="json")
    if "path" in dumped["landscape"]:
        dumped["landscape"]["path"] = Path(dumped["landscape"]["path"]).name
    return dumped | ({"content": scenario.landscape.content} if scenario.landscape.content else {})


def _identity(spec: GenesExperimentSpec, arm: str) -> dict[str, Any]:
    whole = spec.model_dump(mode="json", exclude={"replicates", "genes"})
    return whole | {"genes": scenario_identity(spec.genes, sexual=arm == GENES.arms[1])}


def _run(spec: GenesExperimentSpec, arm: str, replicate: int, _desk: Desk) -> Outcome:
    mixing = arm == GENES.arms[1]
    return measured(
        GENES,
        lambda: grow_genes(spec.genes, spec.panel, spec.seed, replicate, mixing=mixing),
        spec.panel,
        spec.seed,
        replicate,
        "genes.landscape.selection",
    )


EXPERIMENT = Experiment(
    name="genes",
    says="populations evolved apart, without and with sex, and how co-adapted their genes are",
    spec=GenesExperimentSpec,
    arms=lambda _: arms_of(GENES),
    identity=_identity,
    computing=("sim", *COMPUTING, "analysis/experiments/genes.py"),
    run=_run,
    check=lambda spec: within_memory(2.0 * spec.genes.bytes, "genes.population"),
)
