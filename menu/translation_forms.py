"""The form field with the names and descriptions of a row in other languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from bistro.core.admin.forms import TenantForm
from bistro.core.kernel.texts import clean_text
from menu.translations import TranslatedText, Translations, merged, other_languages, too_long

LABELS = {"name": _("name"), "description": _("description")}
LONGEST = 1000  # of what is read; the columns allow less
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


class TranslationsWidget(forms.Widget):
    """A table with one line for each language and one column for each text."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        super().__init__()
        self.texts, self.languages = texts, dict[str, str]()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        known: Translations = value or {}
        lines = [
            {
                "code": code,
                "language": language,
                "direction": "rtl" if code in RIGHT_TO_LEFT else "ltr",
                "cells": [
                    {
                        "name": self.cell(name, code, text),
                        "label": LABELS[text],
                        "value": known.get(code, {}).get(text, ""),
                    }
                    for text in self.texts
                ],
            }
            for code, language in self.languages.items()
        ]
        context = {"id": (attrs or {}).get("id", ""), "lines": lines, "css": " ".join(INPUT_CLASSES)}
        return render_to_string("admin/menu/translations.html", context)

    @staticmethod
    def cell(name: str, code: str, text: str) -> str:
        """Return the name of one input."""
        return f"{name}-{code}-{text}"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, dict[str, str]]:
        return {
            code: {text: data.get(self.cell(name, code, text), "")[:LONGEST] for text in self.texts}
            for code in self.languages
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(self.cell(name, code, text) not in data for code in self.languages for text in self.texts)


class TranslationsField(forms.Field):
    """A field of translations. Its clean value holds only texts that are not empty."""

    widget: TranslationsWidget

    def __init__(self, *texts: str) -> None:
        help_text = _("Blank = the text above is shown in every language.")
        widget = TranslationsWidget(texts)
        super().__init__(required=False, label=capfirst(_("other languages")), widget=widget, help_text=help_text)

    def use(self, own: str) -> None:
        """Ask for every language beside the restaurant's own."""
        self.widget.languages = other_languages(own)

    def texts(self, value: Any) -> list[TranslatedText]:
        """Return the texts of all languages that the field asks for, also empty ones."""
        translations = value or {}
        return [
            (code, name, clean_text(translations.get(code, {}).get(name, "")))
            for code in self.widget.languages
            for name in self.widget.texts
        ]

    def to_python(self, value: Any) -> dict[str, dict[str, str]]:
        return merged({}, self.texts(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and self.texts(initial) != self.texts(data)

    def in_words(self, value: Any) -> str:
        """Return translations as a sentence for the audit trail: `Français: Soupe; Español: Sopa`."""
        return "; ".join(
            f"{language}: {', '.join(texts.values())}"
            for code, language in self.widget.languages.items()
            if (texts := (value or {}).get(code))
        )


class TranslatedForm(TenantForm):
    """A form for a row of the menu with its texts in other languages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("translations")
        if isinstance(field, TranslationsField):
            house = self.house()
            field.use(house.language if house else "")

    def clean_translations(self) -> dict[str, dict[str, str]]:
        """Return the typed texts with those of languages that the page does not show. Raises ValidationError."""
        field: Any = self.fields["translations"]
        texts = field.texts(self.cleaned_data["translations"])
        problems = too_long(type(self.instance), texts)
        if problems:
            raise ValidationError(
                [
                    f"{field.widget.languages[code]}, {LABELS[text]}: {message}"
                    for (code, text), message in problems.items()
                ]
            )
        return merged(self.instance.translations, texts)
