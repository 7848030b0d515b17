"""Pauses: the kitchen stops taking orders of something for a while."""

from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from menu import services
from menu.models import Pause
from menu.selectors import paused_now
from tests.machine.house import House, picks

MINUTE = 60


class Pausing(House):
    """Pauses of items, categories and the pads' orders, which end by hand or by the clock."""

    def target(self, what: str) -> dict[str, int]:
        """Return the services' name of a target."""
        if what in self.items:
            return {"item_id": self.items[what].pk}
        return {"category_id": self.categories[what].pk} if what in self.categories else {}

    @rule(
        what=st.sampled_from(["dish", "beer", "cake", "food", "drinks", "pads", "pads"]), ago=st.sampled_from([0, 45])
    )
    def pause(self, what, ago):
        """Pause for a minute, some of which has passed, because an evening is shorter than a minute."""
        now = self.now
        self.set_clock(now - ago)
        services.pause(minutes=1, actor=self.manager, **self.target(what))
        self.set_clock(now)
        self.model.paused[what] = now - ago + MINUTE

    @precondition(lambda self: self.model.pausing())
    @rule(pick=picks)
    def resume(self, pick):
        running = sorted(self.model.pausing())
        what = running[pick % len(running)]
        row = Pause.objects.of_restaurant(self.house.restaurant.pk).open()
        of = self.target(what)
        services.resume(pause_id=row.of(of.get("item_id"), of.get("category_id")).get().pk, actor=self.manager)
        del self.model.paused[what]

    @invariant()
    def people_are_told_what_is_paused(self):
        names = {self.items[name].name: name for name in self.items}
        names |= {self.categories[name].name: name for name in self.categories}
        told = {names.get(pause.what, "pads") for pause in paused_now(self.manager, timezone.now())}
        assert told == self.model.pausing()
