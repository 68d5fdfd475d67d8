"""What to train and how: a frozen, checked specification."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0.0, lt=1.0)]


class Recipe(BaseModel):
    """A multilayer perceptron with rectified linear units and its training by SGD with momentum.

    The learning rate falls linearly to 0 over the training. Initial weights are normal with variance
    2 / inputs of the unit (He et al. 2015), biases 0.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: int = Field(default=1, ge=1, le=8, description="hidden layers")
    width: int = Field(default=128, ge=2, le=8192, description="units in each hidden layer")
    drop_prob: Probability = Field(default=0.5, description="probability that a hidden unit is dropped")
    input_drop_prob: Probability = Field(default=0.0, description="probability that an input is dropped")
    learning_rate: float = Field(default=0.05, gt=0.0, description="learning rate of the first step")
    momentum: float = Field(default=0.9, ge=0.0, lt=1.0, description="momentum of SGD")
    weight_decay: float = Field(default=0.0, ge=0.0, description="L2 penalty, as in torch.optim.SGD")
    batch_size: int = Field(default=50, ge=1, description="training images in a step")
    epochs: int = Field(default=100, ge=1, description="passes over the training images")

    def without_dropout(self) -> "Recipe":
        """The same recipe, with nothing dropped."""
        return self.model_copy(update={"drop_prob": 0.0, "input_drop_prob": 0.0})
