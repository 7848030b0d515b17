"""The way from the bytes of an uploaded file to its rows."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from menu.files.csv_files import read_text
from menu.files.sheet import FileRefused, Sheet
from menu.files.workbooks import is_workbook, read_workbook

MOST_BYTES = 7 * 1024 * 1024  # below UPLOAD_LIMIT_BYTES, so that a person gets a sentence
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", _("This is a workbook of an old Excel. Save it as .xlsx or as CSV.")),
    (b"%PDF", _("This is a PDF. Save the table as .xlsx or as CSV.")),
    (b"{\\rtf", _("This is a text document. Save the table as .xlsx or as CSV.")),
    (b"<", _("This is a web page or XML. Save the table as .xlsx or as CSV.")),
)


def open_sheet(data: bytes, *, encoding: str = "") -> Sheet:
    """Return the rows of a CSV file or an Excel workbook, recognised by its content.

    Raises FileRefused with a sentence that says what can be done.
    """
    if not data.strip(b"\x00 \r\n\t"):
        raise FileRefused(gettext("The file is empty."))
    if len(data) > MOST_BYTES:
        raise FileRefused(gettext("The file is larger than %(size)s MB.") % {"size": MOST_BYTES // 1024 // 1024})
    if is_workbook(data):
        return read_workbook(data)
    for begin, sentence in _FOREIGN:
        if data.lstrip(b"\xef\xbb\xbf \r\n").startswith(begin):
            raise FileRefused(str(sentence))
    return read_text(data, encoding=encoding)
