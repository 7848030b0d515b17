"""Forms of the opening hours: the services of a week, and days that are different."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.opening_times import Service, overlap
from bistro.core.models.hours import LONGEST_REASON
from bistro.core.web.form_fields import TextField

WEEKDAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
MOST_SERVICES, USUAL_SERVICES = 4, 2  # of a day: as many as there can be, and as many as an empty form shows
MIDNIGHT = time(0)


def _time_field(**more: Any) -> forms.TimeField:
    return forms.TimeField(
        required=False, widget=forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M"), **more
    )


class HoursForm(forms.Form):
    """A form with the services of each weekday. A service that closes at or before its begin ends on the next day."""

    def __init__(self, *args: Any, services: list[Service] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: dict[int, list[Service]] = {}
        for service in sorted(services or []):
            known.setdefault(service.weekday, []).append(service)
        for weekday in range(7):
            of_day = known.get(weekday, [])
            for number in range(MOST_SERVICES):
                present = of_day[number] if number < len(of_day) else None
                self.fields[f"opens_{weekday}_{number}"] = _time_field(initial=present and present.opens)
                self.fields[f"closes_{weekday}_{number}"] = _time_field(initial=present and present.closes)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        places = {}
        for weekday in range(7):
            for number in range(MOST_SERVICES):
                opens, closes = said.get(f"opens_{weekday}_{number}"), said.get(f"closes_{weekday}_{number}")
                if self._whole(weekday, number, opens, closes):
                    assert opens is not None
                    assert closes is not None
                    places[Service(weekday, opens, closes)] = f"opens_{weekday}_{number}"
        if not self.errors and (both := overlap(places)) is not None:
            words = _("It overlaps with another service: %(day)s, %(from)s to %(until)s.")
            first = {"day": WEEKDAYS[both[0].weekday], "from": _clock(both[0].opens), "until": _clock(both[0].closes)}
            self.add_error(places[both[1]], words % first)
        said["services"] = list(places)
        return said

    def _whole(self, weekday: int, number: int, opens: time | None, closes: time | None) -> bool:
        """Return whether the service has both times, and say what is wrong with it."""
        names = f"opens_{weekday}_{number}", f"closes_{weekday}_{number}"
        if any(name in self.errors for name in names) or (opens is None and closes is None):
            return False
        if opens is None or closes is None:
            self.add_error(names[0] if opens is None else names[1], _("Give both times, or none."))
        elif opens == closes != MIDNIGHT:
            self.add_error(names[1], _("It opens and closes at the same time. A whole day is 00:00 to 00:00."))
        return not any(name in self.errors for name in names)

    @property
    def days(self) -> list[dict[str, Any]]:
        """Return the weekdays with the fields of the services that are shown: the filled ones and an empty one."""
        return [{"name": name, "services": self._shown(weekday)} for weekday, name in enumerate(WEEKDAYS)]

    def _shown(self, weekday: int) -> list[dict[str, Any]]:
        pairs = [
            {"opens": self[f"opens_{weekday}_{number}"], "closes": self[f"closes_{weekday}_{number}"]}
            for number in range(MOST_SERVICES)
        ]
        filled = max((place for place, pair in enumerate(pairs) if _value(pair)), default=-1) + 1
        return pairs[: max(USUAL_SERVICES, min(filled + 1, MOST_SERVICES))]


def copy_first_day(typed: Mapping[str, Any]) -> tuple[dict[str, Any], int | None, list[int]]:
    """Copy the services of the first filled day to the empty days after it.

    Returns what the form then holds, that day (None if every day is empty), and the days that got its services.
    """
    copied = dict(typed.items())  # the last value of each field
    keys = [f"{what}_{{}}_{number}" for what in ("opens", "closes") for number in range(MOST_SERVICES)]
    filled = [day for day in range(7) if any(typed.get(key.format(day)) for key in keys)]
    first = min(filled, default=None)
    empty = [day for day in range(7) if first is not None and day > first and day not in filled]
    for day in empty:
        for key in keys:
            copied[key.format(day)] = typed.get(key.format(first), "")
    return copied, first, empty


def _value(pair: dict[str, forms.BoundField]) -> bool:
    return any(field.value() not in (None, "") for field in pair.values())


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"


class ExceptionForm(forms.Form):
    """A form for a service on a date, or for a day on which the house is closed."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    opens = _time_field(label=_("Opens"), help_text=_("Leave both times empty for a day on which you are closed."))
    closes = _time_field(label=_("Closes"))
    reason = TextField(label=_("Reason, for example Christmas"), max_length=LONGEST_REASON, required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < self.today:
            raise forms.ValidationError(_("This day is past."))
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        opens, closes = said.get("opens"), said.get("closes")
        if not {"opens", "closes"} & set(self.errors):
            if (opens is None) != (closes is None):
                self.add_error("opens" if opens is None else "closes", _("Give both times, or none."))
            elif opens is not None and opens == closes != MIDNIGHT:
                self.add_error("closes", _("It opens and closes at the same time. A whole day is 00:00 to 00:00."))
        return said
