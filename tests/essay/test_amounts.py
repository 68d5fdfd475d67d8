import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.essay.amounts import amount
from analysis.essay.errors import ShortcodeError
from analysis.ledger.ledger import Value


def value(number: float, low: float = math.nan, high: float = math.nan) -> Value:
    return Value(number=number, low=low, high=high, words="what it is", scene="s", command="c")


def shown(of: Value, filters: str = "") -> str:
    pairs = (each.split() for each in filters.split("|") if each.strip())
    return amount(of, {name: tuple(given) for name, *given in pairs})


@pytest.mark.parametrize(
    ("number", "filters", "text"),
    [
        (0.3456, "", "0.35"),
        (0.3456, "digits 3", "0.346"),
        (0.563, "pct", "56 %"),
        (0.0563, "pct", "5.6 %"),
        (0.563, "pct | digits 1", "56.3 %"),
        (3.24, "x", "3.2×"),
        (-0.3456, "", "−0.35"),
        (-0.3456, "abs", "0.35"),
        (0.3456, "signed", "+0.35"),
        (-0.3456, "signed", "−0.35"),
        (0.0, "signed", "+0.00"),
        (12345.4, "int", "12,345"),
        (-12345.4, "int", "−12,345"),
        (-0.2, "int", "0"),
        (4.0, "int | signed", "+4"),
        (0.5, "int | pct", "50 %"),
        (1e-15, "", "1.0e−15"),
        (0.3, "ci", "0.30 [no interval]"),
    ],
)
def test_numbers_as_a_text_writes_them(number: float, filters: str, text: str) -> None:
    assert shown(value(number), filters).replace("\N{NO-BREAK SPACE}", " ") == text


def test_intervals_have_the_decimals_and_the_unit_of_the_number() -> None:
    of = value(-0.3, -0.4123, -0.1987)
    assert shown(of, "ci | signed") == "−0.30 [−0.41, −0.20]"
    assert shown(of, "ci | abs") == "0.30 [0.20, 0.41]"
    assert shown(value(0.1, -0.2, 0.4), "abs | ci") == "0.10 [0.00, 0.40]"
    assert shown(value(0.56, 0.5, 0.61), "ci | pct").replace("\N{NO-BREAK SPACE}", "") == "56% [50%, 61%]"


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_digits_lose_no_more_than_they_must(number: float, digits: int) -> None:
    text = shown(value(number), f"digits {digits}").replace("−", "-")
    assert abs(float(text) - number) <= 0.5000001 * 10.0**-digits + 1e-9 * abs(number)


@pytest.mark.parametrize(
    ("number", "filters", "says"),
    [
        (1.0, "pct | x", "contradict"),
        (1.0, "int | digits 2", "contradict"),
        (1.0, "abs | signed", "contradict"),
        (1.0, "digits many", "whole number"),
        (1.0, "digits 99", "whole number"),
        (1.0, "digits -1", "whole number"),
    ],
)
def test_what_cannot_be_written(number: float, filters: str, says: str) -> None:
    with pytest.raises(ShortcodeError, match=says):
        shown(value(number), filters)


@pytest.mark.parametrize("filters", ["", "int", "pct | ci", "digits 2 | signed"])
def test_a_number_that_is_undefined_is_a_dash(filters: str) -> None:
    assert shown(value(math.nan), filters) == "–"
