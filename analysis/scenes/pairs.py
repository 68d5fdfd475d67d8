"""What scenes have in common that train pairs of small networks, so that they can be crossed with each other."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, field_validator

from analysis.numbers import decimals_for, signed
from analysis.scenes.base import Results, Settings
from analysis.scenes.claim import Claim

SIDE = "neurons"


class OnPairs(Settings):
    """Pairs of perceptrons of rectified linear units; SGD with momentum 0.9, its rate falling to 0."""

    SMOKE: ClassVar[dict[str, float]] = {
        "train_images": 60,
        "validation_images": 60,
        "test_images": 80,
        "probe_images": 30,
        "width": 6,
        "epochs": 4,
        "learning_rate": 0.02,
    }

    data: str = Field(default="digits", description="a data set with classes: digits, mnist5k or idx:FOLDER")
    train_images: int = Field(default=300, ge=10, le=100_000, description="training images")
    validation_images: int = Field(default=300, ge=10, le=100_000, description="images that strengths are chosen by")
    test_images: int = Field(default=5000, ge=10, le=100_000, description="test images, at most")
    probe_images: int = Field(
        default=256, ge=10, le=100_000, description="test images, at most, on which units are taken away"
    )
    width: int = Field(default=64, ge=2, le=8192, description="units of a hidden layer")
    epochs: int = Field(default=80, ge=1, le=100_000, description="passes over the training images")
    learning_rate: float = Field(default=0.05, gt=0.0, le=100.0, description="of the first step")

    @field_validator("data")
    @classmethod
    def _from_anywhere(cls, data: str) -> str:
        """A folder is written down so that it is found from wherever the settings are read."""
        kind, colon, folder = data.partition(":")
        return f"{kind}:{Path(folder).absolute()}" if kind == "idx" and colon and folder else data

    @property
    def trained_on(self) -> str:
        """Data and network in a few words."""
        kind, colon, folder = self.data.partition(":")
        return (
            f"{kind}{colon}{Path(folder).name}: {self.train_images} training images, {self.width} hidden units, "
            f"{self.epochs} epochs; two networks of each kind in each replicate"
        )


def within(results: Results[Any], claim: Claim, conditions: Sequence[str] = ()) -> str:
    """From where to where the intervals of a claim's differences reach, over some conditions or all but controls.

    The differences themselves where there are too few replicates for intervals.
    """
    asked = conditions or [condition for condition in claim.conditions if condition not in claim.controls]
    found = [results.comparison(claim, condition) for condition in asked]
    known = [(c.low, c.high) if math.isfinite(c.low) else (c.difference, c.difference) for c in found]
    low, high = min(low for low, _ in known), max(high for _, high in known)
    decimals = decimals_for(low, high)
    ends = dict.fromkeys(signed(end, decimals) for end in (low, high))
    return " to ".join(ends)
