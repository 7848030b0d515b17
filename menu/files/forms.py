"""Forms of the import: the file, and the meaning of its columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bistro.core.web.form_fields import TextField
from menu.files.csv_files import ENCODINGS
from menu.files.headers import FIELDS
from menu.files.mapping import ColumnMap
from menu.files.meanings import FileSettings
from menu.files.opening import MOST_BYTES
from menu.files.sheet import Sheet
from menu.import_words import words_of

IGNORED = ("", _("– ignore –"))
_SAMPLES = 3  # values that are shown beside a column


class UploadForm(forms.Form):
    """A form for a file. The format is recognised by its content."""

    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=format_lazy(_("CSV or Excel (.xlsx), at most {size} MB."), size=MOST_BYTES // 1024 // 1024),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                gettext("The file is larger than %(size)s MB.") % {"size": MOST_BYTES // 1024 // 1024}
            )
        return file


class ColumnsForm(forms.Form):
    """A form with one choice for each column of a file, and the questions that only a person can answer."""

    decimal = forms.ChoiceField(
        label=_("Prices are written with"),
        required=False,
        choices=[
            ("", _("what the file itself shows")),
            (".", _("a decimal point: 1,234.50")),
            (",", _("a decimal comma: 1.234,50")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    category = TextField(
        label=_("Category of all dishes"),
        required=False,
        max_length=80,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For a file that has no column for it."),
    )
    encoding = forms.ChoiceField(
        label=_("Letters are written in"),
        required=False,
        choices=[("", _("what the file itself shows")), *((name, name) for name in ENCODINGS)],
        widget=UnfoldAdminSelectWidget,
        help_text=_("Change this only if letters look wrong above."),
    )

    def __init__(self, sheet: Sheet, columns: ColumnMap, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headers: dict[str, str] = {}
        below = [row for row in sheet.rows if row.number > columns.header_row]
        for column in range(max(len(row.cells) for row in sheet.rows)):
            header = columns.label(column)
            samples = [text for row in below if (text := row.cell(column).text)]
            if column in columns.taxes or header in self.headers.values() or not (columns.named(column) or samples):
                continue
            name = f"column_{column}"
            self.headers[name] = header
            self.fields[name] = forms.ChoiceField(
                label=header,
                required=False,
                choices=[IGNORED, *((field, words_of(field)) for field in FIELDS)],
                widget=UnfoldAdminSelectWidget,
                initial=columns.fields.get(column, ""),
                help_text=", ".join(text[:40] for text in dict.fromkeys(samples[:_SAMPLES])),
            )
        if not sheet.encoding:
            del self.fields["encoding"]
        self.order_fields([*self.headers, "category", "decimal", "encoding"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        seen: dict[str, str] = {}
        for name, header in self.headers.items():
            field = cleaned.get(name)
            if field and field in seen:
                self.add_error(
                    name,
                    gettext("“%(header)s” is %(field)s already.") % {"header": seen[field], "field": words_of(field)},
                )
            elif field:
                seen[field] = header
        return cleaned

    @property
    def settings(self) -> FileSettings:
        """Return the answers of a valid form, with "" for ignored columns."""
        given = self.cleaned_data
        return FileSettings(
            {header: given[name] for name, header in self.headers.items()},
            given["decimal"],
            given["category"],
            given.get("encoding", ""),
        )
