"""Run every command and every example of a Markdown file, in order: `make docs-check`."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def run(language: str, code: str) -> bool:
    """Run one block at the root of the project, with the virtual environment's programs first."""
    binaries = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "MPLBACKEND": "agg"}
    command = (
        ["bash", "-euo", "pipefail", "-c", code] if language == "sh" else [sys.executable, "-W", "error", "-c", code]
    )
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> int:
    """Check the files named on the command line; 3 where a block fails."""
    failed = 0
    for file in sys.argv[1:]:
        for language, code in BLOCK.findall((ROOT / file).read_text()):
            start = time.perf_counter()
            print(f"--- {file}, {language}:\n{code}", flush=True)
            ok = run(language, code)
            failed += not ok
            print(f"--- {'ok' if ok else 'FAILED'} in {time.perf_counter() - start:.1f} s\n", flush=True)
    print(f"{failed} blocks failed" if failed else "all blocks ran")
    return 3 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
