"""A backup that is made after a guest was erased has nothing of the guest, not even in bytes that no row uses."""

import pytest
from django.conf import settings as product_settings
from django.db import connection

from bistro.backup.archives import Archive
from bistro.backup.sqlite import FULL
from bistro.backup.tests.archives import make
from bistro.core.models import Event
from tables.guests.models import Guest
from tables.guests.services import add_guest, erase_guest

pytestmark = pytest.mark.django_db(transaction=True)
on_sqlite = pytest.mark.skipif(not product_settings.SQLITE, reason="a dump of PostgreSQL has rows alone")
MARK = "Quetzalcoatl"


@pytest.fixture
def guests(house):
    """Return several guests whose names, contacts and notes have the mark."""
    manager = house.actor("manager")
    fields = [
        {"name": f"{MARK} {number}", "phone": f"030 77760{number}", "email": f"{MARK}{number}@example.com"}
        for number in range(9)
    ]
    return [add_guest(fields={**each, "notes": f"{MARK} likes windows. " * 9}, actor=manager) for each in fields]


def backed_up(folder):
    """Return the bytes of the database in a new backup."""
    with Archive(make(folder).archive) as archive:
        return b"".join(archive.pieces(FULL))


def erase(house, guests):
    for guest in guests:
        erase_guest(guest_id=guest.pk, actor=house.actor("manager"))
    assert not Guest.objects.exclude(name="").filter(name__contains=MARK).exists()
    assert not any(MARK in str(row) for row in Event.objects.values_list())


@on_sqlite
def test_nothing_of_erased_guests_is_in_a_later_backup(house, guests, tmp_path, settings):
    settings.VAR = tmp_path
    assert MARK.encode() in backed_up(tmp_path / "before"), "control: the search sees the guests"
    erase(house, guests)
    assert MARK.encode() not in backed_up(tmp_path / "after")


@on_sqlite
def test_control_without_secure_deletion_bytes_of_the_guests_are_left(house, guests, tmp_path, settings):
    settings.VAR = tmp_path
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,), "each connection asks for it"
        cursor.execute("PRAGMA secure_delete = OFF")
        try:
            erase(house, guests)
        finally:
            cursor.execute("PRAGMA secure_delete = ON")
    assert MARK.encode() in backed_up(tmp_path / "after")
