"""Actors of requests and their permissions. A row of another restaurant is 404, which begins here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Device, Membership, Restaurant, Staff
from bistro.core.speed.compiled_queries import CompiledQuery

DEVICE_ROLES = {
    Device.Kind.PAD: Role.PAD,
    Device.Kind.KITCHEN: Role.SCREEN,
    Device.Kind.TABLET: Role.TABLET,
    Device.Kind.INTEGRATION: Role.INTEGRATION,
}
SESSION_RESTAURANT = "restaurant_id"

# Every page and every action runs these.
_restaurants = CompiledQuery(lambda restaurant: Restaurant.objects.filter(pk=restaurant))
# At most two active memberships of a login, enough to know whether there is exactly one.
_at_work = CompiledQuery(
    lambda staff: (
        Membership.objects.active().filter(staff_id=staff).select_related("staff").order_by("restaurant_id")[:2]
    )
)
_at_work_there = CompiledQuery(
    lambda staff, restaurant: (
        Membership.objects.active().filter(staff_id=staff, restaurant_id=restaurant).select_related("staff").order_by()
    )
)


def actor_of_device(device: Device) -> Actor:
    """Return the actor of a device, with the role of its kind."""
    role = DEVICE_ROLES[Device.Kind(device.kind)]
    return Actor("device", device.pk, device.restaurant_id, frozenset({role.value}), device.pk, device.name)


def actor_of_member(membership: Membership) -> Actor:
    """Return the actor of a membership, with its role."""
    staff = membership.staff
    roles, name = frozenset({membership.role}), staff.get_full_name()
    return Actor("staff", staff.pk, membership.restaurant_id, roles, None, name, staff.language)


def actor_without_restaurant(staff: Staff) -> Actor:
    """Return the actor of a login without a membership, who sees nothing. A superuser has no implicit membership."""
    return Actor("staff", staff.pk, None, frozenset(), None, staff.get_full_name(), staff.language)


def memberships_of(staff: Staff) -> list[Membership]:
    """Return the active memberships of a login, ordered by the restaurants' names."""
    rows = Membership.objects.active().filter(staff=staff)
    return list(rows.select_related("staff", "restaurant").order_by("restaurant__name", "restaurant_id"))


def staff_actor(staff: Staff, restaurant_id: int | None) -> Actor:
    """Return the actor of a login in the wanted restaurant or its only one, else an actor without a restaurant."""
    found = _at_work(staff.pk) if restaurant_id is None else _at_work_there(staff.pk, restaurant_id)
    return actor_of_member(found[0]) if len(found) == 1 else actor_without_restaurant(staff)


def restaurant_of(actor: Actor) -> Restaurant:
    """Return the actor's restaurant, for code that answers an actor. Raises PermissionDenied if it has none."""
    if actor.restaurant_id is None:
        raise PermissionDenied(gettext("You are not a member of any restaurant."))
    return restaurant_by_id(actor.restaurant_id)


def restaurant_by_id(restaurant_id: int) -> Restaurant:
    """Return a restaurant by its primary key, for code without an actor. Raises Restaurant.DoesNotExist."""
    for restaurant in _restaurants(restaurant_id):
        return restaurant
    raise Restaurant.DoesNotExist


def request_actor(request: HttpRequest | Request) -> Actor | None:
    """Return the actor of a request: of a page (set by the middleware) or of the API (set by the authenticator)."""
    actor: Any = getattr(request, "auth", None) if isinstance(request, Request) else getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None  # isinstance also resolves the middleware's lazy object


def api_actor(request: Request) -> Actor:
    """Return the actor of an API view whose permission classes require one."""
    actor = request_actor(request)
    assert actor is not None
    return actor


class HasActor(BasePermission):
    """The default permission of API views: any valid credential."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request_actor(request) is not None


def requires(permission: Permission) -> type[BasePermission]:
    """Return a DRF permission class that requires `permission` of the credential's role."""

    class Requires(BasePermission):
        declared = permission  # tests read it
        message = gettext("Your role cannot %(words)s.") % {"words": permission.words}

        def has_permission(self, request: Request, view: Any) -> bool:
            actor = request_actor(request)
            return actor is not None and actor.may(permission)

    return Requires
