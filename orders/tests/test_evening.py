"""“My evening”: own tables, sales so far, and the hand-over of tables at the end of a shift."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.auth.access import staff_actor
from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace, NotPermitted, NotYours
from bistro.core.models import Event
from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import nothing_changes
from bistro.core.tests.racing import race
from orders.floor.evening import read_evening
from orders.models import Order
from orders.services import cancel_order, clear_table, hand_over_parties, handing_over, join_table, take_over
from tables.models import Party

pytestmark = pytest.mark.django_db

PAGE, HAND_OVER = "/floor/evening/", "/floor/evening/hand-over/"


@pytest.fixture
def ana(house):
    return staff_actor(house.staff("waiter"), house.restaurant.pk)


@pytest.fixture
def ben(house):
    return staff_actor(MembershipFactory(restaurant=house.restaurant, role="waiter").staff, house.restaurant.pk)


def sit(house, actor, table=None, **more):
    """Let guests of this waiter sit down by a first order, and return their party."""
    placed = house.order(actor, table_id=(table or house.add_table()).pk, **more)
    return Order.objects.get(pk=placed.json["id"]).party


def servers(*parties):
    return [Party.objects.get(pk=party.pk).server_id for party in parties]


# --- the page ----------------------------------------------------------------------------------------------------
def test_own_tables_with_guests_orders_and_total(house, ana, ben):
    first, second = house.add_table(name="Window"), house.add_table(name="Corner")
    party = sit(house, ana, first, quantity=2)
    house.order(ben, table_id=first.pk)
    join_table(party_id=party.pk, table_id=second.pk, actor=ana)
    sit(house, ben)
    (shown,) = read_evening(ana).tables
    assert (shown.party_id, shown.table_id, shown.name) == (party.pk, first.pk, "Window + Corner")
    assert (shown.open_orders, shown.total) == (2, "€30.00")
    page = house.browser("waiter").get(PAGE).content.decode()
    assert "<bdi>Window + Corner</bdi>" in page
    assert f'name="party" value="{party.pk}"' in page


def test_sales_are_own_orders_and_those_of_own_guests_each_once(house, ana, ben):
    table = house.add_table()
    sit(house, ana, table)  # sent and served
    house.order(ben, table_id=table.pk, quantity=2)  # served, sent by a colleague
    sit(house, ben, other := house.add_table())
    house.order(ana, table_id=other.pk, quantity=3)  # sent, served by a colleague
    evening = read_evening(ana)
    assert (evening.sent.orders, evening.sent.total) == (2, "€40.00")
    assert (evening.served.orders, evening.served.total) == (2, "€30.00")
    assert (evening.both.orders, evening.both.total) == (3, "€60.00")


def test_what_is_not_sold_or_not_tonight_does_not_count(house, other_house, ana):
    table = house.add_table()
    sit(house, ana, table)
    gone = house.order(ana, table_id=table.pk)
    cancel_order(order_id=gone.json["id"], reason="Left", actor=ana)
    old = house.order(ana, table_id=table.pk)
    Order.objects.filter(pk=old.json["id"]).update(business_date=timezone.now().date() - timedelta(days=3))
    other_house.order(staff_actor(other_house.staff("waiter"), other_house.restaurant.pk))
    evening = read_evening(ana)
    assert (evening.both.orders, evening.both.total) == (1, "€10.00")
    assert evening.tables[0].total == "€20.00", "the table still owes what it ordered before the day began"


def test_guests_who_left_are_no_table_but_were_sold_to(house, ana):
    table = house.add_table()
    party = sit(house, ana, table)
    for order in Order.objects.filter(party=party):
        cancel_order(order_id=order.pk, reason="Left", actor=ana)
    clear_table(table_id=table.pk, actor=ana)
    assert read_evening(ana).tables == []
    assert "You serve no table now." in house.browser("waiter").get(PAGE).content.decode()


def test_the_page_is_for_those_who_serve(house):
    for role, status in (("waiter", 200), ("manager", 200), ("host", 403), ("cashier", 403), ("kitchen", 403)):
        assert house.browser(role).get(PAGE).status_code == status, role


def test_the_page_costs_the_same_for_any_number_of_tables_and_orders(house, ana, django_assert_num_queries):
    def ask():
        read_evening(ana)

    sit(house, ana)
    ask()
    for _ in range(2):
        with django_assert_num_queries(5):
            ask()
        for _ in range(4):
            party = sit(house, ana)
            house.order(ana, table_id=party.table_id)
            MembershipFactory(restaurant=house.restaurant, role="waiter")


# --- the hand-over -----------------------------------------------------------------------------------------------
def test_tables_are_handed_over_in_one_go_and_told(house, ana, ben):
    mine = [sit(house, ana) for _ in range(3)]
    versions = [Party.objects.get(pk=party.pk).version for party in mine]
    browser = house.browser("waiter")
    answer = browser.post(HAND_OVER, {"party": [party.pk for party in mine[:2]], "server": ben.id})
    assert answer["Location"] == PAGE
    assert servers(*mine) == [ben.id, ben.id, ana.id]
    assert [Party.objects.get(pk=party.pk).version for party in mine] == [versions[0] + 1, versions[1] + 1, versions[2]]
    assert "2 tables are handed over." in browser.get(PAGE).content.decode()
    told = Event.objects.filter(restaurant=house.restaurant).order_by("-seq")[:2]
    assert {event.action for event in told} == {"changed"}
    assert {event.subject for event in told} == {f"party:{party.pk}" for party in mine[:2]}
    assert [table.party_id for table in read_evening(ben).tables] == [party.pk for party in mine[:2]]


def test_a_table_that_a_colleague_took_meanwhile_leaves_all_as_it_was(house, ana, ben):
    mine = [sit(house, ana), sit(house, ana, house.add_table(name="Window"))]
    carl = staff_actor(MembershipFactory(restaurant=house.restaurant, role="waiter").staff, house.restaurant.pk)
    take_over(party_id=mine[1].pk, actor=carl)
    browser = house.browser("waiter")
    with nothing_changes():
        answer = browser.post(HAND_OVER, {"party": [party.pk for party in mine], "server": ben.id})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"{carl.label} serves Window now, so nothing was handed over. Choose again." in page
    assert f'value="{mine[0].pk}"\n            checked' in page
    assert f'<option value="{ben.id}" selected>' in page
    assert f'name="party" value="{mine[1].pk}"' not in page, "the page shows the tables as they are now"


def test_refusals_leave_all_as_it_was(house, other_house, ana, ben):
    party, left = sit(house, ana), sit(house, ana)
    for order in Order.objects.filter(party=left):
        cancel_order(order_id=order.pk, reason="Left", actor=ana)
    clear_table(table_id=left.table_id, actor=ana)
    host = MembershipFactory(restaurant=house.restaurant, role="host").staff
    stranger = other_house.order(staff_actor(other_house.staff("waiter"), other_house.restaurant.pk))
    theirs = Order.objects.get(pk=stranger.json["id"]).party
    waiting = sit(house, house.pad_actor, house.table)
    cases = [
        ([], ben.id, InvalidInput, "nothing_chosen"),
        ([party.pk], 0, InvalidInput, "unknown_server"),
        ([party.pk], ana.id, InvalidInput, "unknown_server"),
        ([party.pk], host.pk, InvalidInput, "unknown_server"),
        ([party.pk], other_house.staff("waiter").pk, InvalidInput, "unknown_server"),
        ([party.pk, left.pk], ben.id, InvalidInput, "party_left"),
        ([party.pk, waiting.pk], ben.id, LostRace, "not_your_table"),
        ([party.pk, theirs.pk], ben.id, NotYours, "party_not_found"),
        ([party.pk, 10**17], ben.id, NotYours, "party_not_found"),
    ]
    with nothing_changes():
        for chosen, server, kind, code in cases:
            with pytest.raises(kind) as caught:
                hand_over_parties(party_ids=chosen, server_id=server, actor=ana)
            assert caught.value.code == code
        with pytest.raises(NotPermitted):
            hand_over_parties(party_ids=[party.pk], server_id=ben.id, actor=house.actor("cashier"))


@pytest.mark.parametrize("form", [{}, {"party": "x", "server": "y"}, {"party": "9" * 30, "server": "-1"}])
def test_a_form_of_nonsense_is_refused_with_a_sentence(house, form):
    answer = house.browser("waiter").post(HAND_OVER, form)
    assert answer.status_code == 422
    assert "Choose at least one table." in answer.content.decode()


@pytest.fixture
def two_hand_overs(house, ana, ben):
    """Return a function that hands one table over to two colleagues at once, and returns the outcomes."""
    party = sit(house, ana)
    others = [ben.id, MembershipFactory(restaurant=house.restaurant, role="waiter").staff_id]

    def run():
        def over(server):
            return lambda: hand_over_parties(party_ids=[party.pk], server_id=server, actor=ana)

        outcomes = race([over(server) for server in others])
        return [outcome for outcome in outcomes if not isinstance(outcome, DomainError)], outcomes

    return run


@pytest.mark.django_db(transaction=True)
def test_one_table_is_handed_over_once(two_hand_overs):
    won, outcomes = two_hand_overs()
    assert len(won) == 1, outcomes
    assert {outcome.code for outcome in outcomes if isinstance(outcome, DomainError)} == {"not_your_table"}


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_look_at_the_server_both_win(two_hand_overs, monkeypatch):
    monkeypatch.setattr(handing_over, "_require_own", lambda stay, work: None)
    won, _outcomes = two_hand_overs()
    assert len(won) == 2
