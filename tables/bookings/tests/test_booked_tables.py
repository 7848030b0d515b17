"""A table that guests have booked cannot be removed from the plan; a cancelled booking sets it free."""

import pytest

from bistro.core.tests.http import nothing_changes
from tables.bookings.services import cancel_booking
from tables.bookings.tests.evenings import book
from tables.tests import plans

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def test_a_booked_table_stays(house):
    table = house.add_table(name="Table 8")
    booking = book(house, tables=(table.pk,))
    body = plans.body_of(plans.read(house))
    body["tables"] = [each for each in body["tables"] if each["name"] != "Table 8"]
    with nothing_changes():
        answer = plans.save(house, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "table_in_use")
    assert answer.json()["detail"].startswith("Table 8: booked for ")

    cancel_booking(booking_id=booking.pk, actor=house.actor("host"))

    assert plans.save(house, body).status_code == 200
    table.refresh_from_db()
    assert table.archived_at is not None
