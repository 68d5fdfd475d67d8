"""What experiments of both sides share: a subject, measured by the panel."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from threadpoolctl import threadpool_limits

from analysis.experiments.base import Arms, Outcome
from analysis.sides.base import RunFailedError, Side, Subject
from analysis.sides.panel import PanelSpec, take_panel
from analysis.streams import seed_for

COMPUTING = ("analysis/measures", "analysis/sides", "analysis/streams.py", "analysis/experiments/measured.py")


def arms_of(side: Side) -> Arms:
    """Without and with mixing."""
    return dict(zip(side.arms, (False, True), strict=True))


def measured(
    side: Side, grow: Callable[[], Subject], panel: PanelSpec, seed: int, replicate: int, mend: str
) -> Outcome:
    """Grow a subject and measure it; both arms of a replicate see the same masks.

    Raises RunFailedError where a number grows too large, which ``mend`` is to be lowered for.
    """
    with _held(f"{side.name}, replicate {replicate}", mend):
        subject = grow()
        readings = take_panel(subject, panel, seed_for(seed, side.name, "panel", replicate))
    return Outcome(
        values=readings.values,
        reasons=readings.reasons,
        times=subject.times,
        curves=readings.curves,
        arrays={name: array.astype(np.float32) for name, array in readings.portrait.items()},
    )


@contextmanager
def _held(what: str, mend: str) -> Iterator[None]:
    try:
        with np.errstate(over="raise"), threadpool_limits(1):
            yield
    except FloatingPointError as error:
        raise RunFailedError(f"{what}: a number grew too large to be held ({error}); lower {mend}") from error
