"""The admin site: open to owners and managers of the active restaurant, and to the operator."""

from django.http import HttpRequest
from unfold.sites import UnfoldAdminSite

from bistro.core.access import request_actor
from bistro.core.roles import Act


class BistroAdminSite(UnfoldAdminSite):
    """Who may come in is decided by the membership, not by a flag on the login."""

    def has_permission(self, request: HttpRequest) -> bool:
        actor = request_actor(request)
        if actor is None or not request.user.is_active:
            return False
        return bool(getattr(request.user, "is_superuser", False)) or (actor.is_staff and actor.may(Act.MANAGE))
