"""All experiments, by name. Each is loaded when it is asked for: genes do without torch."""

from functools import cache
from importlib import import_module
from typing import Any

from analysis.experiments.base import Experiment
from analysis.names import nearest
from analysis.runs.spec import SpecError

PLACES = {
    "genes": "analysis.experiments.genes:EXPERIMENT",
    "neurons": "analysis.experiments.neurons:EXPERIMENT",
    "simulation": "analysis.experiments.simulate:EXPERIMENT",
    "training": "analysis.experiments.training:EXPERIMENT",
    "scene": "analysis.scenes.play:EXPERIMENT",
}


@cache
def experiment(name: str) -> Experiment[Any]:
    """The experiment of a name, or, as ``package.module:NAME``, one of your own.

    Raises SpecError where there is none.
    """
    module, colon, attribute = PLACES.get(name, name).partition(":")
    if not colon:
        raise SpecError([f"no experiment is called {name!r}; {nearest(name, PLACES)}"])
    try:
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise SpecError([f"experiment {name!r} cannot be loaded: {error}"]) from error
    if not isinstance(found, Experiment):
        raise SpecError([f"{name!r} is no experiment, but {type(found).__name__}"])
    return found
