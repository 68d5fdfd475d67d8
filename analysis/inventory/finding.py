"""Which run or cell a person means."""

import difflib
import re

from analysis.runs.store import Run, Store, StoreError

_MOST = 5


def run_named(store: Store, name: str) -> Run:
    """The run of a name. Raises StoreError where there is none."""
    runs = {run.name: run for run in store.runs()}
    if name in runs:
        return runs[name]
    raise StoreError(f"no run of {store.path} is called {name}; {_hint(name, list(runs))}")


def run_or_key(store: Store, text: str) -> Run | str:
    """The run of a name, or of the beginning of one, or the key that begins so.

    Raises StoreError where there is none, or more than one.
    """
    runs = {run.name: run for run in store.runs()}
    if text in runs:
        return runs[text]
    names = [name for name in runs if text and name.startswith(text)]
    keys = _keys(store, text)
    if len(names) + len(keys) == 1:
        return runs[names[0]] if names else keys[0]
    if names or keys:
        found = names[:_MOST] + [key[:12] for key in keys][: _MOST - len(names[:_MOST])]
        more = ", ..." if len(names) + len(keys) > len(found) else ""
        raise StoreError(f"several begin with {text!r}: {', '.join(found)}{more}; write more of the one you mean")
    raise StoreError(
        f"no run of {store.path} is called {text!r} and no cell's key begins so; {_hint(text, list(runs))}"
    )


def _keys(store: Store, prefix: str) -> list[str]:
    """Keys by the files, so that a cell that the index does not know is found too."""
    if not re.fullmatch("[0-9a-f]{2,}", prefix):
        return []
    files = [*store.path.glob(f"cells/{prefix[:2]}/{prefix}*"), *store.path.glob(f"failed/{prefix}*.json")]
    return sorted({file.stem for file in files})


def _hint(name: str, names: list[str]) -> str:
    if not names:
        return "it holds no runs yet"
    close = difflib.get_close_matches(name, names, n=3)
    return f"did you mean {' or '.join(close)}?" if close else "runs list shows them all"
