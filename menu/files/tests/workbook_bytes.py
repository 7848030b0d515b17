"""Workbooks for tests, as bytes."""

import io
import re
import zipfile

from openpyxl import Workbook


def workbook(*rows, formats=None):
    """Return an .xlsx of the rows. `formats` is {cell name: number format}."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for name, number_format in (formats or {}).items():
        book.active[name].number_format = number_format
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_result(data, formula, result):
    """Return the workbook with the stored result that a spreadsheet program writes beside a formula."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            content = old.read(part).decode("utf-8", "surrogateescape")
            pattern = re.escape(f"<f>{formula}</f>") + r"<v\s*/>|" + re.escape(f"<f>{formula}</f>") + "<v></v>"
            content = re.sub(pattern, f"<f>{formula}</f><v>{result}</v>", content)
            new.writestr(part, content.encode("utf-8", "surrogateescape"))
    return out.getvalue()
