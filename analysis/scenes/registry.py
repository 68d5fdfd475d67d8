"""Every scene that can be run, by name. Each is loaded when it is asked for: the list alone costs nothing."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from analysis.scenes.base import Scene

NAMES = (
    "jackpot",
    "cloning",
    "conspiracies",
    "children",
    "two-locus",
    "race",
    "makers",
    "spreading",
    "robustness",
    "convolution",
    "ensemble",
    "filters",
    "inheritance",
    "keep",
    "operator",
    "regularisers",
    "coadaptation",
    "data-size",
    "masks",
    "width",
    "memorising",
    "gradient",
    "crossing",
    "penalty",
    "copies",
    "rates",
    "inverted",
    "time",
    "curve",
    "gaussian",
    "scaling",
    "tasks",
    "architectures",
    "noise",
    "pruning",
    "blocks",
    "batches",
)
"""A scene of this name is the ``SCENE`` of the module of this name beside this one."""


class Scenes(Mapping[str, Scene[Any]]):
    """Scenes by name."""

    def __getitem__(self, name: str) -> Scene[Any]:
        if name not in NAMES:
            raise KeyError(name)
        return _loaded(name)

    def __contains__(self, name: object) -> bool:
        return name in NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


@cache
def _loaded(name: str) -> Scene[Any]:
    found: Scene[Any] = import_module(f"analysis.scenes.{name.replace('-', '_')}").SCENE
    return found


SCENES = Scenes()
