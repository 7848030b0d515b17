"""The links of the house: the page on which guests book, with its QR code, and the calendar."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest
from bistro.core.web.qr import qr_of
from tables.bookings import services
from tables.bookings.representations import house_links
from tables.bookings.selectors import clock_of, rules_of
from tables.bookings.services.online import LINKS


@require_http_methods(["GET", "POST"])
@page_requires(Permission.TAKE_BOOKING)
def links(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the links; managers renew and end them."""
    if request.method == "POST":
        which, action = request.POST.get("which", ""), request.POST.get("do", "")
        if which not in LINKS or action not in ("renew", "end"):
            raise BadRequest(_("Unknown action."))
        if action == "renew":
            services.renew_link(which=which, actor=actor)
            messages.success(request, _("There is a new link. The old one has ended."))
        else:
            services.end_link(which=which, actor=actor)
            messages.success(request, _("The link has ended."))
        return redirect("host:links")
    rules = rules_of(actor.restaurant_id or 0)
    page, calendar = house_links(rules)
    restaurant = restaurant_of(actor)
    context = {
        "page": page,
        "calendar": calendar,
        "code": qr_of(page, fluid=True) if page else "",
        "rules": rules,
        "restaurant": restaurant,
        "has_hours": clock_of(restaurant, rules).has_hours,
        "may_manage": actor.may(Permission.MANAGE),
    }
    return render(request, "bookings/links.html", context)
