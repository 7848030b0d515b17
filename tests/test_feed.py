"""The live feed of a program on `/ws/orders`: snapshot, missed events, new events, and nothing twice."""

import asyncio
import io

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from bistro.core.live import consumers, event_log, guarded
from bistro.core.live import hub as hub_module
from bistro.core.live.guarded import RECONNECT
from bistro.core.models import Event, FeedEpoch, FeedHead
from bistro.core.tests.tampering import unprotected
from bistro.core.writing import commit_signal
from tests.sockets import Socket, beside, eventually, share_readings_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(house):
    """Return the Authorization header of a client that may read the restaurant's orders."""
    return house.api("integration").headers["Authorization"]


async def test_snapshot_then_events(house, program):
    first = await beside(house.order)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        initial = await socket.hear()
        second = await beside(house.order)
        new = await socket.hear("new_order")
    assert initial["type"] == "initial"
    assert [order["id"] for order in initial["orders"]] == [first.id]
    assert new["order"]["id"] == second.id
    assert new["epoch"] == initial["epoch"]
    assert new["seq"] > initial["seq"]
    assert "seq" not in new["order"]


async def test_of_too_many_open_orders_a_snapshot_holds_the_newest(house, program, monkeypatch):
    """Orders that were never closed must not displace new ones."""
    monkeypatch.setattr("orders.program_feed.INITIAL_LIMIT", 2)
    _forgotten, *newest = [(await beside(house.order)).id for _ in range(3)]
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        initial = await socket.hear("initial")
    assert [order["id"] for order in initial["orders"]] == newest


async def test_what_a_socket_may_not_see_leaves_it_at_rest(house, monkeypatch):
    """Events without a frame for the audience must not make a socket read again and again."""
    looks, real = [], consumers.LiveConsumer._missing

    async def counted(socket):
        looks.append(socket)
        return await real(socket)

    monkeypatch.setattr(consumers.LiveConsumer, "_missing", counted)
    pad, elsewhere = house.api("pad").headers["Authorization"], await beside(house.add_pad)
    async with Socket("/ws/orders", pad) as socket:
        await socket.hello()
        await socket.hear("initial")
        await beside(lambda: house.place(api=elsewhere))
        placed = await beside(house.place)
        assert (await socket.hear("new_order"))["order"]["id"] == placed["id"]
        await beside(lambda: house.place(api=elsewhere))
        await asyncio.sleep(0.2)
    assert len(looks) < 10


async def test_an_order_committed_while_the_socket_takes_its_snapshot_is_not_lost(house, program, monkeypatch):
    """The place is read before the rows, so an order that is committed in between comes again as an event."""
    real = hub_module._make_snapshot

    def slow(view):
        made = real(view)
        house.order()
        return made

    monkeypatch.setattr(hub_module, "_make_snapshot", slow)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        initial = await socket.hear("initial")
        new = await socket.hear("new_order")
    assert initial["orders"] == []
    assert new["order"]["status"] == "placed"


async def test_hello_with_a_place_brings_only_what_was_missed(house, program):
    seen = await beside(house.order)
    place = await beside(event_log.position, house.restaurant.pk)
    missed = [await beside(house.order) for _ in range(2)]
    async with Socket("/ws/orders", program) as socket:
        await socket.hello(place.seq, place.epoch)
        heard = [await socket.hear(), await socket.hear()]
    assert [message["type"] for message in heard] == ["new_order", "new_order"]
    assert [message["order"]["id"] for message in heard] == [order.id for order in missed]
    assert seen.id not in [message["order"]["id"] for message in heard]


async def test_hello_at_the_head_is_answered_at_once_with_a_beat(house, program, settings):
    """A client that returns on a quiet evening is live at once, without waiting for the next heartbeat."""
    settings.FEED_HEARTBEAT_SECONDS = 60
    await beside(house.order)
    place = await beside(event_log.position, house.restaurant.pk)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello(place.seq, place.epoch)
        beat = await socket.hear()
        assert await socket.silent()
    assert (beat["type"], beat["seq"], beat["epoch"]) == ("heartbeat", place.seq, place.epoch)


async def test_a_beat_is_never_behind_a_socket_that_came_from_a_process_ahead_of_this_one(
    house, program, settings, monkeypatch
):
    """A page takes a head before its own place for another history, and would discard its content."""
    settings.FEED_POLL_SECONDS = settings.FEED_HEARTBEAT_SECONDS = 60
    monkeypatch.setattr(commit_signal, "notify", lambda restaurant_id, seq: None)
    async with Socket("/ws/orders", program) as first, Socket("/ws/orders", program) as second:
        await first.hello()
        await first.hear("initial")
        await asyncio.sleep(0.1)  # the tail has polled and waits
        await beside(house.order)
        place = await beside(event_log.position, house.restaurant.pk)
        await second.hello(place.seq, place.epoch)
        beat = await second.hear()
    assert (beat["type"], beat["seq"]) == ("heartbeat", place.seq)


