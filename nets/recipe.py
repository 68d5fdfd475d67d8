"""What to train and how: a frozen, checked specification."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Probability = Annotated[float, Field(ge=0.0, le=0.9999)]
Width = Annotated[int, Field(ge=2, le=65_536)]


class Recipe(BaseModel):
    """A network with rectified linear units and its training.

    Initial weights are normal, biases 0. Trained on the mean
    cross-entropy of a batch; an autoencoder, and any network on targets that are numbers, on the mean squared error.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    architecture: Literal["mlp", "cnn", "autoencoder"] = Field(
        default="mlp", description="dense layers; convolutions before them; or dense layers that give back their input"
    )
    layers: int = Field(default=1, ge=1, le=8, description="hidden dense layers")
    width: Width = Field(default=128, description="units in each of them")
    widths: tuple[Width, ...] = Field(
        default=(),
        max_length=16,
        description="units of each hidden layer where they differ, instead of layers and width",
    )
    channels: tuple[Annotated[int, Field(ge=1, le=4096)], ...] = Field(
        default=(16, 32), min_length=1, max_length=8, description="filters of each convolution of a cnn, 2 x 2 pooled"
    )
    filter_size: int = Field(default=3, ge=1, le=15, description="side of a filter, odd")
    initial_sd: float | None = Field(
        default=None, gt=0.0, description="SD of initial weights; by default sqrt(2 / inputs) (He et al. 2015)"
    )
    batch_norm: bool = Field(default=False, description="whether batch normalisation stands before each rectifier")

    dropout: Literal["bernoulli", "gaussian", "fixed-count", "drop-connect"] = Field(
        default="bernoulli",
        description="kind of noise on hidden units; drop-connect drops the weights into them instead",
    )
    drop_prob: Probability = Field(default=0.5, description="probability that a hidden unit is dropped")
    input_drop_prob: Probability = Field(default=0.0, description="probability that an input is dropped")
    conv_dropout: Literal["bernoulli", "gaussian", "channel", "block"] = Field(
        default="channel", description="kind of noise behind each convolution: on elements, channels or blocks"
    )
    conv_drop_prob: Probability = Field(default=0.0, description="its probability")

    optimiser: Literal["sgd", "adam"] = Field(
        default="sgd", description="SGD with momentum, or Adam (Kingma & Ba 2015)"
    )
    learning_rate: float = Field(default=0.05, gt=0.0, description="learning rate of the first step")
    schedule: Literal["linear", "constant", "inverse"] = Field(
        default="linear", description="to 0 over the training; not at all; or by 1 / (1 + step / half_life)"
    )
    half_life: int = Field(
        default=10_000, ge=1, description="steps after which the inverse schedule has halved the rate"
    )
    momentum: float = Field(default=0.9, ge=0.0, lt=1.0, description="momentum of SGD, or the first decay of Adam")
    final_momentum: float | None = Field(
        default=None, ge=0.0, lt=1.0, description="momentum that is reached, by equal steps, after momentum_steps"
    )
    momentum_steps: int = Field(default=1, ge=1, description="see final_momentum")
    weight_decay: float = Field(default=0.0, ge=0.0, description="L2 penalty, as in torch.optim.SGD")
    max_norm: float | None = Field(
        default=None, gt=0.0, description="largest Euclidean norm of the weights into a unit"
    )
    batch_size: int = Field(default=50, ge=1, description="training examples in a step")
    epochs: int = Field(default=100, ge=1, description="passes over the training examples")
    steps: int | None = Field(default=None, ge=1, description="steps instead of epochs")
    patience: int | None = Field(
        default=None,
        ge=1,
        description="stop after so many looks at the validation examples without a smaller loss, with the weights of "
        "the best; there are at most 40 looks, equally spaced",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.filter_size % 2 == 0:
            raise ValueError(f"filter_size must be odd, so that an image keeps its size; got {self.filter_size}")
        if self.conv_drop_prob > 0.0 and self.architecture != "cnn":
            raise ValueError(f"conv_drop_prob is for architecture cnn; an {self.architecture} has no convolutions")
        if self.final_momentum is not None and self.optimiser == "adam":
            raise ValueError("final_momentum is for sgd: Adam corrects its start as if its decays were constant")
        return self

    @property
    def hidden(self) -> tuple[int, ...]:
        """Units of each hidden dense layer."""
        return self.widths or (self.width,) * self.layers

    @property
    def summary(self) -> str:
        """The network in a few words."""
        widths = self.hidden
        dense = f"{len(widths)} x {widths[0]}" if len(set(widths)) == 1 else "-".join(map(str, widths))
        kind = {"mlp": "", "autoencoder": "autoencoder, "}.get(
            self.architecture, f"cnn, {'-'.join(map(str, self.channels))} filters, "
        )
        return f"{kind}{dense} units{', batch norm' if self.batch_norm else ''}"

    @property
    def drops(self) -> bool:
        """Whether anything is dropped."""
        return max(self.drop_prob, self.input_drop_prob, self.conv_drop_prob) > 0.0

    def without_dropout(self) -> Self:
        """The same recipe, with nothing dropped."""
        return self.model_copy(update={"drop_prob": 0.0, "input_drop_prob": 0.0, "conv_drop_prob": 0.0})
