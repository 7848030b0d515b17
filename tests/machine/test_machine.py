"""All actions in any order: the model, the services and the screens that apply the feed agree.

`THOROUGH=1 pytest tests/machine` is the long run.
"""

import pytest
from django.conf import settings as database
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from kitchen.printing import steps
from kitchen.printing.slips import difference
from tests.machine.service import Service
from tests.plugins.examples import THOROUGH

# The rules are the same on both databases, so PostgreSQL runs fewer examples.
STEPS = (300 if database.SQLITE else 100) * (20 if THOROUGH else 1)
STEPS_OF_ONE = 50


class Missing(Service):
    """The control: every screen misses the last event of each step."""

    catch_up = False


def often(steps: int) -> settings:
    return settings(
        max_examples=max(1, steps // STEPS_OF_ONE),
        stateful_step_count=STEPS_OF_ONE,
        report_multiple_bugs=False,  # stop at the first one
        phases=[Phase.explicit, Phase.generate],  # no shrinking: a step takes 50 ms
    )


@pytest.mark.slow
@pytest.mark.django_db
def test_rules_services_and_screens_agree():
    run_state_machine_as_test(Service, settings=often(STEPS))


def short() -> settings:
    """Run many short evenings, each with half of the rules switched off."""
    return settings(often(200), max_examples=100, stateful_step_count=10, phases=[Phase.generate])


@pytest.mark.slow
@pytest.mark.skipif(not database.SQLITE, reason="the same on both; shown on SQLite")
@pytest.mark.django_db
def test_control_a_screen_that_misses_an_event_is_found_out():
    with pytest.raises(AssertionError, match=r"differences|shows"):
        run_state_machine_as_test(Missing, settings=short())


@pytest.mark.slow
@pytest.mark.skipif(not database.SQLITE, reason="the same on both; shown on SQLite")
@pytest.mark.django_db
def test_control_where_changes_are_not_written_on_paper_the_slips_add_up_to_something_else(monkeypatch):
    monkeypatch.setattr(steps, "difference", lambda before, now: None if before else difference(before, now))
    with pytest.raises(AssertionError, match="slips"):
        run_state_machine_as_test(Service, settings=short())
