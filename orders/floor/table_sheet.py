"""The read model of a table sheet: the party, its orders with the allowed actions, and the menu to order from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.money import display, short, surcharge
from bistro.core.kernel.roles import Permission
from menu.compiled import CompiledAllergens, CompiledGroup, CompiledItem, MenuNow
from menu.selectors import Availability, sellable_menu
from orders.allergies import AllergyMark, allergy_marks, choice_names, marks_of
from orders.courses import held_courses
from orders.floor.guests import Guests, guests_of
from orders.floor.plan import FloorTable, floor_tables
from orders.models import Order, OrderLine, PlannedCourse
from orders.owing import owed
from orders.pickup import pickup_facts
from orders.transitions import EDITABLE, OPEN, LineStatus, OrderStatus
from tables.declarations import declared_for
from tables.models import Party, Table

CANCELLABLE = (*EDITABLE, OrderStatus.PREPARING)
SellableMenu = tuple[MenuNow, dict[int, Availability]]  # the result of `sellable_menu`
Plans = dict[tuple[int, int], datetime]  # {(order id, course): time of the planned firing}


@dataclass(frozen=True, slots=True)
class SheetParty:
    """The seated party of the table."""

    id: int
    guests: int | None
    since: datetime | None


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line for waiters."""

    quantity: int
    name: str
    modifiers: list[str]
    allergies: list[AllergyMark]
    note: str
    course: int
    status: str
    status_word: str


@dataclass(frozen=True, slots=True)
class HeldCourse:
    """A held course, and the time of its planned firing or None."""

    number: int
    fire_at: datetime | None

    @property
    def fire_word(self) -> str:
        """Return the text of the button that fires the course."""
        return f"Fire course {self.number}"


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """An order for waiters, with the actions that the actor may take. `pickup` has the facts of a take-away order."""

    id: int
    number: int
    status: str
    status_word: str
    placed_at: datetime
    placed_by: str
    pickup: list[str]
    seen_words: str
    lines: list[SheetLine]
    note: str
    total: str
    version: int
    can_confirm: bool
    can_cancel: bool
    can_deliver: bool
    deliver_word: str
    held_courses: list[HeldCourse]
    can_fire: bool
    can_remove: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a table."""

    table: FloorTable
    party: SheetParty | None
    orders: list[SheetOrder]
    menu: list[dict[str, Any]]
    guests: Guests | None
    can_order: bool
    can_clear: bool
    total: str
    taxes: list[str]  # of the table's total, e.g. `GST 5 %: $0.20`
    key: str  # the Idempotency-Key of the next order, so that a second tap on Send does not order twice
    note: str = ""


def read_sheet(actor: Actor, table: Table, order_data: dict[str, Any] | None = None) -> Sheet:
    """Read the sheet of a table in a constant number of queries.

    `order_data` is the result of `read_order_data` for a refused form, which is shown again.
    """
    restaurant = restaurant_of(actor)
    party = Party.objects.visible_to(actor).seated().filter(table=table).first()
    rows = Order.objects.visible_to(actor).filter(party=party).with_lines().order_by("-pk") if party else []
    orders = list(rows)
    now = timezone.now()
    (shown,) = floor_tables(actor, [table], restaurant, now)
    money = {"currency": restaurant.currency, "locale": restaurant.locale}
    plans, bill = _plans(orders), owed(orders)
    sold = sellable_menu(restaurant.pk)
    codes = declared_for(party.allergies, None) if party else []
    return Sheet(
        table=shown,
        party=SheetParty(party.pk, party.size, party.seated_at) if party else None,
        orders=[
            _sheet_order(order, bill.shares.get(order.pk, order.total), actor, plans, now, money) for order in orders
        ],
        menu=_menu(sold, money, order_data or {}, now, codes) if actor.may(Permission.PLACE_ANYWHERE) else [],
        guests=_guests(party, table, actor, sold[0].menu.allergens),
        can_order=actor.may(Permission.PLACE_ANYWHERE) and not table.out_of_service,
        can_clear=actor.may(Permission.CLEAR_TABLE) and party is not None,
        total=display(bill.total, **money),
        taxes=[f"{tax.name} {short(tax.percent)} %: {display(tax.amount, **money)}" for tax in bill.taxes],
        key=(order_data or {}).get("key") or uuid7().hex,
        note=(order_data or {}).get("note", ""),
    )


def _guests(party: Party | None, table: Table, actor: Actor, catalogue: CompiledAllergens) -> Guests | None:
    """Return the allergies of the party at the table, or None for an actor who cannot declare any."""
    if party is None or not actor.may(Permission.DECLARE_ALLERGIES):
        return None
    return guests_of(party, table, catalogue.names)


def _plans(orders: Sequence[Order]) -> Plans:
    """Return the planned firings of held courses. Costs one query, or none if no course is on hold."""
    waiting = [order.pk for order in orders if order.status in OPEN and held_courses(order.lines.all())]
    if not waiting:
        return {}
    rows = PlannedCourse.objects.filter(order_id__in=waiting).values_list("order_id", "course", "fire_at")
    return {(order_id, course): fire_at for order_id, course, fire_at in rows}


def _held(order: Order, plans: Plans) -> list[HeldCourse]:
    return [HeldCourse(course, plans.get((order.pk, course))) for course in held_courses(order.lines.all())]


def _sheet_order(
    order: Order, total: Decimal, actor: Actor, plans: Plans, now: datetime, money: dict[str, str]
) -> SheetOrder:
    """Return an order for waiters. `total` is its part of the table's total, so that the orders add up to it."""
    to_come = any(line.status != LineStatus.DONE for line in order.lines.all())
    over = order.status not in OPEN
    return SheetOrder(
        id=order.pk,
        number=order.number,
        status=order.status,
        status_word=order.get_status_display(),
        placed_at=order.placed_at,
        placed_by=order.placed_by,
        pickup=pickup_facts(order, timezone.get_current_timezone()),
        seen_words=_seen_words(order, now),
        lines=[_sheet_line(line) for line in order.lines.all()],
        note=order.note,
        total=display(total, **money),
        version=order.version,
        can_confirm=order.status == OrderStatus.PLACED and actor.may(Permission.CONFIRM_ORDER),
        can_cancel=order.status in CANCELLABLE and order.served_at is None and actor.may(Permission.CANCEL_ORDER),
        can_deliver=order.status == OrderStatus.READY and actor.may(Permission.DELIVER_ORDER),
        deliver_word="Mark course served" if to_come else "Mark delivered",
        held_courses=[] if over else _held(order, plans),
        can_fire=actor.may(Permission.FIRE_COURSE),
        can_remove=actor.may(Permission.CANCEL_ORDER),
    )


