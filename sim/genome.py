"""Bi-allelic genomes, packed 64 loci to a word."""

import numpy as np
from numba import njit

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


def random_genomes(size: int, loci: int, seed: int) -> Words:
    """Genomes ``(size, words)`` whose every allele is 1 with probability 1/2, drawn 64 loci at a time."""
    drawn = np.random.default_rng(seed).integers(0, 2**64, size=(size, words(loci)), dtype=np.uint64)
    if loci % WORD:
        drawn[:, -1] &= np.uint64(2 ** (loci % WORD) - 1)
    return drawn


@njit(cache=True, nogil=True, inline="always")
def popcount(word: np.uint64) -> int:
    """How many bits of a word are 1; compilers know this form and make one instruction of it."""
    x = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def transpose(genomes: Words, first: int, planes: Words) -> None:
    """Turn up to 64 genomes from row ``first`` on into planes, (words * 64,).

    Bit ``k`` of plane ``i`` is locus ``i`` of genome ``first + k``, and 0 where there is none. By swapping
    blocks of 32 bits, 16 and so on (Warren 2012, section 7-3).
    """
    rows = min(WORD, len(genomes) - first)
    for word in range(genomes.shape[1]):
        block = planes[word * WORD : (word + 1) * WORD]
        block[:rows] = genomes[first : first + rows, word]
        block[rows:] = 0
        width, mask = 32, np.uint64(0x00000000FFFFFFFF)
        while width:
            for start in range(0, WORD, 2 * width):
                for low in range(start, start + width):
                    swap = ((block[low] >> np.uint64(width)) ^ block[low + width]) & mask
                    block[low + width] ^= swap
                    block[low] ^= swap << np.uint64(width)
            width >>= 1
            mask ^= mask << np.uint64(width)


@njit(cache=True, nogil=True)
def to_bytes(eight: Words) -> None:
    """Turn eight planes, (8,), into bytes: byte ``j`` of word ``i`` holds the eight bits of individual ``8 j + i``."""
    width, mask = 4, np.uint64(0x0F0F0F0F0F0F0F0F)
    while width:
        for start in range(0, 8, 2 * width):
            for low in range(start, start + width):
                swap = ((eight[low] >> np.uint64(width)) ^ eight[low + width]) & mask
                eight[low + width] ^= swap
                eight[low] ^= swap << np.uint64(width)
        width >>= 1
        mask ^= mask << np.uint64(width)
