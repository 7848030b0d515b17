"""Placing orders. `place_orders` is the primitive, a single order is a list of one (DECISIONS 19)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, OperationalError

from bistro.core.actors import Actor
from bistro.core.errors import DomainError, InvalidInput, LostRace, NotYours, Overloaded, ReusedKey, SoldOut
from bistro.core.models import Restaurant
from bistro.core.roles import Act
from bistro.core.unit_of_work import UnitOfWork
from menu.compiled import CompiledMenu, current_menu
from menu.selectors import availability
from menu.steps import counted_portions, take_portions
from orders.events import OrderPlaced
from orders.models import Order, OrderLine
from orders.pricing import PricedOrder, price_order
from orders.requests import LineRequest, OrderRequest
from orders.shapes import full_json, notes_json, order_json, with_notes
from tables.models import Pad, Table
from tables.steps import seat_parties


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """The answer to a request: the order's id, its JSON, and whether it is the first answer given again."""

    id: int
    json: dict[str, Any]
    replayed: bool


def place_order(request: OrderRequest) -> PlacedOrder:
    """Place one round for the party at a table; the first order at a free table seats one.

    Locks: table, stock, day's number, sequence. Same transaction: kitchen tickets.
    Raises InvalidInput (unknown item, modifier, table), SoldOut, ReusedKey, NotPermitted, NotYours.
    """
    (outcome,) = place_orders([request])
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def place_orders(requests: Sequence[OrderRequest]) -> list[PlacedOrder | DomainError]:
    """Place orders of one restaurant in one transaction; each is priced, refused or answered on its own.

    Refusals are decided before any insert. When the batch as a whole fails (two processes with the same key, a lost
    race for the last portion) its orders are tried one by one.
    """
    try:
        return _place_together(requests)
    except (LostRace, DatabaseError):
        if len(requests) == 1:
            return [_place_again(requests[0])]
    return [_place_again(request) for request in requests]


def _place_again(request: OrderRequest) -> PlacedOrder | DomainError:
    """The second and last try of one order. What still fails is the caller's to see."""
    try:
        return _place_together([request])[0]
    except DomainError as error:
        return error
    except OperationalError:  # locked, killed or out of reach: the caller may come again with the same key
        return Overloaded("The order desk is busy. Try again in a moment.")


@dataclass(slots=True)
class _Candidate:
    """A request on its way to becoming an order."""

    place: int
    request: OrderRequest
    table: Table | None = None
    priced: PricedOrder | None = None
    order: Order | None = None
    lines: tuple[OrderLine, ...] = ()


def _place_together(requests: Sequence[OrderRequest]) -> list[PlacedOrder | DomainError]:
    outcomes: dict[int, PlacedOrder | DomainError] = {}
    restaurant_id = requests[0].actor.restaurant_id
    assert restaurant_id is not None
    with UnitOfWork(requests[0].actor) as work:
        firsts, twins = _merge_equal_keys(requests)
        candidates = _resolve_tables(restaurant_id, firsts, outcomes)
        candidates = _without_replays(restaurant_id, candidates, outcomes)
        candidates = _price(restaurant_id, candidates, outcomes)
        candidates, taken = _reserve(candidates, outcomes)
        if candidates:
            take_portions(work, taken)
            _insert(restaurant_id, candidates, work)
    for candidate in candidates:
        assert candidate.order is not None
        assert candidate.table is not None
        outcomes[candidate.place] = PlacedOrder(candidate.order.pk, _json(candidate), replayed=False)
    _answer_twins(requests, twins, outcomes)
    return [outcomes[place] for place in range(len(requests))]


def _merge_equal_keys(requests: Sequence[OrderRequest]) -> tuple[list[_Candidate], dict[int, int]]:
    """The first request of each key, and for every repeat in the same batch the place of its first."""
    seen: dict[tuple[str, str], int] = {}
    firsts: list[_Candidate] = []
    twins: dict[int, int] = {}
    for place, request in enumerate(requests):
        if request.key is not None:
            first = seen.setdefault((request.actor.credential, request.key), place)
            if first != place:
                twins[place] = first
                continue
        firsts.append(_Candidate(place, request))
    return firsts, twins


def _answer_twins(
    requests: Sequence[OrderRequest], twins: dict[int, int], outcomes: dict[int, PlacedOrder | DomainError]
) -> None:
    for place, first in twins.items():
        outcome = outcomes[first]
        if requests[place].fingerprint != requests[first].fingerprint:
            outcome = _reused_key()
        elif isinstance(outcome, PlacedOrder):
            outcome = PlacedOrder(outcome.id, outcome.json, replayed=True)
        outcomes[place] = outcome


