"""The service `place_orders`: many orders in one transaction, each with its own outcome (ADR 0007)."""

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from bistro.core.kernel.errors import DomainError, LostRace
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.models import Item
from menu.services import set_portions
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.services import PlacedOrder, place_orders, placing

pytestmark = pytest.mark.django_db
# The number is the same for one order and for ten: pads, tables' lock, parties, menu and availability, keys, day's
# number, orders, lines, tickets and their lines, the feed's head, events. PostgreSQL combines them into four: pads;
# the queries under the lock; numbered orders; all later inserts. Two more are the savepoint of the test's transaction.
QUERIES = (4 if connection.vendor == "postgresql" else 12) + 2
# A counted dish costs availability, lock, UPDATE, availability stamp and remaining portions; free tables their parties.
COUNTED = 5
# Seating: the party, and its stay at the table, which PostgreSQL gets together with the next statement.
FREE = 1 if connection.vendor == "postgresql" else 2


@pytest.fixture
def pads(house):
    """Return the actors of ten pads, each on its own table."""
    from bistro.core.auth.access import actor_of_device
    from tables.tests.factories import PadFactory

    return [actor_of_device(PadFactory(table=house.add_table()).device) for _ in range(10)]


def request_of(house, actor, item=None, quantity=1, **more):
    line = LineRequest(item=item or house.item.pk, quantity=quantity)
    return house.request(actor, lines=(line,), table_id=None, **more)


def codes(outcomes) -> list[str]:
    return [outcome.code if isinstance(outcome, DomainError) else "ok" for outcome in outcomes]


def test_each_is_answered_on_its_own(house, pads):
    set_portions(item_id=house.item.pk, portions_left=2, actor=house.actor("manager"))
    soup = house.add_item()
    kept = place_orders([request_of(house, pads[0], soup.pk, key="old", fingerprint="a")])[0]
    outcomes = place_orders(
        [
            request_of(house, pads[1], quantity=2, key="one", fingerprint="a"),  # takes the last two
            request_of(house, pads[2], 999_999),  # not on the menu
            request_of(house, pads[3], soup.pk, key="k", fingerprint="a"),
            request_of(house, pads[3], soup.pk, key="k", fingerprint="a"),  # the same tap again
            request_of(house, pads[3], soup.pk, key="k", fingerprint="b"),  # the same key, another body
            request_of(house, pads[4], soup.pk, key="k", fingerprint="b"),  # another pad's key
            request_of(house, pads[5]),  # sold out by the first
            request_of(house, pads[0], soup.pk, key="old", fingerprint="a"),  # placed long ago
            request_of(house, pads[0], soup.pk, key="old", fingerprint="c"),  # the same key, another body
            house.request(pads[6], table_id=house.table.pk),  # another table
            request_of(house, house.actor("cashier")),  # may not
            house.request(house.actor("waiter"), lines=(LineRequest(item=soup.pk, quantity=3),)),
        ]
    )
    assert codes(outcomes) == [
        "ok", "unknown_item", "ok", "ok", "idempotency_key_reused", "ok", "sold_out", "ok", "idempotency_key_reused",
        "wrong_table", "permission_denied", "ok",
    ]  # fmt: skip
    assert outcomes[3] == PlacedOrder(outcomes[2].id, outcomes[2].json, replayed=True)
    assert [outcome.replayed for outcome in outcomes if isinstance(outcome, PlacedOrder)] == [
        False, False, True, False, True, False,
    ]  # fmt: skip
    assert outcomes[7].id == kept.id
    assert outcomes[6].extra == {"item": house.item.pk, "portions_left": 0}
    assert Order.objects.count() == 5
    assert Item.objects.get(pk=house.item.pk).portions_left == 0
    assert list(Order.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_the_first_that_fits_gets_the_portions(house, pads):
    """Order 4 of 5 portions, then 3 (refused), then 1 (accepted)."""
    set_portions(item_id=house.item.pk, portions_left=5, actor=house.actor("manager"))
    outcomes = place_orders(
        [request_of(house, pad, quantity=count) for pad, count in zip(pads, (4, 3, 1, 1), strict=False)]
    )
    assert codes(outcomes) == ["ok", "sold_out", "ok", "sold_out"]
    assert [outcome.extra["portions_left"] for outcome in (outcomes[1], outcomes[3])] == [1, 0]
    assert Item.objects.get(pk=house.item.pk).portions_left == 0


def test_a_key_that_was_refused_with_one_body_is_free_for_another(house, pads):
    """Send an unknown dish, the right dish under the same key, and the unknown dish again in one batch."""
    wrong = request_of(house, pads[0], 999_999, key="tap", fingerprint="wrong")
    right = request_of(house, pads[0], key="tap", fingerprint="right")
    assert codes(place_orders([wrong, right, wrong, right])) == ["unknown_item", "ok", "unknown_item", "ok"]
    assert codes(place_orders([wrong, right])) == ["idempotency_key_reused", "ok"]
    assert Order.objects.count() == 1


def test_a_retry_behind_another_body_of_its_key_is_still_a_retry(house, pads):
    placed = place_orders([request_of(house, pads[0], key="tap", fingerprint="first")])[0]
    other = request_of(house, pads[0], quantity=2, key="tap", fingerprint="other")
    outcomes = place_orders([other, request_of(house, pads[0], key="tap", fingerprint="first")])
    assert codes(outcomes) == ["idempotency_key_reused", "ok"]
    assert outcomes[1].id == placed.id


def test_each_event_keeps_its_own_actor(house, pads):
    place_orders([request_of(house, pad) for pad in pads[:3]])
    placed = Event.objects.filter(type="order_created").order_by("seq")
    assert [event.device_id for event in placed] == [pad.device_id for pad in pads[:3]]
    assert [event.actor for event in placed] == [pad.credential for pad in pads[:3]]
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 7))


