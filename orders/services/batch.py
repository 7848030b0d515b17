"""A batch of orders of one restaurant in one unit of work.

Each order can be refused alone, before any insert. The others are written with one statement for each table.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext, override

from bistro.core.kernel.errors import DomainError, InvalidInput, NotPermitted, NotYours, SoldOut
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Device
from bistro.core.speed.bulk_insert import insert_rows, new_row
from bistro.core.speed.compiled_queries import fetch_together
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.compiled import menu_versions
from menu.pauses import paused_item, paused_pads
from menu.steps import counted_portions, menu_in, take_portions, use_menu
from orders.events import OrderPlaced
from orders.models import Order, OrderLine, PlannedCourse
from orders.order_commands import OrderRequest
from orders.pricing import PricedOrder, price_order
from orders.representations import order_detail, with_notes
from orders.services.compiled_queries import (
    orders_with_keys,
    tables_by_key,
    tables_by_name,
    tables_of_pads,
    valid_devices,
)
from orders.services.destination import (
    check_kind,
    check_pickup,
    no_such_table,
    other_guests,
    own_table,
    wanted_table,
    wrong_table,
)
from orders.services.keys import reused_key
from orders.services.known_devices import TokenEnded, is_same
from orders.services.line_rows import line_rows
from orders.services.sending import check_courses, require_rights, set_courses
from orders.services.typed_prices import check_prices
from tables.declarations import Declared
from tables.models import Table
from tables.phase_steps import note_first_orders
from tables.stay_steps import serve_guests
from tables.steps import seat_parties, seat_without_table, seated_parties


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """A placed order: its id, its JSON (`OrderOutput`), and whether the request was a retry of an earlier one."""

    id: int
    json: dict[str, Any]
    replayed: bool


Outcome = PlacedOrder | DomainError


@dataclass(slots=True)
class Candidate:
    """A request that has not been refused so far. Each stage sets more of its fields.

    What is wrong with its body is collected, and refused together before anything is taken or written.
    """

    place: int
    request: OrderRequest
    refusals: Refusals
    table: Table | None = None
    priced: PricedOrder = None  # type: ignore[assignment]
    order: Order = None  # type: ignore[assignment]
    lines: tuple[OrderLine, ...] = ()
    event: OrderPlaced = None  # type: ignore[assignment]

    def json(self) -> dict[str, Any]:
        """Return the order in the shape of `OrderOutput`, as it was logged."""
        return with_notes(self.event.data(), self.event.private())


class Batch:
    """The stages of placing a batch, in the global lock order: tables, (keys, prices), stock, day's number, inserts."""

    def __init__(self, requests: Sequence[OrderRequest], work: UnitOfWork) -> None:
        self.requests, self.work = requests, work
        self.outcomes: dict[int, Outcome] = {}
        self.candidates = [
            Candidate(place, request, Refusals(request.problems)) for place, request in enumerate(requests)
        ]
        self.duplicates: dict[int, int] = {}
        self.devices: dict[int, Device] = {}
        self.pads: dict[int, int] = {}  # {device id: table id} of credentials that may order for one table only
        self.seated: dict[int, int] = {}  # {table id: party id}
        self.unserved: set[int] = set()  # parties that no waiter looks after
        self.new_guests: set[int] = set()  # parties that sit here and have ordered nothing yet
        self.declared: dict[int, Declared] = {}  # {party id: its declared allergies}

    def run(self) -> None:
        """Run all stages inside the transaction. Locks: table, stock, day's number."""
        self._load_devices()
        self._check_tokens()
        self._merge_equal_keys()
        keyed = [candidate for candidate in self.candidates if candidate.request.key is not None]
        self._lock_and_load(self._choose_tables(), keyed)
        self._run_stage(self._check_guests)
        self._run_stage(self._price)
        taken = self._share_portions()
        if self.candidates:
            take_portions(self.work, taken)
            self._insert()

    def answers(self) -> list[Outcome]:
        """Return the outcome of each request, in their order. Call it after the commit."""
        for candidate in self.candidates:
            self.outcomes[candidate.place] = PlacedOrder(candidate.order.pk, candidate.json(), replayed=False)
        for place, first in self.duplicates.items():
            self.outcomes[place] = replayed(self.outcomes[first])
        return [self.outcomes[place] for place in range(len(self.requests))]

    def _run_stage(self, stage: Callable[[Candidate], None]) -> None:
        """Run a stage for each candidate in its language, and drop the candidates that it refuses.

        Neighbours of one language share one `override`, because six of them are 3 % of an order's processor time.
        """
        kept = []
        for language, candidates in groupby(self.candidates, key=attrgetter("request.language")):
            with override(language):
                kept += [candidate for candidate in candidates if self._passes(candidate, stage)]
        self.candidates = kept

    def _passes(self, candidate: Candidate, stage: Callable[[Candidate], None]) -> bool:
        try:
            stage(candidate)
        except DomainError as error:
            self.outcomes[candidate.place] = error
            return False
        return True

    def _load_devices(self) -> None:
        """Load the devices that were authenticated from memory, and the tables of pads, in one round trip."""
        known = {c.request.actor.device_id for c in self.candidates if c.request.token_hash}
        bound = {
            c.request.actor.device_id for c in self.candidates if not c.request.actor.may(Permission.PLACE_ANYWHERE)
        }
        rows, pads = fetch_together(
            valid_devices.bind(self.work.restaurant_id, known) if known else None,
            tables_of_pads.bind(self.work.restaurant_id, bound) if bound else None,
        )
        self.devices, self.pads = {device.pk: device for device in rows}, dict(pads)

    def _check_tokens(self) -> None:
        """Refuse devices that were authenticated from memory and whose token or rights have changed since."""

        def check(candidate: Candidate) -> None:
            request = candidate.request
            device = self.devices.get(request.actor.device_id or 0)
            if request.token_hash and not (device and is_same(device, request)):
                raise TokenEnded

        self._run_stage(check)

    def _merge_equal_keys(self) -> None:
        """Keep only the first of the requests with the same key; the others get its outcome.

        Their bodies and languages are equal, because `placing` puts different ones into different rounds.
        """
        seen: dict[tuple[str, str], int] = {}
        kept = []
        for candidate in self.candidates:
            first, request = candidate.place, candidate.request
            if request.key is not None:
                first = seen.setdefault((request.actor.credential, request.key), candidate.place)
            if first != candidate.place:
                self.duplicates[candidate.place] = first
            else:
                kept.append(candidate)
        self.candidates = kept

    def _choose_tables(self) -> dict[int, int | str | None]:
        """Return {place: table id, name key of a table, or None}. A pad may order only for its own table."""
        wanted: dict[int, int | str | None] = {}

        def choose(candidate: Candidate) -> None:
            require_rights(candidate.request)
            with candidate.refusals:
                check_kind(candidate.request)
            with candidate.refusals:
                wanted[candidate.place] = wanted_table(candidate.request, self.pads)

        self._run_stage(choose)
        return wanted

    def _lock_and_load(self, wanted: dict[int, int | str | None], keyed: Sequence[Candidate]) -> None:
        """Lock the tables in pk order, then read their parties, used keys and the menu's version, in one round trip.

        Requests for unknown tables are refused. A request with a used key gets the earlier order, whatever the state of
        its table, menu or status is now. The keys are read under the locks, so that a second equal request finds the
        first one's order.
        """
        permitted = [c for c in keyed if not isinstance(self.outcomes.get(c.place), NotPermitted)]
        restaurant, names = self.work.restaurant_id, {name for name in wanted.values() if isinstance(name, str)}
        ids = {table for table in wanted.values() if isinstance(table, int)}
        credentials, keys = {c.request.actor.credential for c in permitted}, {c.request.key for c in permitted}
        tables, seated, versions, known = fetch_together(
            tables_by_name.bind(restaurant, ids, names) if names else tables_by_key.bind(restaurant, ids),
            seated_parties.bind(restaurant, ids, names),
            menu_versions.bind(restaurant),
            orders_with_keys.bind(restaurant, credentials, keys) if keys else None,
        )
        self.seated = {table: party for table, party, *_ in seated}
        self.declared = {party: declared for _table, party, declared, *_ in seated if declared}
        self.unserved = {party for _table, party, _declared, server, _ordered in seated if server is None}
        self.new_guests = {party for _table, party, *_, ordered in seated if ordered is None}
        use_menu(self.work, versions)
        self._assign_tables(wanted, {table.pk: table for table in tables} | {table.name_key: table for table in tables})
        if known:
            self._answer_replays(permitted, [pk for pk, _credential, _key in known])

    def _assign_tables(self, wanted: dict[int, int | str | None], tables: dict[int | str, Table]) -> None:
        def seat(candidate: Candidate) -> None:
            request, key = candidate.request, wanted.get(candidate.place)
            if key is None:
                return
            table, found = tables.get(key), candidate.refusals.found
            if table is None:
                refusal = no_such_table(request)
                if isinstance(refusal, NotYours) and not found:
                    raise refusal
                found.append(refusal)
                return
            if not request.actor.may(Permission.PLACE_ANYWHERE) and table.pk != own_table(request, self.pads):
                found.append(wrong_table())
            candidate.table = table

        self._run_stage(seat)

    def _answer_replays(self, candidates: Sequence[Candidate], orders: Sequence[int]) -> None:
        rows = Order.objects.filter(pk__in=orders).with_lines().order_by()
        known = {(row.credential, row.key): row for row in rows}
        for candidate in candidates:
            row = known.get((candidate.request.actor.credential, candidate.request.key))
            if row is not None:
                with override(candidate.request.language):
                    self.outcomes[candidate.place] = replay(row, candidate.request)
        self.candidates = [candidate for candidate in self.candidates if candidate.place not in self.outcomes]

    def _check_guests(self, candidate: Candidate) -> None:
        """Refuse an order for guests who do not sit at its locked table any more. Raises LostRace."""
        meant, table = candidate.request.party_id, candidate.table
        if meant is not None and table is not None and self.seated.get(table.pk) != meant:
            raise other_guests(meant, self.work.restaurant_id)

    def _price(self, candidate: Candidate) -> None:
        now, request = menu_in(self.work), candidate.request
        with candidate.refusals:
            check_pickup(request.pickup_at, self.work.now)
        with candidate.refusals:
            candidate.priced = price_order(now.menu, request.lines, kind=request.kind, day=self.day)
            check_courses(request, candidate.priced)
            check_prices(request, candidate.priced, now.menu.restaurant)
        candidate.refusals.raise_any()
        if now.menu.restaurant.pads_need_session and Role.PAD in request.actor.roles:
            raise InvalidInput(gettext("Ask a waiter to open this table's session first."), code="session_required")
        if candidate.table is not None and candidate.table.out_of_service:
            raise InvalidInput(
                gettext("%(table)s is out of service.") % {"table": candidate.table.name}, code="table_out_of_service"
            )
        at, tz = self.work.now, now.menu.restaurant.tz
        if Role.PAD in request.actor.roles and (until := now.pauses.of_pads(at)):
            raise paused_pads(until, at, tz)
        for place, line in enumerate(candidate.priced.lines):
            if line.item.id in now.off:
                raise sold_out(place, line.item.id, line.item.name, 0)
            if until := now.pauses.of_item(line.item.id, line.item.category_id, at):
                raise paused_item(place, line.item.id, line.item.name, until, at, tz)

    @cached_property
    def day(self) -> date:
        """The business day of the batch."""
        return menu_in(self.work).menu.restaurant.business_date(self.work.now)

    def _share_portions(self) -> Counter[int]:
        """Assign the counted portions to the orders in turn, and return {item id: portions taken}. Locks: stock."""
        taken: Counter[int] = Counter()
        wanted = {item_id for candidate in self.candidates for item_id in candidate.priced.portions()}
        if not wanted:
            return taken
        left = {item_id: count for item_id, count in counted_portions(wanted).items() if count is not None}

        def share(candidate: Candidate) -> None:
            portions = candidate.priced.portions()
            for place, line in enumerate(candidate.priced.lines):
                free = left.get(line.item.id, 0) - taken[line.item.id]
                if line.item.id in left and portions[line.item.id] > free:
                    raise sold_out(place, line.item.id, line.item.name, max(0, free))
            taken.update({item_id: count for item_id, count in portions.items() if item_id in left})

        self._run_stage(share)
        return taken

    def _insert(self) -> None:
        """Insert the rows of the whole batch, with one statement for each table."""
        parties = self._seat()
        restaurant = menu_in(self.work).menu.restaurant
        day = self.day
        for candidate in self.candidates:
            candidate.order = self._order_row(candidate, parties[candidate.place], day)
        self.work.insert_with_day_numbers([candidate.order for candidate in self.candidates], day)
        plans: list[PlannedCourse] = []
        for candidate in self.candidates:
            candidate.lines = line_rows(
                candidate.order, candidate.priced, self.declared.get(candidate.order.party_id, {})
            )
            plans += set_courses(candidate.order, candidate.lines, candidate.request, restaurant, self.work.now)
        insert_rows([line for candidate in self.candidates for line in candidate.lines], deferrable=True)
        insert_rows(plans)
        for candidate in self.candidates:
            name = candidate.table.name if candidate.table else ""
            candidate.event = OrderPlaced(order=candidate.order, lines=candidate.lines, table_name=name)
            self.work.record(candidate.event, actor=candidate.request.actor)

    def _seat(self) -> dict[int, int]:
        """Return {place: party id}: the party of its table, or a party of its own."""
        guests = {c.table: c.request.actor for c in reversed(self.candidates) if c.table is not None}
        at_tables = seat_parties(self.work, guests, self.seated)
        serve_guests(self.work, {at_tables[t.pk]: a for t, a in guests.items() if at_tables[t.pk] in self.unserved})
        note_first_orders(self.new_guests.intersection(at_tables.values()), self.work)
        parties = {c.place: at_tables[c.table.pk] for c in self.candidates if c.table is not None}
        alone = [c for c in self.candidates if c.table is None]
        seated = seat_without_table(self.work, [c.request.actor for c in alone])
        return parties | {c.place: party.pk for c, party in zip(alone, seated, strict=True)}

    def _order_row(self, candidate: Candidate, party_id: int, day: date) -> Order:
        request, actor = candidate.request, candidate.request.actor
        return new_row(
            Order,
            restaurant_id=self.work.restaurant_id,
            party_id=party_id,
            table=candidate.table,
            kind=request.kind,
            name=request.name,
            pickup_at=request.pickup_at,
            business_date=day,
            note=request.note,
            **candidate.priced.copies(),
            placed_by_staff_id=actor.id if actor.is_staff else None,
            placed_by_device_id=actor.device_id,
            placed_by=actor.label[:120],
            credential=actor.credential,
            key=request.key,
            fingerprint=request.fingerprint,
            placed_at=self.work.now,
        )


def replayed(outcome: Outcome) -> Outcome:
    """Return the outcome for a repeated request of the same batch."""
    return PlacedOrder(outcome.id, outcome.json, replayed=True) if isinstance(outcome, PlacedOrder) else outcome


def replay(row: Order, request: OrderRequest) -> Outcome:
    """Return the outcome for a used key: the order in its present state, or a refusal."""
    if row.fingerprint != request.fingerprint:
        return reused_key()
    if row.withdrawn_at is not None:
        return NotYours(gettext("This order was withdrawn."), code="order_not_found")
    return PlacedOrder(row.pk, order_detail(row), replayed=True)


def sold_out(place: int, item_id: int, name: str, free: int) -> SoldOut:
    """Return the refusal of a line, with the number of portions that can still be ordered."""
    message = gettext("%(name)s is sold out. Choose another dish.") % {"name": name}
    if free:
        message = gettext("Only %(free)s %(name)s left. Order %(free)s, or choose another dish?") % {
            "free": free,
            "name": name,
        }
    return SoldOut(message, fields={f"lines.{place}.item": [message]}, item=item_id, portions_left=free)
