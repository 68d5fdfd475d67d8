"""Data sets: by name, from files, from arrays, from torch; checked, and split by a key."""

from nets.data.checked import from_arrays, load_npz
from nets.data.dataset import DataError, Dataset, Image
from nets.data.idx import IDX_IMAGES, IDX_LABELS, idx_folder, read_idx
from nets.data.mnist1d import Mnist1d
from nets.data.registry import DATASETS, Known, load, synthetic_spec, usage, usages
from nets.data.splitting import Split, split
from nets.data.synthetic import Synthetic
from nets.data.torch_data import from_torch

__all__ = [
    "DATASETS",
    "IDX_IMAGES",
    "IDX_LABELS",
    "DataError",
    "Dataset",
    "Image",
    "Known",
    "Mnist1d",
    "Split",
    "Synthetic",
    "from_arrays",
    "from_torch",
    "idx_folder",
    "load",
    "load_npz",
    "read_idx",
    "split",
    "synthetic_spec",
    "usage",
    "usages",
]
