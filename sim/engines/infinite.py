"""All genotypes at once: an infinite population, exactly. Cost grows as 2 or 3 to the number of loci."""

import numpy as np

from sim.engines.model import Model, State
from sim.infinite import reproduce, select
from sim.landscape.base import Landscape
from sim.selection import Proportional


def step(
    state: State,
    landscape: Landscape,  # noqa: ARG001 - log fitness is known
    model: Model,
    generation: int,  # noqa: ARG001 - nothing is drawn
    stream: np.uint64,  # noqa: ARG001 - nothing is drawn
    spare: object = None,  # noqa: ARG001 - genotypes stay
) -> State:
    """The next generation: selection, recombination and mutation, exactly."""
    genomes, log_fitness, frequencies = state
    reproduction = model.reproduction
    if not reproduction.plain or not isinstance(model.selection, Proportional):
        raise ValueError(
            "an infinite population mates at random, without a jackpot, under proportional selection; "
            "simulate individuals"
        )
    selected = select(frequencies, model.selection.strength * log_fitness)
    children = reproduce(
        selected,
        rates=reproduction.recombination.rates,
        sex_fraction=reproduction.sex_fraction,
        mutation=model.mutation,
    )
    return State(genomes, log_fitness, children)
