"""Synthetic targets: their spectra by brute force, their examples by key."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError

from nets.data import DataError, Synthetic, load, synthetic_spec

SMALL = [
    "sum",
    "sum-2",
    "product-1",
    "product-3",
    "product",
    "waves-1",
    "waves-2",
    "waves-3",
    "noise",
    "parity-3",
    "parity",
    "majority-1",
    "majority-3",
    "labels",
]


def by_quadrature(spec: Synthetic, nodes: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """``W_k`` from the values on a grid: at each set, means are taken out along its axes and taken along the others."""
    n = spec.inputs
    grid = np.array(list(itertools.product(nodes, repeat=n)))
    values = spec.values(grid).reshape((len(nodes),) * n)
    spectrum = np.zeros(n + 1)
    for inside in itertools.product([False, True], repeat=n):
        part, density = values, np.ones(())
        for axis, in_set in enumerate(inside):
            mean = np.expand_dims(np.tensordot(part, weights, (axis, 0)), axis)
            part = part - mean if in_set else np.broadcast_to(mean, part.shape)
            density = np.multiply.outer(density, weights)
        spectrum[sum(inside)] += float((density * part**2).sum())
    return spectrum


@pytest.mark.oracle
@pytest.mark.parametrize("target", SMALL)
@pytest.mark.parametrize("domain", ["interval", "signs"])
def test_spectra_are_those_of_all_values(target: str, domain: str) -> None:
    odd = target.startswith("majority")
    spec = synthetic_spec(f"{target},inputs={3 if odd else 4},domain={domain}")
    if domain == "signs":
        nodes, weights = np.array([-1.0, 1.0]), np.array([0.5, 0.5])
    else:
        nodes, weights = np.polynomial.legendre.leggauss(10)
        weights = weights / 2.0
    assert np.allclose(spec.order_spectrum(), by_quadrature(spec, nodes, weights), rtol=0.0, atol=1e-12)


@pytest.mark.oracle
def test_a_majority_of_nine_is_that_of_all_votes() -> None:
    votes = np.array(list(itertools.product([-1.0, 1.0], repeat=9)))
    spec = synthetic_spec("majority,inputs=9,domain=signs")
    values = spec.values(votes)
    spectrum = np.zeros(10)
    for chosen in itertools.product([False, True], repeat=9):
        spectrum[sum(chosen)] += np.mean(values * votes[:, chosen].prod(axis=1)) ** 2
    assert np.allclose(spec.order_spectrum(), spectrum, rtol=0.0, atol=1e-13)


@pytest.mark.oracle
def test_a_large_majority_has_two_over_pi_of_its_variance_in_single_inputs() -> None:
    spectrum = synthetic_spec("majority,inputs=9999").order_spectrum()
    assert spectrum.sum() == pytest.approx(1.0, abs=1e-10)
    assert spectrum[1] == pytest.approx(2.0 / np.pi, abs=1e-4)


@pytest.mark.parametrize("target", ["sum-3", "product-2", "waves-3", "parity-3", "majority-3"])
@pytest.mark.parametrize("domain", ["interval", "signs"])
def test_labels_are_the_target_of_the_inputs(target: str, domain: str) -> None:
    spec = synthetic_spec(f"{target},inputs=5,domain={domain},examples=64,seed=9")
    data = spec.dataset()
    values = spec.values(data.inputs.astype(np.float64))
    if spec.classes:
        assert np.array_equal(data.labels, (values == 1.0).astype(np.int64))
    else:
        assert np.array_equal(data.labels, values.astype(np.float32)[:, None])


def test_targets_are_what_they_are_called() -> None:
    x = np.array([[0.5, -0.25, 0.5, 1.0], [-1.0, 1.0, 1.0, -0.5]])
    expected = {
        "sum-3": [0.75, 1.0],
        "product": [-0.0625, 0.5],
        "waves-1": np.sin(x[:, 0]) + np.cos(x[:, 1]),
        "waves-2": np.sin(x[:, 0]) * np.cos(x[:, 1]),
        "waves-3": np.sin(x[:, 0]) * np.cos(x[:, 1]) * x[:, 2],
        "parity-2": [-1.0, -1.0],
        "majority-3": [1.0, 1.0],
        "noise": [0.0, 0.0],
    }
    for target, values in expected.items():
        assert np.allclose(synthetic_spec(f"{target},inputs=4").values(x), values, rtol=1e-15), target


@pytest.mark.parametrize("domain", ["interval", "signs"])
def test_inputs_are_uniform_and_uncorrelated(domain: str) -> None:
    spec = synthetic_spec(f"noise,inputs=4,domain={domain},examples=20000,seed=2")
    inputs = spec.dataset().inputs.astype(np.float64)
    square = {"interval": 1.0 / 3.0, "signs": 1.0}[domain]
    assert np.abs(inputs).max() <= 1.0
    z = inputs.mean(axis=0) / np.sqrt(square / 20_000)
    moments = (inputs.T @ inputs / 20_000)[np.triu_indices(4, 1)] / (square / np.sqrt(20_000))
    assert max(np.abs(z).max(), np.abs(moments).max()) < 4
    if domain == "signs":
        assert set(np.unique(inputs)) == {-1.0, 1.0}
    else:
        assert abs((inputs**2).mean() - square) < 4 * np.sqrt((1 / 5 - 1 / 9) / inputs.size)


@pytest.mark.parametrize(("name", "deviation"), [("noise", 1.0), ("sum-2,noise=0.5", 0.5)])
def test_noise_has_its_deviation_and_nothing_to_do_with_the_inputs(name: str, deviation: float) -> None:
    spec = synthetic_spec(f"{name},inputs=3,examples=20000,seed=4")
    data = spec.dataset()
    noise = data.labels[:, 0] - spec.values(data.inputs.astype(np.float64))
    assert spec.noise_variance == deviation**2
    assert abs(noise.mean()) < 4 * deviation / np.sqrt(20_000)
    assert abs(noise.var() / deviation**2 - 1.0) < 4 * np.sqrt(2.0 / 20_000)
    for of_noise, of_inputs in ((noise, data.inputs), (np.abs(noise), np.abs(data.inputs))):
        correlation = np.corrcoef(np.column_stack([of_noise, of_inputs]), rowvar=False)[0, 1:]
        assert np.abs(correlation).max() < 4 / np.sqrt(20_000)


def test_random_labels_are_a_fair_coin() -> None:
    labels = load("synthetic:labels,examples=20000").labels
    assert abs(labels.mean() - 0.5) < 4 * 0.5 / np.sqrt(20_000)


@pytest.mark.parametrize("target", ["product-2,noise=0.3", "labels", "parity-2"])
def test_an_example_does_not_depend_on_its_companions(target: str) -> None:
    few, many = (load(f"synthetic:{target},examples={examples},seed=8") for examples in (7, 500))
    assert np.array_equal(few.inputs, many.inputs[:7])
    assert np.array_equal(few.labels, many.labels[:7])
    wide = load(f"synthetic:{target},inputs=30,examples=7,seed=8")
    assert np.array_equal(wide.inputs[:, :10], few.inputs)
    assert np.array_equal(wide.labels, few.labels)
    assert not np.array_equal(load(f"synthetic:{target},examples=7,seed=9").inputs, few.inputs)


@st.composite
def specs(draw: st.DrawFn) -> Synthetic:
    target = draw(st.sampled_from(["sum", "product", "waves", "noise", "parity", "majority", "labels"]))
    inputs = draw(st.integers(3, 12))
    degree = None if target in {"noise", "labels"} else draw(st.sampled_from([1, 3]))
    noise = draw(st.sampled_from([0.0, 0.25])) if target in {"sum", "product", "waves"} else 0.0
    domain = draw(st.sampled_from(["interval", "signs"]))
    seed = draw(st.integers(0, 2**64))
    fields = {"target": target, "degree": degree, "inputs": inputs, "domain": domain, "noise": noise, "seed": seed}
    return Synthetic.model_validate({**fields, "examples": 5})


@given(spec=specs())
def test_names_are_read_as_they_are_written(spec: Synthetic) -> None:
    assert synthetic_spec(spec.name.removeprefix("synthetic:")) == spec
    assert spec.dataset().name == spec.name


@given(spec=specs())
def test_spectra_are_variances_of_no_more_inputs_than_count(spec: Synthetic) -> None:
    spectrum = spec.order_spectrum()
    assert spectrum.shape == (spec.inputs + 1,)
    assert spectrum.min() >= -1e-15
    assert not spectrum[spec.counting + 1 :].any()
    if spec.target in {"parity", "majority"}:
        assert spectrum.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("sine", "target=sine: Input should be 'sum'"),
        ("product-30", "product of degree 30 needs 30 inputs; got 10"),
        ("waves", "waves have degree 1, 2 or 3, as in waves-2; got None"),
        ("waves-3,inputs=2", "waves of degree 3 needs 3 inputs; got 2"),
        ("majority", "a majority needs an odd degree, as in majority-3; got 10"),
        ("labels-2", "labels depends on no input; leave out its degree, 2"),
        ("parity-2,noise=1", "parity takes no noise; give label_noise to the split"),
        ("sum-x", "degree=x: Input should be a valid integer"),
        ("sum,noise=inf", "noise=inf"),
        ("sum,inputs=3,inputs=4", "'inputs=4' is no field=value, or comes twice"),
        ("sum,degrees=1", "degrees=1: Extra inputs are not permitted; fields are degree, inputs"),
    ],
)
def test_targets_that_there_are_not_are_refused(name: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        load(f"synthetic:{name}")


def test_specs_are_frozen() -> None:
    spec = Synthetic(target="sum")
    with pytest.raises(ValidationError, match="frozen"):
        spec.seed = 1