def _resolve_tables(
    restaurant_id: int, candidates: Sequence[_Candidate], outcomes: dict[int, PlacedOrder | DomainError]
) -> list[_Candidate]:
    """Find and lock each request's table in pk order. Locks: table."""
    devices = {c.request.actor.device_id for c in candidates if not c.request.actor.may(Act.PLACE_ANYWHERE)}
    pads = dict(
        Pad.objects.of_restaurant(restaurant_id).filter(device_id__in=devices).values_list("device_id", "table_id")
    )
    wanted: dict[int, int] = {}
    for candidate in candidates:
        try:
            wanted[candidate.place] = _table_id(candidate.request, pads)
        except DomainError as error:
            outcomes[candidate.place] = error
    rows = Table.objects.of_restaurant(restaurant_id).not_archived().filter(pk__in=set(wanted.values())).locked()
    tables = {table.pk: table for table in rows}
    for candidate in candidates:
        candidate.table = tables.get(wanted.get(candidate.place, 0))
        if candidate.table is None and candidate.place not in outcomes:
            outcomes[candidate.place] = NotYours("There is no such table.", code="table_not_found")
    return [candidate for candidate in candidates if candidate.place not in outcomes]


def _table_id(request: OrderRequest, pads: dict[int | None, int]) -> int:
    actor = request.actor
    actor.require(Act.PLACE_ORDER)
    if actor.may(Act.PLACE_ANYWHERE):
        if request.table_id is None:
            raise InvalidInput("Say which table.", fields={"table": ["This field is required."]})
        return request.table_id
    own = pads.get(actor.device_id)
    if own is None:
        raise InvalidInput("This pad stands on no table yet.", code="pad_without_table")
    if request.table_id not in (None, own):
        raise InvalidInput(
            "A pad orders for its own table.", code="wrong_table", fields={"table": ["Not this pad's table."]}
        )
    return own


def _without_replays(
    restaurant_id: int, candidates: Sequence[_Candidate], outcomes: dict[int, PlacedOrder | DomainError]
) -> list[_Candidate]:
    """Answer what was placed before under the same key. Looked up before any other check."""
    keys = {c.request.key for c in candidates if c.request.key is not None}
    if not keys:
        return list(candidates)
    credentials = {c.request.actor.credential for c in candidates}
    rows = Order.objects.of_restaurant(restaurant_id).filter(credential__in=credentials, key__in=keys).with_lines()
    known = {(row.credential, row.key): row for row in rows}
    fresh: list[_Candidate] = []
    for candidate in candidates:
        request = candidate.request
        row = known.get((request.actor.credential, request.key)) if request.key else None
        if row is None:
            fresh.append(candidate)
        elif row.fingerprint != request.fingerprint:
            outcomes[candidate.place] = _reused_key()
        elif row.withdrawn_at is not None:
            outcomes[candidate.place] = NotYours("This order was withdrawn.", code="order_not_found")
        else:
            outcomes[candidate.place] = PlacedOrder(row.pk, full_json(row), replayed=True)
    return fresh


def _reused_key() -> ReusedKey:
    return ReusedKey(
        "This Idempotency-Key came before with another body. Use a new key for a new order.",
        fields={"Idempotency-Key": ["Already used for another order."]},
    )


def _price(
    restaurant_id: int, candidates: Sequence[_Candidate], outcomes: dict[int, PlacedOrder | DomainError]
) -> list[_Candidate]:
    if not candidates:
        return []
    menu: CompiledMenu = current_menu(restaurant_id)
    off = {item_id for item_id, now in availability(restaurant_id).items() if not now.available}
    priced: list[_Candidate] = []
    for candidate in candidates:
        try:
            if candidate.table is not None and candidate.table.out_of_service:
                raise InvalidInput(f"{candidate.table.name} is out of service.", code="table_out_of_service")
            candidate.priced = price_order(menu, candidate.request.lines)
            _require_available(candidate.priced, off)
        except DomainError as error:
            outcomes[candidate.place] = error
        else:
            priced.append(candidate)
    return priced


def _require_available(priced: PricedOrder, off: set[int]) -> None:
    for place, line in enumerate(priced.lines):
        if line.item.id in off:
            message = f"{line.item.name} is sold out. Choose another dish."
            raise SoldOut(message, fields={f"lines.{place}.item": [message]}, item=line.item.id, portions_left=0)


