"""Whole evenings at a correct restaurant and at faulty ones: every fault must appear in the verdict."""

import asyncio
from decimal import Decimal

import pytest
from rich.console import Console

from tools.simulator.client import open_client
from tools.simulator.ledger import Traffic
from tools.simulator.reconcile import found_order
from tools.simulator.report import figures, show_account

pytestmark = pytest.mark.database_agnostic


async def test_a_good_evening(evening_at):
    account, evening, restaurant = await evening_at()
    assert account.problems == []
    assert (account.placed, account.acknowledged, account.shown, account.announced) == (7, 7, 7, 7)
    assert account.delivered == 7
    assert account.expected == account.found > 0
    assert {tokens[0] for tokens in restaurant.seen_keys.values()} == {f"Device pad-{n}" for n in (1, 2, 3)}
    assert restaurant.reports, "screens say what they have shown"
    assert all(report.keys() == {"seen"} and 0 < report["seen"] <= restaurant.seq for report in restaurant.reports)
    assert evening.phase == "closed"


async def test_without_cooks_nothing_is_bumped(evening_at):
    account, _, restaurant = await evening_at(options={"cooks": False})
    assert account.problems == []
    assert {order["status"] for order in restaurant.orders.values()} == {"placed"}


async def test_all_in_the_same_second(evening_at):
    account, _, _ = await evening_at(options={"burst": True, "count": 60})
    assert account.problems == []
    assert account.acknowledged == 60


@pytest.mark.parametrize("fault", ["busy_first", "hang_up_first", "cut_answer_first"])
async def test_a_retry_keeps_its_key(evening_at, fault):
    account, evening, restaurant = await evening_at(**{fault: 2})
    assert account.problems == []
    assert len(restaurant.seen_keys) == len(restaurant.orders) == 7
    assert all(len(attempts) == 3 for attempts in restaurant.seen_keys.values())
    assert evening.ledger.traffic.retries >= 14


async def test_a_server_that_forgets_keys_doubles(evening_at):
    account, _, _ = await evening_at(cut_answer_first=1, forget_keys=True)
    assert len(account.doubled) == 7
    assert account.problems[0] == "7 doubled"


async def test_an_order_that_is_not_in_the_books_is_lost(evening_at):
    account, _, _ = await evening_at(lose_first=2)
    assert account.not_stored == {1, 2}
    assert "2 lost" in account.problems


async def test_an_order_that_no_kitchen_screen_showed_is_in_the_books_and_not_shown_yet(evening_at):
    account, evening, _ = await evening_at(hide_first=3)
    assert account.not_shown == account.not_shown_yet == {1, 2, 3}
    assert account.lost == set()
    assert account.problems == ["3 not shown yet"]
    assert account.shown == 4
    found = figures(evening, account)
    assert (found["lost"], found["not_shown_yet"], found["good"]) == ([], [1, 2, 3], False)


async def test_an_order_that_is_lost_is_not_counted_twice(evening_at):
    account, _, _ = await evening_at(lose_first=2, hide_first=2)
    assert (account.lost, account.not_shown_yet) == ({1, 2}, set())
    assert not any("not shown" in problem for problem in account.problems)


async def test_an_order_announced_twice_is_doubled(evening_at):
    account, _, _ = await evening_at(announce_twice_first=1)
    assert account.doubled == {1}


async def test_a_cent_too_much_is_found(evening_at):
    account, _, _ = await evening_at(overcharge_first=1)
    assert account.found - account.expected == Decimal("0.01")
    assert [order for order, _, _ in account.wrong_totals] == [1]
    assert any("money" in problem for problem in account.problems)


async def test_sold_out_is_an_answer_but_selling_nothing_is_no_service(evening_at):
    account, _, _ = await evening_at(refuse=True)
    assert account.refused == {"sold_out": 7}
    assert account.problems == ["no order was acknowledged"]


async def test_a_guest_without_any_answer_spoils_the_evening(evening_at):
    account, _, _ = await evening_at(hang_up_first=99, options={"patience": 0.3, "count": 2})
    assert account.unanswered == 2
    assert "2 never answered" in account.problems


async def test_a_cut_socket_comes_back_where_it_was(serve, who):
    from tools.simulator.ledger import Announcements
    from tools.simulator.waiters import OrderFeed

    async with serve() as (restaurant, url), open_client((url,), Traffic(), patience=1) as client:
        announcements = Announcements()
        feed = OrderFeed(client.session, url, who.one("integration"), announcements)
        listening = asyncio.create_task(feed.listen())
        await restaurant.visited("orders", 1)
        await restaurant.announce("new_order", {"id": 5, "status": "placed"})
        await restaurant.sockets["orders"][0].close(code=4401)
        await restaurant.visited("orders", 2)
        announcements.announce(5, 1, connection=2)
        assert announcements.doubled() == set()
        assert (feed.seq, feed.epoch) == (1, "e")
        listening.cancel()


async def test_the_report_names_what_went_wrong(evening_at):
    account, evening, _ = await evening_at(lose_first=1, overcharge_first=2)
    console = Console(record=True, width=120)
    show_account(evening, account, console)
    text = console.export_text()
    assert "NOT GOOD" in text
    assert "lost (not stored): 1 (1)" in text
    assert "money found" in text
    found = figures(evening, account)
    assert found["lost"] == [1]
    assert set(found["milliseconds"]["order → kitchen screen"]) == {"p50", "p95", "p99", "p100"}


@pytest.mark.parametrize(
    ("total", "tax", "compared"),
    [("10.00", "0.91", "10.00"), ("10.83", "0.83", "10.00"), ("10.01", "0.00", "10.01"), ("10.84", "0.83", "10.84")],
)
def test_added_tax_is_not_compared_with_the_prices_of_the_menu(total, tax, compared):
    lines = [{"total": "4.00", "note": "mark"}, {"total": "6.00", "note": ""}]
    found = found_order({"id": 1, "status": "placed", "total": total, "tax": tax, "lines": lines})
    assert (found.total, found.markers) == (Decimal(compared), {"mark"})
