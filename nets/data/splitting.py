"""The keyed split of a data set into examples to train on, to choose by, and to test on."""

from dataclasses import dataclass, replace

import numpy as np

from nets import draws
from nets.data.dataset import DataError, Dataset

_WRONG_LABELS = 0x7772_6F6E
"""Stream of a split's seed that says which training labels are wrong."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """Disjoint examples."""

    train: Dataset
    test: Dataset
    validation: Dataset | None = None
    """Examples to choose a recipe or an epoch by; None where none were asked for."""

    @property
    def guessing(self) -> float:
        """Test accuracy of always naming the class that is most frequent in training.

        Raises DataError for a regression, which has no accuracy.
        """
        if not self.train.classes:
            raise DataError("guessing is a share of right classes; this data set has targets of a regression")
        most = np.bincount(self.train.labels, minlength=self.train.classes).argmax()
        return float(np.mean(self.test.labels == most))


def split(data: Dataset, train_size: int, seed: int, *, validation: int = 0, label_noise: float = 0.0) -> Split:
    """Draw ``train_size`` training examples and ``validation`` others; the rest are for testing.

    The training examples and their order depend on neither of the two options, and the test examples of a split with
    validation are the first of those of the split without.

    ``label_noise``, in [0, 1]: the share of the *training* labels that are replaced by another class, all others alike;
    exactly ``round(label_noise * train_size)`` of them. Those that are wrong at a low share are wrong in the same way
    at a higher one.

    Raises DataError where nothing would be left to test on, or for an argument outside its range.
    """
    _check(data, train_size, seed, validation, label_noise)
    order = np.random.default_rng(seed).permutation(len(data))
    end = len(data) - validation
    train = data.take(order[:train_size])
    return Split(
        train=_mislabelled(train, round(label_noise * train_size), seed) if label_noise else train,
        test=data.take(order[train_size:end]),
        validation=data.take(order[end:]) if validation else None,
    )


def _check(data: Dataset, train_size: int, seed: int, validation: int, label_noise: float) -> None:
    if train_size < 1:
        raise DataError(f"train_size must be at least 1; got {train_size}")
    if validation < 0:
        raise DataError(f"validation must be a number of examples, 0 or more; got {validation}")
    if seed < 0:
        raise DataError(f"seed must be 0 or more; got {seed}")
    if train_size + validation >= len(data):
        others = f" and {validation} for validation" if validation else ""
        raise DataError(
            f"{train_size} training images{others} leave none of {len(data)} to test on; "
            f"ask for at most {max(len(data) - validation - 1, 0)}"
        )
    if not 0.0 <= label_noise <= 1.0:
        raise DataError(f"label_noise must be a share from 0 to 1; got {label_noise}")
    if label_noise and data.classes < 2:
        raise DataError(f"label_noise needs at least 2 classes; {data.name or 'this data set'} has {data.classes}")


def _mislabelled(train: Dataset, count: int, seed: int) -> Dataset:
    """The training examples with ``count`` labels wrong."""
    keys = draws.keys_of([seed], _WRONG_LABELS)
    wrong = draws.order(keys, 0, len(train))[0, :count].numpy()
    further = 1 + (draws.uniform(keys, 1, (len(train),))[0].numpy() * (train.classes - 1)).astype(np.int64)
    labels = train.labels.copy()
    labels[wrong] = (labels[wrong] + further[wrong]) % train.classes
    return replace(train, labels=labels)
