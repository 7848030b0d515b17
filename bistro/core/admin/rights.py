"""The page of rights: what each role may do, read from the table that the server itself uses."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from bistro.core.admin.base import TenantAdmin
from bistro.core.kernel.roles import NOT_BY_PIN, PERMISSIONS, ROLE_NAMES, STAFF_ROLES, Permission, Role

DEVICE_ROLES = (Role.PAD, Role.SCREEN, Role.TABLET, Role.INTEGRATION)


def rights_page(admin: TenantAdmin, request: HttpRequest) -> HttpResponse:
    """Show two tables: one of people, one of devices."""
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _("What each role may do"),
        "back": admin.url_of("changelist"),
        "tables": [_table(_("People"), STAFF_ROLES), _table(_("Devices"), DEVICE_ROLES)],
        "not_by_pin": [permission.words for permission in Permission if permission in NOT_BY_PIN],
    }
    return TemplateResponse(request, "admin/rights.html", context)


def _table(title: str, roles: tuple[Role, ...]) -> dict[str, Any]:
    """Return the table of some roles, without the rights that none of them has."""
    rows = [
        (capfirst(permission.words), [permission in PERMISSIONS[role] for role in roles])
        for permission in Permission
        if any(permission in PERMISSIONS[role] for role in roles)
    ]
    return {"title": title, "roles": [ROLE_NAMES[role] for role in roles], "rows": rows}
