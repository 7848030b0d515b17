"""A small audience for tests of the hub: the devices of a restaurant, from the log."""

import asyncio
import json
from functools import partial

from bistro.core.kernel.actors import Actor
from bistro.core.live.frames import Frame
from bistro.core.live.threads import in_thread
from bistro.core.models import Device
from bistro.core.services.devices import create_device


class DeviceView:
    """A view of device names: all in a snapshot, the new ones in a change."""

    def __init__(self, restaurant_id, name=""):
        self.restaurant_id, self.key = restaurant_id, f"devices:{restaurant_id}:{name}"
        self.snapshots = 0

    def snapshot(self, position):
        self.snapshots += 1
        names = list(Device.objects.of_restaurant(self.restaurant_id).order_by("pk").values_list("name", flat=True))
        yield Frame(position.seq, json.dumps(["all", *names]))

    def changes(self, events, position):
        for event in events:
            if event.action == "added":
                yield Frame(event.seq, json.dumps(["new", json.loads(event.data)["name"]]))


class Reader:
    """A socket's use of an audience feed without a socket: it keeps a position and applies frames."""

    def __init__(self, hub, view):
        self.hub, self.view, self.wakeup = hub, view, asyncio.Event()
        self.names: list[str] = []
        self.seq = -1

    async def join(self):
        self.audience = await self.hub.join(self.view, self.wakeup)
        _epoch, frames = await self.audience.snapshot()
        self._fold(frames)
        return self

    def leave(self):
        self.hub.leave(self.audience, self.wakeup)

    async def read(self):
        frames = self.audience.after(self.seq)
        if frames is None:
            _epoch, frames = await self.audience.snapshot()
        self._fold(frames)

    async def until(self, names, seconds=5.0):
        """Read until exactly these names are known, and return what is known then or at the time limit."""
        async with asyncio.timeout(seconds):
            while True:
                await self.read()
                if self.names == names:
                    return self.names
                await self.wakeup.wait()
                self.wakeup.clear()

    def _fold(self, frames):
        for frame in frames:
            kind, *names = json.loads(frame.text)
            self.names = names if kind == "all" else [*self.names, *(n for n in names if n not in self.names)]
            self.seq = frame.seq


async def add_device(restaurant, name):
    """Add a device in a commit of this process."""
    actor = Actor.system(restaurant.pk, "test")
    await in_thread(partial(create_device, kind="integration", name=name, actor=actor))
