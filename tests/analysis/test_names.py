"""Names in messages."""

import pytest

from analysis.names import listed, nearest


@pytest.mark.parametrize(
    ("name", "names", "says"),
    [
        ("rase", ["crossing", "race"], "did you mean race?"),
        ("LIVNAT2088", ["Livnat2008"], "did you mean Livnat2008?"),
        ("keep", ["crossing", "race"], "there are crossing and race"),
        ("keep", ["race"], "there is race"),
        ("keep", [], "there is none"),
        ("x", map(str, range(20)), "there are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more"),
    ],
)
def test_what_may_have_been_meant(name: str, names: list[str], says: str) -> None:
    assert nearest(name, names) == says


def test_things_in_words() -> None:
    assert [listed("abc"[:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listed("abcde", 2) == "a, b and 3 more"
