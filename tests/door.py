"""The program as it is called from a shell, without a process of its own."""

from collections.abc import Callable

Door = Callable[..., tuple[int, str, str]]
"""From arguments to exit code, standard output, standard error."""
