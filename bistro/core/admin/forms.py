"""Forms of the admin, with rows of one restaurant, refusals beside their fields and all constraints checked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator, MaxValueValidator
from django.db.models import Q
from django.forms.models import ModelMultipleChoiceField
from django.utils.translation import gettext_lazy

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.money import AMOUNT, digits, exact, unit
from bistro.core.models import Restaurant
from bistro.core.writing.steps import settle_names

MOST_SMALL, MOST_INTEGER = 2**15 - 1, 2**31 - 1
NAME_TAKEN = gettext_lazy("This name is already in use.")


def _checked_later(exclude: Any = None) -> None:
    """Replace a row's own check of constraints while its form is cleaned."""


class AmountField(forms.DecimalField):
    """A field of an amount of money, with as many decimals as the currency has."""

    currency = ""

    def use(self, currency: str) -> None:
        """Take the decimals of a currency."""
        self.currency, self.decimal_places = currency, digits(currency)
        self.max_digits = AMOUNT["max_digits"] - AMOUNT["decimal_places"] + self.decimal_places
        kept = [each for each in self.validators if not isinstance(each, DecimalValidator)]
        self.validators = [*kept, DecimalValidator(self.max_digits, self.decimal_places)]
        self.widget.attrs["step"] = str(unit(currency))


class TenantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form for a row of the acting manager's restaurant.

    The admin sets `actor`, `refusal` and `check_race` on the class that it makes for each request. Constraints are
    checked with every column of the row, including those not in the form, so that a duplicate name is a message and
    not a 500.
    """

    actor: ClassVar[Actor | None] = None
    refusal: ClassVar[DomainError | None] = None
    check_race: ClassVar[Callable[[forms.ModelForm[Any]], None] | None] = None  # see bistro.core.admin.races
    _house: ClassVar[Restaurant | None]
    # {constraint: (field or None, message)}
    constraint_words: ClassVar[dict[str, tuple[str | None, Any]]] = {}
    # Constraints that the save itself satisfies, e.g. "only one default" by clearing the old default.
    settled_constraints: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField):
                self._leave_out_archived(name, field)
            elif isinstance(field, AmountField):
                self._use_currency(name, field)
            elif isinstance(field, forms.IntegerField):
                self._fit_postgresql(name, field)

    @classmethod
    def house(cls) -> Restaurant | None:
        """Return the restaurant, read once for all rows of a page.

        The admin makes a form class for each request.
        """
        if "_house" not in cls.__dict__:
            cls._house = restaurant_of(cls.actor) if cls.actor else None
        return cls._house

    @classmethod
    def currency(cls) -> str:
        """Return the restaurant's currency."""
        house = cls.house()
        return house.currency if house else ""

    def _use_currency(self, name: str, field: AmountField) -> None:
        field.use(self.currency())
        now = self.initial.get(name)
        if isinstance(now, Decimal):
            self.initial[name] = exact(now, self.currency())

    def prepare(self) -> None:
        """Fill columns that the form does not ask for, before the constraints are checked."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is not None:
            self._say(self.refusal)
        return cleaned

    def _post_clean(self) -> None:
        fields = {field.name for field in self.instance._meta.concrete_fields}
        if "restaurant" in fields and self.actor is not None and self.instance.restaurant_id is None:
            self.instance.restaurant_id = self.actor.restaurant_id
        # Django would check only constraints on the form's own fields, so its check is replaced by the one below.
        self.instance.validate_constraints = _checked_later
        super()._post_clean()  # type: ignore[misc]
        del self.instance.validate_constraints
        self._check_constraints()
        check: Any = self.check_race
        if check is not None:
            check(self)

    def _check_constraints(self) -> None:
        self.prepare()
        settle_names(self.instance)
        for model, constraints in self.instance.get_constraints():
            for constraint in constraints:
                if constraint.name in self.settled_constraints:
                    continue
                try:
                    constraint.validate(model, self.instance, exclude=set(self.errors))
                except ValidationError as error:
                    self.add_error(*self._words(constraint.name, error))

    def _words(self, name: str, error: ValidationError) -> tuple[str | None, Any]:
        if name in self.constraint_words:
            field, message = self.constraint_words[name]
            return (field if field in self.fields else None), message
        if name.endswith("_name_once"):
            return ("name" if "name" in self.fields else None), NAME_TAKEN
        return None, error.messages

    def _say(self, refusal: DomainError) -> None:
        """Add a service's refusal to the form and to the fields that it names."""
        placed = {name: messages for name, messages in refusal.fields.items() if name in self.fields}
        for name, messages in placed.items():
            self.add_error(name, messages)
        self.add_error(None, refusal.message)

    def _fit_postgresql(self, name: str, field: forms.IntegerField) -> None:
        """Limit integers to PostgreSQL's range.

        SQLite accepts larger ones, which could never be moved to PostgreSQL.
        """
        column = next((f for f in self.instance._meta.concrete_fields if f.name == name), None)
        small = column is not None and "Small" in column.get_internal_type()
        field.validators.append(MaxValueValidator(MOST_SMALL if small else MOST_INTEGER))

    def _leave_out_archived(self, name: str, field: forms.ModelChoiceField[Any]) -> None:
        """Offer no archived rows, except those chosen before."""
        queryset = field.queryset
        if queryset is None or not any(f.name == "archived_at" for f in queryset.model._meta.concrete_fields):
            return
        now = self.initial.get(name)
        if isinstance(field, ModelMultipleChoiceField):
            kept = [getattr(row, "pk", row) for row in now or []]
        else:
            kept = [] if now is None else [getattr(now, "pk", now)]
        field.queryset = queryset.filter(Q(archived_at=None) | Q(pk__in=kept))
