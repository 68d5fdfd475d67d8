"""Every dropout layer by its name."""

from nets.dropout.connect import DropConnect
from nets.dropout.elementwise import ClassicDropout, Dropout, GaussianDropout
from nets.dropout.layer import DropoutLayer
from nets.dropout.units import BlockDropout, ChannelDropout, FixedCountDropout

DROPOUTS: dict[str, type[DropoutLayer]] = {
    "bernoulli": Dropout,
    "classic": ClassicDropout,
    "gaussian": GaussianDropout,
    "fixed-count": FixedCountDropout,
    "channel": ChannelDropout,
    "block": BlockDropout,
    "connect": DropConnect,
}
"""Classes by the names that `NOISES` has for their noise; "classic" and "connect" have none of their own."""
