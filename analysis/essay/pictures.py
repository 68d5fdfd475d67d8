"""The author's own pictures, which lie beside the essay."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from analysis.essay.errors import Problem
from analysis.essay.reading import Image

KINDS = {
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp",
    ".svg": "image/svg+xml",
}  # fmt: skip


def read_pictures(images: Sequence[Image], folder: Path) -> tuple[Mapping[str, bytes], Sequence[Problem]]:
    """Contents by address, and what is wrong with the others."""
    found: dict[str, bytes] = {}
    problems = []
    for image in images:
        path = (folder / image.address).resolve()
        if path.suffix.lower() not in KINDS:
            problems.append(Problem(line=image.line, says=f"{image.address} is no picture: {', '.join(KINDS)} are"))
        elif not path.is_relative_to(folder.resolve()):
            problems.append(
                Problem(line=image.line, says=f"{image.address} lies outside the essay's folder; copy it there")
            )
        elif not path.is_file():
            problems.append(Problem(line=image.line, says=f"there is no picture {image.address} beside the essay"))
        else:
            found[image.address] = path.read_bytes()
    return found, problems


def as_address(name: str, content: bytes) -> str:
    """An address that is the picture itself."""
    return f"data:{KINDS[Path(name).suffix.lower()]};base64,{b64encode(content).decode()}"
