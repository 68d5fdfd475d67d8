"""Random mates and random masks on one function, exactly; and how parts vary together where each is used."""

from typing import TYPE_CHECKING

import numpy as np
import torch

from analysis.arrays import Floats, Integers
from analysis.measures.association import association
from analysis.measures.walsh import walsh_transform
from analysis.scenes.base import Grown
from analysis.scenes.growing.networks import networks, part_of
from analysis.streams import generator_for, seed_for
from nets.recipe import Recipe
from nets.theory import interaction_orders, noise_operator, walsh_values
from sim import CLONAL, SEXUAL, NKLandscape, evolve, unpack
from sim.infinite import reproduce

if TYPE_CHECKING:
    from analysis.scenes.operator import Settings

KEEPS = {"1/2": 0.5, "1/4": 0.25, "3/4": 0.75}


def grow(settings: "Settings", seed: int, replicate: int) -> Grown:
    """What relatives and predictors are worth, and how far they are from each other and from the noise operator."""
    key = ("operator", replicate)
    values = generator_for(seed, *key, "function").standard_normal(2**settings.inputs)
    coefficients, orders = walsh_transform(values), interaction_orders(settings.inputs).numpy()
    relatives = expected_relatives(values)
    found: Grown = {"orders": np.arange(settings.inputs + 1.0)}
    for name, keep in KEEPS.items():
        smoothed = walsh_values(noise_operator(torch.from_numpy(coefficients), keep)).numpy()
        for side, each in (("sex", relatives[name]), ("dropout", deployed(values, keep))):
            left = weight_left(coefficients, walsh_transform(each), orders)
            found |= {f"{side}:{name}": each, f"left:{side}:{name}": left}
            found[f"off:{side}:{name}"] = np.abs(each - smoothed).max()
            found[f"off_left:{side}:{name}"] = np.abs(left - keep ** np.arange(len(left))).max()
        found[f"apart:{name}"] = np.abs(relatives[name] - deployed(values, keep)).max()
    found["apart:coded"] = np.abs(relatives["1/2"] - deployed(values, 0.5, absent=-1.0)).max()
    return found | among_individuals(settings, seed, replicate) | among_units(settings, seed, replicate)


def expected_relatives(values: Floats) -> dict[str, Floats]:
    """Mean value of relatives of each genotype, (2**loci,), by the share of its genes that they have of it.

    Of its child with a random mate, of that child's child with another, and of that child's child with itself: by the
    exact engine, at linkage equilibrium with all alleles at 1/2.
    """
    everyone = np.full(len(values), 1.0 / len(values))
    found = {name: np.empty(len(values)) for name in KEEPS}
    for genotype in range(len(values)):
        itself = np.eye(1, len(values), genotype)[0]
        child = crossed(itself, everyone)
        found["1/2"][genotype] = child @ values
        found["1/4"][genotype] = crossed(child, everyone) @ values
        found["3/4"][genotype] = crossed(child, itself) @ values
    return found


def crossed(mothers: Floats, fathers: Floats) -> Floats:
    """Frequencies (2**loci,) of children who have a mother and a father of these, with free recombination.

    The engine mates a population with itself; half of the children of a mixture have a parent of either kind.
    """
    within = reproduce(mothers) + reproduce(fathers)
    return 2.0 * reproduce((mothers + fathers) / 2.0) - within / 2.0


def deployed(values: Floats, keep: float, *, absent: float = 0.0) -> Floats:
    """What the best predictor under inverted dropout of its inputs predicts with nothing dropped, (2**inputs,).

    It is linear in all products of inputs, which are -1 or +1 and ``absent`` where they are dropped; by the normal
    equations over all inputs and masks. Only what is 0 when it is dropped is divided by ``keep``.
    """
    n = len(values).bit_length() - 1
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    scale = 1.0 / keep if absent == 0.0 else 1.0
    signs: Floats = np.where(bits == 1, 1.0, -1.0)
    kept = bits == 1
    seen = np.where(kept[:, None], scale * signs, absent).reshape(-1, n)
    chances = np.repeat(np.prod(np.where(kept, keep, 1.0 - keep), axis=1), 2**n)
    products = all_products(seen)
    weighted = (products * chances[:, None]).T
    weights = np.linalg.solve(weighted @ products, weighted @ np.tile(values, 2**n))
    predicted: Floats = all_products(signs) @ weights
    return predicted


def all_products(inputs: Floats) -> Floats:
    """Of every set of inputs, (examples, 2**inputs), from inputs (examples, inputs)."""
    found = np.ones((len(inputs), 1))
    for column in inputs.T:
        found = np.concatenate([found, found * column[:, None]], axis=1)
    return found


def weight_left(before: Floats, after: Floats, orders: Integers) -> Floats:
    """The factor, by least squares, that interactions of each order are multiplied by: (inputs + 1,)."""
    found: Floats = np.bincount(orders, before * after) / np.bincount(orders, before**2)
    return found


def among_individuals(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Mean squared correlation of loci over the individuals of a clonal and a sexual population."""
    key = ("operator", replicate)
    landscape = NKLandscape.random(loci=settings.loci, k=4, seed=seed_for(seed, *key, "landscape"), selection=0.2)
    founders = landscape.founders(settings.population, seed_for(seed, *key, "founders"))
    found: Grown = {}
    for arm, mode in (("clonal", CLONAL), ("sexual", SEXUAL)):
        population = evolve(
            landscape,
            mode,
            founders,
            generations=settings.generations,
            mutation=1e-3,
            seed=seed_for(seed, *key, "evolution", arm),
        )
        alleles = unpack(population.members(), settings.loci).astype(np.float64)
        found[f"association:{arm}"] = association(alleles).mean_squared
    return found


def among_units(settings: "Settings", seed: int, replicate: int) -> Grown:
    """Mean squared correlation of hidden units over test images, of a network without dropout and of one with it."""
    key = ("operator", replicate)
    data = part_of(settings.data, settings.train_images, seed, *key)
    recipe = Recipe(width=settings.width, epochs=settings.epochs, drop_prob=0.5)
    found: Grown = {}
    for arm, each in (("none", recipe.without_dropout()), ("dropout", recipe)):
        network = networks(each, data, seed, *key).networks[0]
        activations = network.hidden(torch.from_numpy(data.test.inputs))[-1].numpy().astype(np.float64)
        found[f"association:{arm}"] = association(activations).mean_squared
    return found
