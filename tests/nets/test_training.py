"""Training: invariances to the bit, divergence isolated, recipes checked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from nets import DataError, Dataset, Ensemble, Recipe, Seeds, Split, Trained, load, split, train
from nets.recipes import RECIPES as RECIPES_BY_NAME

RECIPES = [
    Recipe(width=20, epochs=4),
    Recipe(width=20, epochs=4, drop_prob=0.0),
    Recipe(width=12, layers=3, epochs=3, input_drop_prob=0.2),
    Recipe(widths=(20, 12), steps=7, batch_norm=True, dropout="gaussian"),
    Recipe(width=20, epochs=2, optimiser="adam", learning_rate=1e-3, schedule="constant", dropout="fixed-count"),
    Recipe(width=20, epochs=3, max_norm=1.0, schedule="inverse", final_momentum=0.99, momentum_steps=10),
    Recipe(width=20, epochs=2, dropout="drop-connect", weight_decay=1e-3),
    Recipe(architecture="autoencoder", width=24, epochs=2),
    Recipe(widths=(33, 17), epochs=2, input_drop_prob=0.1),
    Recipe(architecture="cnn", channels=(4, 6), width=16, epochs=2, conv_drop_prob=0.2),
    Recipe(architecture="cnn", channels=(5,), width=16, epochs=2, batch_norm=True, conv_drop_prob=0.2,
           conv_dropout="bernoulli"),
]  # fmt: skip
IDS = ["one layer", "no dropout", "deep", "batch norm", "adam", "max norm", "drop-connect", "encoder", "odd"]
IDS += ["cnn", "cnn and batch norm"]


@pytest.fixture(scope="module")
def data() -> Split:
    return split(load("digits"), 200, 1)


def seeds(*numbers: int) -> list[Seeds]:
    return [Seeds(initial=n, training=100 + n) for n in numbers]


def same(a: Trained, i: int, b: Trained, j: int) -> bool:
    pairs = zip(a.networks.tensors(), b.networks.tensors(), strict=True)
    curves = [("train_loss", i, j), ("train_accuracy", i, j), ("test_accuracy", i, j)]
    return all(torch.equal(p[i], q[j]) for p, q in pairs) and all(
        np.array_equal(getattr(a, name)[x], getattr(b, name)[y], equal_nan=True) for name, x, y in curves
    )


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
def test_a_network_is_the_same_alone_or_beside_others(recipe: Recipe, data: Split) -> None:
    together = train(recipe, data, seeds(1, 2, 3, 4, 5, 6, 7))
    for which, number in [(0, 1), (4, 5), (6, 7)]:
        assert same(together, which, train(recipe, data, seeds(number)), 0)
    assert not same(together, 0, together, 1)


def test_a_network_with_one_output_is_the_same_alone_or_beside_others() -> None:
    data = split(load("synthetic:sum,inputs=9,examples=300,seed=1"), 200, 1)
    together = train(RECIPES[0], data, seeds(1, 2, 3, 4, 5, 6))
    for which in (0, 3, 5):
        assert same(together, which, train(RECIPES[0], data, seeds(which + 1)), 0)


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
    weights = Ensemble.initial(RECIPES[0], 64, 10, [1, 1, 2]).parameters()[0]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
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


@pytest.mark.parametrize("recipe", RECIPES, ids=IDS)
def test_a_network_on_its_own_computes_what_it_computes_beside_others(recipe: Recipe, data: Split) -> None:
    trained = train(recipe, data, seeds(1, 2))
    x = torch.from_numpy(data.test.inputs[:40])
    beside = trained.networks.scores(x.expand(2, -1, -1))[1]
    assert torch.allclose(trained.networks.module(1)(x), beside, atol=1e-5)


def test_only_a_plain_perceptron_is_taken_apart(data: Split) -> None:
    with pytest.raises(TypeError, match=r"take networks.module\(index\)"):
        train(RECIPES[3], data, seeds(1)).networks[0]


@pytest.mark.parametrize("recipe", [RECIPES[2], RECIPES[4], RECIPES[10]], ids=["sgd", "adam", "cnn bn"])
def test_training_that_is_cut_off_goes_on_to_the_same_bits(recipe: Recipe, data: Split, tmp_path: Path) -> None:
    recipe = recipe.model_copy(update={"epochs": 4})
    through, file = train(recipe, data, seeds(1, 2)), tmp_path / "folder" / "training.pt"

    def cut(epoch: int) -> None:
        if epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(recipe, data, seeds(1, 2), checkpoint=file, every=0.0, on_epoch=cut)
    told: list[int] = []
    resumed = train(recipe, data, seeds(1, 2), checkpoint=file, every=0.0, on_epoch=told.append)
    assert told == [3, 4], "the two epochs before the cut are not done again"
    assert all(same(through, i, resumed, i) for i in range(2))
    told.clear()
    assert same(through, 0, train(recipe, data, seeds(1, 2), checkpoint=file, on_epoch=told.append), 0)
    assert not told, "what is done is not done again"
    assert [path.name for path in file.parent.iterdir()] == ["training.pt"]


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_refused(data: Split, tmp_path: Path) -> None:
    file = tmp_path / "training.pt"
    train(RECIPES[0], data, seeds(1), checkpoint=file)
    with pytest.raises(ValueError, match="another training: its seeds differs"):
        train(RECIPES[0], data, seeds(2), checkpoint=file)
    with pytest.raises(ValueError, match="its recipe and data differ"):
        train(RECIPES[1], split(load("digits"), 200, 2), seeds(1), checkpoint=file)
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ValueError, match="cannot be read as a checkpoint"):
        train(RECIPES[0], data, seeds(1), checkpoint=file)


def test_networks_may_have_splits_of_their_own(data: Split) -> None:
    other = split(load("digits"), 200, 2)
    both = train(RECIPES[0], [data, other], seeds(1, 2))
    assert same(both, 0, train(RECIPES[0], data, seeds(1)), 0)
    assert same(both, 1, train(RECIPES[0], other, seeds(2)), 0)
    with pytest.raises(ValueError, match="got 2 for 3"):
        train(RECIPES[0], [data, other], seeds(1, 2, 3))


def test_one_network_that_diverges_does_not_disturb_the_others(data: Split) -> None:
    wild = split(load("digits"), 200, 1)
    object.__setattr__(wild.train, "inputs", wild.train.inputs * np.float32(1e30))
    both = train(RECIPES[0], [data, wild], seeds(1, 2))
    assert both.diverged.tolist() == [False, True]
    assert same(both, 0, train(RECIPES[0], data, seeds(1)), 0)
    (failure,) = both.failures(seeds(1, 2))
    assert "network 1 (initial 2, training 102) diverged in epoch" in failure


def test_weights_stay_within_their_norm(data: Split) -> None:
    for recipe in (RECIPES[5], RECIPES[9].model_copy(update={"max_norm": 1.0})):
        networks = train(recipe, data, seeds(1, 2)).networks
        bounded = [(n, s) for n, s in zip(networks.layers, networks.state, strict=True) if n.inputs_axis is not None]
        assert len(bounded) == 2 + (recipe.architecture == "cnn") * 2
        for layer, state in bounded:
            assert layer.inputs_axis is not None
            assert state[0].square().sum(layer.inputs_axis).sqrt().max() <= 1.0 + 1e-6


def test_training_stops_early_with_the_weights_of_the_best_look() -> None:
    data = split(load("digits"), 60, 1, validation=300)
    recipe = Recipe(width=64, epochs=40, drop_prob=0.0, learning_rate=0.5, schedule="constant", patience=3)
    trained = train(recipe, data, seeds(1, 2, 3))
    assert data.validation is not None
    for which in range(3):
        losses, best = trained.validation_loss[which], trained.best[which]
        stopped = min(best + 3, len(losses) - 1)
        assert best == losses[: stopped + 1].argmin()
        assert np.all(losses[stopped:] == losses[best]), "the last time is that of the network as it is"
        networks = trained.networks.scores(torch.from_numpy(data.validation.inputs).expand(3, -1, -1))
        loss = torch.nn.functional.cross_entropy(networks[which].double(), torch.from_numpy(data.validation.labels))
        assert float(loss) == pytest.approx(losses[best], rel=1e-6)
        alone = train(recipe, data, seeds(which + 1))
        looks = alone.test_loss.shape[1]
        assert np.array_equal(alone.test_loss[0], trained.test_loss[which, :looks])
        assert alone.test_loss[0, -1] == trained.test_loss[which, -1]
    with pytest.raises(ValueError, match="needs validation examples"):
        train(recipe, split(load("digits"), 60, 1), seeds(1))


def test_a_network_that_only_got_worse_has_diverged_though_it_went_back_to_its_start() -> None:
    data = split(load("digits"), 60, 1, validation=300)
    trained = train(Recipe(width=16, epochs=10, learning_rate=1000.0, patience=3), data, seeds(1, 2))
    assert trained.best.tolist() == [0, 0]
    assert trained.diverged.all()
    assert len(trained.failures(seeds(1, 2))) == 2


def test_what_is_no_split_and_no_seeds_is_refused(data: Split) -> None:
    everything: Any = load("digits")
    number: Any = Seeds(initial=1, training=1)
    with pytest.raises(TypeError, match=r"make it with nets\.split"):
        train(RECIPES[0], everything, seeds(1))
    with pytest.raises(TypeError, match="seeds must be a list"):
        train(RECIPES[0], data, number)
    with pytest.raises(ValueError, match="nothing to train"):
        train(RECIPES[0], data, [])


IMAGES = {
    "digits": (64, (8, 8), 1797),
    "mnist5k": (784, (28, 28), 5000),
    "synthetic:noise,inputs=25,examples=1500,seed=1": (25, None, 1500),
}
"""Features, image and examples of the data sets of published settings at the small scale."""


@pytest.mark.parametrize("name", RECIPES_BY_NAME)
def test_published_recipes_fit_their_data_at_the_small_scale(name: str) -> None:
    setting = RECIPES_BY_NAME[name].at("small")
    features, image, examples = IMAGES[setting.data]
    if setting.data != "mnist5k":  # which needs an extra
        known = load(setting.data)
        assert (known.features, known.image, len(known)) == (features, image, examples)
    assert setting.train_size < examples
    recipe = Recipe.model_validate(setting.recipe.model_dump())
    networks = Ensemble.initial(recipe, features, 10, [1], image=image)
    assert networks.scores(torch.zeros(1, 2, features)).shape == (1, 2, 10)
