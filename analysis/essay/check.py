"""Whether an essay's words still fit its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.essay.accepted import Accepted, Change, changes, read_accepted, shown_by, stale
from analysis.essay.composing import compose
from analysis.essay.errors import Problem
from analysis.ledger.ledger import Ledger
from analysis.numbers import counted

FAILED = 3
"""Exit code of a check that failed."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check found."""

    path: Path
    shown: int
    """Different shortcodes that show something of a run."""
    changed: Sequence[Change]
    problems: Sequence[Problem]
    """Why the essay cannot be built."""
    stale: str
    """That the ledger is another than the one accepted, or empty; it is no failure."""
    outdated: Sequence[str]
    """Which shown records are of other code than the present, with the command that renews them; no failure either."""

    @property
    def exit_code(self) -> int:
        """0 where nothing has changed, else `FAILED`."""
        return FAILED if self.changed or self.problems else 0

    @property
    def lines(self) -> list[str]:
        """The report."""
        found = [*((c.line, c.sentence) for c in self.changed), *((p.line, p.says) for p in self.problems)]
        report = [f"{self.path}:{line}: {says}" for line, says in sorted(found)]
        if self.changed:
            many = counted(len(self.changed), "shortcode")
            report.append(f"{many} of {self.shown} not as accepted; read these lines again, then essay build --accept")
        elif not self.problems:
            report.append(f"{self.path}: all as accepted ({counted(self.shown, 'shortcode')})")
        return [*report, *filter(None, [self.stale]), *self.outdated]


def check(text: Path, ledger: Ledger, *, raw_html: bool = False) -> Checked:
    """Compare what an essay shows with what its author accepted; what was never accepted counts as changed.

    Raises EssayError where the essay, its bibliography or its accepted values cannot be read.
    """
    composed = compose(text, ledger, raw_html=raw_html)
    before = read_accepted(text)
    changed = changes(composed, before or Accepted())
    gone = {change.because for change in changed if not change.new}
    unanswered = [problem for problem in composed.unanswered.values() if problem.says not in gone]
    now = shown_by(composed)
    return Checked(
        path=text,
        shown=len(now.shown),
        changed=changed,
        problems=[*composed.others, *unanswered],
        stale=stale(before, now),
        outdated=[
            f"The code of scene {name} has changed since its records were computed: {ledger.again(name)}"
            for name, kept in ledger.scenes.items()
            if name in composed.desk.scenes and not kept.is_current
        ],
    )
