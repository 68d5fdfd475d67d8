"""Settings that were published, by name, each at two scales: as printed, and as a laptop can train in minutes.

Learning rates belong to the initial weights that they were chosen for; where ours differ they are our own choice, and
so is every width and number of steps at the small scale.
"""

from dataclasses import dataclass
from typing import Literal

from nets.recipe import Recipe

Scale = Literal["small", "paper"]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A recipe, and the data that it is for."""

    recipe: Recipe
    data: str
    """Name of a data set, as `nets.data.load` takes it."""
    train_size: int

    @property
    def summary(self) -> str:
        """In a line."""
        length = f"{self.recipe.steps:,} steps" if self.recipe.steps else f"{self.recipe.epochs} epochs"
        return f"{self.recipe.summary}, {length} on {self.train_size:,} examples of {self.data}"


@dataclass(frozen=True, kw_only=True)
class Published:
    """A published setting."""

    says: str
    """What it is, in a few words."""
    source: str
    published: str
    """The number that was reported with it."""
    paper: Setting
    small: Setting

    def at(self, scale: Scale) -> Setting:
        """The setting at a scale."""
        return self.paper if scale == "paper" else self.small

    def rows(self) -> dict[str, str]:
        """What a list shows of it."""
        return {
            "published": self.published,
            "paper": self.paper.summary,
            "small": self.small.summary,
            "source": self.source,
        }


_SRIVASTAVA = "Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov 2014"
_MNIST = "idx:mnist"
_SMALL_MNIST = Recipe(widths=(512, 512), drop_prob=0.5, input_drop_prob=0.2, epochs=60, learning_rate=0.05)


def _mnist(recipe: Recipe) -> Setting:
    return Setting(recipe=recipe, data=_MNIST, train_size=60_000)


def _mnist5k(recipe: Recipe) -> Setting:
    return Setting(recipe=recipe, data="mnist5k", train_size=4000)


_DEEP = Recipe(
    widths=(1024, 1024, 2048), drop_prob=0.5, input_drop_prob=0.2, batch_size=100, steps=100_000, learning_rate=0.1,
    schedule="inverse", half_life=10_000, momentum=0.5, final_momentum=0.99, momentum_steps=100_000, max_norm=3.0,
)  # fmt: skip
_FEATURES = Recipe(  # large initial weights would hide what is learnt
    architecture="autoencoder", width=256, initial_sd=0.01, drop_prob=0.5, batch_size=100, optimiser="adam",
    learning_rate=1e-3,
)  # fmt: skip
_NOISE = Recipe(widths=(32, 32, 32), drop_prob=0.25, optimiser="adam", learning_rate=1e-3, batch_size=32, epochs=200)
_CNN = Recipe(
    architecture="cnn", channels=(16, 32), width=128, drop_prob=0.5, conv_drop_prob=0.2, conv_dropout="channel",
    epochs=30,
)  # fmt: skip

RECIPES: dict[str, Published] = {
    "hinton-2012": Published(
        says="two hidden layers of 800, half of the units and a fifth of the pixels dropped, bounded weights",
        source="Hinton, Srivastava, Krizhevsky, Sutskever & Salakhutdinov 2012",
        published="about 110 errors of 10,000 on MNIST; 160 without dropout",
        paper=_mnist(
            Recipe(
                widths=(800, 800),
                drop_prob=0.5,
                input_drop_prob=0.2,
                batch_size=100,
                epochs=3000,
                learning_rate=0.1,
                momentum=0.5,
                final_momentum=0.99,
                momentum_steps=300_000,
                max_norm=3.873,
            )
        ),
        small=_mnist5k(_SMALL_MNIST.model_copy(update={"max_norm": 3.873})),
    ),
    "srivastava-3x1024": Published(
        says="three hidden layers of 1,024 rectified units",
        source=f"{_SRIVASTAVA}, table 2",
        published="1.25 % error on MNIST",
        paper=_mnist(
            Recipe(
                widths=(1024,) * 3,
                drop_prob=0.5,
                input_drop_prob=0.2,
                batch_size=100,
                steps=1_000_000,
                momentum=0.95,
                learning_rate=0.01,
            )
        ),
        small=_mnist5k(_SMALL_MNIST),
    ),
    "srivastava-max-norm": Published(
        says="the same with weights bounded to a norm of 2",
        source=f"{_SRIVASTAVA}, table 2 and appendix B.1",
        published="1.06 % error on MNIST",
        paper=_mnist(
            Recipe(
                widths=(1024,) * 3,
                drop_prob=0.5,
                input_drop_prob=0.2,
                batch_size=100,
                steps=1_000_000,
                momentum=0.95,
                learning_rate=0.01,
                max_norm=2.0,
            )
        ),
        small=_mnist5k(_SMALL_MNIST.model_copy(update={"max_norm": 2.0})),
    ),
    "srivastava-regularisers": Published(
        says="784-1024-1024-2048-10, dropout with weights bounded to a norm of 3",
        source=f"{_SRIVASTAVA}, table 9; momentum and schedule as in the authors' example configuration",
        published="1.05 % error on MNIST; 1.62 % with L2 alone",
        paper=_mnist(_DEEP),
        small=_mnist5k(_SMALL_MNIST.model_copy(update={"max_norm": 3.0, "widths": (256, 256, 512)})),
    ),
    "srivastava-gaussian": Published(
        says="two hidden layers of 1,024 with Gaussian noise of the variance that dropout has",
        source=f"{_SRIVASTAVA}, table 10",
        published="0.95 % error on MNIST; 1.08 % with Bernoulli noise",
        paper=_mnist(
            Recipe(
                widths=(1024, 1024),
                dropout="gaussian",
                drop_prob=0.5,
                input_drop_prob=0.2,
                batch_size=100,
                steps=1_000_000,
                momentum=0.95,
                learning_rate=0.01,
                max_norm=2.0,
            )
        ),
        small=_mnist5k(_SMALL_MNIST.model_copy(update={"dropout": "gaussian"})),
    ),
    "srivastava-features": Published(
        says="an autoencoder of one hidden layer of 256 units, for the pictures of its features",
        source=f"{_SRIVASTAVA}, figures 7 and 8",
        published="spots and strokes instead of features that mean nothing alone; mean activation 2.0 to 0.7",
        paper=_mnist(_FEATURES.model_copy(update={"epochs": 200})),
        small=_mnist5k(_FEATURES.model_copy(update={"epochs": 60})),
    ),
    "dropconnect-2013": Published(
        says="two hidden layers of 800 with weights dropped instead of units",
        source="Wan, Zeiler, Zhang, LeCun & Fergus 2013",
        published="1.20 % error on MNIST; 1.28 % with dropout, 1.62 % with neither",
        paper=_mnist(
            Recipe(
                widths=(800, 800), dropout="drop-connect", drop_prob=0.5, batch_size=128, epochs=600, learning_rate=0.1
            )
        ),
        small=_mnist5k(_SMALL_MNIST.model_copy(update={"dropout": "drop-connect", "input_drop_prob": 0.0})),
    ),
    "lengerich-noise": Published(
        says="three hidden layers of 32 on targets that are noise, to see what order of interaction is learnt",
        source="Lengerich, Xing & Caruana 2022, section 4.2",
        published="dropout lowers the variance learnt at high orders",
        paper=Setting(recipe=_NOISE, data="synthetic:noise,inputs=25,examples=1500,seed=1", train_size=1000),
        small=Setting(
            recipe=_NOISE.model_copy(update={"epochs": 50}),
            data="synthetic:noise,inputs=25,examples=1500,seed=1",
            train_size=1000,
        ),
    ),
    "convolutions": Published(
        says="a small convolutional network with whole channels dropped",
        source="Tompson, Goroshin, Jain, LeCun & Bregler 2015, in the small",
        published="element-wise noise on neighbours that agree is averaged away; on channels it is not",
        paper=Setting(
            recipe=_CNN.model_copy(update={"channels": (32, 64), "width": 256}), data="fashion-mnist", train_size=60_000
        ),
        small=Setting(recipe=_CNN, data="digits", train_size=1000),
    ),
}
"""By name."""
