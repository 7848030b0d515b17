"""Gates: how doors reach people's rights. "Not yours" is 404, and starts here."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Device, Membership, Restaurant, Staff
from bistro.core.speed.compiled_queries import CompiledQuery

DEVICE_ROLES = {
    Device.Kind.PAD: Role.PAD,
    Device.Kind.KITCHEN: Role.SCREEN,
    Device.Kind.INTEGRATION: Role.INTEGRATION,
}
SESSION_RESTAURANT = "restaurant_id"

# Every page and every act asks these.
_restaurants = CompiledQuery(lambda restaurant: Restaurant.objects.filter(pk=restaurant))
# staff: two of the memberships in force, which is as good as many; restaurant: the one there
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
    """A device acts with its kind's rights, in its own restaurant."""
    role = DEVICE_ROLES[Device.Kind(device.kind)]
    return Actor("device", device.pk, device.restaurant_id, frozenset({role.value}), device.pk, device.name)


def actor_of_member(membership: Membership) -> Actor:
    """A member of staff acts with the role of one membership."""
    staff = membership.staff
    return Actor("staff", staff.pk, membership.restaurant_id, frozenset({membership.role}), None, staff.get_full_name())


def actor_without_restaurant(staff: Staff) -> Actor:
    """A login that works nowhere (yet): sees nothing. A superuser has no implicit membership."""
    return Actor("staff", staff.pk, None, frozenset(), None, staff.get_full_name())


def memberships_of(staff: Staff) -> list[Membership]:
    """Where a login works, in the order of the restaurants' names."""
    rows = Membership.objects.active().filter(staff=staff)
    return list(rows.select_related("staff", "restaurant").order_by("restaurant__name", "restaurant_id"))


def staff_actor(staff: Staff, restaurant_id: int | None) -> Actor:
    """The actor of a login in the wanted restaurant, or in its only one. Otherwise one without a restaurant."""
    found = _at_work(staff.pk) if restaurant_id is None else _at_work_there(staff.pk, restaurant_id)
    return actor_of_member(found[0]) if len(found) == 1 else actor_without_restaurant(staff)


def restaurant_of(actor: Actor) -> Restaurant:
    """The actor's restaurant. Raises PermissionDenied when it has none."""
    if actor.restaurant_id is None:
        raise PermissionDenied("You are not a member of any restaurant.")
    return restaurant_by_id(actor.restaurant_id)


def restaurant_by_id(restaurant_id: int) -> Restaurant:
    """A restaurant by its key. Raises Restaurant.DoesNotExist."""
    for restaurant in _restaurants(restaurant_id):
        return restaurant
    raise Restaurant.DoesNotExist


def request_actor(request: HttpRequest | Request) -> Actor | None:
    """Who asks, for pages (set by the middleware) and for the API (set by the authenticator)."""
    actor: Any = getattr(request, "auth", None) if isinstance(request, Request) else getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None  # isinstance also opens the middleware's lazy object


def api_actor(request: Request) -> Actor:
    """Who asks an API view; the permission classes have made sure that there is somebody."""
    actor = request_actor(request)
    assert actor is not None
    return actor


class HasActor(BasePermission):
    """Every API view wants a credential unless it says otherwise."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request_actor(request) is not None


def requires(act: Permission) -> type[BasePermission]:
    """A DRF permission: the credential's role must allow `act`."""

    class Requires(BasePermission):
        message = f"Your role cannot {act.words}."

        def has_permission(self, request: Request, view: Any) -> bool:
            actor = request_actor(request)
            return actor is not None and actor.may(act)

    return Requires
