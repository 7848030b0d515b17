"""The content of “My evening”: the tables that a person serves now, and the sales of the business day so far."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO, display
from bistro.core.models import Restaurant, Staff
from orders.models import Order
from orders.selectors import serving_colleagues
from orders.transitions import OPEN
from tables.models import Occupancy, Party


@dataclass(frozen=True, slots=True)
class ServedTable:
    """A party that the person serves, with all tables that it holds. `table_id` is the head table."""

    party_id: int
    table_id: int | None
    name: str
    guests: int | None
    since: datetime | None
    open_orders: int
    total: str


@dataclass(frozen=True, slots=True)
class Sales:
    """Orders of the business day and their amount."""

    orders: int
    total: str


@dataclass(frozen=True, slots=True)
class Evening:
    """The content of the page. `sent` are own orders, `served` those of own guests, `both` all of them, each once."""

    tables: Sequence[ServedTable]
    sent: Sales
    served: Sales
    both: Sales
    day_began: datetime
    colleagues: Sequence[Staff]


def read_evening(actor: Actor) -> Evening:
    """Return the evening of a person. Five queries, however many tables and orders there are."""
    restaurant = restaurant_of(actor)
    day = restaurant.business_date(timezone.now())
    parties = list(Party.objects.visible_to(actor).seated().filter(server_id=actor.id).order_by("seated_at", "pk"))
    now_served = {party.pk for party in parties}
    mine = Q(placed_by_staff_id=actor.id) | Q(party__server_id=actor.id)
    wanted = Q(mine, business_date=day) | Q(party__in=now_served)
    orders = list(Order.objects.visible_to(actor).kept().filter(wanted).select_related("party"))
    tonight = [order for order in orders if order.business_date == day]
    sent = [order for order in tonight if order.placed_by_staff_id == actor.id]
    served = [order for order in tonight if order.party.server_id == actor.id]
    return Evening(
        tables=_tables(parties, orders, actor, restaurant),
        sent=_sales(sent, restaurant),
        served=_sales(served, restaurant),
        both=_sales({order.pk: order for order in [*sent, *served]}.values(), restaurant),
        day_began=restaurant.day_begins(day),
        colleagues=serving_colleagues(actor),
    )


def _tables(
    parties: Sequence[Party], orders: Iterable[Order], actor: Actor, restaurant: Restaurant
) -> list[ServedTable]:
    names: dict[int, list[str]] = defaultdict(list)
    held = Occupancy.objects.visible_to(actor).open().filter(party__in=parties)
    for party_id, name in held.order_by("pk").values_list("party_id", "table__name"):
        names[party_id].append(name)
    by_party: dict[int, list[Order]] = defaultdict(list)
    for order in orders:
        by_party[order.party_id].append(order)
    return [
        ServedTable(
            party_id=party.pk,
            table_id=party.table_id,
            name=" + ".join(names[party.pk]),
            guests=party.size,
            since=party.seated_at,
            open_orders=sum(order.status in OPEN for order in by_party[party.pk]),
            total=_amount(by_party[party.pk], restaurant),
        )
        for party in parties
        if names[party.pk]
    ]


def _sales(orders: Iterable[Order], restaurant: Restaurant) -> Sales:
    found = list(orders)
    return Sales(len(found), _amount(found, restaurant))


def _amount(orders: Iterable[Order], restaurant: Restaurant) -> str:
    total: Decimal = sum((order.total for order in orders), ZERO)
    return display(total, currency=restaurant.currency, locale=restaurant.locale)
