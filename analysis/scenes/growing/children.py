"""Children of clonal and of sexual parents, of one population or of two that evolved apart."""

from typing import TYPE_CHECKING

from analysis.scenes.base import Grown
from analysis.scenes.growing.crosses import cross
from analysis.streams import seed_for
from sim import CLONAL, SEXUAL, evolve

if TYPE_CHECKING:
    from analysis.scenes.children import Settings

ARMS = ("clonal", "sexual")
NAMES = ("pairs", "rugged", "networks")


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """What children are worth, how fit they and their parents are, and how much the parents differ."""
    found: Grown = {}
    for name in NAMES:
        key = ("scene", "children", name, replicate)
        landscape = getattr(settings, name).build(seed_for(seed, *key, "landscape"))
        size, mutation = settings.population, settings.mutation
        if name == "networks":
            size, mutation = settings.networks_population, settings.networks_mutation
        for arm, reproduction in zip(ARMS, (CLONAL, SEXUAL), strict=True):
            ours, theirs = (
                evolve(
                    landscape,
                    reproduction,
                    landscape.founders(size, seed_for(seed, *key, "founders", which)),
                    generations=settings.generations,
                    mutation=mutation,
                    seed=seed_for(seed, *key, "evolution", arm, which),
                )
                for which in "AB"
            )
            for crossing, mates in (("within", ours), ("between", theirs)):
                result = cross(landscape, ours, mates, seed_for(seed, *key, "crosses", crossing))
                place = f"{name}:{crossing}:{arm}"
                found[f"viability:{place}"] = result.viability
                found[f"parents:{place}"] = result.parents
                found[f"children:{place}"] = result.children
                found[f"load:{place}"] = result.load
                found[f"apart:{place}"] = result.apart
    return found
