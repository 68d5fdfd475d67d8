"""Where ledgers are."""

import json
from pathlib import Path

from analysis.scenes.base import SCALES, Scale

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

    Whole ones go before those with claims that were not run, then larger scales before smaller ones, so that a small
    trial hides nothing; then what was written here, the last first, before the project's own.
    """
    written = sorted(FOLDER.glob("*/ledger.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    own = [COMMITTED / "ledger.json"] if (COMMITTED / "ledger.json").exists() else []
    found = sorted([*written, *own], key=_worth, reverse=True)
    return found[0].parent if found else None


def _worth(ledger: Path) -> tuple[bool, int]:
    """Whether it is whole, and its scale."""
    try:
        said = json.loads(ledger.read_text(encoding="utf-8"))
        return "not run" not in said["verdicts"], SCALES.index(said["scale"])
    except (OSError, ValueError, KeyError, TypeError):
        return False, -1
