"""Splits: keyed, disjoint, and with as many wrong labels as were asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nets.data import DataError, Dataset, Split, load, split


def numbered(examples: int, classes: int = 3) -> Dataset:
    """Examples that can be told apart."""
    return Dataset(
        inputs=np.arange(examples, dtype=np.float32)[:, None],
        labels=np.arange(examples, dtype=np.int64) % max(classes, 1),
        classes=classes,
        name="numbered",
    )


def who(data: Dataset | None) -> list[int]:
    return [] if data is None else data.inputs[:, 0].astype(int).tolist()


def test_splits_are_those_of_a_permutation_by_the_seed() -> None:
    order = np.random.default_rng(7).permutation(50)
    parts = split(numbered(50), 20, 7)
    assert who(parts.train) == order[:20].tolist()
    assert who(parts.test) == order[20:].tolist()
    assert parts.validation is None


@given(data=st.data(), seed=st.integers(0, 2**64 - 1), noise=st.floats(0.0, 1.0))
def test_parts_are_disjoint_and_do_not_move_each_other(data: st.DataObject, seed: int, noise: float) -> None:
    examples = data.draw(st.integers(2, 60))
    train = data.draw(st.integers(1, examples - 1))
    validation = data.draw(st.integers(0, examples - 1 - train))
    whole, parts = numbered(examples), split(numbered(examples), train, seed, validation=validation, label_noise=noise)
    assert sorted(who(parts.train) + who(parts.validation) + who(parts.test)) == list(range(examples))
    assert (len(parts.train), len(who(parts.validation))) == (train, validation)
    plain = split(whole, train, seed)
    assert who(parts.train) == who(plain.train)
    assert who(parts.test) == who(plain.test)[: len(parts.test)]
    for part in (parts.validation, parts.test):
        assert part is None or np.array_equal(part.labels, np.array(who(part)) % 3)


@given(
    classes=st.integers(2, 5),
    train=st.integers(1, 40),
    share=st.floats(0.0, 1.0),
    less=st.floats(0.0, 1.0),
    seed=st.integers(0, 99),
)
def test_label_noise_makes_exactly_so_many_labels_wrong(
    classes: int, train: int, share: float, less: float, seed: int
) -> None:
    whole = numbered(50, classes)
    right = split(whole, train, seed).train.labels
    noisy = split(whole, train, seed, label_noise=share).train.labels
    assert np.sum(noisy != right) == round(share * train)
    assert set(noisy.tolist()) <= set(range(classes))
    fewer = split(whole, train, seed, label_noise=share * less).train.labels
    assert np.array_equal(fewer[fewer != right], noisy[fewer != right])


def test_wrong_labels_are_all_other_classes_alike() -> None:
    whole = Dataset(inputs=np.zeros((30_001, 1), np.float32), labels=np.full(30_001, 2, np.int64), classes=4)
    counts = np.bincount(split(whole, 30_000, 5, label_noise=1.0).train.labels, minlength=4)
    assert counts[2] == 0
    z = (counts[[0, 1, 3]] - 10_000) / np.sqrt(30_000 * (1 / 3) * (2 / 3))
    assert np.abs(z).max() < 4


def test_label_noise_leaves_the_data_set_as_it_was() -> None:
    whole = numbered(20)
    before = whole.labels.copy()
    split(whole, 10, 0, label_noise=1.0)
    assert np.array_equal(whole.labels, before)


def test_guessing_names_the_most_frequent_class_of_training() -> None:
    def labelled(*labels: int) -> Dataset:
        return Dataset(inputs=np.zeros((len(labels), 1), np.float32), labels=np.array(labels), classes=3)

    assert Split(train=labelled(0, 1, 1), test=labelled(1, 0, 2, 1)).guessing == 0.5
    with pytest.raises(DataError, match="targets of a regression"):
        _ = split(load("synthetic:sum"), 10, 0).guessing


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"train_size": 20}, "20 training images leave none of 20 to test on; ask for at most 19"),
        ({"train_size": 15, "validation": 5}, "15 training images and 5 for validation leave none of 20 .* at most 14"),
        ({"train_size": 0}, "train_size must be at least 1; got 0"),
        ({"train_size": 5, "validation": -1}, "validation must be .* 0 or more; got -1"),
        ({"train_size": 5, "seed": -1}, "seed must be 0 or more; got -1"),
        ({"train_size": 5, "label_noise": 1.5}, "label_noise must be a share from 0 to 1; got 1.5"),
        ({"train_size": 5, "label_noise": float("nan")}, "label_noise must be a share from 0 to 1; got nan"),
    ],
)
def test_what_cannot_be_split_so_is_refused(options: dict[str, float], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        split(numbered(20), **{"seed": 0, **options})  # type: ignore[arg-type]


def test_label_noise_needs_classes() -> None:
    with pytest.raises(DataError, match="label_noise needs at least 2 classes; synthetic:sum has 0"):
        split(load("synthetic:sum"), 10, 0, label_noise=0.1)
