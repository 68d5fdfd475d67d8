"""Training: invariances to the bit, divergence isolated, recipes checked."""

import numpy as np
import pytest
import torch

from nets import DataError, Dataset, Recipe, Seeds, Split, Trained, load, split, train

RECIPES = [
    Recipe(width=20, epochs=4),
    Recipe(width=20, epochs=4, drop_prob=0.0),
    Recipe(width=12, layers=3, epochs=3, input_drop_prob=0.2),
]


@pytest.fixture(scope="module")
def data() -> Split:
    return split(load("digits"), 200, 1)


def seeds(*numbers: int) -> list[Seeds]:
    return [Seeds(initial=n, training=100 + n) for n in numbers]


def same(a: Trained, i: int, b: Trained, j: int) -> bool:
    pairs = zip(a.networks.parameters(), b.networks.parameters(), strict=True)
    curves = [("train_accuracy", i, j), ("test_accuracy", i, j)]
    return all(torch.equal(p[i], q[j]) for p, q in pairs) and all(
        np.array_equal(getattr(a, name)[x], getattr(b, name)[y]) for name, x, y in curves
    )


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_network_is_the_same_alone_or_beside_others(recipe: Recipe, data: Split) -> None:
    together = train(recipe, data, seeds(1, 2, 3, 4, 5, 6, 7))
    for which, number in [(0, 1), (4, 5), (6, 7)]:
        assert same(together, which, train(recipe, data, seeds(number)), 0)
    assert not same(together, 0, together, 1)


def test_threads_change_nothing_and_are_put_back(data: Split) -> None:
    before = torch.get_num_threads()
    results = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        results.append(train(RECIPES[0], data, seeds(1, 2)))
        assert torch.get_num_threads() == threads
    torch.set_num_threads(before)
    assert same(results[0], 0, results[1], 0)


def test_siblings_share_initial_weights_and_nothing_else(data: Split) -> None:
    from nets import Ensemble

    start = Ensemble.initial(RECIPES[0], 64, 10, [1, 1, 2])
    assert torch.equal(start.weights[0][0], start.weights[0][1])
    assert not torch.equal(start.weights[0][0], start.weights[0][2])
    siblings = train(RECIPES[0], data, [Seeds(initial=1, training=1), Seeds(initial=1, training=2)])
    assert not same(siblings, 0, siblings, 1)


@pytest.mark.parametrize("learning_rate", [30.0, 1e30])
def test_a_network_that_diverges_is_marked(data: Split, learning_rate: float) -> None:
    wild = Recipe(width=20, epochs=3, learning_rate=learning_rate)
    assert train(wild, data, seeds(1)).diverged.all()
    assert not train(RECIPES[0], data, seeds(1)).diverged.any()


def test_training_learns(data: Split) -> None:
    result = train(Recipe(width=64, epochs=60, drop_prob=0.2), data, seeds(1))
    assert result.train_accuracy[0, -1] > 0.97
    assert result.test_accuracy[0, -1] > 0.88
    assert result.epochs[0] == 0
    assert result.epochs[-1] == 60
    assert abs(result.test_accuracy[0, 0] - 0.1) < 0.15


def test_batches_larger_than_the_data_are_the_data() -> None:
    tiny = split(load("digits"), 30, 1)
    assert train(Recipe(width=8, epochs=2, batch_size=500), tiny, seeds(1)).test_accuracy.shape == (1, 3)


def test_one_step_is_the_gradient_step_of_torch(data: Split) -> None:
    """One network, one epoch of one batch of everything, against torch's own layers."""
    recipe = Recipe(width=16, epochs=1, drop_prob=0.0, batch_size=200, learning_rate=0.1)
    from nets import Ensemble

    module = Ensemble.initial(recipe, 64, 10, [1])[0].module()
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
    scores = module(torch.from_numpy(data.train.inputs))
    torch.autograd.backward(torch.nn.functional.cross_entropy(scores, torch.from_numpy(data.train.labels)))
    optimiser.step()
    trained = train(recipe, data, seeds(1)).networks[0].module()
    for ours, theirs in zip(trained.parameters(), module.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_without_dropout_is_the_same_recipe_with_nothing_dropped() -> None:
    recipe = Recipe(drop_prob=0.4, input_drop_prob=0.1, width=33)
    bare = recipe.without_dropout()
    assert (bare.drop_prob, bare.input_drop_prob, bare.width) == (0.0, 0.0, 33)


def test_splits_are_keyed_and_disjoint() -> None:
    everything = Dataset(
        inputs=np.arange(40, dtype=np.float32)[:, None], labels=np.zeros(40, dtype=np.int64), classes=1
    )
    one, again, other = (split(everything, 10, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.train.inputs, again.train.inputs)
    assert not np.array_equal(one.train.inputs, other.train.inputs)
    both = np.concatenate([one.train.inputs, one.test.inputs]).ravel()
    assert sorted(both) == sorted(everything.inputs.ravel())
    with pytest.raises(DataError, match="40 training images leave none of 40"):
        split(everything, 40, 1)
