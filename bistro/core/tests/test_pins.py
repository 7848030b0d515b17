"""PINs: setting, resetting and forgetting one. Guessing is in test_pin_guessing.py, tablets in test_tablets.py."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import identify_hasher
from django.utils import timezone

from bistro.core.auth.access import actor_of_device, actor_of_member
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.pins import is_weak, one_time_pin
from bistro.core.models import Event, Pin, TabletSession
from bistro.core.services.pin_proofs import is_pin, members
from bistro.core.services.pins import forget_pin, replace_one_time_pin, reset_pin, set_pin
from bistro.core.services.tablets import enter_tablet
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, actor_as, give_pin

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD, PIN, OTHER = "correct horse", "2468", "8642"


@pytest.fixture
def ana():
    return MembershipFactory(role="waiter")


@pytest.fixture
def manager(ana):
    return actor_as("manager", ana.restaurant)


@pytest.fixture
def tablet(ana):
    return actor_of_device(DeviceFactory(restaurant=ana.restaurant, kind="tablet"))


def pin_of(member, pin):
    """Return whether the stored PIN of a member is this one."""
    stored = members(actor=actor_of_member(member)).get(pk=member.pk)
    return hasattr(stored, "pin") and is_pin(stored, pin)


def actions(member):
    return list(Event.objects.filter(restaurant=member.restaurant).order_by("seq").values_list("action", flat=True))


# --- which PINs --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "pin", ["0000", "11111111", "1234", "4321", "345678", "9876", "7890", "0987", "1212", "565656", "01234567"]
)
def test_weak_pins_are_refused(ana, pin):
    assert is_weak(pin)
    with pytest.raises(InvalidInput) as caught:
        set_pin(new_pin=pin, password=PASSWORD, actor=actor_of_member(ana))
    assert caught.value.code == "weak_pin"
    assert "too easy to guess" in caught.value.message
    assert not Pin.objects.exists()


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "٢٤٦٨", "24 68", "2468\n", "-246"])
def test_only_four_to_eight_digits_are_a_pin(ana, pin):
    with pytest.raises(InvalidInput) as caught:
        set_pin(new_pin=pin, password=PASSWORD, actor=actor_of_member(ana))
    assert caught.value.code == "invalid_pin"
    assert not Pin.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("pin", ["2468", "1357", "1122", "1201", "86420", "13579246"])
def test_other_pins_are_accepted(ana, pin):
    set_pin(new_pin=pin, password=PASSWORD, actor=actor_of_member(ana))
    assert pin_of(ana, pin)


def test_one_time_pins_are_never_weak(monkeypatch):
    assert all(not is_weak(one_time_pin()) for _ in range(200))
    drawn = iter("1234567111111204613")
    monkeypatch.setattr("bistro.core.kernel.pins.secrets.choice", lambda digits: next(drawn))
    next(drawn)
    assert one_time_pin() == "204613"


# --- setting -----------------------------------------------------------------------------------------------------
def test_the_password_sets_the_first_pin_and_the_pin_the_next(ana):
    actor = actor_of_member(ana)
    set_pin(new_pin=PIN, password=PASSWORD, actor=actor)
    assert pin_of(ana, PIN)
    set_pin(new_pin=OTHER, pin=PIN, actor=actor)
    assert pin_of(ana, OTHER)
    assert not pin_of(ana, PIN)
    assert actions(ana) == ["set", "set"]


@pytest.mark.parametrize(
    ("proof", "code"),
    [({"password": "wrong horse"}, "wrong_password"), ({"pin": OTHER}, "wrong_pin"), ({}, "wrong_pin")],
)
def test_without_the_right_proof_nothing_is_set(ana, proof, code):
    give_pin(ana, PIN)
    with pytest.raises(InvalidInput) as caught:
        set_pin(new_pin="1357", actor=actor_of_member(ana), **proof)
    assert caught.value.code == code
    assert pin_of(ana, PIN)
    assert actions(ana) == ["refused"]


def test_without_a_pin_only_the_password_is_a_proof(ana):
    with pytest.raises(InvalidInput) as caught:
        set_pin(new_pin=PIN, pin=PIN, actor=actor_of_member(ana))
    assert caught.value.code == "no_pin"
    assert not Pin.objects.exists()


def test_pins_are_stored_by_the_slow_hasher_with_the_installations_key(ana, settings):
    settings.PASSWORD_HASHERS = ["bistro.core.auth.hashers.Argon2LowMemory"]
    set_pin(new_pin=PIN, password=PASSWORD, actor=actor_of_member(give_password(ana)))
    stored = Pin.objects.get().hash
    assert identify_hasher(stored).algorithm == "argon2"
    assert PIN not in stored
    assert pin_of(ana, PIN)
    settings.SECRET_KEY = "another key of fifty characters and more, for sure!!"
    assert not pin_of(ana, PIN), "a stolen database alone does not tell a PIN"


def give_password(member):
    member.staff.set_password(PASSWORD)
    member.staff.save()
    return member


def test_two_members_may_have_the_same_pin(ana):
    ben = MembershipFactory(restaurant=ana.restaurant)
    for member in (ana, ben):
        set_pin(new_pin=PIN, password=PASSWORD, actor=actor_of_member(member))
    assert pin_of(ana, PIN)
    assert pin_of(ben, PIN)
    assert len(set(Pin.objects.values_list("hash", flat=True))) == 2


def test_a_person_has_another_pin_in_each_restaurant(ana):
    there = MembershipFactory(staff=ana.staff)
    set_pin(new_pin=PIN, password=PASSWORD, actor=actor_of_member(ana))
    assert not pin_of(there, PIN)


def test_a_device_and_a_stranger_have_no_pin(ana, tablet):
    for actor in (tablet, Actor("staff", ana.staff_id, MembershipFactory().restaurant_id, frozenset({"waiter"}))):
        with pytest.raises(NotPermitted):
            set_pin(new_pin=PIN, password=PASSWORD, actor=actor)


def test_a_new_pin_ends_the_sessions_of_the_old_one_elsewhere(ana, tablet):
    give_pin(ana, PIN)
    session = enter_tablet(membership_id=ana.pk, pin=PIN, actor=tablet)
    elsewhere = actor_of_device(DeviceFactory(restaurant=ana.restaurant, kind="tablet"))
    enter_tablet(membership_id=ana.pk, pin=PIN, actor=elsewhere)
    set_pin(new_pin=OTHER, pin=PIN, actor=session.person)
    assert list(TabletSession.objects.running().values_list("device_id", flat=True)) == [tablet.id]


# --- by a manager ------------------------------------------------------------------------------------------------
def test_a_manager_makes_a_one_time_pin_that_must_be_replaced(ana, manager, tablet):
    give_pin(ana, PIN)
    given = reset_pin(membership_id=ana.pk, actor=manager)
    assert pin_of(ana, given)
    assert not pin_of(ana, PIN)
    session = enter_tablet(membership_id=ana.pk, pin=given, actor=tablet)
    assert session.needs_new_pin
    with pytest.raises(InvalidInput) as caught:
        replace_one_time_pin(new_pin=given, actor=tablet)
    assert caught.value.code == "weak_pin"
    replace_one_time_pin(new_pin=OTHER, actor=tablet)
    assert pin_of(ana, OTHER)
    assert Pin.objects.get().one_time_until is None
    assert TabletSession.objects.running().filter(pk=session.pk).exists(), "the session goes on"
    assert actions(ana) == ["reset", "entered", "set"]
    last = Event.objects.latest("seq")
    assert (last.actor, last.device_id, last.actor_label) == (f"staff:{ana.staff_id}", tablet.id, str(ana.staff))


def test_a_one_time_pin_expires_after_a_day(ana, manager, tablet):
    given = reset_pin(membership_id=ana.pk, actor=manager)
    with time_machine.travel(timezone.now() + timedelta(hours=25)), pytest.raises(InvalidInput) as caught:
        enter_tablet(membership_id=ana.pk, pin=given, actor=tablet)
    assert caught.value.code == "pin_expired"
    assert not TabletSession.objects.exists()


def test_only_who_came_with_a_one_time_pin_replaces_it(ana, manager, tablet):
    reset_pin(membership_id=ana.pk, actor=manager)
    with pytest.raises(NotPermitted):
        replace_one_time_pin(new_pin=OTHER, actor=tablet)
    give_pin(ben := MembershipFactory(restaurant=ana.restaurant), PIN)
    enter_tablet(membership_id=ben.pk, pin=PIN, actor=tablet)
    with pytest.raises(NotPermitted):
        replace_one_time_pin(new_pin=OTHER, actor=tablet)
    assert pin_of(ben, PIN)


def test_resetting_and_forgetting_end_the_session_on_a_tablet(ana, manager, tablet):
    for end in (reset_pin, forget_pin):
        Pin.objects.all().delete()
        give_pin(ana, PIN)
        session = enter_tablet(membership_id=ana.pk, pin=PIN, actor=tablet)
        end(membership_id=ana.pk, actor=manager)
        session.refresh_from_db()
        assert session.ended_at is not None
    assert not Pin.objects.exists()
    assert actions(ana) == ["entered", "left", "reset", "entered", "left", "forgotten"]


def test_a_member_forgets_the_own_pin(ana):
    give_pin(ana, PIN)
    forget_pin(membership_id=ana.pk, actor=actor_of_member(ana))
    assert not Pin.objects.exists()
    forget_pin(membership_id=ana.pk, actor=actor_of_member(ana))
    assert actions(ana) == ["forgotten"], "there was nothing to forget the second time"


@pytest.mark.parametrize("role", ["waiter", "host", "kitchen", "cashier"])
def test_others_neither_reset_nor_forget(ana, role):
    give_pin(ana, PIN)
    for service in (reset_pin, forget_pin):
        with pytest.raises(NotPermitted):
            service(membership_id=ana.pk, actor=actor_as(role, ana.restaurant))
    assert pin_of(ana, PIN)
    assert actions(ana) == []


def test_a_manager_does_not_touch_an_owners_pin(manager, ana):
    owner = give_pin(MembershipFactory(restaurant=ana.restaurant, role="owner"), PIN)
    for service in (reset_pin, forget_pin):
        with pytest.raises(NotPermitted):
            service(membership_id=owner.pk, actor=manager)
    assert pin_of(owner, PIN)
    reset_pin(membership_id=owner.pk, actor=actor_as("owner", ana.restaurant))
    assert not pin_of(owner, PIN)


def test_a_manager_of_another_restaurant_finds_nobody(ana):
    give_pin(ana, PIN)
    stranger = actor_as("manager", MembershipFactory().restaurant)
    for service in (reset_pin, forget_pin):
        with pytest.raises(NotYours):
            service(membership_id=ana.pk, actor=stranger)
    assert pin_of(ana, PIN)


def test_no_event_has_a_pin(ana, manager, tablet):
    set_pin(new_pin=PIN, password=PASSWORD, actor=actor_of_member(ana))
    given = reset_pin(membership_id=ana.pk, actor=manager)
    enter_tablet(membership_id=ana.pk, pin=given, actor=tablet)
    for event in Event.objects.all():
        assert not any(secret in f"{event.data}{event.private}" for secret in (PIN, given))
