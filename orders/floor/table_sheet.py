"""The read model of a table sheet: the party, its orders with the allowed actions, and its guests' allergies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import display, short
from bistro.core.kernel.roles import Permission
from menu.allergens import names_in
from menu.compiled import current_menu
from orders.allergies import AllergyMark, allergy_marks, choice_names
from orders.courses import held_courses
from orders.floor.guests import Guests, guests_of
from orders.floor.plan import FloorTable, floor_tables
from orders.floor.seating import Seating, seating_of
from orders.models import Order, OrderLine, PlannedCourse
from orders.owing import owed
from orders.pickup import pickup_facts
from orders.transitions import EDITABLE, OPEN, LineStatus, OrderStatus
from tables.models import Party, Table
from tables.stay_line import calls_in_words

CANCELLABLE = (*EDITABLE, OrderStatus.PREPARING)
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
    price_reason: str
    seat: int | None
    course: int
    status: str
    status_word: str


@dataclass(frozen=True, slots=True)
class SheetCourse:
    """The lines of one course of an order, and how far the course is, in words."""

    number: int
    word: str
    lines: list[SheetLine]


@dataclass(frozen=True, slots=True)
class HeldCourse:
    """A held course, and the time of its planned firing or None."""

    number: int
    fire_at: datetime | None

    @property
    def fire_word(self) -> str:
        """Return the text of the button that fires the course."""
        return _("Fire course %(course)s") % {"course": self.number}


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
    can_move: bool
    served: bool  # a course before was served

    @property
    def plated(self) -> list[SheetLine]:
        """Return the finished lines, without those of courses that were served before."""
        done = [line for line in self.lines if line.status == LineStatus.DONE]
        last = max((line.course for line in done), default=0)
        return [line for line in done if line.course == last] if self.served else done

    @property
    def courses(self) -> list[SheetCourse]:
        """Return the lines by course, in the order of serving."""
        by_course: dict[int, list[SheetLine]] = {}
        for line in self.lines:
            by_course.setdefault(line.course, []).append(line)
        return [SheetCourse(number, _course_word(self, lines), lines) for number, lines in sorted(by_course.items())]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a table."""

    table: FloorTable
    party: SheetParty | None
    orders: list[SheetOrder]
    guests: Guests | None
    seating: Seating | None
    called: str  # how often the party called and how long it waited, "" for a party that did not call
    can_order: bool
    can_clear: bool
    can_pay: bool
    can_deliver: bool
    can_answer: bool  # calls of guests
    total: str
    service: str  # in the table's total, which no order has; "" without one
    taxes: list[str]  # of the table's total, e.g. `GST 5 %: $0.20`

    @property
    def ready(self) -> list[SheetLine]:
        """Return the lines that stand at the pass for this table."""
        return [line for order in self._ready_orders for line in order.plated]

    @property
    def ready_orders(self) -> str:
        """Return the ids of the orders whose food is ready, as the form posts them."""
        return ",".join(str(order.id) for order in self._ready_orders)

    @property
    def _ready_orders(self) -> list[SheetOrder]:
        return [order for order in self.orders if order.status == OrderStatus.READY]


def read_sheet(actor: Actor, table: Table, shown: FloorTable | None = None) -> Sheet:
    """Read the sheet of a table in a constant number of queries. `shown` is its state, if the caller has read it."""
    restaurant = restaurant_of(actor)
    party = Party.objects.visible_to(actor).at_table(table.pk).with_seats().first()
    rows = Order.objects.visible_to(actor).filter(party=party).with_lines().order_by("-pk") if party else []
    orders = list(rows)
    now = timezone.now()
    state = shown or floor_tables(actor, [table], restaurant, now)[0]
    money = {"currency": restaurant.currency, "locale": restaurant.locale}
    plans, bill = _plans(orders), owed(orders)
    return Sheet(
        table=state,
        party=SheetParty(party.pk, party.size, party.seated_at) if party else None,
        orders=[
            _sheet_order(order, bill.shares.get(order.pk, order.total), actor, plans, now, money)
            for order in sorted(orders, key=_by_urgency)
        ],
        seating=seating_of(actor, table, party),
        guests=_guests(party, table, actor),
        called=calls_in_words(list(party.service_calls.order_by("at")), now) if party else "",
        can_order=actor.may(Permission.PLACE_ANYWHERE) and not table.out_of_service,
        can_clear=actor.may(Permission.CLEAR_TABLE) and party is not None,
        can_pay=actor.may(Permission.TAKE_PAYMENT) and party is not None,
        can_deliver=actor.may(Permission.DELIVER_ORDER),
        can_answer=actor.may(Permission.ANSWER_CALLS),
        total=display(bill.total, **money),
        service=f"{bill.service.words}: {display(bill.service.amount, **money)}" if bill.service.lines else "",
        taxes=[f"{tax.name} {short(tax.percent)} %: {display(tax.amount, **money)}" for tax in bill.taxes],
    )


def _guests(party: Party | None, table: Table, actor: Actor) -> Guests | None:
    """Return the allergies of the party at the table, or None for an actor who cannot declare any."""
    if party is None or not actor.may(Permission.DECLARE_ALLERGIES):
        return None
    names = current_menu(party.restaurant_id).allergens.names
    return guests_of(party, table, names_in(get_language() or settings.LANGUAGE_CODE, names))


def _by_urgency(order: Order) -> int:
    """Return the place of an order on the sheet: ready ones, then open ones, then those that are over."""
    return 0 if order.status == OrderStatus.READY else 1 if order.status in OPEN else 2


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
        deliver_word=_("Mark course served") if to_come else _("Mark delivered"),
        held_courses=[] if over else _held(order, plans),
        can_fire=actor.may(Permission.FIRE_COURSE),
        can_remove=actor.may(Permission.CANCEL_ORDER),
        can_move=order.status != OrderStatus.CANCELLED
        and actor.may(Permission.SEAT_TABLE)
        and actor.may(Permission.EDIT_ORDER),
        served=order.served_at is not None,
    )


def _sheet_line(line: OrderLine) -> SheetLine:
    word = "" if line.status == LineStatus.QUEUED else line.get_status_display()
    return SheetLine(
        quantity=line.quantity,
        name=line.name,
        modifiers=choice_names(line),
        allergies=allergy_marks(line),
        note=line.note,
        price_reason=line.price_reason,
        seat=line.seat,
        course=line.course,
        status=line.status,
        status_word=word,
    )


def _course_word(order: SheetOrder, lines: Sequence[SheetLine]) -> str:
    """Return how far a course is, in words."""
    found = {line.status for line in lines}
    if LineStatus.HELD in found:
        return _("on hold")
    if found != {LineStatus.DONE}:
        return _("in the kitchen")
    if order.status == OrderStatus.READY and lines[0] in order.plated:
        return _("ready")
    return _("served") if order.served or order.status == OrderStatus.DELIVERED else _("done")


def _seen_words(order: Order, now: datetime) -> str:
    if order.confirmed_at is not None:
        seconds = max(0, int((order.confirmed_at - order.placed_at).total_seconds()))
        words = _("Kitchen received it after %(seconds)s s, at %(time)s")
        if order.seen_on:
            words = _("Kitchen received it after %(seconds)s s, at %(time)s on %(board)s")
        time = f"{timezone.localtime(order.confirmed_at):%H:%M}"
        return words % {"seconds": seconds, "time": time, "board": order.seen_on}
    if order.status == OrderStatus.PLACED:
        seconds = int((now - order.placed_at).total_seconds())
        return _("Not on a kitchen screen yet (%(seconds)s s)") % {"seconds": seconds}
    return ""
