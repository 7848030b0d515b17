"""Every pair of statuses of a slip, with the permitted moves."""

import itertools

import pytest
from django.utils import timezone

from bistro.core.kernel.errors import IllegalTransition
from bistro.core.tests.http import nothing_changes
from kitchen.printing.models import PrintJob
from kitchen.printing.tests.printers import printer_at
from kitchen.printing.transitions import SlipStatus, move_slips

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MOVES = {"queued": ["failed", "printed", "skipped"], "failed": ["queued", "skipped"], "printed": [], "skipped": []}


@pytest.mark.parametrize(("old", "new"), list(itertools.product(SlipStatus.values, repeat=2)))
def test_a_slip_takes_the_statuses_of_the_table_only(house, old, new, django_assert_num_queries):
    printer = printer_at(house, 9100)
    now = timezone.now()
    slips = [
        PrintJob.objects.create(
            restaurant=house.restaurant, printer=printer, kind="test", status=status, created_at=now, due_at=now
        )
        for status in SlipStatus.values
    ]
    rows = PrintJob.objects.filter(pk__in=[slip.pk for slip in slips])
    if new not in (old, *MOVES[old]):
        with nothing_changes(), pytest.raises(IllegalTransition) as caught:
            move_slips(rows, [old], new)
        assert caught.value.extra == {"current": old, "allowed": MOVES[old]}
        return
    with django_assert_num_queries(1):
        assert move_slips(rows, [old], new, error="moved") == 1
    assert list(rows.filter(error="moved").values_list("pk", "status")) == [
        (slips[SlipStatus.values.index(old)].pk, new)
    ]
