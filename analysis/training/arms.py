"""What was trained, in two arms: curves, first-layer filters and activations, replicate by replicate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.arrays import Bools, Floats, Matrix

HISTORIES = ("train_accuracy", "test_accuracy", "train_loss", "test_loss")
"""Curves that are known; of accuracy and of loss, both or neither."""


@dataclass(frozen=True, kw_only=True)
class Arm:
    """Networks that were trained in one way."""

    name: str
    """For titles, such as ``no dropout``."""
    mixing: bool
    """Whether parts were dropped: it gives the arm its colour."""
    epochs: Floats
    """Times of the curves, (times,); 0 is before training."""
    histories: Mapping[str, Floats]
    """Some of `HISTORIES`, (replicates, times) each; accuracies lie in [0, 1], losses are means over examples. All NaN
    is as good as none."""
    diverged: Bools
    """(replicates,), True where a network is left out of everything."""
    filters: Matrix | None = None
    """Incoming weights of the first layer, (replicates, units, features)."""
    activations: Sequence[Sequence[Matrix]] = ()
    """Of each hidden layer, for each replicate, (examples, units): of the whole network, nothing dropped."""

    @property
    def replicates(self) -> int:
        """Number of networks, those that diverged included."""
        return len(self.diverged)


@dataclass(frozen=True, kw_only=True)
class Training:
    """One arm, or two that are paired replicate by replicate, the one without mixing first.

    Raises ValueError where arms are not so, or their arrays do not fit together.
    """

    arms: Sequence[Arm]
    image_shape: tuple[int, int] | None = None
    """(height, width) of the inputs, where they are images."""
    input_scale: Floats | None = None
    """Standard deviation of each input over the training examples, (features,), where known. A weight times it is what
    a unit sees of an input: filters are shown so, and told so beside as they are. Inputs that never vary, whose weights
    are never trained, are left out of all numbers of filters."""

    def __post_init__(self) -> None:
        _check_pairing(self.arms)
        for arm in self.arms:
            _check_histories(arm)
            _check_filters(arm, self)
            _check_activations(arm)

    @property
    def replicates(self) -> int:
        """Of each arm."""
        return self.arms[0].replicates

    @property
    def layers(self) -> int:
        """Hidden layers whose activations are known in all arms."""
        return min(len(arm.activations) for arm in self.arms)

    @property
    def has_filters(self) -> bool:
        """Whether the filters of all arms are known."""
        return all(arm.filters is not None for arm in self.arms)

    @property
    def sound(self) -> Bools:
        """Replicates (replicates,) of which no arm diverged."""
        return np.asarray(~np.any([arm.diverged for arm in self.arms], axis=0))

    @property
    def shown(self) -> int | None:
        """The replicate to show where only one can be: the first that is sound, None where none is."""
        return int(np.argmax(self.sound)) if self.sound.any() else None

    @property
    def varying(self) -> Bools | None:
        """(features,), True for inputs that vary; None where that is not known."""
        return None if self.input_scale is None else np.asarray(self.input_scale > 0.0)

    def has(self, history: str) -> bool:
        """Whether all arms have a curve that is not wholly undefined."""
        return all(not np.isnan(arm.histories.get(history, np.nan)).all() for arm in self.arms)

    def curves(self, arm: Arm, history: str) -> Floats:
        """(replicates, times), NaN where a network diverged."""
        curves = np.array(arm.histories[history], dtype=np.float64)
        curves[arm.diverged] = np.nan
        return curves


def _check_pairing(arms: Sequence[Arm]) -> None:
    if [arm.mixing for arm in arms] not in ([False], [True], [False, True]):
        raise ValueError(
            f"arms must be one, or two with the one without mixing first; got mixing = {[arm.mixing for arm in arms]}"
        )
    if len({arm.replicates for arm in arms}) > 1 or arms[0].replicates == 0:
        raise ValueError(
            f"arms must be paired, with as many replicates each; got {[arm.replicates for arm in arms]}; "
            "mark those that diverged instead of leaving them out"
        )


def _check_histories(arm: Arm) -> None:
    unknown = sorted(set(arm.histories) - set(HISTORIES))
    if unknown:
        raise ValueError(f"histories of {arm.name!r} are called {', '.join(HISTORIES)}; got {unknown[0]!r}")
    for quantity in ("accuracy", "loss"):
        pair = {f"train_{quantity}", f"test_{quantity}"}
        if len(pair & set(arm.histories)) == 1:
            raise ValueError(f"histories of {arm.name!r} have {quantity} in training or in test alone; give both")
    for name, curves in arm.histories.items():
        expected = (arm.replicates, len(arm.epochs))
        if np.shape(curves) != expected:
            raise ValueError(
                f"{name} of {arm.name!r} must have shape (replicates, times) = {expected}; got {np.shape(curves)}"
            )


def _check_filters(arm: Arm, training: Training) -> None:
    if arm.filters is None:
        return
    shape = arm.filters.shape
    if len(shape) != 3 or shape[0] != arm.replicates:
        raise ValueError(
            f"filters of {arm.name!r} must have shape (replicates, units, features) with {arm.replicates} replicates; "
            f"got {shape}"
        )
    if training.image_shape is not None and shape[2] != training.image_shape[0] * training.image_shape[1]:
        raise ValueError(f"image_shape {training.image_shape} must fit filters of {shape[2]} features; correct it")
    scale = training.input_scale
    if scale is not None and (scale.shape != shape[2:] or not np.all(scale >= 0.0) or np.sum(scale > 0.0) < 2):
        raise ValueError(
            f"input_scale must hold a standard deviation for each of {shape[2]} features, at least two above 0; "
            f"got shape {scale.shape}"
        )


def _check_activations(arm: Arm) -> None:
    for number, layer in enumerate(arm.activations, start=1):
        if len(layer) != arm.replicates or any(own.ndim != 2 for own in layer):
            raise ValueError(
                f"activations of layer {number} of {arm.name!r} must be {arm.replicates} matrices (examples, units), "
                f"one a replicate; got {len(layer)} of shapes {sorted({own.shape for own in layer})}"
            )
