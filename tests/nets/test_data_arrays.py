"""Data sets from arrays, .npz files and torch: what is taken as it is, what is refused, and where."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from nets.data import DataError, from_arrays, from_torch, load

LABELS = np.array([0, 1, 2, 1])


def inputs(*shape: int) -> NDArray[np.float64]:
    return np.linspace(0.0, 1.0, 4 * int(np.prod(shape))).reshape(4, *shape)


@pytest.mark.parametrize(
    ("shape", "image"), [((6,), None), ((2, 3), (2, 3)), ((1, 2, 3), (2, 3)), ((3, 5, 4), (5, 4, 3))]
)
def test_images_are_flattened_and_their_shape_kept(shape: tuple[int, ...], image: tuple[int, ...] | None) -> None:
    data = from_arrays(inputs(*shape), LABELS)
    assert data.inputs.shape == (4, np.prod(shape))
    assert (data.image, data.classes) == (image, 3)
    assert [data.inputs.dtype, data.labels.dtype] == [np.float32, np.int64]
    if image:
        assert np.array_equal(data.images.reshape(4, *shape), inputs(*shape).astype(np.float32))


def test_flat_images_can_be_told_their_shape() -> None:
    assert from_arrays(inputs(6), LABELS, image=(2, 3)).images.shape == (4, 1, 2, 3)
    with pytest.raises(DataError, match=r"an image of \(3, 3\) has 9 pixels"):
        from_arrays(inputs(6), LABELS, image=(3, 3))


def test_bytes_are_pixels_and_nothing_else_is_scaled() -> None:
    pixels = np.array([[0, 51], [102, 255]], dtype=np.uint8)
    assert from_arrays(pixels, [0, 1]).inputs.tolist() == [[0.0, np.float32(0.2)], [np.float32(0.4), 1.0]]
    assert from_arrays(pixels.astype(np.int32), [0, 1]).inputs.tolist() == [[0.0, 51.0], [102.0, 255.0]]
    assert from_arrays(pixels > 60, [False, True]).inputs.tolist() == [[0.0, 0.0], [1.0, 1.0]]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, ">f8", ">f4"])
def test_floating_point_labels_are_targets(dtype: str) -> None:
    data = from_arrays(inputs(2), np.array([0.5, -1.0, 2.0, 0.0], dtype=dtype))
    assert (data.classes, data.outputs, data.labels.shape) == (0, 1, (4, 1))
    assert data.labels.dtype == np.float32
    assert from_arrays(inputs(2), inputs(3)).outputs == 3


def test_arrays_are_writable_in_one_piece_and_copied_only_where_need_be() -> None:
    kept = inputs(2).astype(np.float32)
    assert np.shares_memory(from_arrays(kept, LABELS).inputs, kept)
    kept.flags.writeable = False
    for given in (kept, inputs(4)[:, ::2], np.asfortranarray(kept)):
        ours = from_arrays(given, LABELS).inputs
        assert ours.flags.writeable
        assert ours.flags.c_contiguous
        assert not np.shares_memory(ours, given)


def test_classes_without_examples_are_accepted_where_they_are_announced() -> None:
    assert from_arrays(inputs(2), [1, 3, 1, 3], classes=5).classes == 5


def broken(value: float, *at: int) -> NDArray[np.float64]:
    array = inputs(2, 3)
    array[at] = value
    return array


@pytest.mark.parametrize(
    ("data", "labels", "classes", "sentence"),
    [
        (inputs(), LABELS, None, r"inputs must be .* got shape \(4,\)"),
        (inputs(1, 1, 1, 1), LABELS, None, r"got shape \(4, 1, 1, 1, 1\)"),
        (np.empty((0, 3)), [], None, r"inputs are empty: shape \(0, 3\)"),
        (np.empty((4, 0)), LABELS, None, r"inputs are empty: shape \(4, 0\)"),
        (inputs(2), LABELS[:3], None, r"4 examples but labels have shape \(3,\)"),
        (inputs(2), 1, None, r"labels have shape \(\)"),
        (inputs(2).astype(complex), LABELS, None, "inputs must be real numbers; got complex128"),
        (np.full((4, 2), "a"), LABELS, None, "inputs must be real numbers; got <U1"),
        (broken(np.nan, 2, 1, 0), LABELS, None, "1 are not, the first is nan at example 2, number 3"),
        (broken(-np.inf, 1), LABELS, None, "6 are not, the first is -inf at example 1, number 0"),
        (broken(1e39, 3, 1, 2), LABELS, None, r"the first is 1e\+39 at example 3, number 5"),
        (inputs(8, 8, 3), LABELS, None, r"channels last: give numpy.moveaxis\(inputs, 3, 1\)"),
        (inputs(2), [1, 2, 3, 3], None, "labels run from 1 to 3; .* subtract 1"),
        (inputs(2), [0, 1, -1, 0], None, "labels must be 0 and up; got -1 at example 2"),
        (inputs(2), [0, 1, 3, 4], 3, "labels must be 0 to 2; got 3 at example 2"),
        (inputs(2), [0, 1, 3, 4], None, "go up to 4 but class 2 does not occur; give classes=5"),
        (inputs(2), [0, 0, 0, 0], None, "all labels are 0"),
        (inputs(2), LABELS, 1, "classes must be at least 2; got 1"),
        (inputs(2), np.eye(4, dtype=int), None, r"got shape \(4, 4\): .* argmax of one-hot rows"),
        (inputs(2), ["a", "b", "a", "b"], None, "labels must be integers"),
        (inputs(2), inputs(), 3, "labels of 3 classes must be integers; got float64"),
        (inputs(2), inputs(2, 2), None, r"targets must be .* got shape \(4, 2, 2\)"),
        (inputs(2), [0.0, np.nan, 0.0, 0.0], None, "targets must be finite .* nan at example 1"),
    ],
)
def test_what_is_no_data_set_is_refused(data: Any, labels: Any, classes: int | None, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        from_arrays(data, labels, classes=classes)


def test_npz_files_are_loaded_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", inputs=inputs(2, 3), labels=LABELS)
    data = load(f"arrays:{tmp_path / 'mine.npz'}")
    assert (data.name, data.image, data.classes) == ("arrays:mine", (2, 3), 3)


def test_npz_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    with pytest.raises(DataError, match=r"mine\.npz is not there"):
        load(f"arrays:{path}")
    np.savez(path, inputs=inputs(2), targets=LABELS)
    with pytest.raises(DataError, match="lacks labels; it holds inputs, targets"):
        load(f"arrays:{path}")
    np.savez(path, inputs=inputs(2), labels=np.array([None, 1, 2, 3]))
    with pytest.raises(DataError, match=r"cannot be read as a \.npz file of plain numbers"):
        load(f"arrays:{path}")
    np.savez_compressed(path, inputs=inputs(2), labels=LABELS)
    whole = path.read_bytes()
    for damaged in (b"", b"no file", whole[:-40], whole[:80] + bytes(20) + whole[100:]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=r"cannot be read as a \.npz file of plain numbers"):
            load(f"arrays:{path}")
    np.save(tmp_path / "one.npy", LABELS)
    with pytest.raises(DataError, match=r"cannot be read as a \.npz file of plain numbers"):
        load(f"arrays:{tmp_path / 'one.npy'}")


class Items(torch.utils.data.Dataset[Any]):
    """A map-style data set of the given items."""

    def __init__(self, *items: Any) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, i: int) -> Any:
        return self._items[i]


class Stream(IterableDataset[Any]):
    def __iter__(self) -> Iterator[Any]:
        return iter([])


def test_data_sets_of_torch_are_those_of_their_arrays() -> None:
    tensors = TensorDataset(torch.tensor(inputs(1, 2, 3)), torch.tensor(LABELS))
    ours, same = from_torch(tensors, name="mine"), from_arrays(inputs(1, 2, 3), LABELS)
    assert np.array_equal(ours.inputs, same.inputs)
    assert np.array_equal(ours.labels, same.labels)
    assert (ours.image, ours.classes, ours.name) == ((2, 3), 3, "mine")


def test_items_may_be_tensors_arrays_or_numbers() -> None:
    data = from_torch(Items((np.array([51, 255], np.uint8), 1), [np.array([0, 102], np.uint8), np.int64(0)]))
    assert data.inputs.tolist() == [[np.float32(0.2), 1.0], [0.0, np.float32(0.4)]]
    assert data.labels.tolist() == [1, 0]
    half = torch.tensor([0.5, 1.0], dtype=torch.bfloat16, requires_grad=True)
    targets = from_torch(Items((half, torch.tensor([1.5, 2.0])), (half, torch.tensor([0.0, 1.0]))))
    assert (targets.classes, targets.inputs[0].tolist(), targets.outputs) == (0, [0.5, 1.0], 2)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (Items(), "the data set is empty"),
        (Stream(), "a data set with a length is needed"),
        (DataLoader(Items((torch.zeros(2), 0))), r"give the data set in it, loader\.dataset"),
        (Items(torch.zeros(2)), r"item 0 is Tensor"),
        (Items((torch.zeros(2), 0), (torch.zeros(2), 0, 1)), "item 1 is 3 things"),
        (Items((torch.zeros(2), 0), (torch.zeros(3), 1)), r"the input of item 1 is float32 of shape \(3,\), .* \(2,\)"),
        (Items((torch.zeros(2), 0), (torch.zeros(2), 1.0)), "the label of item 1 is float64"),
        (Items((torch.zeros(2), 0), (torch.tensor([0.0, torch.nan]), 1)), "nan at example 1, number 1"),
    ],
)
def test_what_is_no_map_of_pairs_is_refused(given: Any, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        from_torch(given)


def test_a_file_of_arrays_may_say_how_many_classes_there_are(tmp_path: Path) -> None:
    file = tmp_path / "some.npz"
    np.savez(file, inputs=np.eye(3, dtype=np.float32), labels=np.array([5, 7, 5]), classes=10)
    assert load(f"arrays:{file}").classes == 10
