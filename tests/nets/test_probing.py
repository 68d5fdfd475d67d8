"""Probing any module: planted redundancy and synergy, elements against plain zeroing, nothing left behind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from analysis.measures.spectrum import interaction_spectrum
from nets.games import AblationGame
from nets.mlp import Mlp
from nets.probing import KINDS, ProbeError, ProbeGame, Site, at_input, layers, load_weights
from nets.probing.kinds import Kind

RNG = torch.Generator().manual_seed(5)
INPUTS = torch.randn(40, 6, generator=RNG)
LABELS = torch.randint(0, 3, (40,), generator=RNG)
IMAGES = torch.randn(24, 2, 8, 8, generator=RNG)
TOKENS = torch.randint(0, 9, (30, 5), generator=RNG)


def seeded(module: nn.Module) -> nn.Module:
    generator = torch.Generator().manual_seed(1)
    for parameter in module.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.5
    return module


def perceptron() -> nn.Module:
    return seeded(
        nn.Sequential(nn.Linear(6, 10), nn.ReLU(), nn.Sequential(nn.Linear(10, 8), nn.ReLU()), nn.Linear(8, 3))
    )


class Residual(nn.Module):
    """Functional calls, a shared activation, a sum in place, a module used before and after."""

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.one, self.two = nn.Conv2d(2, 6, 3), nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.norm, self.act, self.head = nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(self.norm(self.stem(x)))
        y = self.two(torch.relu(self.one(x)))
        y += x
        scores: Tensor = self.head(self.act(y).mean((2, 3)))
        return scores


class Reader(nn.Module):
    """A small transformer, with the batch first or second inside."""

    def __init__(self, *, batch_first: bool) -> None:
        super().__init__()
        self.batch_first = batch_first
        self.embed = nn.Embedding(9, 8)
        block = nn.TransformerEncoderLayer(8, 4, 12, batch_first=batch_first)
        self.encoder = nn.TransformerEncoder(block, 2, enable_nested_tensor=False)
        self.head = nn.Linear(8, 3)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens)
        x = self.encoder(x if self.batch_first else x.transpose(0, 1))
        scores: Tensor = self.head((x if self.batch_first else x.transpose(0, 1)).mean(1))
        return scores


def masks_of(n: int, count: int = 70, seed: int = 0) -> Any:
    return np.random.default_rng(seed).random((count, n)) < 0.5


def zeroed(model: nn.Module, layer: nn.Module, axis: int, inputs: Tensor, labels: Tensor, mask: Any) -> float:
    """Mean log-probability with a plain forward hook."""

    def drop(_module: nn.Module, _inputs: Any, output: Tensor) -> Tensor:
        shape = [1] * output.ndim
        shape[axis] = -1
        return output * torch.from_numpy(mask).view(shape)

    handle = layer.register_forward_hook(drop)
    with torch.no_grad():
        scores = model.eval()(inputs)
    handle.remove()
    return float(scores.log_softmax(-1)[range(len(labels)), labels].mean())


# planted games


def planted(weight: list[list[float]], bias: list[float]) -> nn.Module:
    """Two units that are 1 on every input, then what is made of them, the score of class 1."""
    units = nn.Linear(1, 2)
    units.load_state_dict({"weight": torch.zeros(2, 1), "bias": torch.ones(2)})
    gate = nn.Linear(2, 2)
    gate.load_state_dict({"weight": torch.tensor(weight), "bias": torch.tensor(bias)})
    out = nn.Linear(2, 2, bias=False)
    out.load_state_dict({"weight": torch.tensor([[0.0, 0.0], [1.0, -1.0]])})
    return nn.Sequential(units, gate, nn.ReLU(), out)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("weight", "bias", "sign"),
    [
        ([[1.0, 1.0], [0.0, 0.0]], [-1.0, 0.0], 1),  # max(a + b - 1, 0): and
        ([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], -1),  # min(a + b, 1): or
    ],
)
def test_planted_and_is_synergy_and_planted_or_redundancy(weight: Any, bias: Any, sign: int) -> None:
    game = ProbeGame(planted(weight, bias), "0", torch.zeros(4, 1), torch.ones(4, dtype=torch.int64))
    values = game(np.array([[False, False], [True, False], [False, True], [True, True]]))
    score = [0.0, 0.0, 0.0, 1.0] if sign > 0 else [0.0, 1.0, 1.0, 1.0]
    right = -np.log1p(np.exp(-np.array(score)))
    assert values == pytest.approx(right, abs=1e-6)
    found = interaction_spectrum(game)
    assert found.interaction[0, 1] == pytest.approx(right[3] - right[2] - right[1] + right[0], abs=1e-6)
    assert np.sign(found.interaction[0, 1]) == sign


def test_two_copies_of_a_unit_replace_each_other() -> None:
    """A copy of every unit, and the score saturates with either: silencing one matters only without the other."""
    game = ProbeGame(
        planted([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0]), "0", torch.zeros(2, 1), torch.ones(2, dtype=torch.int64)
    )
    whole, without_one, without_both = game(np.array([[True, True], [False, True], [False, False]]))
    assert whole == without_one > without_both
    assert len(game.silent) == 0


# agreement with independent ways


@pytest.mark.oracle
@pytest.mark.parametrize("background", ["zero", "mean", "resample"])
def test_agrees_with_the_game_of_the_perceptron(background: Any) -> None:
    generator = torch.Generator().manual_seed(2)
    sizes = [(6, 7), (7, 3)]
    network = Mlp(
        weights=[torch.randn(s, generator=generator) for s in sizes],
        biases=[torch.randn(s[1], generator=generator) for s in sizes],
    )
    known = AblationGame(network, INPUTS.numpy(), LABELS.numpy(), background=background, seed=4)
    found = ProbeGame(
        network.module(), "1", INPUTS.numpy(), LABELS.numpy(), background=background, seed=4, keep_silent=True
    )
    masks = masks_of(7)
    for scale, values in known.performance(masks).items():
        assert found.performance(masks)[scale] == pytest.approx(values, abs=2e-6), scale


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("make", "name", "axis", "inputs"),
    [
        (perceptron, "0", -1, INPUTS),
        (perceptron, "1", -1, INPUTS),
        (perceptron, "2.0", -1, INPUTS),
        (Residual, "stem", 1, IMAGES),
        (Residual, "one", 1, IMAGES),
        (Residual, "two", 1, IMAGES),
        (lambda: Reader(batch_first=True), "encoder.layers.1.linear1", -1, TOKENS),
        (lambda: Reader(batch_first=False), "encoder.layers.0.linear1", -1, TOKENS),
    ],
)
def test_agrees_with_a_plain_hook(make: Callable[[], nn.Module], name: str, axis: int, inputs: Tensor) -> None:
    model = seeded(make()).eval()
    labels = torch.arange(len(inputs)) % 3
    game = ProbeGame(model, name, inputs, labels, keep_silent=True)
    crowd = ProbeGame(model, name, inputs, labels, keep_silent=True, masks_together=32)
    assert (game.together, crowd.together) == (1, 32)
    layer = model.get_submodule(name)
    masks = masks_of(game.n)
    values = game(masks)
    assert crowd(masks) == pytest.approx(values, abs=2e-6)
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        for k in (0, 33, 69):
            assert values[k] == pytest.approx(zeroed(model, layer, axis, inputs, labels, masks[k]), abs=2e-6)
    finally:
        torch.backends.mha.set_fastpath_enabled(True)
    assert np.array_equal(game(masks[::-1]), values[::-1])


@pytest.mark.oracle
@pytest.mark.parametrize("batch_first", [True, False])
def test_a_silenced_head_is_a_zero_slice_before_the_projection(batch_first: bool) -> None:
    model = seeded(Reader(batch_first=batch_first)).eval()
    labels = torch.arange(len(TOKENS)) % 3
    game = ProbeGame(model, "encoder.layers.0.self_attn", TOKENS, labels)
    assert (game.kind, game.n) == ("heads", 4)
    masks = masks_of(4, 16)
    values = game(masks)
    together = ProbeGame(model, "encoder.layers.0.self_attn", TOKENS, labels, masks_together=8)
    assert together.together == 8
    assert together(masks) == pytest.approx(values, abs=2e-6)
    torch.backends.mha.set_fastpath_enabled(False)
    weight = model.get_submodule("encoder.layers.0.self_attn.out_proj").get_parameter("weight")
    kept = weight.data.clone()
    try:
        for mask, value in zip(masks, values, strict=True):
            weight.data = kept * torch.from_numpy(mask).repeat_interleave(2)
            with torch.no_grad():
                scores = model(TOKENS)
            assert value == pytest.approx(float(scores.log_softmax(-1)[range(30), labels].mean()), abs=2e-6)
    finally:
        weight.data = kept
        torch.backends.mha.set_fastpath_enabled(True)


def test_a_registered_kind_silences_slices_of_an_input(monkeypatch: pytest.MonkeyPatch) -> None:
    model = perceptron()

    def pairs(module: nn.Module) -> Site | None:
        return Site(count=5, axis=-1, open=at_input) if isinstance(module, nn.Linear) else None

    registered: Kind = pairs
    monkeypatch.setitem(KINDS, "pairs", registered)
    game = ProbeGame(model, "2.0", INPUTS, LABELS, kind="pairs", keep_silent=True)
    units = ProbeGame(model, "1", INPUTS, LABELS, keep_silent=True)
    masks = masks_of(5)
    assert game(masks) == pytest.approx(units(np.repeat(masks, 2, axis=1)), abs=1e-7)


@pytest.mark.oracle
def test_targets_are_scored_by_their_squared_error() -> None:
    model = seeded(nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 1)))
    targets = INPUTS.sum(1)
    game = ProbeGame(model, "1", INPUTS, targets=targets)
    assert game.scales == ("minus squared error",)
    with torch.no_grad():
        error = (model(INPUTS)[:, 0] - targets).square().mean()
    assert game(np.ones((1, 5), dtype=bool)) == pytest.approx(-float(error), rel=1e-5)
    assert game.baseline["minus squared error"] == pytest.approx(-float(targets.var(correction=0)), rel=1e-5)


@pytest.mark.oracle
def test_probabilities_and_scores_of_one_model_agree() -> None:
    model = perceptron()
    masks = masks_of(8)
    scores = ProbeGame(model, "2.1", INPUTS, LABELS, keep_silent=True).performance(masks)
    ends = nn.Sequential(model, nn.Softmax(-1))
    found = ProbeGame(ends, "0.2.1", INPUTS, LABELS, outputs="probabilities", keep_silent=True).performance(masks)
    for scale, values in scores.items():
        assert found[scale] == pytest.approx(values, abs=1e-5)


@pytest.mark.oracle
def test_folds_add_up_and_memory_changes_nothing() -> None:
    model = seeded(Residual())
    labels = torch.arange(24) % 4
    games = [
        ProbeGame(model, "one", IMAGES, labels, memory_bytes=bytes_, masks_together=32)
        for bytes_ in (6_000, 60_000, 2**26)
    ]
    assert [game.together for game in games] == [1, 1, 32]
    masks = masks_of(6, 40)
    values = [game.performance(masks) for game in games]
    for scale in games[0].scales:
        for other in values[1:]:
            assert other[scale] == pytest.approx(values[0][scale], abs=1e-6)
        assert games[2].by_fold(masks)[scale].sum(1) / 24 == pytest.approx(values[2][scale], abs=1e-12)
    assert games[2].fold_sizes.sum() == 24
    assert games[2].activations.shape == (24, 6)
    assert games[0].activations == pytest.approx(games[2].activations, abs=1e-6)


def test_examples_that_are_mixed_go_one_mask_at_a_time() -> None:
    class Centred(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = perceptron()

        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = self.net(x - x.mean(0))
            return scores - scores.mean(0)

    model = Centred()
    game = ProbeGame(model, "net.0", INPUTS, LABELS, keep_silent=True, masks_together=32)
    assert game.together == 1
    masks = masks_of(10, 5)
    for mask, value in zip(masks, game(masks), strict=True):
        assert value == pytest.approx(zeroed(model, model.net.get_submodule("0"), -1, INPUTS, LABELS, mask), abs=2e-6)


# silent elements


def test_dead_units_and_units_nobody_listens_to_are_left_out() -> None:
    model = perceptron()
    first, second = model.get_submodule("0"), model.get_submodule("2.0")
    first.get_parameter("bias").data[3] = -100.0
    second.get_parameter("weight").data[:, 6] = 0.0
    game = ProbeGame(model, "0", INPUTS, LABELS)
    assert game.silent.tolist() == [3, 6]
    assert (game.n, game.elements) == (8, 10)
    every = ProbeGame(model, "0", INPUTS, LABELS, keep_silent=True)
    masks = masks_of(8)
    full = np.zeros((len(masks), 10), dtype=bool)
    full[:, game.live] = masks
    assert game(masks) == pytest.approx(every(full), abs=1e-7)


# nothing left behind


def state_of(model: nn.Module) -> list[Any]:
    return [
        [
            (name, part.training, dict(part._forward_hooks), vars(part).get("forward"))
            for name, part in model.named_modules()
        ],
        [
            (name, p.requires_grad, p.dtype, p.grad, id(p), p.detach().clone().tolist())
            for name, p in model.named_parameters()
        ],
        [(name, id(b), b.tolist()) for name, b in model.named_buffers()],
        [torch.get_rng_state().tolist(), torch.get_num_threads(), torch.backends.mha.get_fastpath_enabled()],
        torch.is_grad_enabled(),
    ]


class Touchy(Reader):
    """Counts its passes in a buffer, draws random numbers, and fails when asked to."""

    passes: Tensor

    def __init__(self) -> None:
        super().__init__(batch_first=True)
        self.register_buffer("passes", torch.zeros(()))
        self.fails_at: float = np.inf
        self.count = 0

    def forward(self, tokens: Tensor) -> Tensor:
        self.passes = self.passes + 1
        self.count += 1
        torch.rand(3)
        if self.count >= self.fails_at:
            raise RuntimeError("no more passes")
        return super().forward(tokens)


@pytest.mark.parametrize("fails_at", [np.inf, 1, 3, 5, 9, 14])
@pytest.mark.parametrize("name", ["encoder.layers.0.self_attn", "encoder.layers.1.linear1"])
def test_the_model_is_left_as_it_was_found(name: str, fails_at: float) -> None:
    model = Touchy()
    seeded(model).train()
    model.get_submodule("encoder.layers.0").eval()
    model.head.weight.requires_grad = False
    before = state_of(model)
    model.fails_at = fails_at
    failed = False
    try:
        game = ProbeGame(model, name, TOKENS, torch.arange(30) % 3)
        game(masks_of(game.n, 200))
    except (RuntimeError, ProbeError):
        failed = True
    assert failed == (fails_at < np.inf)
    assert state_of(model) == before
    model.fails_at = np.inf
    with pytest.raises(ProbeError):
        ProbeGame(model, "encoder.layers.7", TOKENS, torch.arange(30) % 3)
    assert state_of(model) == before


def test_hooks_and_forwards_of_others_stay() -> None:
    model = perceptron()
    seen: list[int] = []
    model.get_submodule("1").register_forward_hook(lambda *_: seen.append(1))
    own = model.get_submodule("0").forward
    model.get_submodule("0").forward = own
    ProbeGame(model, "2.0", INPUTS, LABELS)
    assert vars(model.get_submodule("0"))["forward"] is own
    assert seen


# layers


def test_layers_are_listed_in_the_order_of_use() -> None:
    found = {layer.name: layer for layer in layers(seeded(Residual()), IMAGES)}
    assert list(found) == ["stem", "act", "one", "two", "head"]
    assert (found["one"].kind, found["one"].count, found["one"].calls) == ("channels", 6, 1)
    assert found["act"].calls == 2
    assert (found["act"].count, found["head"].last) == (6, True)
    kinds = {layer.name: layer.kind for layer in layers(Reader(batch_first=True), TOKENS)}
    assert kinds["encoder.layers.0.self_attn"] == "heads"
    assert "encoder.layers.0.self_attn.out_proj" not in kinds
    assert [layer.calls for layer in layers(perceptron())] == [None] * 5


# bad input


class Strange(nn.Module):
    """Perceptron whose scores go through something."""

    def __init__(self, change: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.net, self.change = perceptron(), change

    def forward(self, x: Tensor) -> Any:
        return self.change(self.net(x))


def with_nan() -> nn.Module:
    model = perceptron()
    model.get_submodule("2.0").get_parameter("bias").data[1] = float("nan")
    return model


def dead() -> nn.Module:
    model = perceptron()
    model.get_submodule("0").get_parameter("bias").data[1:] = -100.0
    return model


@pytest.mark.parametrize(
    ("model", "changes", "sentence"),
    [
        (perceptron, {"layer": "2.2"}, r"no layer '2\.2', but '2\..'; layers that can be probed: '0' \(10 units\)"),
        (perceptron, {"layer": "2"}, "layer '2' .Sequential. has no elements of a known kind"),
        (perceptron, {"layer": nn.ReLU()}, "ReLU is no part of the model"),
        (perceptron, {"kind": "chanels"}, "no kind of element is called 'chanels'; there is 'channels'"),
        (perceptron, {"kind": "heads"}, "layer '0' .Linear. has no heads"),
        (
            perceptron,
            {"inputs": INPUTS[:, :5]},
            r"shape \(40, 5\), float32: .*first layer, 0, is Linear\(in_features=6",
        ),
        (perceptron, {"inputs": INPUTS.double()}, r"float64: .*weights float32; reshape or convert"),
        (perceptron, {"inputs": [1, 2]}, "inputs must be one tensor or array, examples first; got list"),
        (perceptron, {"inputs": INPUTS[:0]}, "at least one example"),
        (perceptron, {"inputs": INPUTS * float("inf")}, "inputs must be finite; example 0 is not"),
        (perceptron, {"labels": LABELS + 1}, "from 0 to 2, for the 3 scores that the model gives; they go from 1 to 3"),
        (perceptron, {"labels": LABELS[:39]}, r"gives \(40, 3\) and labels have shape \(39,\)"),
        (perceptron, {"labels": LABELS.float()}, "whole numbers, the classes from 0 on; got torch.float32"),
        (perceptron, {"labels": None}, "give either labels, classes from 0 on, or targets"),
        (perceptron, {"labels": None, "targets": INPUTS}, r"outputs, \(40, 3\); got \(40, 6\)"),
        (perceptron, {"outputs": "probabilities"}, "for logits leave outputs='scores'"),
        (perceptron, {"background": "noise"}, "background must be zero, mean or resample; got 'noise'"),
        (with_nan, {}, r"not finite, first for example 0; 2\.0 .Linear. is the first whose output is NaN"),
        (dead, {}, "layer '0' has 1 live of 10 units"),
        (lambda: Strange(lambda s: s + torch.rand(1)), {"layer": "net.0"}, "other scores on the same inputs a second"),
        (lambda: Strange(lambda s: (s,)), {"layer": "net.0"}, "one tensor of scores; it gives tuple"),
        (lambda: Strange(lambda s: s.mean()), {"layer": "net.0"}, r"scores for 40 examples, first axis; it gives \(\)"),
        (torch.jit.ScriptModule, {}, "ScriptModule, whose inside runs without Python"),
        (lambda: "mlp", {}, "model must be a torch.nn.Module; got str"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_bad_input_is_one_sentence(model: Callable[[], Any], changes: dict[str, Any], sentence: str) -> None:
    given = {"layer": "0", "inputs": INPUTS, "labels": LABELS, **changes}
    with pytest.raises(ProbeError, match=sentence) as error:
        ProbeGame(model(), given.pop("layer"), given.pop("inputs"), given.pop("labels"), **given)
    assert "\n" not in str(error.value)


def test_a_layer_used_twice_is_refused() -> None:
    with pytest.raises(ProbeError, match="layer 'act' is used 2 times when the model runs"):
        ProbeGame(seeded(Residual()), "act", IMAGES, torch.arange(24) % 4)


def test_masks_of_another_width_and_scores_that_break_are_told() -> None:
    model = Strange(lambda s: s / s.abs().sum())
    model.net.get_submodule("3").get_parameter("bias").data[:] = 0.0
    model.net.get_submodule("2.0").get_parameter("bias").data[:] = 0.0
    game = ProbeGame(model, "net.2.1", INPUTS, LABELS)
    with pytest.raises(ProbeError, match=r"masks must have shape \(masks, 8\)"):
        game(np.ones((2, 5), dtype=bool))
    with pytest.raises(
        ProbeError, match=r"with 0 of 8 activations of layer 'net\.2\.1' present the scores are not finite"
    ):
        game(np.zeros((2, 8), dtype=bool))


def test_too_little_memory_is_said_before_anything_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 1000.0}))
    with pytest.raises(ProbeError, match=r"about 0\.0 GB of memory and 0\.0 GB are free; give fewer inputs"):
        ProbeGame(perceptron(), "0", INPUTS, LABELS)


def test_weights_of_a_model_with_a_seeded_dropout_load(tmp_path: Path) -> None:
    from nets import Dropout

    def built(seed: int) -> nn.Module:
        return nn.Sequential(nn.Linear(4, 3), nn.ReLU(), Dropout(0.5, seed=seed), nn.Linear(3, 2))

    torch.save(built(1).state_dict(), tmp_path / "weights.pt")
    load_weights(built(2), tmp_path / "weights.pt")
