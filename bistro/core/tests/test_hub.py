"""The hub: one tail per process, through faults of the database, the commit signal and audiences."""

import asyncio
import logging
import os
import subprocess
import sys
import threading

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, InterfaceError, OperationalError, connections

from bistro.core.live import event_log
from bistro.core.live import hub as hub_module
from bistro.core.live.frames import Frame
from bistro.core.live.hub import Hub, current_hub, hub_facts
from bistro.core.live.threads import in_thread
from bistro.core.models import FeedHead
from bistro.core.tests.factories import RestaurantFactory
from bistro.core.tests.live import DeviceView, Reader, add_device
from bistro.core.writing import commit_signal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def here():
    return RestaurantFactory()


@pytest.fixture
async def hub():
    found = Hub(asyncio.get_running_loop())
    yield found
    for audience in list(found.audiences.values()):
        for wakeup in list(audience.wakeups):
            found.leave(audience, wakeup)


async def test_readers_of_one_audience_share_a_watch_and_its_snapshot(here, hub):
    view = DeviceView(here.pk)
    readers = [Reader(hub, view) for _ in range(5)]
    await asyncio.gather(*(reader.join() for reader in readers))
    assert len(hub.audiences) == 1
    assert view.snapshots == 1
    await add_device(here, "a")
    for reader in readers:
        assert await reader.until(["a"]) == ["a"]


async def test_each_restaurant_is_read_apart(here, hub):
    there = await in_thread(RestaurantFactory)
    first, second = await Reader(hub, DeviceView(here.pk)).join(), await Reader(hub, DeviceView(there.pk)).join()
    await add_device(here, "a")
    await add_device(there, "b")
    assert await first.until(["a"]) == ["a"]
    assert await second.until(["b"]) == ["b"]


async def test_the_tail_looks_once_for_many_restaurants(here, hub, monkeypatch, settings):
    """An idle poll is one read, whatever the number of sockets and restaurants."""
    settings.FEED_POLL_SECONDS = 0.02
    looks, real, enough = [], hub_module._read_log, threading.Event()
    places = [here, *[await in_thread(RestaurantFactory) for _ in range(3)]]
    everywhere = sorted(place.pk for place in places)

    def counted(starts, signalled):
        looks.append(sorted(starts))
        if looks.count(everywhere) == 2:
            enough.set()
        return real(starts, signalled)

    monkeypatch.setattr(hub_module, "_read_log", counted)
    for place in places:
        for name in "ab":
            await Reader(hub, DeviceView(place.pk, name)).join()
    assert await asyncio.to_thread(enough.wait, 5)
    assert len(hub.audiences) == 8


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DatabaseError, OSError])
async def test_the_tail_survives_the_database(here, hub, monkeypatch, settings, error):
    settings.FEED_POLL_SECONDS = 0.02
    monkeypatch.setattr(hub_module, "RETRY_SECONDS", 0.01)
    reader = await Reader(hub, DeviceView(here.pk)).join()
    real, broken = hub_module._read_log, threading.Event()

    def away(starts, signalled):
        broken.set()
        raise error("the database is away")

    monkeypatch.setattr(hub_module, "_read_log", away)
    await asyncio.to_thread(broken.wait, 5)
    await add_device(here, "a")
    monkeypatch.setattr(hub_module, "_read_log", real)
    assert await reader.until(["a"]) == ["a"]
    assert not hub._tail.done()


async def test_one_audience_that_cannot_be_rendered_leaves_the_others_alone(here, hub, monkeypatch, caplog):
    class Broken(DeviceView):
        def changes(self, events, position):
            raise KeyError("a template's fault")

    good = await Reader(hub, DeviceView(here.pk, "good")).join()
    bad = await Reader(hub, Broken(here.pk, "bad")).join()
    with caplog.at_level(logging.ERROR):
        await add_device(here, "a")
        assert await good.until(["a"]) == ["a"]
        assert await bad.until(["a"]) == ["a"]  # by a snapshot
    assert bad.view.snapshots == 2
    assert "cannot be rendered" in caplog.text


async def test_a_lost_ring_costs_one_poll(here, hub, monkeypatch, settings):
    settings.FEED_POLL_SECONDS = 0.05
    monkeypatch.setattr(commit_signal, "notify", lambda *heard: None)
    reader = await Reader(hub, DeviceView(here.pk)).join()
    await add_device(here, "a")
    assert await reader.until(["a"]) == ["a"]


async def test_who_rang_is_asked_for_with_the_heads(here, hub, monkeypatch, settings):
    settings.FEED_POLL_SECONDS = 60
    apart, real = [], event_log.events_after
    monkeypatch.setattr(event_log, "events_after", lambda *asked: apart.append(asked) or real(*asked))
    reader = await Reader(hub, DeviceView(here.pk)).join()
    await asyncio.sleep(0.1)  # the tail has polled and waits
    await add_device(here, "a")
    assert await reader.until(["a"]) == ["a"]
    assert apart == []


async def test_a_look_finds_also_whom_nobody_rang_for(here, hub, monkeypatch, settings):
    settings.FEED_POLL_SECONDS = 60
    there = await in_thread(RestaurantFactory)
    real = commit_signal.notify
    monkeypatch.setattr(
        commit_signal, "notify", lambda restaurant_id, seq: restaurant_id == here.pk and real(restaurant_id, seq)
    )
    first, second = await Reader(hub, DeviceView(here.pk)).join(), await Reader(hub, DeviceView(there.pk)).join()
    await asyncio.sleep(0.1)  # the tail has polled and waits
    await add_device(there, "b")
    await add_device(here, "a")
    assert await first.until(["a"]) == ["a"]
    assert await second.until(["b"]) == ["b"]


