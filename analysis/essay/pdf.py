"""A page on paper, by WeasyPrint, which not everybody has."""

from typing import Any


class PdfError(Exception):
    """There can be no PDF here; the message says what to do."""


def maker() -> Any:
    """WeasyPrint. Raises PdfError where it is not installed, or lacks a library of the system."""
    try:
        import weasyprint  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise PdfError("a PDF needs WeasyPrint: pip install 'mixability[pdf]'") from error
    except OSError as error:
        raise PdfError(f"WeasyPrint lacks a library of the system, such as Debian's libpango-1.0-0: {error}") from error
    return weasyprint


def pdf(page: str) -> bytes:
    """A page as PDF, from nothing but what the page holds. Raises PdfError."""
    weasyprint = maker()
    nothing_else = weasyprint.URLFetcher(allowed_protocols=("data",))
    content: bytes = weasyprint.HTML(string=page, url_fetcher=nothing_else).write_pdf()
    return content
