"""Whole populations as ``.npz`` files."""

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from sim.arrays import Bools
from sim.genome import unpack, words
from sim.population import Population


def as_npz(population: Population, elements: int) -> bytes:
    """A population as an archive, to be read without this program.

    ``individuals`` as in the simulator, ``copies`` (rows,) of each, ``log_fitness`` (rows,), the number of ``elements``
    and the ``generation``.
    """
    return archive(
        {
            "individuals": population.individuals,
            "copies": np.ones(len(population.individuals)) if population.weights is None else population.weights,
            "log_fitness": population.log_fitness,
            "elements": elements,
            "generation": population.generation,
        }
    )


def read_alleles(path: Path) -> tuple[Bools, int]:
    """The alleles of every individual of an archive, and its generation.

    (individuals, loci) of haploids, (individuals, 2, loci) of diploids. Raises ValueError where the file is no such
    archive, or holds gene networks or an infinite population, which have no list of genomes.
    """
    try:
        arrays = unarchive(path.read_bytes())
        rows, copies, loci = arrays["individuals"], arrays["copies"], int(arrays["elements"])
        generation = int(arrays["generation"])
    except FileNotFoundError as error:
        raise ValueError(
            f"cannot read {path}: no such file; sim run keeps populations with --set keep=[400]"
        ) from error
    except (OSError, ValueError, KeyError) as error:
        raise ValueError(f"{path} is no population that sim run has kept") from error
    if rows.dtype != np.uint64 or rows.shape[-1] != words(loci):
        raise ValueError(f"{path} holds gene networks; only genomes of two alleles can be exported")
    if np.any(copies != np.round(copies)):
        raise ValueError(f"{path} holds an infinite population, which has no list of genomes")
    genomes = np.repeat(rows, copies.astype(np.int64), axis=0)
    alleles = unpack(genomes.reshape(-1, rows.shape[-1]), loci)
    return alleles.reshape(*genomes.shape[:-1], loci), generation


def archive(arrays: dict[str, Any]) -> bytes:
    """Arrays by name, as the bytes of an ``.npz`` file."""
    buffer = BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def unarchive(content: bytes) -> dict[str, Any]:
    """Undo `archive`. Raises ValueError where the bytes are damaged, or hold anything but plain arrays."""
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, EOFError, BadZipFile, AttributeError) as error:
        raise ValueError("damaged, or no archive of arrays") from error
