"""A comparison that takes a second."""

from typing import Any

from analysis.experiments.compare import CompareSpec

SMALL: dict[str, Any] = {
    "seed": 3,
    "replicates": 5,
    "genes": {"landscape": {"loci": 12, "selection": 0.3}, "population": 60, "generations": 20},
    "neurons": {
        "train_images": 120,
        "probe_images": 60,
        "recipe": {"width": 14, "epochs": 6},
    },
    "panel": {"masks": 256, "knock_out_masks": 8, "children": 64, "pairs": 4, "members": 2, "partners": 32},
}


def small(**changes: Any) -> CompareSpec:
    """The small comparison, with some top-level changes."""
    return CompareSpec.model_validate(SMALL | changes)


def settings() -> list[str]:
    """The same as arguments of the command line."""
    genes, panel = SMALL["genes"], SMALL["panel"]
    found = [f"--set=genes.landscape.{key}={value}" for key, value in genes["landscape"].items()]
    found += [f"--set=genes.{key}={value}" for key, value in genes.items() if key != "landscape"]
    found += [f"--set=panel.{key}={value}" for key, value in panel.items()]
    found += ["--set=neurons.train_images=120", "--set=neurons.probe_images=60"]
    found += ["--width=14", "--set=neurons.recipe.epochs=6", "--seed=3", "--replicates=5"]
    return found
