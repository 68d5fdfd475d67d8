"""Names in messages: some of them in words, and the one that may have been meant."""

import difflib
from collections.abc import Iterable

_SHOWN, _MOST = 3, 12


def listed(items: Iterable[object], shown: int = _SHOWN) -> str:
    """Some things in words, the first few by name.

    >>> listed("abcde")
    'a, b, c and 2 more'
    >>> listed("abc")
    'a, b and c'
    """
    texts = [str(item) for item in items]
    if len(texts) > shown:
        return f"{', '.join(texts[:shown])} and {len(texts) - shown:,} more"
    return " and ".join(filter(None, [", ".join(texts[:-1]), *texts[-1:]]))


def nearest(name: str, names: Iterable[str]) -> str:
    """What may have been meant by a name that there is not: the one that is nearest, or else those there are.

    >>> nearest("Crosing", ["crossing", "race"])
    'did you mean crossing?'
    >>> nearest("keep", ["crossing", "race"])
    'there are crossing and race'
    """
    known = list(names)
    if not known:
        return "there is none"
    by_letters = {each.lower(): each for each in known}
    if close := difflib.get_close_matches(name.lower(), by_letters, n=1):
        return f"did you mean {by_letters[close[0]]}?"
    return f"there are {listed(known, _MOST)}" if known[1:] else f"there is {known[0]}"