def test_several_orders_of_one_table_are_one_party(house, pads):
    outcomes = place_orders([request_of(house, pads[0]) for _ in range(3)])
    assert len({outcome.json["party"] for outcome in outcomes}) == 1
    assert Event.objects.filter(type="guest_created").count() == 1


def test_a_batch_of_refusals_writes_nothing(house, pads):
    with nothing_changes():
        assert codes(place_orders([request_of(house, pad, 999_999) for pad in pads])) == ["unknown_item"] * 10


def test_what_it_answers_is_what_stands_there(house, pads):
    from orders.representations import order_detail

    for outcome in place_orders([request_of(house, pad, note="quick") for pad in pads[:3]]):
        assert order_detail(Order.objects.with_lines().get(pk=outcome.id)) == outcome.json


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("free", [False, True])
def test_the_number_of_queries_is_constant(house, pads, count, counted, free):
    if counted:
        set_portions(item_id=house.item.pk, portions_left=500, actor=house.actor("manager"))
    house.order()  # compiles the menu and reserves the ids of the next sixty-four rows
    if not free:
        place_orders([request_of(house, pad) for pad in pads])
    with CaptureQueriesContext(connection) as captured:
        outcomes = place_orders([request_of(house, pad, key="k", fingerprint="f") for pad in pads[:count]])
    assert codes(outcomes) == ["ok"] * count
    assert len(captured) == QUERIES + COUNTED * counted + FREE * free, [query["sql"][:120] for query in captured]


# --- failure of the whole batch --------------------------------------------------------------------------------------
class FailsTogether:
    """A `_place_together` that fails for more than one order, or for its first calls."""

    def __init__(self, error, *, also_alone=0):
        self.error, self.also_alone = error, also_alone
        self.original = placing._place_together
        self.sizes = []

    def __call__(self, requests):
        self.sizes.append(len(requests))
        if len(requests) > 1 or self.also_alone:
            self.also_alone = max(0, self.also_alone - (len(requests) == 1))
            raise self.error
        return self.original(requests)


@pytest.mark.parametrize("error", [LostRace("Too slow."), IntegrityError("key twice"), OperationalError("locked")])
def test_a_failed_batch_is_tried_one_by_one(house, pads, monkeypatch, error):
    together = FailsTogether(error)
    monkeypatch.setattr(placing, "_place_together", together)
    outcomes = place_orders(
        [request_of(house, pads[0]), request_of(house, pads[1], 999_999), request_of(house, pads[2])]
    )
    assert codes(outcomes) == ["ok", "unknown_item", "ok"]
    assert together.sizes == [3, 1, 1, 1]
    assert Order.objects.count() == 2


def test_one_that_lost_its_race_twice_says_so(house, pads, monkeypatch):
    monkeypatch.setattr(placing, "_place_together", FailsTogether(LostRace("Too slow."), also_alone=2))
    with nothing_changes():
        assert codes(place_orders([request_of(house, pads[0])])) == ["conflict"]


def test_a_database_out_of_reach_is_overload(house, pads, monkeypatch):
    monkeypatch.setattr(placing, "_place_together", FailsTogether(OperationalError("gone"), also_alone=2))
    with nothing_changes():
        (outcome,) = place_orders([request_of(house, pads[0])])
    assert (outcome.code, outcome.status) == ("overloaded", 503)


def test_over_http_overload_says_when_to_come_again(house, monkeypatch):
    from bistro.core.tests.http import refused

    monkeypatch.setattr(placing, "_place_together", FailsTogether(OperationalError("gone"), also_alone=9))
    with nothing_changes():
        body = {"lines": [{"item": house.item.pk, "quantity": 1}]}
        response = house.api().post("/api/v1/orders", body, key="k")
        refused(response, 503, "overloaded")
    assert response["Retry-After"] == "1"


def test_lines_keep_their_order_and_their_order(house, pads):
    """Bulk inserts keep the lines of each order apart."""
    soup, bread = house.add_item(), house.add_item()
    wanted = [[soup.pk, bread.pk], [bread.pk], [house.item.pk, soup.pk, house.item.pk]]
    requests = [
        house.request(pad, table_id=None, lines=tuple(LineRequest(item=pk, quantity=1) for pk in items))
        for pad, items in zip(pads, wanted, strict=False)
    ]
    outcomes = place_orders(requests)
    found = [
        list(OrderLine.objects.filter(order_id=outcome.id).order_by("position").values_list("item_id", flat=True))
        for outcome in outcomes
    ]
    assert found == wanted


def test_one_order_that_cannot_be_written_costs_the_others_nothing(house, monkeypatch):
    """An order that the database refuses twice fails alone; the other orders of the batch are written."""
    real = placing._place_together

    def cannot_write_the_second(requests):
        if any(request.note == "cursed" for request in requests):
            raise IntegrityError("a fault of ours")
        return real(requests)

    monkeypatch.setattr(placing, "_place_together", cannot_write_the_second)
    outcomes = place_orders([house.request(), house.request(note="cursed"), house.request()])
    assert [getattr(outcome, "status", 201) for outcome in outcomes] == [201, 503, 201]
    assert Order.objects.count() == 2
