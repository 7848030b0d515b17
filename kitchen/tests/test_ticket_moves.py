"""Every pair of statuses of tickets and their lines, with the actions between them."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.kernel.errors import IllegalTransition, LostRace
from bistro.core.tests.http import nothing_changes
from kitchen.models import Ticket
from kitchen.services import bump_ticket, push_ticket, recall_ticket, start_ticket, undo_bump
from kitchen.tests.factories import StationFactory
from kitchen.transitions import OPEN_TICKETS, TICKET_MOVES, TicketStatus, move_ticket, move_tickets
from orders.order_commands import LineRequest
from orders.services import cancel_order, replace_lines

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def ticket_in(house, status: str) -> Ticket:
    """Return a ticket in this status with an open order, brought there by services."""
    placed = house.order()
    cook = house.actor("kitchen")
    ticket = Ticket.objects.get(order_id=placed.id)
    if status == TicketStatus.STARTED:
        start_ticket(ticket_id=ticket.pk, actor=cook)
    elif status == TicketStatus.DONE:
        bump_ticket(ticket_id=ticket.pk, actor=cook)
    elif status == TicketStatus.CANCELLED:  # its dish was replaced by one of another station
        dish, bar = house.add_item(), StationFactory(restaurant=house.restaurant)
        bar.routes.create(restaurant=house.restaurant, item=dish)
        house.add_item()  # a new version of the menu: routes are read again
        lines = [LineRequest(item=dish.pk, quantity=1)]
        replace_lines(order_id=placed.id, lines=lines, note=None, actor=house.actor("waiter"))
    ticket.refresh_from_db()
    assert ticket.status == status
    return ticket


def start(house, ticket):
    start_ticket(ticket_id=ticket.pk, actor=house.actor("kitchen"))


def bump(house, ticket):
    bump_ticket(ticket_id=ticket.pk, actor=house.actor("kitchen"))


def recall(house, ticket):
    recall_ticket(ticket_id=ticket.pk, actor=house.actor("kitchen"))


def undo(house, ticket):
    undo_bump(ticket_id=ticket.pk, actor=house.actor("kitchen"))


def cancel(house, ticket):
    cancel_order(order_id=ticket.order_id, reason="Left", actor=house.actor("waiter"))


def push(house, ticket):
    away = StationFactory(restaurant=house.restaurant)
    push_ticket(ticket_id=ticket.pk, station_id=away.pk, actor=house.actor("kitchen"))


def edit_back(house, ticket):
    lines = [LineRequest(item=house.item.pk, quantity=1)]
    replace_lines(order_id=ticket.order_id, lines=lines, note=None, actor=house.actor("waiter"))


# action → {status before: status after, or the refusal}
ACTS = {
    start: {"queued": "started", "started": "started", "done": LostRace, "cancelled": IllegalTransition},
    bump: {"queued": "done", "started": "done", "done": LostRace, "cancelled": LostRace},
    recall: {"queued": LostRace, "started": LostRace, "done": "started", "cancelled": LostRace},
    undo: {"queued": LostRace, "started": LostRace, "done": "queued", "cancelled": LostRace},
    push: {"queued": "queued", "started": "started", "done": LostRace, "cancelled": LostRace},
    # An order whose only ticket is done is ready and can no longer be cancelled.
    cancel: {"queued": "cancelled", "started": "cancelled", "done": IllegalTransition, "cancelled": "cancelled"},
    edit_back: {
        "queued": "queued", "started": IllegalTransition, "done": IllegalTransition, "cancelled": "queued",
    },
}  # fmt: skip


@pytest.mark.parametrize("status", TicketStatus.values)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_every_act_in_every_status(house, act, status):
    ticket = ticket_in(house, status)
    expected, before = ACTS[act][status], ticket.version
    if isinstance(expected, str):
        act(house, ticket)
        ticket.refresh_from_db()
        assert ticket.status == expected
        assert ticket.version > before or expected == status
        return
    StationFactory(restaurant=house.restaurant)
    before = (ticket.status, ticket.version)
    with pytest.raises(expected):
        act(house, ticket)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.version) == before


REFUSALS = [(act, old) for act in (start, bump, recall) for old, new in ACTS[act].items() if not isinstance(new, str)]


@pytest.mark.parametrize(("act", "status"), REFUSALS, ids=lambda each: getattr(each, "__name__", each))
def test_a_refusal_changes_nothing(house, act, status):
    ticket = ticket_in(house, status)
    cook = house.actor("kitchen")
    service = {start: start_ticket, bump: bump_ticket, recall: recall_ticket}[act]
    with nothing_changes(), pytest.raises(ACTS[act][status]):
        service(ticket_id=ticket.pk, actor=cook)


def test_every_outcome_is_in_the_table_of_moves():
    """No action leaves the table of moves, and every move of the table has an action."""
    done = {
        (before, after)
        for outcomes in ACTS.values()
        for before, after in outcomes.items()
        if isinstance(after, str) and before != after
    }
    allowed = {(str(old), str(new)) for old, news in TICKET_MOVES.items() for new in news}
    assert done <= allowed
    # Moves with tests elsewhere: a cancelled order with one of two tickets done (below), and undo (test_undo_bump.py).
    assert allowed - done == {("done", "cancelled"), ("started", "queued")}


def test_a_done_ticket_is_cancelled_with_its_order(house):
    dish, bar = house.add_item(), StationFactory(restaurant=house.restaurant)
    bar.routes.create(restaurant=house.restaurant, item=dish)
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1}, {"item": dish.pk, "quantity": 1}])
    first, _second = house.tickets(order)
    bump_ticket(ticket_id=first["id"], actor=house.actor("kitchen"))
    cancel_order(order_id=order["id"], reason="Left", actor=house.actor("waiter"))
    assert [ticket["status"] for ticket in house.tickets(order)] == ["cancelled", "cancelled"]


MOVES = {
    "queued": ["cancelled", "done", "started"],
    "started": ["cancelled", "done", "queued"],
    "done": ["cancelled", "queued", "started"],
    "cancelled": ["queued"],
}
PAIRS = list(itertools.product(TicketStatus.values, repeat=2))


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_a_ticket_takes_the_statuses_of_the_table_only(old, new):
    ticket = Ticket(status=old)
    if new in (old, *MOVES[old]):
        move_ticket(ticket, new)
        assert ticket.status == new
        return
    with pytest.raises(IllegalTransition) as caught:
        move_ticket(ticket, new)
    assert caught.value.extra == {"current": old, "allowed": MOVES[old]}
    assert (caught.value.status, ticket.status) == (422, old)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_many_tickets_take_the_statuses_of_the_table_only(house, old, new, django_assert_num_queries):
    placed = house.order()
    rows = Ticket.objects.filter(order_id=placed.id)
    if new not in (old, *MOVES[old]):
        with nothing_changes(), pytest.raises(IllegalTransition):
            move_tickets(rows, ["queued", old], new)
        return
    with django_assert_num_queries(1):
        count = move_tickets(rows, [old], new, version=7)
    assert count == (1 if old == "queued" else 0), "only tickets of the named status are updated"
    if count:
        assert list(rows.values_list("status", "version")) == [(new, 7)]


def test_open_means_that_somebody_must_still_cook():
    assert set(OPEN_TICKETS) == {"queued", "started"}


@pytest.mark.parametrize("status", ["eaten", "", "DONE"])
def test_the_database_refuses_other_words(house, status):
    from django.db import IntegrityError, transaction

    ticket = ticket_in(house, "queued")
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(status=status)
    with pytest.raises(IntegrityError), transaction.atomic():
        ticket.lines.update(status=status)


def queries_of(act) -> int:
    with CaptureQueriesContext(connection) as asked:
        act()
    return len(asked)


def test_many_tickets_and_lines_cost_no_more_statements(house):
    dishes = [house.item]
    for _ in range(3):
        dish, station = house.add_item(), StationFactory(restaurant=house.restaurant)
        station.routes.create(restaurant=house.restaurant, item=dish)
        dishes.append(dish)
    house.add_item()  # a new version of the menu: routes are read again
    waiter, cook = house.actor("waiter"), house.actor("kitchen")

    def order(*items):
        return house.place(lines=[{"item": item.pk, "quantity": 1} for item in items])

    def cancel(placed):
        return queries_of(lambda: cancel_order(order_id=placed["id"], reason="Left", actor=waiter))

    def bump(placed):
        (ticket,) = house.tickets(placed)
        return queries_of(lambda: bump_ticket(ticket_id=ticket["id"], actor=cook))

    cancel(order(house.item))  # an acknowledged cancellation is not unread again
    assert cancel(order(*dishes)) == cancel(order(house.item))
    assert bump(order(*[house.item] * 6)) == bump(order(house.item))
