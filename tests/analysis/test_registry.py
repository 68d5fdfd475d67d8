"""The registry: every measure says all that a reader asks, and every claim is about one of them."""

import pytest

from analysis import MEASURES


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_says_all_that_a_reader_asks(name: str) -> None:
    measure = MEASURES[name]
    assert all(vars(measure).values())


def test_every_claim_is_about_a_registered_measure() -> None:
    from analysis.experiments.compare import CLAIMS, SIDES

    for claim in CLAIMS:
        assert claim.measure in MEASURES
        assert set(claim.smallest) <= {side.name for side in SIDES}
        assert all(smallest > 0 for smallest in claim.smallest.values())
        assert claim.direction in {-1, 1}
