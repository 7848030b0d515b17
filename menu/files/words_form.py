"""The form of a preview that asks what the file's words for taxes and stations mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bistro.core.kernel.names import name_key
from bistro.core.web.form_fields import TextField
from menu.files.checking import CheckedFile
from menu.files.meanings import (
    CREATE,
    DEFAULT_TAX,
    IGNORE,
    LONGEST_STATION,
    MOST_WORDS,
    Meanings,
    is_readable_tax,
    rates_of,
    split_stations,
)
from menu.import_plan.routes import read_stations
from menu.tax_catalogue import taxes_today
from menu.taxes import DishTax, read_dish_tax, write_components

_AS_WRITTEN = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A word of the file, its fields, and whether nobody has told its meaning yet."""

    word: str
    fields: tuple[forms.BoundField, ...]
    open: bool


class WordsForm(forms.Form):
    """A form with the meaning of each tax, and of each station that is unknown."""

    prefix = "word"

    def __init__(self, checked: CheckedFile, meanings: Meanings, restaurant_id: int, data: Any = None) -> None:
        super().__init__(data)
        self.meanings = meanings
        self.unreadable = {word for word in checked.words.taxes if not is_readable_tax(word)}
        self.stations = {name_key(name): name for name in read_stations(restaurant_id).names.values()}
        order = sorted(checked.words.taxes, key=lambda word: word not in self.unreadable)
        self.taxes = dict(enumerate(order[:MOST_WORDS]))
        unknown = [word for word in checked.words.stations if name_key(word) not in self.stations]
        self.unknown_stations = dict(enumerate(unknown[:MOST_WORDS]))
        self._add_taxes(restaurant_id)
        self._add_stations()

    def _add_taxes(self, restaurant_id: int) -> None:
        known = [(_both_rates(tax), name) for name, tax in taxes_today(restaurant_id)]
        for number, word in self.taxes.items():
            told = self.meanings.taxes.get(name_key(word), _AS_WRITTEN)
            listed = told in {_AS_WRITTEN, DEFAULT_TAX, *(value for value, _name in known)}
            own = _("– choose –") if word in self.unreadable else _("as it is written")
            self.fields[f"tax_{number}"] = forms.ChoiceField(
                label=gettext("Meaning of the tax %(word)s") % {"word": word},
                required=False,
                choices=[(_AS_WRITTEN, own), (DEFAULT_TAX, _("the restaurant's usual tax")), *known],
                widget=UnfoldAdminSelectWidget,
                initial=told if listed else _AS_WRITTEN,
            )
            self.fields[f"rate_{number}"] = TextField(
                label=gettext("Another rate for %(word)s") % {"word": word},
                required=False,
                max_length=200,
                widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("another rate: 19, or 19 / 7")}),
                initial="" if listed else told,
            )

    def _add_stations(self) -> None:
        known = [(name, name) for name in self.stations.values() if split_stations(name) == [name]]
        for number, word in self.unknown_stations.items():
            new = [(CREATE, gettext("create the station %(word)s") % {"word": word})]
            told = self.meanings.stations.get(name_key(word), IGNORE)
            self.fields[f"station_{number}"] = forms.ChoiceField(
                label=gettext("Meaning of the station %(word)s") % {"word": word},
                required=False,
                choices=[(IGNORE, _("– ignore –")), *(new if len(word) <= LONGEST_STATION else []), *known],
                widget=UnfoldAdminSelectWidget,
                initial=told,
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for number in self.taxes:
            try:
                read_dish_tax(*rates_of(cleaned.get(f"rate_{number}", "")))
            except ValueError as error:
                self.add_error(f"rate_{number}", str(error))
        return cleaned

    @property
    def told(self) -> Meanings:
        """Return the answers of a valid form."""
        given = self.cleaned_data
        taxes = {word: given[f"rate_{number}"] or given[f"tax_{number}"] for number, word in self.taxes.items()}
        stations = {word: given[f"station_{number}"] for number, word in self.unknown_stations.items()}
        return Meanings.of(_answered(taxes), _answered(stations))

    @property
    def changes(self) -> bool:
        """Return whether a valid form says something else than what was told before."""
        return self.told != self.meanings

    @property
    def changes_preview(self) -> bool:
        """Return whether a valid form says something that the preview does not show yet."""
        return self.told.without_ignored != self.meanings.without_ignored

    @property
    def questions(self) -> list[Question]:
        return [*self._tax_questions(), *self._station_questions()]

    @property
    def is_open(self) -> bool:
        """Return whether a word needs an answer."""
        return bool(self.errors) or any(question.open for question in self.questions)

    def _tax_questions(self) -> Iterator[Question]:
        for number, word in self.taxes.items():
            fields = (self[f"tax_{number}"], self[f"rate_{number}"])
            yield Question(word, fields, word in self.unreadable and name_key(word) not in self.meanings.taxes)

    def _station_questions(self) -> Iterator[Question]:
        for number, word in self.unknown_stations.items():
            yield Question(word, (self[f"station_{number}"],), name_key(word) not in self.meanings.stations)


def _both_rates(tax: DishTax) -> str:
    """Return a tax as a meaning that says its rate for take-away, also where it is the same."""
    away = tax.components if tax.take_away is None else tax.take_away
    return f"{write_components(tax.components)} / {write_components(away)}"


def _answered(told: dict[str, str]) -> dict[str, str]:
    return {word: meaning for word, meaning in told.items() if meaning}
