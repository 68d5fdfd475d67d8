"""Every scene that can be run."""

from typing import Any

from analysis.scenes import children, cloning, conspiracies, jackpot, makers, race, two_locus
from analysis.scenes.base import Scene

SCENES: dict[str, Scene[Any]] = {
    scene.name: scene
    for scene in (
        jackpot.SCENE,
        cloning.SCENE,
        conspiracies.SCENE,
        children.SCENE,
        two_locus.SCENE,
        race.SCENE,
        makers.SCENE,
    )
}
