"""Pages of the set-up: staff, devices, printers."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.mailing import mail_leaves
from bistro.core.kernel.names import natural_sort_key
from bistro.core.kernel.roles import Permission
from bistro.core.models import Device, Invitation, Membership
from bistro.core.services.restaurants import invite
from bistro.core.web.addresses import full_address, messages_lead_here, only_here
from bistro.core.web.confirm_views import confirmed
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from bistro.setup.step_pages import INVALID, focus_error, say, step_page
from bistro.setup.trade_forms import InvitationForm
from kitchen.models import Station
from kitchen.printing.models import Printer


@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
@confirmed
def staff(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show who works here, and make an invitation, whose link is shown once."""
    if request.method == "GET":
        return step_page(request, actor, "staff", form=InvitationForm(actor=actor), **_people(actor))
    form, by_mail = InvitationForm(request.POST, actor=actor), "by_mail" in request.POST and mail_leaves()
    if not form.is_valid():
        focus_error(form)
        return step_page(request, actor, "staff", status=INVALID, form=form, **_people(actor))
    try:
        token = invite(**form.cleaned_data, by_mail=by_mail, actor=actor)
    except DomainError as refusal:
        say(form, refusal)
        return with_status(step_page(request, actor, "staff", form=form, **_people(actor)), refusal)
    link = full_address(request, reverse("invitation", args=[token]))
    again = InvitationForm(actor=actor)
    made: dict[str, Any] = {
        "link": link,
        "only_here": only_here(link),
        "invited": form.cleaned_data,
        "by_mail": by_mail,
    }
    return step_page(request, actor, "staff", form=again, **made, **_people(actor))


def _people(actor: Actor) -> dict[str, Any]:
    open_ones = Invitation.objects.visible_to(actor).filter(used_at=None, expires_at__gt=timezone.now())
    return {
        "members": Membership.objects.visible_to(actor).active().select_related("staff", "pin"),
        "invitations": open_ones.order_by("-created_at"),
        "mail_leaves": mail_leaves(),
        "messages_lead_here": messages_lead_here(),
        "public_url": settings.PUBLIC_URL,
    }


@require_GET
@page_requires(Permission.MANAGE)
def devices(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the devices, and how a screen becomes one."""
    rows = Device.objects.visible_to(actor).exclude(kind=Device.Kind.INTEGRATION).filter(revoked_at=None)
    address = full_address(request, reverse("device-setup"))
    page: dict[str, Any] = {
        "devices": sorted(rows, key=lambda row: (row.kind, natural_sort_key(row.name))),
        "address": address,
        "only_here": only_here(address),
    }
    return step_page(request, actor, "devices", **page)


@require_GET
@page_requires(Permission.MANAGE)
def printers(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the printers, and where to add one."""
    has_station = Station.objects.visible_to(actor).not_archived().exists()
    rows = Printer.objects.visible_to(actor).select_related("station")
    return step_page(request, actor, "printers", printers=rows, has_station=has_station)
