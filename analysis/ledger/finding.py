"""Where ledgers are."""

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
    """The ledger that was written here last, or else the project's own; None where there is neither."""
    written = sorted(FOLDER.glob("*/ledger.json"), key=lambda file: file.stat().st_mtime)
    if written:
        return written[-1].parent
    return COMMITTED if (COMMITTED / "ledger.json").exists() else None
