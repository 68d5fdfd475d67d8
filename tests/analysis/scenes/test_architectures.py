"""The layer tables have the parameters that are published, in these sizes and in others of their families."""

import pytest

from analysis.scenes.architectures import SCENE, Settings
from analysis.scenes.growing.layer_tables import (
    ARCHITECTURES,
    Architecture,
    Table,
    convnext,
    densenet,
    resnet,
    swin,
    vgg,
    vit,
)
from analysis.sides.base import RunFailedError


@pytest.mark.oracle
@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda each: each.name)
def test_parameters_are_those_published(architecture: Architecture) -> None:
    assert architecture.table().parameters == architecture.published


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("table", "published"),
    [
        (vgg((2, 2, 4, 4, 4)), 143_667_240),
        (resnet((3, 8, 36, 3)), 60_192_808),
        (resnet((3, 4, 23, 3), groups=32, per_group=8), 88_791_336),
        (resnet((3, 4, 23, 3), per_group=128), 126_886_696),
        (densenet((6, 12, 36, 24), growth=48, first=96), 28_681_000),
        (vit(1024, 24, 16), 304_326_632),
        (vit(side=32), 88_224_232),
        (swin((2, 2, 18, 2), 128), 87_768_224),
        (convnext((3, 3, 27, 3), (128, 256, 512, 1024)), 88_591_464),
    ],
    ids=[
        "VGG-19",
        "ResNet-152",
        "ResNeXt-101",
        "Wide ResNet-101-2",
        "DenseNet-161",
        "ViT-L/16",
        "ViT-B/32",
        "Swin-B",
        "ConvNeXt-B",
    ],
)
def test_other_sizes_of_a_family_are_counted_as_well(table: Table, published: int) -> None:
    assert table.parameters == published


def test_every_architecture_has_one_place() -> None:
    settings = Settings()
    found = {float(SCENE.run(settings, 1, replicate)["which"]) for replicate in range(len(ARCHITECTURES))}
    assert found == set(range(len(ARCHITECTURES)))
    with pytest.raises(RunFailedError, match="try --replicates 16"):
        SCENE.run(settings, 1, len(ARCHITECTURES))
