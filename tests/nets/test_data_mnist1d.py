"""MNIST-1D against its authors' program, and what is keyed in it."""

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nets.data import DataError, Mnist1d, load
from nets.data.mnist1d import Deformations, deformed, drawn, patterns

SPEC = Mnist1d(examples=300, seed=3)


class Told:
    """Stands for numpy.random: says what it was told, in the order in which the authors' program asks."""

    def __init__(self, by: Deformations, example: int) -> None:
        self._uniform = iter(
            [
                (by.empty[example] - 36 + 0.5) / 25,
                (by.scale[example] - 1.0) / 0.4 + 0.5,
                by.slope[example] / 0.75 + 0.5,
            ]
        )
        self._normal = iter([by.smooth[example] / 0.25, by.white[example] / 0.02])
        self._shift = int(by.shift[example])

    def rand(self) -> float:
        return float(next(self._uniform))

    def randn(self, *shape: int) -> Any:
        noise = next(self._normal)
        assert noise.shape == shape
        return noise

    def choice(self, most: int) -> int:
        assert most == 48
        return self._shift


@pytest.mark.oracle
def test_examples_are_those_of_the_authors_program(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = pytest.importorskip("mnist1d.transform")
    settings = SimpleNamespace(
        padding=[36, 60],
        template_len=12,
        scale_coeff=0.4,
        max_translation=48,
        corr_noise_scale=0.25,
        iid_noise_scale=0.02,
        shear_scale=0.75,
        final_seq_length=40,
    )
    by, chosen = drawn(SPEC), patterns()[np.arange(SPEC.examples) % 10]
    ours = deformed(chosen, by)
    for example in range(SPEC.examples):
        monkeypatch.setattr(np, "random", Told(by, example))
        line, _ = theirs.transform(chosen[example], np.linspace(-5, 5, 12), settings)
        assert np.allclose(ours[example], line, rtol=0.0, atol=1e-7), (example, by.empty[example])


@pytest.mark.oracle
def test_patterns_are_the_authors() -> None:
    theirs = pytest.importorskip("mnist1d.data").get_templates()
    assert np.allclose(patterns(), theirs["x"], rtol=0.0, atol=1e-14)


def test_classes_are_equally_frequent_and_features_standardised() -> None:
    data = load("mnist1d")
    assert data.inputs.shape == (5000, 40)
    assert data.inputs.dtype == np.float32
    assert np.bincount(data.labels).tolist() == [500] * 10
    assert float(data.inputs.mean(dtype=np.float64)) == pytest.approx(0.0, abs=1e-6)
    assert float(data.inputs.std(dtype=np.float64)) == pytest.approx(1.0, abs=1e-6)


def test_deformations_reach_every_value_that_they_may() -> None:
    by = drawn(Mnist1d(examples=5000))
    assert np.unique(by.empty).tolist() == list(range(36, 61))
    assert np.unique(by.shift).tolist() == list(range(48))
    assert (by.scale.min(), by.scale.max()) == pytest.approx((0.8, 1.2), abs=1e-3)
    assert (by.slope.min(), by.slope.max()) == pytest.approx((-0.375, 0.375), abs=2e-3)
    for noise, deviation in ((by.smooth, 0.25), (by.white, 0.02)):
        assert abs(noise.mean()) < 4 * deviation / np.sqrt(noise.size)
        assert abs(noise.var() / deviation**2 - 1.0) < 4 * np.sqrt(2.0 / noise.size)
    assert abs((by.smooth * by.white).mean()) < 4 * 0.25 * 0.02 / np.sqrt(by.smooth.size)


def test_an_example_does_not_depend_on_its_companions() -> None:
    few, many = drawn(Mnist1d(examples=13, seed=3)), drawn(SPEC)
    for field in fields(Deformations):
        assert np.array_equal(getattr(few, field.name), getattr(many, field.name)[:13])
    digits = patterns()[np.arange(300) % 10]
    assert np.array_equal(deformed(digits[:13], few), deformed(digits, many)[:13])


def test_the_seed_names_the_data_set() -> None:
    one, again, other = (load(f"mnist1d:examples=50,seed={seed}") for seed in (1, 1, 2))
    assert np.array_equal(one.inputs, again.inputs)
    assert not np.array_equal(one.inputs, other.inputs)
    assert one.name == "mnist1d:examples=50,seed=1"
    assert load("mnist1d:examples=5000").name == "mnist1d"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("mnist1d:examples=3", "examples=3: Input should be greater than or equal to 10; fields are examples, seed"),
        ("mnist1d:seeds=3", "seeds=3: Extra inputs are not permitted"),
        ("mnist1d:3", "'3' is no field=value"),
    ],
)
def test_fields_that_there_are_not_are_refused(name: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        load(name)