def _sheet_line(line: OrderLine) -> SheetLine:
    word = "" if line.status == LineStatus.QUEUED else line.get_status_display()
    return SheetLine(
        quantity=line.quantity,
        name=line.name,
        modifiers=choice_names(line),
        allergies=allergy_marks(line),
        note=line.note,
        course=line.course,
        status=line.status,
        status_word=word,
    )


def _seen_words(order: Order, now: datetime) -> str:
    if order.confirmed_at is not None:
        seconds = max(0, int((order.confirmed_at - order.placed_at).total_seconds()))
        where = f" on {order.seen_on}" if order.seen_on else ""
        return f"Kitchen received it after {seconds} s, at {timezone.localtime(order.confirmed_at):%H:%M}{where}"
    if order.status == OrderStatus.PLACED:
        return f"Not on a kitchen screen yet ({int((now - order.placed_at).total_seconds())} s)"
    return ""


def _menu(
    sold: SellableMenu, money: dict[str, str], order_data: dict[str, Any], at: datetime, codes: list[str]
) -> list[dict[str, Any]]:
    """Return the menu for the order form: [{"id", "name", "items": [item]}], without empty categories.

    `codes` are the allergies of all guests at the table: a dish in conflict with one says so before it is ordered.

    An item has the keys of `_menu_item`, `_allergies` and `_when`, and `minutes`: the kitchen's quote, or None.
    """
    now, states = sold
    minutes = hook(settings.ORDER_QUOTES)(now, at)
    categories = []
    for category in now.menu.categories:
        items = [
            {
                **_menu_item(item, states.get(item.id), money, order_data),
                **_allergies(item, now.menu.allergens, order_data, codes),
                **_when(item, states.get(item.id), now, at),
                "minutes": minutes.get(item.id),
            }
            for item in category.items
        ]
        if items:
            categories.append({"id": category.id, "name": category.name, "items": items})
    return categories


def _allergies(
    item: CompiledItem, catalogue: CompiledAllergens, order_data: dict[str, Any], codes: list[str]
) -> dict[str, Any]:
    """Return {"allergies": marks of the guests' allergies that the dish conflicts with, "catalogue": checkboxes}.

    A checkbox is {"code", "name", "chosen"}: an allergy of the guest who gets this dish.
    """
    chosen = order_data.get("items", {}).get(item.id, {}).get("allergies", [])
    marks = marks_of(codes, [(item.name, item.stated)])
    return {
        "allergies": [mark for mark in marks if mark.level],
        "catalogue": [{"code": code, "name": name, "chosen": code in chosen} for code, name in catalogue.names.items()],
    }


def _when(item: CompiledItem, state: Availability | None, now: MenuNow, at: datetime) -> dict[str, Any]:
    """Return {"available": bool, "paused_until": the end of its pause or None} of an item."""
    paused = now.pauses.of_item(item.id, item.category_id, at)
    return {"available": (state is None or state.available) and paused is None, "paused_until": paused}


def _menu_item(
    item: CompiledItem, state: Availability | None, money: dict[str, str], order_data: dict[str, Any]
) -> dict[str, Any]:
    entered = order_data.get("items", {}).get(item.id, {})
    return {
        "id": item.id,
        "name": item.name,
        "price": display(item.price, **money),
        "portions_left": state.portions_left if state else None,
        "quantity": entered.get("quantity", 0),
        "note": entered.get("note", ""),
        "modifier_groups": [_group(group, money, entered.get("modifiers")) for group in item.groups],
    }


def _group(group: CompiledGroup, money: dict[str, str], entered: list[int] | None) -> dict[str, Any]:
    """Return a group of choices. Only the default of a required group is chosen beforehand, as an order without it is.

    `preset` says whether there is such a default; without one, the guest's choice must be entered.
    """
    offered = [choice for choice in group.modifiers if not choice.off]
    preset = [choice.id for choice in offered if choice.is_default][: group.min]
    chosen = preset if entered is None else entered
    return {
        "id": group.id,
        "name": group.name,
        "min": group.min,
        "max": group.max,
        "preset": bool(preset),
        "modifiers": [
            {
                "id": choice.id,
                "name": choice.name,
                "price": surcharge(choice.price, **money),
                "chosen": choice.id in chosen,
            }
            for choice in offered
        ],
    }
