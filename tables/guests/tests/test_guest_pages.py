"""Guest profiles: normalised contacts, search while typing, merge, export and erasure, on the pages."""

import json

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.tests.http import nothing_changes
from tables.guests.contacts import email_of, phone_of
from tables.guests.models import Guest
from tables.guests.services import add_guest, change_guest, erase_guest, merge_guests

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MARK = "Quetzalcoatl"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def host(house):
    return house.browser("host")


def made(house, **fields):
    return add_guest(fields={"name": "Ana Rossi", "phone": "+39 06 123 4567", **fields}, actor=house.actor("host"))


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+49 (0)30 / 12 34-56", "+4930123456"),
        ("0049 30 123456", "+4930123456"),
        ("030 123456", "030123456"),
        ("", ""),
    ],
)
def test_a_phone_number_has_one_form(typed, stored):
    assert phone_of(typed) == stored


def test_what_is_no_contact_is_refused():
    assert email_of(" Ana@Example.COM ") == "ana@example.com"
    for refuse, typed, code in ((phone_of, "call me", "invalid_phone"), (email_of, "ana@", "invalid_email")):
        with pytest.raises(InvalidInput) as caught:
            refuse(typed)
        assert caught.value.code == code


def test_a_host_adds_a_guest_and_finds_it_while_typing(house, host):
    sent = {"name": "Ana Rossi", "phone": "0039 06 123 4567", "email": "Ana@Example.com", "consent": "1"}
    answer = host.post("/guests/new/", {**sent, "language": "de", "allergies": "nuts", "notes": "window"})
    guest = Guest.objects.get()
    assert answer["Location"] == f"/guests/{guest.pk}/"
    assert (guest.phone, guest.email, guest.language) == ("+39061234567", "ana@example.com", "de")
    assert guest.consent_at is not None
    assert guest.consent_by.startswith("Staff")
    for typed in ("rossi", "4567", "06 123", "ana@ex"):
        found = host.get("/guests/", {"q": typed}, headers=HTMX).content.decode()
        assert "Ana Rossi" in found, typed
        assert "<html" not in found
    assert "Ana Rossi" not in host.get("/guests/", {"q": "smith"}).content.decode()
    assert "window" in host.get(f"/guests/{guest.pk}/").content.decode()


def test_the_list_costs_the_same_for_one_guest_and_many(house, host):
    made(house)
    host.get("/guests/")
    with CaptureQueriesContext(connection) as few:
        host.get("/guests/")
    for number in range(5):
        made(house, phone=f"030 55500{number}")
    with CaptureQueriesContext(connection) as many:
        host.get("/guests/")
    assert len(few) == len(many)


def test_a_contact_belongs_to_one_guest(house, host):
    guest = made(house)
    with nothing_changes():
        answer = host.post("/guests/new/", {"name": "Bo", "phone": "+39061234567"})
    assert answer.status_code == 409
    assert f"/guests/{guest.pk}/" in answer.content.decode()
    with nothing_changes():
        answer = host.post("/guests/new/", {"name": "Bo"})
    assert answer.status_code == 422
    assert 'value="Bo"' in answer.content.decode(), "what was typed stays"


def test_a_change_of_an_old_form_is_refused(house, host):
    guest = made(house)
    sent = {"name": "Ana R.", "phone": "+39061234567", "version": guest.version}
    assert host.post(f"/guests/{guest.pk}/", sent).status_code == 302
    with nothing_changes():
        assert host.post(f"/guests/{guest.pk}/", {**sent, "name": "Older"}).status_code == 412


def test_consent_keeps_its_time_and_is_withdrawn(house):
    guest, actor = made(house, consent=True), house.actor("host")
    first = guest.consent_at
    assert change_guest(guest_id=guest.pk, fields={"consent": True}, actor=actor).consent_at == first
    assert change_guest(guest_id=guest.pk, fields={"consent": False}, actor=actor).consent_at is None


def test_a_merge_keeps_both_histories_and_both_contacts(house):
    actor = house.actor("manager")
    one, two = made(house, notes="window"), made(house, phone="030 999888", notes="dog")
    Guest.objects.filter(pk=one.pk).update(visits=2, no_shows=1)
    Guest.objects.filter(pk=two.pk).update(visits=3)
    merge_guests(guest_id=one.pk, other_id=two.pk, actor=actor)
    (kept,) = Guest.objects.living()
    assert (kept.pk, kept.visits, kept.no_shows, kept.notes) == (one.pk, 5, 1, "window\ndog")
    with nothing_changes(), pytest.raises(LostRace) as caught:
        made(house, phone="030999888")
    assert caught.value.extra["guest"] == one.pk, "found by the contact of the merged profile"


def test_only_a_manager_merges_exports_and_erases(house, host):
    one, two = made(house), made(house, phone="030 999888")
    with nothing_changes():
        for end in ("merge", "export", "erase"):
            assert host.post(f"/guests/{one.pk}/{end}/", {"other": two.pk, "sure": "1"}).status_code == 403
    assert "Erase this guest" not in host.get(f"/guests/{one.pk}/").content.decode()
    manager = house.browser("manager")
    with nothing_changes():
        assert manager.post(f"/guests/{one.pk}/erase/").status_code == 422
        assert manager.post(f"/guests/{one.pk}/merge/", {"other": one.pk}).status_code == 422
    assert manager.post(f"/guests/{one.pk}/merge/", {"other": two.pk}).status_code == 302


def test_a_waiter_may_and_a_cook_may_not_see_guests(house):
    made(house)
    assert house.browser("waiter").get("/guests/").status_code == 200
    assert house.browser("kitchen").get("/guests/").status_code == 403


def test_the_copy_for_the_guest_says_everything(house):
    guest = made(house, notes="window", email="ana@example.com")
    merge_guests(guest_id=guest.pk, other_id=made(house, phone="030 999888").pk, actor=house.actor("manager"))
    answer = house.browser("manager").post(f"/guests/{guest.pk}/export/")
    copy = json.loads(answer.content)
    assert answer["Content-Disposition"] == f'attachment; filename="guest-{guest.pk}.json"'
    assert (copy["phone"], copy["email"], copy["notes"]) == ("+39061234567", "ana@example.com", "window")
    assert copy["merged"] == [{"name": "Ana Rossi", "phone": "030999888", "email": ""}]


def everything():
    """Return all rows of all tables as one text."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return "\n".join(str(list(model._base_manager.values_list())) for model in models)


def test_nothing_is_left_of_an_erased_guest(house):
    actor = house.actor("manager")
    fields = {"name": f"Ana {MARK}", "email": f"{MARK}@example.com", "phone": "030 777666", "notes": f"{MARK} dog"}
    guest = add_guest(fields={**fields, "allergies": MARK}, actor=actor)
    other = made(house, name=MARK, phone="030 777667")
    merge_guests(guest_id=guest.pk, other_id=other.pk, actor=actor)
    assert MARK in everything(), "the search sees the rows"
    erase_guest(guest_id=guest.pk, actor=actor)
    left = everything().casefold()
    for trace in (MARK.casefold(), "030777666", "030777667"):
        assert trace not in left
    assert house.browser("manager").get(f"/guests/{guest.pk}/").status_code == 404


def test_another_restaurant_has_its_own_guests(house, other_house):
    guest = made(house)
    assert made(other_house).pk != guest.pk
    with nothing_changes():
        assert other_house.browser("host").get(f"/guests/{guest.pk}/").status_code == 404
        assert other_house.browser("manager").post(f"/guests/{guest.pk}/erase/", {"sure": "1"}).status_code == 404
