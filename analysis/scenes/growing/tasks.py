"""The growing of the scene about tasks: networks with dropout and without it, on each of many tasks."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.scenes.growing.networks import networks, part_of
from nets.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analysis.scenes.base import Grown
    from analysis.scenes.tasks import Settings
    from nets.data import Split
    from nets.training import Trained

_KEY = "tasks"


@dataclass(frozen=True, kw_only=True)
class _Task:
    """Examples to learn, and the network that learns them."""

    data: str = "digits"
    train_images: int | None = None
    """Instead of the usual number."""
    label_noise: float = 0.0
    network: Mapping[str, Any] = field(default_factory=dict)
    """What is unlike the usual network."""


def grow(settings: Settings, seed: int, replicate: int) -> Grown:
    """``score:task:arm``: of no dropout, of the usual rate, and of the rate chosen by validation examples.

    A score is the share of test examples that are right or, where there are no classes, the share of the targets'
    variance that is explained. The arms of a task start from the same weights.
    """
    found: Grown = {}
    for name, task in _tasks(settings).items():
        key = (_KEY, replicate, name)
        data = part_of(
            task.data, task.train_images or settings.train_images, seed, *key,
            test_size=settings.test_images, validation=settings.validation_images, label_noise=task.label_noise,
        )  # fmt: skip
        base = Recipe(
            width=settings.width, steps=settings.steps, learning_rate=settings.learning_rate, drop_prob=0.0
        ).model_copy(update=dict(task.network))
        trained = {
            rate: networks(base.model_copy(update={"drop_prob": rate}), data, seed, *key, may_diverge=True)
            for rate in (0.0, settings.light_drop_prob, settings.drop_prob)
        }
        chosen = min(list(trained)[1:], key=lambda rate: _validation_error(trained[rate]))
        found[f"rate:{name}"] = chosen
        for arm, rate in (("none", 0.0), ("usual", settings.drop_prob), ("chosen", chosen)):
            found[f"score:{name}:{arm}"] = _score(trained[rate], data)
    return found


def _tasks(settings: Settings) -> Mapping[str, _Task]:
    """By the name that a condition has."""
    synthetic = f"inputs=10,examples={settings.synthetic_examples}"
    cnn = {"architecture": "cnn", "channels": settings.channels}
    return {
        "few": _Task(train_images=settings.few_images),
        "usual": _Task(),
        "many": _Task(train_images=settings.many_images),
        "wrong": _Task(label_noise=settings.label_noise),
        "pictures": _Task(data=settings.pictures),
        "lines": _Task(data=f"mnist1d:examples={settings.synthetic_examples}"),
        "narrow": _Task(network={"width": settings.narrow}),
        "deep": _Task(network={"layers": 2}),
        "cnn": _Task(network=cnn),
        "cnn-norm": _Task(network={**cnn, "batch_norm": True}),
        "order-1": _Task(data=f"synthetic:waves-1,noise=0.2,{synthetic}"),
        "order-2": _Task(data=f"synthetic:waves-2,noise=0.2,{synthetic}"),
        "order-3": _Task(data=f"synthetic:waves-3,noise=0.2,{synthetic}"),
        "sum": _Task(data=f"synthetic:sum,noise=0.5,{synthetic}"),
        "noise": _Task(data=f"synthetic:noise,{synthetic}"),
    }


def _score(trained: Trained, data: Split) -> float:
    if data.train.classes:
        return float(trained.test_accuracy[0, -1])
    return 1.0 - float(trained.test_loss[0, -1]) / float(data.test.labels.var())


def _validation_error(trained: Trained) -> tuple[float, float]:
    """Share that is wrong, then the loss; of targets that are numbers the loss alone."""
    accuracy, loss = float(trained.validation_accuracy[0, -1]), float(trained.validation_loss[0, -1])
    return (loss, loss) if math.isnan(accuracy) else (1.0 - accuracy, loss)
