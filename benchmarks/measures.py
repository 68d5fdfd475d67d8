"""Measures against the plain way, a library, and the evaluations that they read."""

from functools import partial

import numpy as np
import torch
from scipy.linalg import hadamard

from analysis import MaskDesign, exact_spectrum, interaction_spectrum, sample, spectrum, walsh_transform
from analysis.arrays import Bools, Floats
from benchmarks.measuring import memory_row, peak, row, seconds
from nets import AblationGame, Recipe, Seeds, load, split, train

PLAYERS = 14
SPECTRA = ((128, 8192), (512, 20_000), (2048, 100_000))
"""Elements and masks."""
TIMED = 512
"""Masks whose evaluation is timed; that of more is taken to cost in proportion."""


def transform() -> None:
    """The Walsh-Hadamard transform against the product with its matrix and against numpy, level by level."""
    values, matrix = _values(12), hadamard(2**12).astype(np.float64)
    ours = seconds(partial(walsh_transform, values))
    row("all coefficients, 12 elements", ours, "product with scipy's hadamard(4096)", seconds(lambda: matrix @ values))
    for n in (12, 20, 24):
        values, repeats = _values(n), 3 if n < 24 else 1
        ours = seconds(partial(walsh_transform, values, overwrite=True), repeats)
        theirs = seconds(partial(numpy_butterfly, values), repeats)
        row(f"all coefficients, {n} elements, in place", ours, "the same butterfly in plain numpy", theirs)
    memory_row(
        "their memory beside the values, 22 elements",
        peak(partial(_transform, 22), partial(_transform, 4)) - 2**22 * 8 / 2**20,
        "the same butterfly in plain numpy",
        peak(partial(_butterfly, 22), partial(_butterfly, 4)) - 2**22 * 8 / 2**20,
    )


def numpy_butterfly(values: Floats) -> Floats:
    """The transform as a loop over levels of whole-array sums and differences."""
    for level in range(values.size.bit_length() - 1):
        pairs = values.reshape(-1, 2, 2**level)
        absent, present = pairs[:, 0], pairs[:, 1]
        values = np.stack([(absent + present) / 2.0, (present - absent) / 2.0], axis=1).reshape(-1)
    return values


def library() -> None:
    """Banzhaf values and interactions of all pairs of a game of 14 players, from a table of its values."""
    row(
        f"Banzhaf interactions of all pairs, {PLAYERS} players",
        seconds(_our_pairs),
        "shapiq 1.4.1, ExactComputer BII order 2",
        seconds(_their_pairs, 1),
    )
    memory_row("its memory", peak(_our_pairs, _none), "shapiq", peak(_their_pairs, _none))


def estimates() -> None:
    """The spectrum with intervals, all pairs and masses against evaluating the masks it reads."""
    data = split(load("digits"), 600, 1)
    for n, samples in SPECTRA:
        network = train(Recipe(width=n, epochs=1), data, [Seeds(initial=1, training=1)]).networks[0]
        game = AblationGame(network, data.test.inputs[:512], data.test.labels[:512])
        some = sample(n, TIMED, np.random.default_rng(0)).masks
        evaluating = seconds(partial(game.performance, some), 1) * samples / TIMED
        design, values = _sampled(n, samples)
        ours = seconds(partial(spectrum, design, values), 1)
        row(f"spectrum of {n:,} units from {samples:,} masks", ours, "evaluating the masks on 512 images", evaluating)
        memory_row(
            "its memory",
            peak(partial(_spectrum, n, samples), partial(_spectrum, 16, 256)) - _masks_size(n, samples),
            "the masks themselves",
            _masks_size(n, samples),
        )


def _masks_size(n: int, samples: int) -> float:
    return n * samples / 2**20


def _values(n: int) -> Floats:
    return np.random.default_rng(n).standard_normal(1 << n)


def _transform(n: int) -> None:
    walsh_transform(_values(n), overwrite=True)


def _butterfly(n: int) -> None:
    numpy_butterfly(_values(n))


def _sampled(n: int, samples: int) -> tuple[MaskDesign, Floats]:
    """Masks, and values in which all pairs have a part."""
    rng = np.random.default_rng(n)
    design = sample(n, samples, rng)
    weights = rng.standard_normal((n, 4)).astype(np.float32)
    return design, np.concatenate([((part @ weights) ** 2).sum(1) for part in np.array_split(design.masks, 64)])


def _spectrum(n: int, samples: int) -> None:
    spectrum(*_sampled(n, samples))


def _game(masks: Bools) -> Floats:
    values: Floats = _TABLE[np.asarray(masks, dtype=np.bool_) @ (1 << np.arange(PLAYERS))]
    return values


_TABLE = _values(PLAYERS)


def _our_pairs() -> None:
    interaction_spectrum(_game, n=PLAYERS)


def _their_pairs() -> None:
    import shapiq

    shapiq.ExactComputer(n_players=PLAYERS, game=_game)("BII", order=2)


def _none() -> None:
    import shapiq  # noqa: F401 - both sides pay for what the library loads

    exact_spectrum(np.arange(4.0))


def main() -> None:
    """All of them."""
    torch.set_num_threads(1)
    transform()
    library()
    estimates()


if __name__ == "__main__":
    main()
