"""The kinds of bulk changes: what is read, computed, written and shown. Higher apps add theirs (`BULK_CHANGES`).

A value is in JSON types: the text of a price, the id of a category, a list of ids of stations.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.money import display, fits, text, to_step
from bistro.core.models import Restaurant
from bistro.core.writing.bulk_history import update_with_history
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.models import Category, Item

Value = Any  # in JSON types
Said = Mapping[str, Any]  # the cleaned fields of the form


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of bulk change. `needs` are the fields that a person must fill in."""

    key: str
    title: Any
    needs: tuple[str, ...]
    fields: Callable[[Actor, Restaurant], dict[str, forms.Field]]
    present: Callable[[Sequence[Item], Restaurant], dict[int, Value]]
    wanted: Callable[[Sequence[Item], Said, Restaurant], dict[int, Value]]
    usable: Callable[[Restaurant], Callable[[Value], bool]]  # whether an undo can restore a value
    words: Callable[[Restaurant], Callable[[Value], str]]
    write: Callable[[Mapping[Item, Value], UnitOfWork], None]


@cache
def kinds() -> dict[str, Kind]:
    """Return the kinds by their keys, in the order of the wiring."""
    return {kind.key: kind for kind in (hook(path)() for path in settings.BULK_CHANGES)}


def kind_of(key: str) -> Kind:
    """Return a kind. Raises InvalidInput for an unknown key."""
    if key not in kinds():
        raise InvalidInput(gettext("There is no such change."), fields={"what": [gettext("Unknown.")]})
    return kinds()[key]


# --- prices ---------------------------------------------------------------------------------------------------
STEPS = {"0.05": ("0.05", "0"), "0.10": ("0.10", "0"), "0.50": ("0.50", "0"), "1": ("1", "0"), ".90": ("1", "0.90")}
STEP_WORDS = {"": _("not rounded further"), "1": _("to whole amounts"), ".90": _("to the nearest amount ending in .90")}
MOST_PERCENT = 1000


def prices() -> Kind:
    """Return the kind that raises or lowers prices by percent."""
    return Kind(
        key="prices",
        title=_("Prices by percent"),
        needs=("percent",),
        fields=_price_fields,
        present=lambda items, house: {item.pk: text(item.price, house.currency) for item in items},
        wanted=_new_prices,
        usable=lambda _house: lambda _value: True,
        words=lambda house: lambda value: display(Decimal(value), house.currency, house.locale),
        write=lambda values, work: _write({item: ("price", Decimal(value)) for item, value in values.items()}, work),
    )


def _price_fields(_actor: Actor, house: Restaurant) -> dict[str, forms.Field]:
    offered = [key for key, parts in STEPS.items() if all(fits(Decimal(part), house.currency) for part in parts)]
    choices = [(key, STEP_WORDS.get(key) or _("to %(step)s") % {"step": key}) for key in ("", *offered)]
    return {
        "percent": forms.DecimalField(
            label=_("Percent"),
            required=False,
            min_value=Decimal(-99),
            max_value=MOST_PERCENT,
            max_digits=6,
            decimal_places=2,
            widget=UnfoldAdminDecimalFieldWidget,
            help_text=_("5 raises by 5 %, −5 lowers. Prices of 0 and prices of choices stay."),
        ),
        "rounding": forms.ChoiceField(
            label=_("Rounded"), required=False, choices=choices, widget=UnfoldAdminSelectWidget
        ),
    }


def _new_prices(items: Sequence[Item], said: Said, house: Restaurant) -> dict[int, Value]:
    factor = 1 + Decimal(said["percent"]) / 100
    step, ending = (Decimal(part) for part in STEPS.get(said["rounding"], ("0", "0")))
    return {
        item.pk: text(to_step(item.price * factor, house.currency, step, ending) if item.price else item.price,
                      house.currency)
        for item in items
    }  # fmt: skip


# --- categories -----------------------------------------------------------------------------------------------
def categories() -> Kind:
    """Return the kind that moves dishes to another category."""
    return Kind(
        key="categories",
        title=_("Category"),
        needs=("category",),
        fields=_category_fields,
        present=lambda items, _house: {item.pk: item.category_id for item in items},
        wanted=lambda items, said, _house: {item.pk: said["category"].pk for item in items},
        usable=lambda house: set(_categories(house).not_archived().values_list("pk", flat=True)).__contains__,
        words=_category_words,
        write=lambda values, work: _write({item: ("category_id", value) for item, value in values.items()}, work),
    )


def _categories(house: Restaurant) -> Any:
    return Category.objects.of_restaurant(house.pk)


def _category_fields(actor: Actor, _house: Restaurant) -> dict[str, forms.Field]:
    field = forms.ModelChoiceField(
        Category.objects.visible_to(actor).not_archived(),
        label=_("New category"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    return {"category": field}


def _category_words(house: Restaurant) -> Callable[[Value], str]:
    names = dict(_categories(house).values_list("pk", "name"))
    return lambda value: str(names.get(value, "–"))


def _write(values: Mapping[Item, tuple[str, Any]], work: UnitOfWork) -> None:
    """Set one column of locked dishes, with their history."""
    changed: dict[Any, set[str]] = {}
    for item, (column, value) in values.items():
        setattr(item, column, value)
        changed[item] = {column.removesuffix("_id")}
    update_with_history(changed, work)
