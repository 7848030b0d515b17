"""The page “Pair a screen”, on which a manager types the code that a screen shows."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from bistro.core.admin.base import SAFE_METHODS, TenantAdmin, manager_of
from bistro.core.admin.pages import form_page
from bistro.core.auth.rate_limits import limited_codes
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.models import Device
from bistro.core.web.addresses import full_address, only_here
from bistro.core.web.confirm_views import confirmed_in_admin
from bistro.core.web.form_fields import TextField
from bistro.core.web.pages import next_page, with_status
from kitchen.models import Station
from kitchen.services import pairing as pairing_services
from tables.models import Table

# The fields of a new device, each with the Alpine expression under which the page shows it (as Unfold's own fields).
SHOWN_WHEN = {
    "kind": "device === ''",
    "name": "device === ''",
    "stations": "device === '' && kind === 'kitchen'",
    "table": "device === '' && kind === 'pad'",
}


class PairForm(forms.Form):
    """Form for a code and its device: a known one, or a new one with its place."""

    code = forms.CharField(
        max_length=20,
        label=_("Code on the screen"),
        help_text=_("Six letters and digits. Only pair a screen in front of you."),
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false"}),
    )
    device: forms.ModelChoiceField[Device] = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label=_("Device"),
        empty_label=_("New device"),
        help_text=_("An existing device keeps its place. Its old token ends when this screen takes over."),
        widget=UnfoldAdminSelectWidget(attrs={"x-model": "device"}),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in (Device.Kind.KITCHEN, Device.Kind.PAD, Device.Kind.TABLET)],
        required=False,
        widget=UnfoldAdminSelectWidget(attrs={"x-model": "kind"}),
    )
    name = TextField(label=_("Name"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget)
    stations: forms.ModelMultipleChoiceField[Station] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Stations"),
        help_text=_("Choose none for all stations."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    table: forms.ModelChoiceField[Table] = forms.ModelChoiceField(
        queryset=None, required=False, label=_("Table"), widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        screens = Device.objects.visible_to(actor).exclude(kind=Device.Kind.INTEGRATION).order_by("kind", "name")
        self._choose_from("device", screens)
        self._choose_from("stations", Station.objects.visible_to(actor).not_archived())
        self._choose_from("table", Table.objects.visible_to(actor).not_archived())
        for name, condition in SHOWN_WHEN.items():
            self.fields[name].shown_when = condition  # type: ignore[attr-defined]

    def _choose_from(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("device") is None and "device" not in self.errors:
            if not cleaned.get("name"):
                self.add_error("name", _("A new device needs a name."))
            if not cleaned.get("kind"):
                self.add_error("kind", _("Choose a kind."))
            if cleaned.get("kind") == Device.Kind.PAD and not cleaned.get("table"):
                self.add_error("table", _("Choose this pad's table."))
        return cleaned

    @property
    def state(self) -> str:
        """Return the start state for Alpine: only values that the page itself offers."""
        device, kind = str(self["device"].value() or ""), str(self["kind"].value() or Device.Kind.KITCHEN)
        known = kind if kind in Device.Kind.values else Device.Kind.KITCHEN.value
        return json.dumps({"device": device if whole_number(device) is not None else "", "kind": known})


class PairsScreens(TenantAdmin):
    """The page “Pair a screen” beside the list of devices."""

    actions_list = ("pair",)

    @action(description=_("Pair a screen"), icon="tv_signin", url_path="pair", permissions=["run"])
    @confirmed_in_admin
    def pair(self, request: HttpRequest) -> HttpResponse:
        actor = manager_of(request)
        if request.method in SAFE_METHODS:
            return self._pair_page(request, PairForm(actor=actor, initial={"code": request.GET.get("code", "")[:20]}))
        form = PairForm(request.POST, actor=actor)
        if not form.is_valid():
            return self._pair_page(request, form, status=422)
        try:
            device = _pair(form.cleaned_data, actor)
        except DomainError as error:
            for name, said in error.fields.items():
                form.add_error(name if name in form.fields else None, said)
            form.add_error(None, error.message)
            return with_status(self._pair_page(request, form), error)
        self.message_user(
            request, _("%(device)s is paired. The screen continues within a few seconds.") % {"device": device}
        )
        return redirect(next_page(request, self.url_of("changelist")))

    def _pair_page(self, request: HttpRequest, form: PairForm, status: int = 200) -> HttpResponse:
        address = full_address(request, reverse("device-setup"))
        shown: dict[str, Any] = {"address": address, "only_here": only_here(address), "form": form}
        back = next_page(request, self.url_of("changelist"))
        page = form_page(self, request, title=_("Pair a screen"), template="admin/pair_screen.html", back=back, **shown)
        page.status_code = status
        return page


def _pair(said: dict[str, Any], actor: Actor) -> Device:
    """Call the service. Wrong codes are limited to a few a minute."""
    with limited_codes(actor.credential, "claim"):
        if said["device"] is not None:
            return pairing_services.pair_device(code=said["code"], device_id=said["device"].pk, actor=actor)
        return pairing_services.pair_new_device(
            code=said["code"],
            kind=said["kind"],
            name=said["name"],
            station_ids=[station.pk for station in said["stations"]],
            table_id=said["table"].pk if said["table"] else None,
            actor=actor,
        )
