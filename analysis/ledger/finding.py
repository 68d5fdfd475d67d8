"""Where ledgers are."""

import json
from pathlib import Path

from analysis.scenes.base import Scale

FOLDER = Path("runs") / "ledger"
"""Under it a folder for each scale that was run here."""
COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "ledger"
"""The project's own, of scale ``standard``; in its sources only."""

OWN_ESSAY = Path(__file__).resolve().parents[1] / "essay" / "texts" / "useful-with-strangers.md"
"""The project's own essay."""


def folder_of(scale: Scale, seed: int) -> Path:
    """Where the ledger of a scale is written."""
    return FOLDER / (scale if seed == 1 else f"{scale}-seed-{seed}")


def latest() -> Path | None:
    """The ledger to be asked where none is named; None where there is none at all.

    The last whole one that was written here; else the project's own; else the last, with claims that were not run.
    """
    written = sorted(FOLDER.glob("*/ledger.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    own = [COMMITTED / "ledger.json"] if (COMMITTED / "ledger.json").exists() else []
    found = [*filter(_is_whole, written), *own, *written]
    return found[0].parent if found else None


def _is_whole(ledger: Path) -> bool:
    try:
        return "not run" not in json.loads(ledger.read_text(encoding="utf-8"))["verdicts"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
