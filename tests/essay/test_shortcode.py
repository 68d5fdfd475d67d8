import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.essay.errors import ShortcodeError
from analysis.essay.shortcode import Occurrence, Shortcode, mark, numbers_in, parse, replaced_in

NAMES = st.text("abcdefgxyz", min_size=1, max_size=8)
WORDS = st.text(
    st.characters(blacklist_categories=["C", "Z"], blacklist_characters='{}|"“”\\'), min_size=1, max_size=12
)
PHRASES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
FILTERS = st.lists(st.tuples(NAMES, PHRASES) | st.tuples(NAMES), max_size=3).map(tuple)


def understood(raw: str) -> Shortcode:
    return parse(Occurrence(raw=raw, line=0, closed=True))


@given(name=NAMES, argument=PHRASES | st.just(""), filters=FILTERS)
def test_a_shortcode_is_read_from_its_own_key(name: str, argument: str, filters: tuple[tuple[str, ...], ...]) -> None:
    shortcode = Shortcode(name=name, argument=argument, filters=filters)
    assert understood(f"{{{{ {shortcode.key} }}}}") == shortcode
    assert understood(f"{{{{{shortcode.key}}}}}".replace(" | ", "|")) == shortcode


@given(st.text(st.sampled_from("ab{}|:\\ \n`") | st.characters(blacklist_characters="\ue000\ue001"), max_size=60))
def test_marks_lead_back_to_the_text(body: str) -> None:
    marked, occurrences = mark(body)
    assert replaced_in(marked, {n: each.raw for n, each in enumerate(occurrences)}) == body
    assert numbers_in(marked) == list(range(len(occurrences)))
    for each in occurrences:
        assert each.raw.startswith("{{")
        assert each.closed == each.raw.endswith("}}") or not each.closed


def test_bars_in_quotation_marks_end_nothing() -> None:
    found = understood('{{ figure: a b | caption "one | two,\n three" | wide }}')
    assert found == Shortcode(name="figure", argument="a b", filters=(("caption", "one | two, three"), ("wide",)))
    assert understood("{{figure:a|caption “curly”}}").filters == (("caption", "curly"),)


def test_lines_are_those_of_the_body() -> None:
    _, occurrences = mark("one\n{{ a: b }} {{ c:\nd }}\n\n{{ e }}")
    assert [each.line for each in occurrences] == [1, 1, 4]


@pytest.mark.parametrize("text", [r"\{{ value: a }}", "{{< video a >}}", "{{% callout %}}", "{ {value} }", "}}"])
def test_what_is_no_shortcode(text: str) -> None:
    assert not mark(text)[1]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("{{ }}", "is no shortcode"),
        ("{{ Value: a }}", "is no shortcode"),
        ("{{ value a }}", "is no shortcode"),
        ("{{ value: a | }}", "name of a filter"),
        ("{{ value: a || pct }}", "name of a filter"),
        ('{{ value: a | "pct" 2 | 3 }}', "name of a filter"),
        ('{{ figure: a | caption "b }}', "quotation mark is never closed"),
    ],
)
def test_what_is_malformed(raw: str, says: str) -> None:
    with pytest.raises(ShortcodeError, match=says):
        understood(raw)


def test_what_is_never_closed() -> None:
    (one, two) = mark("{{ value: a\n\nb }} {{ c {{ d }}")[1][:2]
    for each in (one, two):
        assert not each.closed
        with pytest.raises(ShortcodeError, match="never closed"):
            parse(each)


def test_options_are_those_allowed() -> None:
    allowed = {"pct": 0, "digits": 1}
    assert understood("{{ value: a | pct | digits 2 }}").options(allowed) == {"pct": (), "digits": ("2",)}
    for filters, says in (
        ("pc", "did you mean pct"),
        ("pct | pct", "twice"),
        ("digits", "takes one word"),
        ("digits 1 2", "takes one word"),
        ("pct 1", "takes nothing"),
    ):
        with pytest.raises(ShortcodeError, match=says):
            understood(f"{{{{ value: a | {filters} }}}}").options(allowed)
