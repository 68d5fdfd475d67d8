"""What scenes that train small networks on images have in common."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator

from analysis.numbers import counted
from analysis.scenes.base import Settings

SIDE = "neurons"


class OnImages(Settings):
    """Networks with one hidden layer of rectified linear units; SGD with momentum."""

    SMOKE: ClassVar[dict[str, int]] = {"train_images": 60, "test_images": 60, "networks": 1, "epochs": 2}

    data: str = Field(default="digits", description="digits, mnist5k or idx:FOLDER")
    train_images: int = Field(default=400, ge=10, le=100_000, description="training images")
    test_images: int = Field(default=5000, ge=10, description="test images, at most")
    networks: int = Field(
        default=3, ge=1, le=64, description="networks of each kind in a replicate, of which a number is the mean"
    )
    epochs: int = Field(default=100, ge=1, le=100_000, description="passes over the training images")
    learning_rate: float = Field(
        default=0.05, gt=0.0, le=100.0, description="of the first step; it falls in equal steps to 0"
    )

    @field_validator("data")
    @classmethod
    def _from_anywhere(cls, data: str) -> str:
        """A folder is written down so that it is found from wherever the settings are read."""
        kind, colon, folder = data.partition(":")
        return f"{kind}:{Path(folder).absolute()}" if kind == "idx" and colon and folder else data

    @property
    def data_name(self) -> str:
        """The data set's name without the path to it."""
        kind, colon, folder = self.data.partition(":")
        return f"{kind}{colon}{Path(folder).name}"

    @property
    def each(self) -> str:
        """Networks that a number of a replicate is the mean of."""
        return f"{counted(self.networks, 'network')} a kind in each replicate"


def keep_tick(keep: float) -> str:
    """A probability as it is written at an axis."""
    return f"{keep:g}".removeprefix("0") if keep else "0"
