"""Random streams with names: a seed depends on the root seed and on what it is for, never on what was drawn before."""

from hashlib import blake2b

import numpy as np


def seed_for(root: int, *key: str | int) -> int:
    """The 64-bit seed of the stream called ``key`` under the root seed.

    >>> seed_for(1, "genes", "landscape", 0) == seed_for(1, "genes", "landscape", 0)
    True
    >>> seed_for(1, "genes", "landscape", 0) == seed_for(1, "genes", "landscape", 1)
    False
    """
    name = "\0".join(f"{type(part).__name__}:{part}" for part in key)
    words = np.frombuffer(blake2b(name.encode(), digest_size=16).digest(), dtype="<u4")
    sequence = np.random.SeedSequence(root, spawn_key=tuple(int(word) for word in words))
    return int(sequence.generate_state(1, np.uint64)[0])


def generator_for(root: int, *key: str | int) -> np.random.Generator:
    """A generator on the stream called ``key``."""
    return np.random.default_rng(seed_for(root, *key))
