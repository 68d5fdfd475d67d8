"""What all specs share: they are frozen, refuse unknown keys, and say where their model comes from."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from sim.landscape.base import Landscape


class Spec(BaseModel):
    """A checked table of settings; ``kind``, where there is one, tells it from others of its family."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    source: ClassVar[str] = ""
    """The paper that the model or its setting comes from."""


class LandscapeSpec(Spec, ABC):
    """A kind of landscape and its settings."""

    defaults: ClassVar[dict[str, Any]] = {}
    """Settings of the populations on it that differ from the usual ones."""
    element: ClassVar[str] = "loci"
    """Plural of what recombination moves."""
    copies: ClassVar[int] = 1
    """Genomes of an individual: 2 in diploids."""

    @abstractmethod
    def build(self, seed: int) -> "Landscape":
        """The landscape, drawn with a seed."""

    @property
    @abstractmethod
    def elements(self) -> int:
        """Number of elements of an individual."""

    @property
    @abstractmethod
    def summary(self) -> str:
        """The landscape in a few words."""

    @property
    def content(self) -> str:
        """A digest of the data that the spec only names; empty where it says everything itself."""
        return ""

    @property
    def bytes(self) -> float:
        """About what the landscape itself takes, where that is more than a trifle."""
        return 0.0

    @property
    @abstractmethod
    def evaluation(self) -> float:
        """About how many nanoseconds the fitness of one individual takes."""
