"""The commit signal in a process, and over Redis between processes. Its failure affects nothing else."""

import asyncio
import contextlib
import logging
import threading

import pytest
from channels.layers import get_channel_layer

from bistro.core.live import layer as layer_module
from bistro.core.live.layer import GROUP, CrossProcessNotifier
from bistro.core.writing import commit_signal


@pytest.fixture
def listeners(monkeypatch):
    found: list = []
    monkeypatch.setattr(commit_signal, "_listeners", found)
    return found


async def test_it_rings_every_listener_from_any_thread(listeners):
    loop, heard, both = asyncio.get_running_loop(), [], asyncio.Event()

    def listen(restaurant_id, seq):
        heard.append((restaurant_id, seq))
        if len(heard) == 2:
            both.set()

    commit_signal.subscribe(loop, listen)
    commit_signal.subscribe(loop, listen)
    threading.Thread(target=commit_signal.notify, args=(7, 42)).start()
    await asyncio.wait_for(both.wait(), 5)
    assert heard == [(7, 42), (7, 42)]
    commit_signal.unsubscribe(loop, listen)
    commit_signal.unsubscribe(loop, listen)
    commit_signal.unsubscribe(loop, listen)  # a second call must be harmless
    assert listeners == []


def test_a_loop_that_has_ended_is_forgotten(listeners):
    loop = asyncio.new_event_loop()
    commit_signal.subscribe(loop, lambda restaurant_id, seq: None)
    loop.close()
    commit_signal.notify(1, 1)
    assert listeners == []


async def test_the_memory_layer_needs_no_listener(monkeypatch):
    from channels.layers import InMemoryChannelLayer

    monkeypatch.setattr(layer_module, "get_channel_layer", InMemoryChannelLayer)
    wakeup = CrossProcessNotifier(lambda restaurants: None)
    wakeup.start()
    wakeup.pass_on(1, 1)
    assert wakeup._listener is None
    assert wakeup._sender is None
    wakeup.stop()


class FakeLayer:
    """A channel layer whose server answers, is down, or is frozen."""

    def __init__(self, behave="well"):
        self.behave, self.sent, self.channels, self.members = behave, [], 0, set()
        self.mail: asyncio.Queue = asyncio.Queue()

    async def _server(self):
        if self.behave == "away":
            raise ConnectionError("no server")
        if self.behave == "frozen":
            await asyncio.Event().wait()

    async def new_channel(self):
        await self._server()
        self.channels += 1
        return f"channel{self.channels}"

    async def group_add(self, group, channel):
        await self._server()
        if self.behave == "forgets":  # like `wait_for` of Python 3.11 when the awaited call ends at the same moment
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        self.members.add(channel)

    async def group_discard(self, group, channel):
        await self._server()
        self.members.discard(channel)

    async def receive(self, channel):
        return await self.mail.get()

    async def group_send(self, group, message):
        await self._server()
        self.sent.append(message["heads"])
        self.mail.put_nowait(message)


@pytest.fixture
def fake(monkeypatch):
    layer = FakeLayer()
    monkeypatch.setattr(layer_module, "get_channel_layer", lambda: layer)
    monkeypatch.setattr(layer_module, "SEND_TIMEOUT_SECONDS", 0.02)
    monkeypatch.setattr(layer_module, "RETRY_SECONDS", 0.01)
    return layer


async def until(check):
    async with asyncio.timeout(5):
        while not check():  # noqa: ASYNC110  what is waited for lies in a foreign object
            await asyncio.sleep(0.005)


async def test_rings_gather_into_one_message(fake):
    signalled = []
    wakeup = CrossProcessNotifier(signalled.extend)
    wakeup.start()
    for seq in range(1, 101):
        wakeup.pass_on(7, seq)
    wakeup.pass_on(8, 1)
    await until(lambda: signalled)
    assert fake.sent == [{"7": 100, "8": 1}]
    assert signalled == [7, 8]
    wakeup.stop()


@pytest.mark.parametrize("fault", ["away", "frozen"])
async def test_a_server_that_is_away_or_frozen_costs_a_log_line_and_nothing_else(fake, fault, caplog):
    signalled = []
    wakeup = CrossProcessNotifier(signalled.extend)
    wakeup.start()
    await until(lambda: fake.members)
    fake.behave = fault
    with caplog.at_level(logging.WARNING):
        wakeup.pass_on(7, 1)
        await until(lambda: "not sent to other processes" in caplog.text)
    fake.behave = "well"
    wakeup.pass_on(7, 2)
    await until(lambda: {"7": 2} in fake.sent)
    await until(lambda: signalled)
    wakeup.stop()


async def test_it_listens_again_after_a_fault_on_one_channel_and_leaves_the_group_at_the_end(fake, caplog):
    fake.behave = "away"
    wakeup = CrossProcessNotifier(lambda restaurants: None)
    with caplog.at_level(logging.WARNING):
        wakeup.start()
        await until(lambda: "not received" in caplog.text)
    fake.behave = "well"
    await until(lambda: fake.members)
    listener = wakeup._listener
    wakeup.stop()
    await asyncio.wait([listener], timeout=5)
    assert fake.channels == 1
    assert fake.members == set()


@pytest.mark.parametrize("heeded", [True, False], ids=["heeded", "control"])
async def test_a_stop_that_the_layers_client_forgets_is_heeded_all_the_same(fake, monkeypatch, heeded):
    if not heeded:
        monkeypatch.setattr(layer_module, "_raise_if_cancelled", lambda: None)
    fake.behave = "forgets"
    wakeup = CrossProcessNotifier(lambda restaurants: None)
    wakeup.start()
    listener = wakeup._listener
    await until(lambda: fake.channels)
    wakeup.stop()
    await asyncio.wait([listener], timeout=0.2)
    assert listener.done() is heeded
    fake.behave = "well"
    listener.cancel()
    await asyncio.wait([listener], timeout=5)
    assert listener.done()


@pytest.mark.redis
async def test_two_processes_hear_each_other_over_redis():
    """Two notifiers on the real layer: one signals, both are woken."""
    heard = {"first": asyncio.Event(), "second": asyncio.Event()}
    first, second = (CrossProcessNotifier(lambda _restaurants, event=event: event.set()) for event in heard.values())
    first.start()
    second.start()
    layer = get_channel_layer()._get_layer()
    await until(lambda: len(layer.groups.get(layer._get_group_channel_name(GROUP), ())) == 2)
    await asyncio.sleep(0.1)  # the server has the subscription
    first.pass_on(7, 1)
    for event in heard.values():
        await asyncio.wait_for(event.wait(), 5)
    tasks = [first._listener, second._listener]
    first.stop()
    second.stop()
    await asyncio.wait(tasks, timeout=5)
    assert layer.groups == {}
