"""Numbers as they are written."""

import pytest

from analysis.numbers import SCIENTIFIC, counted, decimals_for, number, signed


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.00"), (-0.0, "0.00"), (-0.001234, "\N{MINUS SIGN}0.0012"), (0.00021, "0.0002"), (3.14159, "3.14"),
        (12.345, "12.3"), (1234.5, "1234"), (3.1e-9, "3.1e\N{MINUS SIGN}9"), (-2e12, "\N{MINUS SIGN}2.0e12"),
        (float("nan"), "\N{EN DASH}"),
    ],
)  # fmt: skip
def test_numbers_show_the_digits_that_matter(value: float, written: str) -> None:
    assert number(value) == written


def test_numbers_that_stand_together_share_their_form() -> None:
    """Units such as moles once printed as rows of zeros."""
    assert decimals_for(2e-9, 5e-8) == SCIENTIFIC
    assert [signed(value, SCIENTIFIC) for value in (2e-9, 0.0)] == ["+2.0e\N{MINUS SIGN}9", "+0"]
    assert decimals_for(2e-9, 0.5) == 2


def test_one_is_no_plural() -> None:
    assert [counted(count, "replicate") for count in (0, 1, 2000)] == [
        "0 replicates",
        "1 replicate",
        "2,000 replicates",
    ]
