"""The demo restaurant has nothing left to set up, so its navigation is that of a house at work."""

import pytest

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.ids import uuid7
from bistro.demo.seed import seed
from bistro.setup.checklist import State, is_unfinished, progress_of

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def test_every_step_of_the_demo_is_done_or_skipped():
    restaurant_id = seed("http://127.0.0.1:8000", uuid7())["restaurant_id"]
    states = {each.step.key: each.state for each in progress_of(restaurant_id)}
    assert states.pop("printers") == State.SKIPPED
    assert set(states.values()) == {State.DONE}
    assert not is_unfinished(Actor.system(restaurant_id, "demo"))
