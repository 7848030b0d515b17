"""Two managers save the plan at once: one is refused. A waiter seats guests at a table that a manager removes.

The controls remove what protects: the locks of the restaurant and of the tables.
"""

import threading

import pytest

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.errors import DomainError, Stale
from bistro.core.tests.racing import race
from orders.services import seat_party
from tables import plan_steps
from tables.floor_plans import FloorPlan, read_plan
from tables.models import Occupancy, Table
from tables.plan_inputs import wanted_plan
from tables.services import save_plan
from tables.setup_steps import refuse_if_any_in_use

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def editor(house, **change):
    """Return what an editor does that has read the plan before anybody saved."""
    plan = read_plan(house.restaurant.pk)
    content = plan.content()
    body = {"floors": content["floors"], "tables": [{**table, **change} for table in content["tables"]]}
    wanted, version, actor = wanted_plan(body), plan.version, house.actor("owner")
    return lambda: save_plan(wanted=wanted, layout_uid=None, versions={version}, actor=actor)


def test_one_of_several_editors_saves(house):
    outcomes = race([editor(house, x=100 + number) for number in range(5)])
    (saved,) = [outcome for outcome in outcomes if isinstance(outcome, FloorPlan)]
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 4
    assert Table.objects.get().x == saved.tables[0].x


def test_control_without_the_version_all_save(house, monkeypatch):
    monkeypatch.setattr(FloorPlan, "version", "same")
    outcomes = race([editor(house, x=100 + number) for number in range(3)])
    assert [type(outcome) for outcome in outcomes] == [FloorPlan] * 3


def remove_and_seat(house, seat=seat_party):
    table = house.add_table()
    plan = read_plan(house.restaurant.pk)
    content = plan.content()
    body = {"floors": content["floors"], "tables": [row for row in content["tables"] if row["id"] != str(table.uid)]}
    wanted, owner, waiter = wanted_plan(body), house.actor("owner"), house.actor("waiter")
    outcomes = race(
        [
            lambda: save_plan(wanted=wanted, layout_uid=None, versions=None, actor=owner),
            lambda: seat(table_id=table.pk, size=2, actor=waiter),
        ]
    )
    table.refresh_from_db()
    return table, outcomes


def test_guests_never_sit_at_a_removed_table(house):
    for _time in range(4):
        table, outcomes = remove_and_seat(house)
        assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1, outcomes
        seated = Occupancy.objects.open().filter(table=table).exists()
        assert seated == (table.archived_at is None)


@pytest.mark.postgres
def test_control_without_locks_guests_sit_at_a_removed_table(house, monkeypatch):
    checked, seated = threading.Event(), threading.Event()

    def check_and_wait(*given):
        refuse_if_any_in_use(*given)
        checked.set()
        assert seated.wait(timeout=10)

    def seat(**wish):
        assert checked.wait(timeout=10)
        try:
            return seat_party(**wish)
        finally:
            seated.set()

    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))
    monkeypatch.setattr(plan_steps, "refuse_if_any_in_use", check_and_wait)
    table, outcomes = remove_and_seat(house, seat)
    assert not any(isinstance(outcome, Exception) for outcome in outcomes), outcomes
    assert table.archived_at is not None
    assert Occupancy.objects.open().filter(table=table).exists()
