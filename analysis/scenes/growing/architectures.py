"""One published architecture in each replicate: its parameters, and which of its layers have dropout."""

from typing import TYPE_CHECKING

import numpy as np

from analysis.scenes.base import Grown
from analysis.scenes.growing.layer_tables import ARCHITECTURES
from analysis.sides.base import RunFailedError
from analysis.streams import generator_for

if TYPE_CHECKING:
    from analysis.scenes.architectures import Settings

DEEPEST = 150


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Of the architecture that ``seed`` puts in this place; each is in one place only.

    ``layers``: for each layer whether it has dropout, NaN beyond the last. Raises RunFailedError where all have had
    their turn, for one that is counted twice is no further evidence.
    """
    if replicate >= len(ARCHITECTURES):
        raise RunFailedError(
            f"architectures: there are {len(ARCHITECTURES)} in the table; try --replicates {len(ARCHITECTURES)}"
        )
    which = int(generator_for(seed, "architectures").permutation(len(ARCHITECTURES))[replicate])
    architecture = ARCHITECTURES[which]
    table = architecture.table()
    millions = table.parameters / 1e6
    layers = np.full(DEEPEST, np.nan)
    layers[: len(table.dropped)] = table.dropped
    return {
        "which": which,
        "millions": millions,
        "miscounted": table.parameters - architecture.published,
        "typical": float(settings.least <= millions <= settings.most),
        "dropped": np.mean(table.dropped),
        "anywhere": float(any(table.dropped)),
        "layers": layers,
    }
