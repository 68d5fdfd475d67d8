"""Published image classifiers as tables of layers, from which their parameters are counted. For 1,000 classes.

Sizes are those of the papers as torchvision implements them, which is where the published counts come from. Dropout is
that of the paper's training on ImageNet, or of torchvision where the paper is silent; stochastic depth, which drops a
whole branch, is not counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

CLASSES = 1000


@dataclass
class Table:
    """Layers with weights, in their order."""

    parameters: int = 0
    dropped: list[bool] = field(default_factory=list)
    """Of each layer, whether dropout acts on what goes into it or comes out of it; a dropout counts for one layer."""

    def conv(
        self, into: int, out: int, side: int = 1, *, groups: int = 1, bias: bool = False, norm: bool = True,
        drop: bool = False,
    ) -> None:  # fmt: skip
        """A convolution, with batch normalisation unless it is without ``norm``."""
        self.parameters += side * side * (into // groups) * out + out * bias
        self.dropped.append(drop)
        if norm:
            self.norm(out)

    def dense(self, into: int, out: int, *, bias: bool = True, drop: bool = False) -> None:
        """A layer whose units are all connected."""
        self.conv(into, out, bias=bias, norm=False, drop=drop)

    def depthwise(self, channels: int, side: int) -> None:
        """A convolution of each channel on its own."""
        self.conv(channels, channels, side, groups=channels)

    def norm(self, channels: int) -> None:
        """A scale and a shift for each channel; no layer of its own."""
        self.parameters += 2 * channels

    def squeeze(self, channels: int, narrow: int) -> None:
        """Squeeze and excitation: two layers that weigh channels."""
        self.dense(channels, narrow)
        self.dense(narrow, channels)


def alexnet() -> Table:
    """Two dropouts, in front of the first two dense layers."""
    table = Table()
    for into, out, side in ((3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 256, 3), (256, 256, 3)):
        table.conv(into, out, side, bias=True, norm=False)
    table.dense(9216, 4096, drop=True)
    table.dense(4096, 4096, drop=True)
    table.dense(4096, CLASSES)
    return table


def vgg(counts: Sequence[int] = (2, 2, 3, 3, 3)) -> Table:
    """``counts``: convolutions of each stage. Two dropouts, behind the first two dense layers."""
    table, into = Table(), 3
    for out, count in zip((64, 128, 256, 512, 512), counts, strict=True):
        for _ in range(count):
            table.conv(into, out, 3, bias=True, norm=False)
            into = out
    table.dense(512 * 49, 4096, drop=True)
    table.dense(4096, 4096, drop=True)
    table.dense(4096, CLASSES)
    return table


def googlenet() -> Table:
    """Without auxiliary classifiers, 3 x 3 filters for 5 x 5. A dropout in front of the last layer."""
    table = Table()
    for into, out, side in ((3, 64, 7), (64, 64, 1), (64, 192, 3)):
        table.conv(into, out, side)
    into = 192
    for one, three_in, three, five_in, five, pool in (
        (64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64), (192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64),
        (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128),
        (256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128),
    ):  # fmt: skip
        table.conv(into, one)
        for narrow, wide in ((three_in, three), (five_in, five)):
            table.conv(into, narrow)
            table.conv(narrow, wide, 3)
        table.conv(into, pool)
        into = one + three + five + pool
    table.dense(into, CLASSES, drop=True)
    return table


def resnet(counts: Sequence[int] = (3, 4, 6, 3), *, groups: int = 1, per_group: int = 64) -> Table:
    """Bottleneck blocks. ``counts`` of each stage; ``per_group``: channels of a group in the first, or 64 and more."""
    table, into = Table(), 64
    table.conv(3, 64, 7)
    for stage, count in enumerate(counts):
        planes = 64 * 2**stage
        width, out = planes * per_group // 64 * groups, 4 * planes
        for block in range(count):
            table.conv(into, width)
            table.conv(width, width, 3, groups=groups)
            table.conv(width, out)
            if block == 0:
                table.conv(into, out)
            into = out
    table.dense(into, CLASSES)
    return table


def squeezenet() -> Table:
    """Version 1.0. A dropout in front of the last layer."""
    table = Table()
    table.conv(3, 96, 7, bias=True, norm=False)
    for into, narrow, wide in (
        (96, 16, 64), (128, 16, 64), (128, 32, 128), (256, 32, 128), (256, 48, 192), (384, 48, 192), (384, 64, 256),
        (512, 64, 256),
    ):  # fmt: skip
        table.dense(into, narrow)
        table.dense(narrow, wide)
        table.conv(narrow, wide, 3, bias=True, norm=False)
    table.dense(512, CLASSES, drop=True)
    return table


def densenet(counts: Sequence[int] = (6, 12, 24, 16), *, growth: int = 32, first: int = 64) -> Table:
    """``counts``: layers of each block."""
    table, channels = Table(), first
    table.conv(3, first, 7)
    for block, count in enumerate(counts):
        if block:
            table.norm(channels)
            table.conv(channels, channels // 2, norm=False)
            channels //= 2
        for _ in range(count):
            table.norm(channels)
            table.conv(channels, 4 * growth)
            table.conv(4 * growth, growth, 3, norm=False)
            channels += growth
    table.norm(channels)
    table.dense(channels, CLASSES)
    return table


def mobilenet_v2() -> Table:
    """A dropout in front of the last layer."""
    table, into = Table(), 32
    table.conv(3, into, 3)
    for expansion, out, count in ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1)):
        for _ in range(count):
            _inverted(table, into, into * expansion, out, 3)
            into = out
    table.conv(into, 1280)
    table.dense(1280, CLASSES, drop=True)
    return table


def mobilenet_v3() -> Table:
    """Large. A dropout in front of the last layer."""
    table, into = Table(), 16
    table.conv(3, into, 3)
    for side, wide, out, squeezed in (
        (3, 16, 16, 0), (3, 64, 24, 0), (3, 72, 24, 0), (5, 72, 40, 24), (5, 120, 40, 32), (5, 120, 40, 32),
        (3, 240, 80, 0), (3, 200, 80, 0), (3, 184, 80, 0), (3, 184, 80, 0), (3, 480, 112, 120), (3, 672, 112, 168),
        (5, 672, 160, 168), (5, 960, 160, 240), (5, 960, 160, 240),
    ):  # fmt: skip
        _inverted(table, into, wide, out, side, squeezed)
        into = out
    table.conv(into, 960)
    table.dense(960, 1280)
    table.dense(1280, CLASSES, drop=True)
    return table


def mnasnet() -> Table:
    """B1. A dropout in front of the last layer."""
    table, into = Table(), 16
    table.conv(3, 32, 3)
    table.depthwise(32, 3)
    table.conv(32, into)
    for side, expansion, out, count in (
        (3, 3, 24, 3), (5, 3, 40, 3), (5, 6, 80, 3), (3, 6, 96, 2), (5, 6, 192, 4), (3, 6, 320, 1),
    ):  # fmt: skip
        for _ in range(count):
            _inverted(table, into, into * expansion, out, side)
            into = out
    table.conv(into, 1280)
    table.dense(1280, CLASSES, drop=True)
    return table


def efficientnet() -> Table:
    """B0. A dropout in front of the last layer, and stochastic depth."""
    table, into = Table(), 32
    table.conv(3, into, 3)
    for side, expansion, out, count in (
        (3, 1, 16, 1), (3, 6, 24, 2), (5, 6, 40, 2), (3, 6, 80, 3), (5, 6, 112, 3), (5, 6, 192, 4), (3, 6, 320, 1),
    ):  # fmt: skip
        for _ in range(count):
            _inverted(table, into, into * expansion, out, side, into // 4)
            into = out
    table.conv(into, 1280)
    table.dense(1280, CLASSES, drop=True)
    return table


def shufflenet() -> Table:
    """Version 2, of the usual width."""
    table, into = Table(), 24
    table.conv(3, into, 3)
    for out, count in ((116, 4), (232, 8), (464, 4)):
        half = out // 2
        table.depthwise(into, 3)
        table.conv(into, half)
        for block in range(count):
            table.conv(half if block else into, half)
            table.depthwise(half, 3)
            table.conv(half, half)
        into = out
    table.conv(into, 1024)
    table.dense(1024, CLASSES)
    return table


def vit(width: int = 768, depth: int = 12, side: int = 16) -> Table:
    """Dropout behind the embedding and every dense layer but those that make queries, keys and values."""
    table = Table()
    table.conv(3, width, side, bias=True, norm=False, drop=True)
    table.parameters += width + ((224 // side) ** 2 + 1) * width
    for _ in range(depth):
        table.norm(width)
        table.dense(width, 3 * width)
        table.dense(width, width, drop=True)
        table.norm(width)
        table.dense(width, 4 * width, drop=True)
        table.dense(4 * width, width, drop=True)
    table.norm(width)
    table.dense(width, CLASSES)
    return table


def swin(counts: Sequence[int] = (2, 2, 6, 2), width: int = 96) -> Table:
    """Windows of 7 x 7, a head for each 32 channels. Stochastic depth."""
    table = Table()
    table.conv(3, width, 4, bias=True)
    for stage, count in enumerate(counts):
        if stage:
            table.norm(4 * width)
            table.dense(4 * width, 2 * width, bias=False)
            width *= 2
        for _ in range(count):
            table.norm(width)
            table.dense(width, 3 * width)
            table.parameters += 13 * 13 * (width // 32)
            table.dense(width, width)
            table.norm(width)
            table.dense(width, 4 * width)
            table.dense(4 * width, width)
    table.norm(width)
    table.dense(width, CLASSES)
    return table


def convnext(counts: Sequence[int] = (3, 3, 9, 3), widths: Sequence[int] = (96, 192, 384, 768)) -> Table:
    """Stochastic depth."""
    table = Table()
    table.conv(3, widths[0], 4, bias=True)
    for stage, (count, width) in enumerate(zip(counts, widths, strict=True)):
        if stage:
            table.norm(widths[stage - 1])
            table.conv(widths[stage - 1], width, 2, bias=True, norm=False)
        for _ in range(count):
            table.conv(width, width, 7, groups=width, bias=True)
            table.dense(width, 4 * width)
            table.dense(4 * width, width)
            table.parameters += width
    table.norm(widths[-1])
    table.dense(widths[-1], CLASSES)
    return table


def _inverted(table: Table, into: int, wide: int, out: int, side: int, squeezed: int = 0) -> None:
    """An inverted residual: wider, each channel on its own, perhaps weighed, narrower."""
    if wide != into:
        table.conv(into, wide)
    table.depthwise(wide, side)
    if squeezed:
        table.squeeze(wide, squeezed)
    table.conv(wide, out)


@dataclass(frozen=True)
class Architecture:
    """A published classifier."""

    name: str
    year: int
    table: Callable[[], Table]
    published: int
    """Its parameters, as torchvision publishes them."""


ARCHITECTURES = (
    Architecture("AlexNet", 2012, alexnet, 61_100_840),
    Architecture("VGG-16", 2014, vgg, 138_357_544),
    Architecture("GoogLeNet", 2014, googlenet, 6_624_904),
    Architecture("ResNet-50", 2015, resnet, 25_557_032),
    Architecture("Wide ResNet-50-2", 2016, lambda: resnet(per_group=128), 68_883_240),
    Architecture("SqueezeNet", 2016, squeezenet, 1_248_424),
    Architecture("DenseNet-121", 2016, densenet, 7_978_856),
    Architecture("ResNeXt-50", 2016, lambda: resnet(groups=32, per_group=4), 25_028_904),
    Architecture("MobileNet V2", 2018, mobilenet_v2, 3_504_872),
    Architecture("ShuffleNet V2", 2018, shufflenet, 2_278_604),
    Architecture("MnasNet", 2018, mnasnet, 4_383_312),
    Architecture("MobileNet V3", 2019, mobilenet_v3, 5_483_032),
    Architecture("EfficientNet-B0", 2019, efficientnet, 5_288_548),
    Architecture("ViT-B/16", 2020, vit, 86_567_656),
    Architecture("Swin-T", 2021, swin, 28_288_354),
    Architecture("ConvNeXt-T", 2022, convnext, 28_589_128),
)
"""One of each family, the size that is named most often, by year."""
