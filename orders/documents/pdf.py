"""Documents as PDF, from the HTML of the print on 80 mm. An optional package (requirements-pdf.txt)."""

import logging
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from bistro.core.kernel.errors import DomainError
from orders.documents.page import Paper

PACKAGE = "weasyprint"
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # it tells every step
STYLES = ("css/slip.css", "css/check.css")
PAGE = "@page { size: 80mm 297mm; margin: 3mm; } .slip { inline-size: auto; padding: 0; }"  # a long receipt goes on


class PdfMissing(DomainError):
    """A PDF that this installation cannot make. The message says what is missing."""

    code = "pdf_missing"
    status = 404


def can_make_pdf() -> bool:
    """Return whether the package is installed, so that pages offer a PDF."""
    return find_spec(PACKAGE) is not None


def pdf_of(paper: Paper) -> bytes:
    """Return a document as a PDF. Raises PdfMissing."""
    return rendered(render_to_string("documents/pdf.html", {"paper": paper}), _styles())


def rendered(html: str, styles: str) -> bytes:
    """Return a page as a PDF. Nothing is fetched: neither files nor addresses. Raises PdfMissing."""
    try:
        package = import_module(PACKAGE)
    except (ImportError, OSError) as error:  # OSError: the library Pango of the system
        message = _("PDF needs a package: pip install -r requirements-pdf.txt, and the library Pango.")
        raise PdfMissing(message) from error
    sheet = package.CSS(string=styles, url_fetcher=_refuse)
    return bytes(package.HTML(string=html, url_fetcher=_refuse).write_pdf(stylesheets=[sheet]))


def _refuse(url: str, *_given: Any, **_named: Any) -> Any:
    raise ValueError(f"a document has no parts to fetch: {url[:80]}")


@cache
def _styles() -> str:
    """Return the styles of the print, and the size of the page."""
    paths = [finders.find(name) for name in STYLES]
    return "\n".join([*(Path(path).read_text(encoding="utf-8") for path in paths if path), PAGE])