@pytest.mark.parametrize(
    ("after", "epoch"),
    [(0, "another history"), (10**6, None), (10**30, None), (None, None), (True, None), ("3", None)],
    ids=["other epoch", "beyond the head", "absurd", "no place", "true is no number", "text is no number"],
)
async def test_a_place_that_leads_nowhere_gets_a_snapshot(house, program, after, epoch):
    await beside(house.order)
    present = (await beside(event_log.position, house.restaurant.pk)).epoch
    async with Socket("/ws/orders", program) as socket:
        await socket.hello(after, epoch or present)
        assert (await socket.hear())["type"] == "initial"


async def test_too_far_behind_gets_a_snapshot(house, program, settings):
    settings.FEED_CATCH_UP_LIMIT = 3
    place = await beside(event_log.position, house.restaurant.pk)
    for _ in range(3):
        await beside(house.order)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello(place.seq, place.epoch)
        initial = await socket.hear()
    assert initial["type"] == "initial"
    assert len(initial["orders"]) == 3


async def test_a_lost_commit_signal_costs_one_poll(house, program, settings, monkeypatch):
    settings.FEED_POLL_SECONDS = 0.1
    monkeypatch.setattr(commit_signal, "notify", lambda restaurant_id, seq: None)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        await socket.hear("initial")
        placed = await beside(house.order)
        assert (await socket.hear("new_order"))["order"]["id"] == placed.id


async def test_without_the_commit_signal_and_without_the_poll_nothing_comes(house, program, settings, monkeypatch):
    """Control of the test above: the poll replaces a lost commit signal."""
    settings.FEED_POLL_SECONDS = 60
    monkeypatch.setattr(commit_signal, "notify", lambda restaurant_id, seq: None)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        await socket.hear("initial")
        await asyncio.sleep(0.1)  # the tail has polled and waits
        await beside(house.order)
        assert await socket.silent(0.3)


async def test_a_beat_carries_the_head_even_when_nothing_concerned_this_socket(house, other_house, program, settings):
    settings.FEED_HEARTBEAT_SECONDS = 0.1
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        await socket.hear("initial")
        await beside(other_house.order)
        placed = await beside(house.order)
        await socket.hear("new_order")
        head = (await beside(event_log.position, house.restaurant.pk)).seq
        beats = [await socket.hear("heartbeat") for _ in range(2)]
    assert beats[-1]["seq"] == head
    assert {"seq", "epoch", "now", "type"} == set(beats[-1])
    assert placed


async def test_a_socket_is_sent_away_in_time_and_goes_on_where_it_stood(house, program, settings):
    settings.FEED_HEARTBEAT_SECONDS, settings.SOCKET_LIFETIME_SECONDS = 0.05, 0.05
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        first = await socket.hear("initial")
        assert await socket.closed() == RECONNECT
    missed = await beside(house.order)
    settings.SOCKET_LIFETIME_SECONDS = 60
    async with Socket("/ws/orders", program) as socket:
        await socket.hello(first["seq"], first["epoch"])
        assert (await socket.hear_but("heartbeat"))["order"]["id"] == missed.id


@pytest.mark.parametrize(
    "name", ["NOT_AUTHENTICATED", "FORBIDDEN", "TOO_CHATTY", "TOO_MANY", "INTERNAL_ERROR", "RECONNECT"]
)
def test_daphne_can_send_every_close_code(name):
    """Autobahn, below Daphne, refuses all other codes with an exception, and the socket stays open silently."""
    assert 4000 <= getattr(guarded, name) <= 4999


async def test_who_cannot_come_back_is_not_sent_away(house, program, settings):
    settings.FEED_HEARTBEAT_SECONDS, settings.SOCKET_LIFETIME_SECONDS = 0.05, 0.05
    async with Socket("/ws/orders", program, protocols=()) as socket:
        await socket.hear("initial")
        await asyncio.sleep(0.3)
        placed = await beside(house.order)
        assert (await socket.hear("new_order"))["order"]["id"] == placed.id


async def test_events_come_once_and_in_order_to_many_sockets(house, program, settings):
    settings.FEED_POLL_SECONDS = 0.05
    sockets = [Socket("/ws/orders", program) for _ in range(5)]
    for socket in sockets:
        await socket.__aenter__()
        await socket.hello()
        await socket.hear("initial")
    placed = [(await beside(house.order)).id for _ in range(12)]
    for socket in sockets:
        heard = [await socket.hear("new_order") for _ in placed]
        assert [message["order"]["id"] for message in heard] == placed
        seqs = [message["seq"] for message in heard]
        assert seqs == sorted(set(seqs))
        await socket.__aexit__()


async def test_a_socket_whose_recent_frames_are_gone_catches_up_from_the_log(house, program, monkeypatch):
    """A slow reader has no queue, so dropped frames are read again from the log."""
    monkeypatch.setattr(hub_module, "RECENT_FRAMES", 2)
    await _sleeps_through(house, program, orders=6, expected="new_order")


