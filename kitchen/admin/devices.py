"""Admin of devices: table pads, kitchen screens, shared tablets, integrations. All changes go through services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import naturaltime
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from bistro.core.admin.base import SAFE_METHODS, manager_of
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.pages import form_page
from bistro.core.admin.services import ServiceAdmin
from bistro.core.models import Device
from bistro.core.services import devices as device_services
from bistro.core.services import heartbeats as heartbeat_services
from bistro.core.web.addresses import full_address, only_here
from bistro.core.web.confirm_views import confirmed_in_admin
from bistro.core.web.qr import qr_of
from kitchen.admin.pairing import PairsScreens
from kitchen.models import Station
from kitchen.services import stations as station_services
from tables import services as table_services
from tables.models import Table

ROTATION = _(
    "A device replaces its own token from time to time (POST /api/v1/devices/rotate). The old token works until the "
    "new one is used. To replace a token here, make an enrolment code: the old token ends when the code is used."
)


class DeviceForm(TenantForm):
    """Form for a device's place; the page shows only the place of its kind."""

    table: forms.ModelChoiceField[Table] = forms.ModelChoiceField(
        queryset=None, required=False, label=_("Table"), widget=UnfoldAdminSelectWidget
    )
    stations: forms.ModelMultipleChoiceField[Station] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Stations"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Choose none for all stations."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        device = self.instance
        if "table" in self.fields:
            self.fields["table"].queryset = Table.objects.visible_to(self.actor).not_archived()  # type: ignore[attr-defined]
            self.initial["table"] = device.pad.table_id if device.pk and hasattr(device, "pad") else None
        if "stations" in self.fields:
            rows = Station.objects.visible_to(self.actor).not_archived()
            self.fields["stations"].queryset = rows  # type: ignore[attr-defined]
            self.initial["stations"] = list(device.screen.stations.all()) if hasattr(device, "screen") else []

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind", self.instance.kind)
        if kind == Device.Kind.PAD and "table" in self.fields and not cleaned.get("table"):
            self.add_error("table", _("Choose this pad's table."))
        return cleaned


