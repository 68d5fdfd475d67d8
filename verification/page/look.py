"""Pictures of a page in three widths and both themes, and what axe-core finds in it.

``python -m verification.page.look PAGE.html FOLDER [axe.min.js]``; ``npm pack axe-core`` has the last. Exits with 1
where the page breaks one of its rules.
"""

import json
import sys
from pathlib import Path
from typing import Any, Literal

from verification.page.browser import Browser

WIDTHS = (390, 800, 1440)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def pictures(browser: Browser, page: Path, folder: Path) -> None:
    """Write ``WIDTH-THEME.png`` for all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for theme in THEMES:
            browser.show(page, width=width, theme=theme)
            (folder / f"{width}-{theme}.png").write_bytes(browser.picture())


def violations(browser: Browser, page: Path, axe: str) -> list[dict[str, Any]]:
    """Rules of axe-core that the page breaks, in the widest and the narrowest form and in both themes."""
    found = []
    for width in (WIDTHS[0], WIDTHS[-1]):
        for theme in THEMES:
            browser.show(page, width=width, theme=theme)
            browser.ask(axe + "; 0")
            said = browser.ask("axe.run().then(found => JSON.stringify(found.violations))")
            found += [{"width": width, "theme": theme, **violation} for violation in json.loads(said)]
    return found


def main(page: Path, folder: Path, axe: Path | None = None) -> int:
    """Look; 1 where a rule is broken."""
    with Browser.opened() as browser:
        pictures(browser, page, folder)
        found = violations(browser, page, axe.read_text(encoding="utf-8")) if axe else []
    for each in found:
        print(f"{each['width']} px, {each['theme']}: {each['id']}: {each['help']}")
        for node in each["nodes"][:5]:
            print(f"    {node['html'][:160]}\n    {node['failureSummary'].splitlines()[-1].strip()}")
    print(f"{len(found)} rules broken" if axe else "no rules were asked")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
