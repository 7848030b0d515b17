"""Forms of the set-up: the owner's login, the restaurant, tax."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from bistro.core.models import Restaurant
from bistro.core.web.form_fields import TextField
from bistro.setup.choices import currencies, locales, timezones, with_present
from menu.taxes import Components, read_components


class AccountForm(forms.Form):
    """A form for the owner's own name, address and password."""

    name = TextField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=128,
        strip=False,
        help_text=_("At least ten characters."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if {"password", "again"} <= said.keys() and said["password"] != said["again"]:
            self.add_error("again", _("The two passwords differ. Type the same password twice."))
        return said


class CopyForm(forms.Form):
    """A form for the name of another house."""

    name = TextField(label=_("Name of the new restaurant"), max_length=120)


class RestaurantForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form for the name, the texts of documents, and what cannot easily change later."""

    currency = forms.ChoiceField(label=_("Currency"), help_text=_("It cannot change while there are dishes."))
    locale = forms.ChoiceField(label=_("Amounts and dates are written as in"))
    timezone = forms.ChoiceField(label=_("Time zone"))
    day_ends_at = forms.TimeField(
        label=_("The business day ends at"),
        help_text=_("Orders before this time count for the day before."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    class Meta:
        model = Restaurant
        fields = (
            "name",
            "legal_name",
            "address",
            "phone",
            "tax_number",
            "language",
            "currency",
            "locale",
            "timezone",
            "day_ends_at",
        )
        field_classes = dict.fromkeys(("name", "legal_name", "address", "phone", "tax_number"), TextField)
        labels = {
            "name": _("Name of the restaurant"),
            "legal_name": _("Name on receipts and invoices"),
            "address": _("Address"),
            "phone": _("Phone"),
            "tax_number": _("Tax number"),
            "language": _("Language of the pages"),
        }
        help_texts = {
            "legal_name": _("Leave it empty if it is the restaurant's name."),
            "address": _("As on a letter, with line breaks."),
            "tax_number": _("VAT, GST or sales tax number, as registered."),
        }
        widgets = {"address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"})}

    documents = ("name", "legal_name", "address", "phone", "tax_number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].required = True
        language = get_language() or "en"
        lists = {"currency": currencies(language), "locale": locales(language), "timezone": timezones()}
        for name, choices in lists.items():
            self.fields[name].choices = with_present(choices, getattr(self.instance, name))  # type: ignore[attr-defined]

    @property
    def document_fields(self) -> list[forms.BoundField]:
        """Return the fields of the first card."""
        return [self[name] for name in self.documents]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """Return the fields of the second card."""
        return [field for field in self if field.name not in self.documents]


# {kind of house: (its name, the fields that it needs)}
TAX_KINDS = {
    "one": (_("One rate for everything"), ("rate",)),
    "away": (_("Another rate for take-away"), ("rate", "take_away")),
    "drinks": (_("Food and drinks differ"), ("rate", "drinks")),
    "both": (_("Take-away and drinks differ"), ("rate", "take_away", "drinks")),
    "none": (_("No tax"), ()),
}


class TaxForm(forms.Form):
    """A form for the rates that a kind of house has; the other fields are left out."""

    tax_mode = forms.ChoiceField(
        label=_("Prices on the menu"),
        choices=[("inclusive", _("contain the tax")), ("added", _("are without tax, which is added"))],
    )
    rate = TextField(label=_("Rate"), max_length=120)
    take_away = TextField(label=_("Rate for take-away"), max_length=120)
    drinks = TextField(label=_("Rate for drinks"), max_length=120)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = TAX_KINDS[kind][1]
        for name in ("rate", "take_away", "drinks"):
            if name not in needed:
                del self.fields[name]
        if "drinks" in self.fields:
            self.fields["rate"].label = _("Rate for food")
        if "rate" in self.fields:
            self.fields["rate"].help_text = _("In percent: 19, or with a name: VAT 19, or several: GST 5 + QST 9.975.")

    def clean_rate(self) -> Components:
        return self._components("rate")

    def clean_take_away(self) -> Components:
        return self._components("take_away")

    def clean_drinks(self) -> Components:
        return self._components("drinks")

    def _components(self, name: str) -> Components:
        try:
            return read_components(self.cleaned_data[name])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None