async def test_a_socket_that_is_too_far_behind_for_the_log_gets_a_snapshot(house, program, monkeypatch, settings):
    monkeypatch.setattr(hub_module, "RECENT_FRAMES", 2)
    settings.FEED_CATCH_UP_LIMIT = 4
    share_readings_for(monkeypatch, 60.0)  # except a snapshot that the recent frames do not continue
    await _sleeps_through(house, program, orders=6, expected="initial")


async def _sleeps_through(house, program, *, orders, expected):
    async with Socket("/ws/orders", program) as socket, Socket("/ws/orders", program) as sleeper:
        await socket.hello()
        await socket.hear("initial")
        place = await beside(event_log.position, house.restaurant.pk)
        placed = []
        for _ in range(orders):
            placed.append((await beside(house.order)).id)
            await socket.hear("new_order")  # the hub has rendered these frames and still has two of them
        await sleeper.hello(place.seq, place.epoch)
        message = await sleeper.hear()
        assert message["type"] == expected
        if expected == "initial":
            assert [order["id"] for order in message["orders"]] == placed
        else:
            heard = [message, *[await sleeper.hear("new_order") for _ in range(orders - 1)]]
            assert [each["order"]["id"] for each in heard] == placed


async def test_after_a_restore_one_command_makes_every_screen_look_again(house, program, settings):
    settings.FEED_POLL_SECONDS = settings.FEED_HEARTBEAT_SECONDS = 0.05
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        old = await socket.hear("initial")
        await beside(call_command, "restored", stdout=io.StringIO())
        new = await socket.hear("initial")
    assert new["seq"] == old["seq"]
    present = await beside(event_log.position, house.restaurant.pk)
    assert new["epoch"] == present.epoch != old["epoch"]


@pytest.mark.parametrize("shared", [0.0, 60.0])
async def test_another_history_brings_a_new_snapshot_to_everybody(house, program, monkeypatch, settings, shared):
    """After a restored backup the epoch is another one, and the log may be shorter."""
    share_readings_for(monkeypatch, shared)
    settings.FEED_POLL_SECONDS = settings.FEED_HEARTBEAT_SECONDS = 0.05
    await beside(house.order)
    async with Socket("/ws/orders", program) as socket:
        await socket.hello()
        old = await socket.hear("initial")
        await beside(_restore_an_older_state, house.restaurant)
        new = await socket.hear("initial")
        beat = await socket.hear("heartbeat")
        placed = await beside(house.order)
        assert (await socket.hear("new_order"))["order"]["id"] == placed.id
    assert (new["epoch"], new["seq"]) == ("restored", old["seq"] - 1)
    assert (beat["epoch"], beat["seq"]) == ("restored", old["seq"] - 1)


@transaction.atomic
def _restore_an_older_state(restaurant):
    with unprotected():
        Event.objects.filter(restaurant=restaurant).order_by("-seq").first().delete()
    FeedHead.objects.filter(restaurant=restaurant).update(seq=F("seq") - 1)
    FeedEpoch.objects.update(value="restored")


async def test_the_hub_keeps_nothing_of_sockets_that_left(house, program):
    async with Socket("/ws/orders", program) as first, Socket("/ws/orders", program) as second:
        for socket in (first, second):
            await socket.hello()
            await socket.hear("initial")
        hub = hub_module.current_hub()
        assert (hub.sockets, len(hub.audiences)) == (2, 1)
    assert await eventually(lambda: hub.sockets == 0)
    assert hub.audiences == {}
    assert hub._tail is None


async def test_old_clients_get_everything_without_saying_hello(house, program, settings):
    """The earlier pads' socket, without our subprotocol and heartbeats."""
    settings.FEED_HEARTBEAT_SECONDS = 0.05
    first = await beside(house.order)
    async with Socket("/ws/orders", program, protocols=()) as socket:
        assert socket.chosen is None
        initial = await socket.hear()
        second = await beside(house.order)
        new = await socket.hear()
        assert await socket.silent(0.2)
    assert initial["type"] == "initial"
    assert initial["orders"][0]["id"] == first.id
    assert initial["orders"][0]["items"] == [{"name": house.item.name, "quantity": 1}]
    assert new["type"] == "new_order"
    assert new["order"]["id"] == second.id


async def test_our_clients_choose_our_subprotocol_and_speak_first(house, program):
    async with Socket("/ws/orders", program) as socket:
        assert socket.chosen == "bistro.v1"
        assert await socket.silent(0.15)
        await socket.hello()
        assert (await socket.hear())["type"] == "initial"


async def test_one_of_ours_that_never_says_hello_gets_a_snapshot_in_the_end(house, program, monkeypatch):
    monkeypatch.setattr("bistro.core.live.consumers.HELLO_SECONDS", 0.05)
    async with Socket("/ws/orders", program) as socket:
        assert (await socket.hear())["type"] == "initial"