@admin.register(Device)
class DeviceAdmin(PairsScreens, ServiceAdmin):
    """Admin of devices. A revoked one stays listed: the log names it, and a new code brings it back."""

    form = add_form = DeviceForm
    may_delete = False
    list_display = ("name", "kind", "place", "state", "seen", "charge", "firmware")
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter), ("locked_at", admin.EmptyFieldListFilter))
    list_select_related = ("pad__table", "screen")
    ordering = ("kind", "pad__table__position", "name", "pk")
    search_fields = ("name", "pad__table__name")
    actions = ("unlock_chosen", "revoke_chosen")
    actions_row = actions_detail = ("enrol", "unlock", "revoke")
    # The page of an existing device has no field `kind`, and only the places of its own kind.
    conditional_fields = {
        "table": "typeof kind === 'undefined' || kind == 'pad'",
        "stations": "typeof kind === 'undefined' || kind == 'kitchen'",
    }
    readonly_fields = ("name", "kind", "state_words", "seen", "charge", "firmware")
    add_view = confirmed_in_admin(ServiceAdmin.add_view)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("screen__stations")

    def has_change_permission(self, request: HttpRequest, obj: Device | None = None) -> bool:
        """Refuse changes of integrations and shared tablets, which have no place."""
        placed = obj is None or obj.kind in (Device.Kind.PAD, Device.Kind.KITCHEN)
        return super().has_change_permission(request, obj) and placed

    def get_readonly_fields(self, request: HttpRequest, obj: Device | None = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Device | None = None) -> Any:
        if obj is None:
            return ((None, {"fields": ("kind", "name", "table", "stations")}),)
        place = {Device.Kind.PAD: ("table",), Device.Kind.KITCHEN: ("stations",)}.get(Device.Kind(obj.kind), ())
        fields = (("name", "kind"), *place, ("state_words", "seen"), ("charge", "firmware"))
        return ((None, {"fields": fields}), (_("Token"), {"fields": (), "description": ROTATION}))

    # --- the kind of a device --------------------------------------------------------------------------------------
    def add_by_service(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        device = device_services.create_device(kind=data["kind"], name=data["name"], actor=manager_of(request))
        self._place(request, device, data)
        return self._code_page(request, device)

    def change_by_service(self, request: HttpRequest, obj: Device, data: dict[str, Any]) -> HttpResponse:
        self._place(request, obj, data)
        self.message_user(request, _("%(device)s was saved.") % {"device": obj}, messages.SUCCESS)
        return self.back_to_list()

    def _place(self, request: HttpRequest, device: Device, data: dict[str, Any]) -> None:
        actor = manager_of(request)
        if device.kind == Device.Kind.PAD:
            table_services.place_pad(device_id=device.pk, table_id=data["table"].pk, actor=actor)
        elif device.kind == Device.Kind.KITCHEN:
            chosen = [station.pk for station in data["stations"]]
            station_services.place_screen(device_id=device.pk, station_ids=chosen, actor=actor)

    @action(description=_("Make enrolment code"), icon="key", url_path="enrol", permissions=["run"])
    @confirmed_in_admin
    def enrol(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Create a one-time code, after a confirmation: opening the page must not invalidate a code in use."""
        device = self._own(request, object_id)
        if request.method not in SAFE_METHODS:
            return self._code_page(request, device)
        text = _("Earlier codes for this device stop working now. Its token ends when the new code is used.")
        return form_page(
            self,
            request,
            title=_("Enrolment code for %(device)s") % {"device": device},
            text=text,
            button=_("Make a code"),
        )

    @action(description=_("Unlock"), icon="lock_open", url_path="unlock", permissions=["run"])
    def unlock(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Unlock a device, after a confirmation that shows why it was locked."""
        device = self._own(request, object_id)
        if request.method not in SAFE_METHODS:
            heartbeat_services.unlock_device(device_id=device.pk, actor=manager_of(request))
            self.message_user(request, _("%(device)s is unlocked.") % {"device": device}, messages.SUCCESS)
            return self.back_to_list()
        why = _("Locked: %(reason)s.") if device.locked_at else _("This device is not locked.")
        check = _("Check the device first. Unlocking accepts the software that it reports.")
        text = f"{why % {'reason': device.get_lock_reason_display()}} {check}"
        return form_page(
            self, request, title=_("Unlock %(device)s") % {"device": device}, text=text, button=_("Unlock")
        )

    @admin.action(description=_("Unlock"), permissions=["run"])
    def unlock_chosen(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        actor = manager_of(request)
        unlock = heartbeat_services.unlock_device
        self.run_each(request, queryset, lambda d: unlock(device_id=d.pk, actor=actor), _("unlocked"))

    @action(description=_("Revoke"), icon="block", url_path="revoke", permissions=["run"])
    @confirmed_in_admin
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        device = self._own(request, object_id)
        if request.method not in SAFE_METHODS:
            device_services.revoke(device_id=device.pk, actor=manager_of(request))
            self.message_user(request, _("%(device)s is revoked.") % {"device": device}, messages.SUCCESS)
            return self.back_to_list()
        text = _("Its token ends at once, its screen within five seconds. A new enrolment code brings the device back.")
        return form_page(
            self, request, title=_("Revoke %(device)s") % {"device": device}, text=text, button=_("Revoke")
        )

    @admin.action(description=_("Revoke"), permissions=["run"])
    @confirmed_in_admin
    def revoke_chosen(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        actor = manager_of(request)
        self.run_each(request, queryset, lambda d: device_services.revoke(device_id=d.pk, actor=actor), _("revoked"))

    def _own(self, request: HttpRequest, object_id: str) -> Device:
        device: Device | None = self.get_object(request, object_id)
        if device is None:
            raise Http404("There is no such device.")
        return device

    def _code_page(self, request: HttpRequest, device: Device) -> HttpResponse:
        """Show the code, once: only its digest is stored."""
        code = device_services.make_enrolment_code(device_id=device.pk, actor=manager_of(request))
        address = full_address(request, reverse("device-setup"))
        minutes = int(device_services.CODE_LIFETIME.total_seconds() // 60)
        return form_page(
            self,
            request,
            title=_("Enrolment code for %(device)s") % {"device": device},
            template="admin/device_code.html",
            code=code,
            address=address,
            only_here=only_here(address),
            minutes=minutes,
            qr=qr_of(address),
        )

    # --- columns of the list ----------------------------------------------------------------------------------
    @admin.display(description=_("Place"))
    def place(self, device: Device) -> str:
        if device.kind == Device.Kind.PAD:
            return str(device.pad.table) if hasattr(device, "pad") else gettext("no table yet")
        if device.kind == Device.Kind.KITCHEN:
            stations = device.screen.stations.all() if hasattr(device, "screen") else []
            return ", ".join(station.name for station in stations) or gettext("all stations")
        return ""

    @display(
        description=_("State"),
        label={"enrolled": "success", "waiting": "warning", "locked": "danger", "revoked": "danger"},
    )
    def state(self, device: Device) -> tuple[str, str]:
        return _state(device)

    @admin.display(description=_("State"))
    def state_words(self, device: Device) -> str:
        return _state(device)[1]

    @admin.display(description=_("Battery"), ordering="battery")
    def charge(self, device: Device) -> str:
        return "" if device.battery is None else f"{device.battery} %"

    @admin.display(description=_("Last seen"), ordering="last_seen_at")
    def seen(self, device: Device) -> str:
        return naturaltime(device.last_seen_at) if device.last_seen_at else gettext("never")


def _state(device: Device) -> tuple[str, str]:
    """Return the state of a device as a key of its colour, and in words."""
    if device.revoked_at:
        return "revoked", gettext("revoked")
    if device.locked_at:
        return "locked", gettext("locked")
    return ("enrolled", gettext("enrolled")) if device.token_hash else ("waiting", gettext("waits for its code"))
