"""The rows of `make faults` for payments: processes die at the trial provider's bank."""

import argparse
from collections.abc import AsyncIterator

from harness.evening import opened
from harness.installation import Installation, Plan
from harness.payments import CALLED, HEARD, MORTAL, RETURNED, UNASKED, Paid, pay_under_kills
from harness.table import Row

UNHEARD = (HEARD, RETURNED, CALLED)  # places that are reached without the sweep's questions
UNENDED = 5.0  # seconds that a control waits for what never ends


async def paying(wanted: argparse.Namespace) -> AsyncIterator[Row]:
    """Yield the rows for each database; then, as controls, without the questions of the sweep and without keys."""
    scaled = Plan(processes=2, postgres=True, redis=True, settings=MORTAL)
    deaths, few = wanted.deaths, max(2, wanted.deaths // 5)
    for plan in (scaled, Plan(processes=2, settings=MORTAL)):
        async with Installation(plan) as here, opened(here) as client:
            found = await pay_under_kills(here, client, payments=wanted.payments, deaths=deaths)
        yield payments_row(f"payments, {plan.name}", found)
    share = round(wanted.payments * wanted.share)
    async with Installation(Plan(processes=2, settings=UNASKED)) as here, opened(here) as client:
        found = await pay_under_kills(here, client, payments=share, deaths=few, places=UNHEARD, ends_within=UNENDED)
    yield payments_row("*control* payments, the provider is not asked again", found, control=True)
    async with Installation(Plan(processes=2, settings=MORTAL)) as here, opened(here) as client:
        found = await pay_under_kills(here, client, payments=share, deaths=few, keyed=False)
    yield payments_row("*control* payments without keys", found, control=True)


def payments_row(name: str, found: Paid, *, control: bool = False) -> Row:
    """Build the row of payments; the money is what the books have more than the bank."""
    told = f"{found.deaths.total()} processes died at the bank, {found.refunds} refunds, {found.waiting} without an end"
    cells = {
        "evening": f"{name}: {told}",
        "orders": f"{found.acknowledged:,}",
        "lost": f"{len(found.lost)}",
        "doubled": f"{len(found.doubled)}",
        "unanswered": f"{found.unanswered}",
        "money": "equal" if found.booked == found.collected else f"{found.booked - found.collected:+}",
        "5xx": f"{found.server_errors}",
    }
    return Row(cells, found.problems, control)
