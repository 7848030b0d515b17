"""Forms of the set-up: stations, routes of categories, tables, invitations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Role
from bistro.core.kernel.texts import clean_text
from bistro.core.models.people import ROLE_CHOICES
from bistro.core.web.form_fields import TextField
from kitchen.models import Station
from menu.models import Category, Item

LONGEST_NAME, MOST_AT_ONCE = 60, 30
MOST_TABLES, MOST_SEATS, LAST_NUMBER = 200, 50, 9999


class StationsForm(forms.Form):
    """A form for the names of new stations."""

    names = forms.CharField(
        label=_("New stations, one on a line"),
        max_length=MOST_AT_ONCE * (LONGEST_NAME + 2),
        help_text=_("For example Kitchen and Bar, or Grill, Cold kitchen and Bar."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_names(self) -> list[str]:
        names = [name for name in map(clean_text, self.cleaned_data["names"].splitlines()) if name]
        if len({name.casefold() for name in names}) < len(names):
            raise forms.ValidationError(_("A name is there twice."))
        if not names or len(names) > MOST_AT_ONCE or any(len(name) > LONGEST_NAME for name in names):
            words = _("1 to %(most)s names of at most %(longest)s characters, one on a line.")
            raise forms.ValidationError(words % {"most": MOST_AT_ONCE, "longest": LONGEST_NAME})
        return names


class RoutesForm(forms.Form):
    """A form with the station of each category. A category with several stations is left to the admin.

    Without a route of the category, the station of all its dishes is chosen at first, or else the one that takes the
    rest. It is written as a route: the kitchen warns of dishes without one.
    """

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stations = list(Station.objects.visible_to(actor).not_archived())
        first = next((str(row.pk) for row in stations if row.is_catch_all), "")
        words = _("%(station)s (takes the rest)")
        names = {str(row.pk): words % {"station": row.name} if row.is_catch_all else row.name for row in stations}
        choices = sorted(names.items(), key=lambda choice: choice[0] != first)
        self.elsewhere: list[str] = []
        of_dishes = _stations_of_dishes(actor)
        for category in Category.objects.visible_to(actor).not_archived().prefetch_related("routes"):
            present = [str(route.station_id) for route in category.routes.all()]
            if len(present) > 1 or not names.keys() >= set(present):
                self.elsewhere.append(category.name)
                continue
            usual = present[0] if present else of_dishes.get(category.pk, first)
            self.fields[f"category_{category.pk}"] = forms.ChoiceField(
                label=category.name, choices=choices, required=False, initial=usual
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        routes = {int(name.removeprefix("category_")): int(pk) if pk else None for name, pk in said.items()}
        return {"routes": routes}


def _stations_of_dishes(actor: Actor) -> dict[int, str]:
    """Return {category: the only station of each of its dishes}, for a menu whose file named stations."""
    named: dict[int, set[int | None]] = {}
    dishes = Item.objects.visible_to(actor).not_archived()
    for category_id, station_id in dishes.values_list("category_id", "routes__station_id"):
        named.setdefault(category_id, set()).add(station_id)
    only = {category_id: one for category_id, (one, *others) in named.items() if not others}
    return {category_id: str(station_id) for category_id, station_id in only.items() if station_id is not None}


class TablesForm(forms.Form):
    """A form for tables in rows: a section, how many, their seats and their numbers."""

    section = TextField(label=_("Section"), max_length=60, help_text=_("For example Room, Terrace or Bar."))
    count = forms.IntegerField(label=_("Number of tables"), min_value=1, max_value=MOST_TABLES)
    seats = forms.IntegerField(label=_("Seats at each"), min_value=1, max_value=MOST_SEATS)
    word = TextField(label=_("Word before the number"), max_length=30, required=False, help_text=_("It may be empty."))
    first = forms.IntegerField(label=_("First number"), min_value=0, max_value=LAST_NUMBER)


class InvitationForm(forms.Form):
    """A form for the recipient and the role of an invitation."""

    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("Only this address can use the invitation. Empty: anyone with the link."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=ROLE_CHOICES, initial=Role.WAITER.value)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if Role.OWNER not in actor.roles:
            self.fields["role"].choices = [  # type: ignore[attr-defined]
                choice for choice in ROLE_CHOICES if choice[0] != Role.OWNER
            ]
