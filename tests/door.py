"""The program as it is called from a shell, without a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import cli

Door = Callable[..., tuple[int, str, str]]
"""From arguments to exit code, standard output, standard error."""


def mixability(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, in this process: an error that it does not explain is the caller's."""
    out, err = StringIO(), StringIO()
    command = ["mixability", *arguments]
    with (
        chdir(cwd),
        patch.dict(os.environ, {"NO_COLOR": "1", "COLUMNS": "100"}),
        patch.object(sys, "argv", command),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            cli.main()
            code: object = 0
        except SystemExit as stopped:
            code = stopped.code or 0
    assert isinstance(code, int), code
    return subprocess.CompletedProcess(command, code, out.getvalue(), err.getvalue())
