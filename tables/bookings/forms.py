"""Forms of the pages of bookings."""

import re
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from bistro.core.kernel.errors import DomainError
from tables.bookings.placing import MOST_GUESTS, Wish
from tables.bookings.services import Guest
from tables.guests.contacts import phone_of

_LINK = re.compile(r"://|www\.", re.IGNORECASE)


class BookingForm(forms.Form):
    """The typed fields of a booking. `starts` is a time with offset, as the page offers it."""

    size = forms.IntegerField(min_value=1, max_value=MOST_GUESTS)
    starts = forms.CharField(max_length=40)
    table = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    name = forms.CharField(max_length=120)
    phone = forms.CharField(max_length=40, required=False)
    email = forms.EmailField(max_length=254, required=False)
    notes = forms.CharField(max_length=1000, required=False)
    occasion = forms.CharField(max_length=60, required=False)
    force = forms.BooleanField(required=False)

    def clean_starts(self) -> datetime:
        """Return the time in UTC."""
        moment = moment_of(self.cleaned_data["starts"])
        if moment is None:
            raise forms.ValidationError(_("Choose a time."))
        return moment

    @property
    def problem(self) -> str:
        """Return the first refusal in words, with the field where that is not a choice."""
        if "name" in self.errors:
            return _("A booking needs a name.")
        if "starts" in self.errors:
            return _("Choose a time.")
        if "email" in self.errors:
            return _("This is not an e-mail address.")
        return _("Check the number of guests and what you typed.")

    def guest(self) -> Guest:
        """Return the person who books."""
        names = ("name", "phone", "email", "notes", "occasion")
        return Guest(**{name: self.cleaned_data[name] for name in names})

    def wish(self, *, online: bool = False) -> Wish:
        """Return the time, size and table."""
        found: dict[str, Any] = self.cleaned_data
        return Wish(
            starts_at=found["starts"],
            size=found["size"],
            tables=[found["table"]] if found["table"] else (),
            insist=found["force"],
            online=online,
        )

    def changes(self) -> dict[str, Any]:
        """Return the fields of a booking as `change_booking` takes them."""
        found = self.cleaned_data
        fields = {name: found[name] for name in ("phone", "email", "notes", "occasion", "size")}
        tables = {"tables": [found["table"]]} if found["table"] else {}
        return {**fields, **tables, "guest_name": found["name"], "starts_at": found["starts"]}


class OnlineForm(forms.Form):
    """The typed fields of a guest who books online. `website` is hidden from people: programs fill it."""

    name = forms.CharField(max_length=120)
    phone = forms.CharField(max_length=40, required=False)
    email = forms.EmailField(max_length=254, required=False)
    notes = forms.CharField(max_length=1000, required=False)
    occasion = forms.CharField(max_length=60, required=False)
    remember = forms.BooleanField(required=False)
    website = forms.CharField(max_length=0, required=False)

    def clean_name(self) -> str:
        """Return the name. Raises ValidationError if it has a link, which our e-mail would carry to a stranger."""
        name = str(self.cleaned_data["name"])
        if _LINK.search(name):
            raise forms.ValidationError(_("Check what you typed."))
        return name

    def clean_phone(self) -> str:
        """Return the phone number as it was typed. Raises ValidationError if it is none."""
        typed = str(self.cleaned_data["phone"])
        try:
            phone_of(typed)
        except DomainError as refusal:
            raise forms.ValidationError(refusal.message) from None
        return typed

    def clean(self) -> dict[str, Any]:
        """Refuse a booking without any contact."""
        found = super().clean() or {}
        if not found.get("phone") and not found.get("email") and not {"phone", "email"} & set(self.errors):
            raise forms.ValidationError(_("We need a phone number or an e-mail address."))
        return found

    @property
    def problem(self) -> str:
        """Return the first refusal in words."""
        if self.has_error("name", "required"):
            return _("A booking needs a name.")
        if "email" in self.errors:
            return _("This is not an e-mail address.")
        if "website" in self.errors:
            return _("Leave the field “Website” empty.")
        for field in ("phone", "__all__"):
            if field in self.errors:
                return str(self.errors[field][0])
        return _("Check what you typed.")

    def guest(self, language: str) -> Guest:
        """Return the person who books."""
        names = ("name", "phone", "email", "notes", "occasion")
        return Guest(language=language, **{name: self.cleaned_data[name] for name in names})


def moment_of(typed: str) -> datetime | None:
    """Return a time with offset in UTC, None for anything else or a time with which no calendar can compute."""
    try:
        moment = datetime.fromisoformat(typed.replace(" ", "+"))
        return moment.astimezone(UTC) if moment.tzinfo and 1900 < moment.year < 9000 else None
    except (ValueError, OverflowError):
        return None


def day_of(typed: str, otherwise: date) -> date:
    """Return a date such as 2026-11-28, the other one for anything else or a date far away."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return otherwise
    return day if abs((day - otherwise).days) < 2000 else otherwise
