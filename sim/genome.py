"""Bi-allelic haploid genomes, packed 64 loci to a word."""

import numpy as np

from sim.arrays import Bools, Words

WORD = 64


def words(loci: int) -> int:
    """How many 64-bit words hold ``loci`` loci."""
    return -(-loci // WORD)


def pack(alleles: Bools) -> Words:
    """Pack alleles ``(individuals, loci)`` into words ``(individuals, words(loci))``.

    Locus ``i`` becomes bit ``i % 64`` of word ``i // 64``; bits beyond the last locus are 0.
    """
    individuals, loci = alleles.shape
    padded = np.zeros((individuals, words(loci) * WORD), dtype=np.uint8)
    padded[:, :loci] = alleles
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64, copy=False)


def unpack(genomes: Words, loci: int) -> Bools:
    """Undo `pack`: words ``(individuals, words)`` to alleles ``(individuals, loci)``."""
    octets = np.ascontiguousarray(genomes).astype("<u8", copy=False).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=loci, bitorder="little").astype(np.bool_)
