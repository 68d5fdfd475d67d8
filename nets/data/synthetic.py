"""Targets whose interactions are known: how much of their variance is due to single inputs, pairs, and more.

A target is a sum of products of functions of one input each. Where inputs are independent, a product of ``g_i(x_i)``
has at a set S of inputs the variance ``prod_{i in S} Var g_i * prod_{i not in S} (E g_i)**2``: the functional ANOVA
(Hoeffding 1948; Sobol 1993). The targets ``waves`` and ``noise`` are those of Lengerich, Xing & Caruana (2022).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from torch import Tensor

from nets import draws
from nets.arrays import Floats
from nets.data.dataset import Dataset

Domain = Literal["interval", "signs"]
_INPUTS, _NOISE = 0x736E_7401, 0x736E_7402
"""Streams of the seed: inputs, and what no input says."""


@dataclass(frozen=True)
class Factor:
    """A function of one input, with its mean and mean square over each domain."""

    of: Callable[[Floats], Floats]
    mean: dict[Domain, float]
    square: dict[Domain, float]


IDENTITY = Factor(lambda x: x, {"interval": 0.0, "signs": 0.0}, {"interval": 1.0 / 3.0, "signs": 1.0})
SINE = Factor(
    np.sin,
    {"interval": 0.0, "signs": 0.0},
    {"interval": 0.5 - math.sin(2.0) / 4.0, "signs": math.sin(1.0) ** 2},
)
COSINE = Factor(
    np.cos,
    {"interval": math.sin(1.0), "signs": math.cos(1.0)},
    {"interval": 0.5 + math.sin(2.0) / 4.0, "signs": math.cos(1.0) ** 2},
)
_WAVES = {
    1: (((0, SINE),), ((1, COSINE),)),
    2: (((0, SINE), (1, COSINE)),),
    3: (((0, SINE), (1, COSINE), (2, IDENTITY)),),
}
Term = tuple[tuple[int, Factor], ...]
"""A product: factors, each of another input."""


class Synthetic(BaseModel):
    """Which target, of which inputs.

    ========  ==================================================================  ===========================
    sum       x0 + x1 + ..., all of order 1                                       regression
    product   x0 x1 ..., all of the order ``degree``                              regression
    waves     of degree 1: sin x0 + cos x1; 2: sin x0 cos x1; 3: that times x2    regression
    noise     normal, mean 0 and variance 1, whatever the inputs                  regression
    parity    the sign of the product: 1 where it is positive, else 0             two classes
    majority  the sign that most have: 1 where it is plus, else 0; odd degree     two classes
    labels    0 or 1 alike, whatever the inputs                                   two classes
    ========  ==================================================================  ===========================

    Raises ValueError (pydantic) for a field outside its range or a degree that the target cannot have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: Literal["sum", "product", "waves", "noise", "parity", "majority", "labels"]
    degree: int | None = Field(default=None, ge=1, description="inputs that count, from the first; None is all")
    inputs: int = Field(default=10, ge=1, le=10_000, description="inputs, those that do not count among them")
    domain: Domain = Field(default="interval", description="interval: uniform on -1 to 1; signs: -1 or 1 alike")
    examples: int = Field(default=1500, ge=1, le=10_000_000, description="examples")
    noise: float = Field(
        default=0.0, ge=0.0, allow_inf_nan=False, description="standard deviation of the noise on a regression's target"
    )
    seed: int = Field(default=0, ge=0, description="which examples")

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.target in {"noise", "labels"} and self.degree is not None:
            raise ValueError(f"{self.target} depends on no input; leave out its degree, {self.degree}")
        if self.target == "waves" and self.degree not in _WAVES:
            raise ValueError(f"waves have degree 1, 2 or 3, as in waves-2; got {self.degree}")
        if self.target == "majority" and self.counting % 2 == 0:
            raise ValueError(f"a majority needs an odd degree, as in majority-3; got {self.counting}")
        if self.counting > self.inputs:
            raise ValueError(f"{self.target} of degree {self.degree} needs {self.counting} inputs; got {self.inputs}")
        if self.noise and (self.classes or self.target == "noise"):
            raise ValueError(f"{self.target} takes no noise; give label_noise to the split, or take a sum or product")
        return self

    @property
    def classes(self) -> int:
        """2, or 0 for a regression."""
        return 2 if self.target in {"parity", "majority", "labels"} else 0

    @property
    def counting(self) -> int:
        """How many inputs, from the first, the target depends on."""
        if self.target in {"noise", "labels"}:
            return 0
        if self.target == "waves":
            return max(2, self.degree or 0)
        return self.degree or self.inputs

    @property
    def name(self) -> str:
        """What `load` calls it: the target, its degree, and the fields that are not as by default."""
        degree = "" if self.degree is None else f"-{self.degree}"
        others = self.model_dump(exclude={"target", "degree"}, exclude_defaults=True)
        return ",".join([f"synthetic:{self.target}{degree}", *(f"{field}={value}" for field, value in others.items())])

    @property
    def noise_variance(self) -> float:
        """Variance of the target, or of the label as -1 or 1, that no function of the inputs explains."""
        return 1.0 if self.target in {"noise", "labels"} else self.noise**2

    def order_spectrum(self) -> Floats:
        """``W_k`` (inputs + 1,): exact variance of the target due to interactions of k inputs; at 0 its squared mean.

        In squared units of the target; of classes as -1 and 1. Noise is left out, see `noise_variance`.
        """
        weights = np.zeros(self.inputs + 1)
        if self.target == "majority":
            weights[: self.counting + 1] = _majority_spectrum(self.counting)
        elif self.target == "parity":
            weights[self.counting] = 1.0
        elif self.counting:
            means = [math.prod(factor.mean[self.domain] for _, factor in term) for term in self._terms()]
            for term, mean in zip(self._terms(), means, strict=True):
                weights[: len(term) + 1] += _product_spectrum(term, self.domain)
                weights[0] -= mean**2
            weights[0] += math.fsum(means) ** 2
        return weights

    def values(self, inputs: Floats) -> Floats:
        """The target (examples,) of inputs (examples, inputs), without noise; of two classes -1 and 1."""
        counting = inputs[:, : self.counting]
        total = np.zeros(len(inputs))
        if self.target == "majority":
            np.sign(np.sign(counting).sum(axis=1), out=total)
        elif self.target == "parity":
            np.prod(np.sign(counting), axis=1, out=total)
        else:
            for term in self._terms():
                total += reduce(np.multiply, (factor.of(inputs[:, i]) for i, factor in term))
        return total

    def dataset(self) -> Dataset:
        """The examples, each from a key of its own: the first are the same however many there are.

        Inputs are float32 (examples, inputs), **from -1 to 1**; labels are 0 and 1, or float32 targets (examples, 1).
        """
        places = 2.0 * draws.uniform(self._keys(_INPUTS), 0, (self.inputs,)).numpy() - 1.0
        inputs = (places if self.domain == "interval" else np.where(places < 0.0, -1.0, 1.0)).astype(np.float32)
        values = self.values(inputs.astype(np.float64))
        if self.noise_variance:
            unseen = draws.normal(self._keys(_NOISE), 0, (1,))[:, 0].double().numpy()
            values = values + math.sqrt(self.noise_variance) * unseen
        labels = (values > 0.0).astype(np.int64) if self.classes else values.astype(np.float32)[:, None]
        return Dataset(inputs=inputs, labels=labels, classes=self.classes, name=self.name)

    def _keys(self, stream: int) -> Tensor:
        """A key for each example."""
        return draws.words(draws.keys_of([self.seed], stream), 0, self.examples)[0]

    def _terms(self) -> tuple[Term, ...]:
        """The products that are added up, no two of which share an input."""
        if self.target == "waves":
            return _WAVES[self.degree or 0]
        factors = tuple((i, IDENTITY) for i in range(self.counting))
        return tuple((factor,) for factor in factors) if self.target == "sum" else (factors,) if factors else ()


def _product_spectrum(term: Term, domain: Domain) -> Floats:
    """``W_k`` of a product: the coefficients of ``prod_i ((E g_i)**2 + Var g_i z)``."""
    weights = np.ones(1)
    for _, factor in term:
        mean = factor.mean[domain] ** 2
        weights = np.convolve(weights, [mean, factor.square[domain] - mean])
    return weights


def _majority_spectrum(voters: int) -> Floats:
    """``W_k`` of the majority of an odd number of signs (O'Donnell 2014, theorem 5.19), each from the one before."""
    weights = np.zeros(voters + 1)
    weights[1] = voters * (math.comb(voters - 1, voters // 2) / 2 ** (voters - 1)) ** 2
    for k in range(1, voters - 1, 2):
        weights[k + 2] = weights[k] * k**2 * (voters - k) / ((voters - 1 - k) * (k + 1) * (k + 2))
    return weights