async def test_a_socket_that_left_while_it_joined_leaves_nothing(here, hub):
    reader = Reader(hub, DeviceView(here.pk))
    joining = asyncio.ensure_future(reader.join())
    await asyncio.sleep(0)
    joining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await joining
    assert hub.sockets == 0
    assert hub.audiences == {}


async def test_the_last_one_out_stops_the_tail_and_the_next_one_starts_it(here, hub):
    for name in "ab":
        reader = await Reader(hub, DeviceView(here.pk)).join()
        await add_device(here, name)
        await reader.until(list("ab"[: "ab".index(name) + 1]))
        reader.leave()
        reader.leave()  # the second call must be harmless
        assert hub._tail is None
        assert hub.sockets == 0
    heard = [listener for loop, listener in commit_signal._listeners if loop is hub.loop]
    assert len(heard) == 1  # a process without sockets still forwards its commits


async def test_the_tail_stops_also_when_it_is_rung_at_the_same_moment(here, hub):
    """`asyncio.wait_for` of Python 3.11 would lose the cancellation, and the tail would never stop."""
    reader = await Reader(hub, DeviceView(here.pk)).join()
    await asyncio.sleep(0.1)
    tail = hub._tail
    hub._wake.set()
    await asyncio.sleep(0)  # the sockets have been woken, and the tail has not run yet
    reader.leave()
    done, _ = await asyncio.wait([tail], timeout=2)
    assert done == {tail}


async def test_more_events_at_once_than_the_limit_restart_the_audience(here, hub, settings, monkeypatch):
    settings.FEED_CATCH_UP_LIMIT = 2
    settings.FEED_POLL_SECONDS = 60
    real = commit_signal.notify
    monkeypatch.setattr(commit_signal, "notify", lambda *heard: None)
    view = DeviceView(here.pk)
    reader = await Reader(hub, view).join()
    await asyncio.sleep(0.1)
    names = [f"device {n}" for n in range(4)]
    for name in names:
        await add_device(here, name)
    real(here.pk, 4)
    assert await reader.until(names) == names
    assert view.snapshots == 2


async def test_recent_frames_have_a_bound(here, monkeypatch):
    monkeypatch.setattr(hub_module, "RECENT_FRAMES", 3)
    audience = hub_module.AudienceFeed(DeviceView(here.pk), 0)
    for seq in range(1, 11):
        audience.add([Frame(seq, "[]")], seq)
    assert len(audience.recent) == 3
    assert audience.after(6) is None
    assert [frame.seq for frame in audience.after(7)] == [8, 9, 10]
    assert audience.after(10) == []


async def test_a_log_that_went_back_restarts_the_audience(here, hub, settings):
    settings.FEED_POLL_SECONDS = 0.02
    await add_device(here, "a")
    reader = await Reader(hub, DeviceView(here.pk)).join()
    await in_thread(lambda: FeedHead.objects.filter(pk=here.pk).update(seq=0))
    await asyncio.wait_for(reader.wakeup.wait(), 5)
    assert reader.audience.cursor == 0
    assert reader.audience.after(reader.seq - 1) is None


async def test_the_hub_of_a_loop_is_one(here):
    assert current_hub() is current_hub()
    assert set(hub_facts()) >= {"open", "audiences"}


def test_two_event_loops_in_one_process_converge(here):
    """Each loop has a hub of its own, and a commit wakes both."""
    seen: dict[int, list[str]] = {}
    ready, go = threading.Barrier(3), threading.Event()

    def loop_of_its_own(number):
        async def audience():
            reader = await Reader(Hub(asyncio.get_running_loop()), DeviceView(here.pk)).join()
            await asyncio.to_thread(ready.wait, 10)
            seen[number] = await reader.until(["a", "b", "c"])
            reader.leave()

        asyncio.run(audience())
        connections.close_all()

    threads = [threading.Thread(target=loop_of_its_own, args=[number]) for number in range(2)]
    for thread in threads:
        thread.start()
    ready.wait(10)
    for name in "abc":
        asyncio.run(add_device(here, name))
    for thread in threads:
        thread.join(10)
    go.set()
    assert seen == {0: ["a", "b", "c"], 1: ["a", "b", "c"]}


WRITER = """
import os, sys
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
django.setup()
from bistro.core.kernel.actors import Actor
from bistro.core.services.devices import create_device
for name in sys.argv[2:]:
    create_device(kind="integration", name=name, actor=Actor.system(int(sys.argv[1]), "another process"))
"""


def _in_another_process(restaurant, *names):
    name = str(connections["default"].settings_dict["NAME"])
    environment = {**os.environ, "TEST_DATABASE": name, "DJANGO_SETTINGS_MODULE": "bistro.settings"}
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(restaurant.pk), *names],
        env=environment,
        capture_output=True,
        text=True,
        cwd=django_settings.BASE_DIR,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


async def test_a_commit_of_another_process_arrives_by_the_poll(here, hub, settings):
    """Without Redis no commit signal reaches other processes, but their poll finds the events."""
    settings.FEED_POLL_SECONDS = 0.1
    reader = await Reader(hub, DeviceView(here.pk)).join()
    await add_device(here, "ours")
    await asyncio.to_thread(_in_another_process, here, "theirs", "theirs too")
    assert await reader.until(["ours", "theirs", "theirs too"]) == ["ours", "theirs", "theirs too"]
    assert (await in_thread(event_log.position, here.pk)).seq == 3