def _reserve(
    candidates: Sequence[_Candidate], outcomes: dict[int, PlacedOrder | DomainError]
) -> tuple[list[_Candidate], Counter[int]]:
    """Decide, order by order, who gets the counted portions. Locks: stock."""
    wanted = {item_id for c in candidates if c.priced for item_id in c.priced.portions()}
    taken: Counter[int] = Counter()
    if not wanted:
        return list(candidates), taken
    stock = counted_portions(wanted)
    served: list[_Candidate] = []
    for candidate in candidates:
        assert candidate.priced is not None
        portions = candidate.priced.portions()
        short = _first_short(candidate.priced, portions, taken, stock)
        if short is not None:
            outcomes[candidate.place] = short
            continue
        taken.update({item_id: count for item_id, count in portions.items() if stock[item_id][0] is not None})
        served.append(candidate)
    return served, taken


def _first_short(
    priced: PricedOrder,
    portions: Counter[int],
    taken: Counter[int],
    stock: dict[int, tuple[int | None, bool]],
) -> SoldOut | None:
    for place, line in enumerate(priced.lines):
        left, _off = stock.get(line.item.id, (None, False))
        if left is None or portions[line.item.id] <= left - taken[line.item.id]:
            continue
        free = max(0, left - taken[line.item.id])
        message = (
            f"Only {free} {line.item.name} left. Order {free}, or choose another dish?"
            if free
            else f"{line.item.name} is sold out. Choose another dish."
        )
        return SoldOut(message, fields={f"lines.{place}.quantity": [message]}, item=line.item.id, portions_left=free)
    return None


def _insert(restaurant_id: int, candidates: Sequence[_Candidate], work: UnitOfWork) -> None:
    """One insert a table for the whole batch."""
    restaurant = Restaurant.objects.get(pk=restaurant_id)
    parties = seat_parties(work, [c.table for c in candidates if c.table is not None])
    day = restaurant.business_date(work.now)
    for candidate, number in zip(candidates, work.take_day_numbers(day, len(candidates)), strict=True):
        candidate.order = _order_row(candidate, restaurant_id, parties, work)
        candidate.order.business_date, candidate.order.number = day, number
    orders = [candidate.order for candidate in candidates if candidate.order is not None]
    Order.objects.bulk_create(orders)
    for candidate in candidates:
        candidate.lines = _line_rows(candidate, restaurant_id)
    OrderLine.objects.bulk_create([line for candidate in candidates for line in candidate.lines])
    for candidate in candidates:
        assert candidate.order is not None
        assert candidate.table is not None
        event = OrderPlaced(order=candidate.order, lines=candidate.lines, table_name=candidate.table.name)
        work.record(event, actor=candidate.request.actor)


def _order_row(candidate: _Candidate, restaurant_id: int, parties: dict[int, int], work: UnitOfWork) -> Order:
    request, priced, table = candidate.request, candidate.priced, candidate.table
    assert priced is not None
    assert table is not None
    actor: Actor = request.actor
    return Order(
        restaurant_id=restaurant_id,
        party_id=parties[table.pk],
        table=table,
        note=request.note,
        total=priced.total,
        tax=priced.tax,
        placed_by_staff_id=actor.id if actor.is_staff else None,
        placed_by_device_id=actor.device_id,
        placed_by=actor.label[:120],
        credential=actor.credential,
        key=request.key,
        fingerprint=request.fingerprint,
        placed_at=work.now,
    )


def _line_rows(candidate: _Candidate, restaurant_id: int) -> tuple[OrderLine, ...]:
    assert candidate.order is not None
    assert candidate.priced is not None
    return line_rows(candidate.order, candidate.priced, restaurant_id)


def line_rows(order: Order, priced: PricedOrder, restaurant_id: int) -> tuple[OrderLine, ...]:
    """Unsaved rows of a priced order, with everything copied that must not change with the menu."""
    rows = []
    for position, line in enumerate(priced.lines):
        wish: LineRequest = line.request
        rows.append(
            OrderLine(
                restaurant_id=restaurant_id,
                order=order,
                item_id=line.item.id,
                position=position,
                name=line.item.name,
                quantity=wish.quantity,
                unit_price=line.unit_price,
                total=line.total,
                tax=line.tax,
                tax_percent=line.item.tax_percent,
                modifiers=line.modifier_copies(),
                allergens=list(line.item.allergens),
                prep_minutes=line.item.prep_minutes,
                note=wish.note,
                seat=wish.seat,
                course=wish.course or line.item.course,
            )
        )
    return tuple(rows)


def _json(candidate: _Candidate) -> dict[str, Any]:
    order, lines = candidate.order, candidate.lines
    assert order is not None
    assert candidate.table is not None
    return with_notes(order_json(order, lines, table_name=candidate.table.name), notes_json(order, lines))
