"""False alarms for unseen orders: none for orders that walls display, and all of them in the control.

The sweep's clock is fourteen seconds ahead, which shortens the wait of twenty. `make faults` takes the real time.
"""

import pytest
from django.conf import settings

from harness.alarms import ALARM_SECONDS, alarms
from harness.evening import opened
from harness.installation import Installation, Plan
from harness.settings.early_alarm import AHEAD

pytestmark = pytest.mark.slow

EARLY_ALARM = {"DJANGO_SETTINGS_MODULE": "harness.settings.early_alarm"}


@pytest.mark.skipif(not settings.SQLITE, reason="the same on both; shown on SQLite")
async def test_what_walls_display_never_rings_and_what_they_do_not_report_does():
    async with Installation(Plan(settings=EARLY_ALARM)) as here, opened(here) as client:
        within = ALARM_SECONDS - AHEAD.total_seconds()
        normal, silent = await alarms(here, client, orders=60, unseen=10, screens=4, within=within)
    assert normal.account.problems == []
    assert (len(normal.orders), normal.alarmed) == (60, set())
    assert (len(silent.orders), silent.alarmed) == (10, silent.orders), "nobody was told of what nobody saw"
