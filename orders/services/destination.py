"""The table of a requested order: the one that its request names, the pad's own, or none for a pick-up."""

from datetime import datetime, timedelta

from django.utils.translation import gettext

from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace, NotYours
from bistro.core.kernel.names import name_key
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.kernel.roles import Permission
from orders.order_commands import OrderRequest
from tables.selectors import table_of_guests

EARLIEST_PICKUP, LATEST_PICKUP = timedelta(days=1), timedelta(days=366)


def check_kind(request: OrderRequest) -> None:
    """Refuse a pick-up by name or time for guests at a table, and other kinds than dine-in from pads."""
    if request.kind != OrderKind.DINE_IN:
        if not request.actor.may(Permission.PLACE_ANYWHERE):
            fields = {"kind": [gettext("Pads send dine_in.")]}
            raise InvalidInput(gettext("A pad orders for its table. Ask a waiter."), code="wrong_kind", fields=fields)
        return
    given = [field for field in ("name", "pickup_at") if getattr(request, field)]
    if given:
        fields = {field: [gettext("Only for take_away and counter.")] for field in given}
        raise InvalidInput(gettext("Only take-away and counter orders have a name and a pick-up time."), fields=fields)


def check_pickup(at: datetime | None, now: datetime) -> None:
    """Refuse a time of pick-up that was surely typed wrong. Raises InvalidInput."""
    if at is not None and not now - EARLIEST_PICKUP <= at <= now + LATEST_PICKUP:
        fields = {"pickup_at": [gettext("A time of today or later, within a year.")]}
        raise InvalidInput(gettext("Choose a pick-up time of today or later, within a year."), fields=fields)


def wanted_table(request: OrderRequest, pads: dict[int, int]) -> int | str | None:
    """Return the id or the name key of a request's table, or None for none. Raises InvalidInput."""
    if not request.actor.may(Permission.PLACE_ANYWHERE):
        own = own_table(request, pads)
        if request.table_id not in (None, own):
            raise wrong_table()
        return name_key(request.table_name) or own
    if request.table_id is None and not request.table_name:
        if request.kind != OrderKind.DINE_IN:
            return None
        raise InvalidInput(gettext("Choose a table."), fields={"table": [gettext("This field is required.")]})
    return name_key(request.table_name) if request.table_id is None else request.table_id


def own_table(request: OrderRequest, pads: dict[int, int]) -> int:
    """Return the table id of a request's pad. Raises InvalidInput if the pad has no table."""
    own = pads.get(request.actor.device_id or 0)
    if own is None:
        raise InvalidInput(gettext("This pad has no table yet."), code="pad_without_table")
    return own


def wrong_table() -> InvalidInput:
    """Return the refusal of a pad's order for another table."""
    fields = {"table": [gettext("Not this pad's table.")]}
    return InvalidInput(gettext("A pad can order only for its own table."), code="wrong_table", fields=fields)


def other_guests(party_id: int, restaurant_id: int) -> LostRace:
    """Return the refusal of an order for guests who have moved or left, so that no others get their food and bill."""
    table = table_of_guests(party_id, restaurant_id)
    if table is not None:
        message = gettext("These guests now sit at %(table)s. Nothing was sent. Send the dishes from there.")
        return LostRace(message % {"table": table.name}, code="other_guests", table=table.pk)
    message = gettext("These guests have left. Nothing was sent. Send again if the dishes are for the guests here now.")
    return LostRace(message, code="other_guests")


def no_such_table(request: OrderRequest) -> DomainError:
    """Return the refusal of an unknown table.

    An unknown id has the same answer as another restaurant's table. An unknown name is repeated in the message,
    because it may be a typing error.
    """
    if not request.table_name:
        message = gettext("There is no such table.")
        return NotYours(message, code="table_not_found", fields={"table": [message]})
    message = gettext("There is no table “%(table_name)s”.") % {"table_name": request.table_name}
    return InvalidInput(message, code="unknown_table", fields={"table": [message]})
