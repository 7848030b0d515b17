"""Rules that count others before they write, while several people write at the same moment."""

import contextlib
import threading

import pytest

from bistro.core.auth.access import actor_of_member
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Invitation, Membership, Pairing
from bistro.core.services import pairing, restaurants
from bistro.core.services.joining import join_restaurant
from bistro.core.services.pairing import open_pairing
from bistro.core.services.restaurants import accept_invitation, change_member, invite
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory, StaffFactory, actor_as
from bistro.core.tests.racing import race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
STRONG = "nine purple walnuts"


def outcome(service, **said):
    """Return "done", or the code of the refusal."""
    try:
        service(**said)
    except DomainError as refusal:
        return refusal.code
    return "done"


def meet(monkeypatch, module, name, parties):
    """Let callers of a function wait for each other before it returns, or for a moment if a lock holds one of them."""
    inner, together = getattr(module, name), threading.Barrier(parties)

    def slow(*said, **more):
        found = inner(*said, **more)
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait(1)
        return found

    monkeypatch.setattr(module, name, slow)


# --- owners --------------------------------------------------------------------------------------------------------
def owners_after_mutual_demotion(monkeypatch, **change):
    """Return the outcomes and the owners left after two owners removed each other at the same moment."""
    here, other = RestaurantFactory(), MembershipFactory(role="owner")
    ann, ben = (MembershipFactory(restaurant=here, role="owner") for _ in range(2))
    actors = {member.pk: actor_of_member(member) for member in (ann, ben)}
    meet(monkeypatch, restaurants, "_check_owner", 2)
    outcomes = race(
        [
            lambda: outcome(change_member, membership_id=ben.pk, actor=actors[ann.pk], **change),
            lambda: outcome(change_member, membership_id=ann.pk, actor=actors[ben.pk], **change),
        ]
    )
    other.refresh_from_db()
    assert (other.role, other.is_active) == ("owner", True), "another restaurant's owner"
    return sorted(outcomes), Membership.objects.of_restaurant(here.pk).active().filter(role="owner").count()


@pytest.mark.parametrize("change", [{"role": "waiter"}, {"is_active": False}], ids=["demoted", "ended"])
def test_two_owners_who_remove_each_other_leave_one(change, monkeypatch):
    assert owners_after_mutual_demotion(monkeypatch, **change) == (["done", "last_owner"], 1)


@pytest.mark.postgres  # the single writer of SQLite is the lock
def test_the_control_without_the_lock_on_owners_none_is_left(monkeypatch):
    alone = lambda membership_id, actor: Membership.objects.visible_to(actor).filter(pk=membership_id).locked()  # noqa: E731
    monkeypatch.setattr(restaurants, "_owners_and", alone)
    assert owners_after_mutual_demotion(monkeypatch, role="waiter") == (["done", "done"], 0)


def test_many_owners_who_remove_each_other_leave_one():
    here = RestaurantFactory()
    members = [MembershipFactory(restaurant=here, role="owner") for _ in range(6)]
    boss = actor_of_member(members[0])
    outcomes = race(
        [lambda pk=each.pk: outcome(change_member, membership_id=pk, role="host", actor=boss) for each in members]
    )
    assert sorted(outcomes) == ["done"] * 5 + ["last_owner"]
    assert Membership.objects.of_restaurant(here.pk).active().filter(role="owner").count() == 1


# --- invitations ---------------------------------------------------------------------------------------------------
def test_two_invitations_that_one_login_accepts_at_once():
    boss, staff = actor_as("owner", RestaurantFactory()), StaffFactory()
    tokens = [invite(role=role, actor=boss) for role in ("waiter", "host", "kitchen")]
    outcomes = race(
        [lambda said=said: outcome(join_restaurant, token=said, staff_id=staff.pk) for said in tokens],
    )
    assert sorted(outcomes) == ["already_member", "already_member", "done"]
    assert Membership.objects.of_restaurant(boss.restaurant_id).filter(staff=staff).count() == 1
    assert Invitation.objects.exclude(used_at=None).count() == 1, "a refusal uses no invitation up"


def made_while_its_maker_leaves(monkeypatch):
    """Return how many open invitations are left of a manager who invites and is removed at the same moment."""
    boss = actor_as("owner", RestaurantFactory())
    member = MembershipFactory(restaurant_id=boss.restaurant_id, role="manager")
    maker = actor_of_member(member)
    meet(monkeypatch, restaurants, "_inviter", 2)
    meet(monkeypatch, restaurants, "_end_invitations", 2)
    race(
        [
            lambda: outcome(invite, role="waiter", actor=maker),
            lambda: outcome(change_member, membership_id=member.pk, is_active=False, actor=boss),
        ]
    )
    return Invitation.objects.of_restaurant(boss.restaurant_id).count()


def test_an_invitation_made_while_its_maker_leaves_ends(monkeypatch):
    assert made_while_its_maker_leaves(monkeypatch) == 0


@pytest.mark.postgres
def test_the_control_without_the_lock_on_the_maker_it_stays(monkeypatch):
    monkeypatch.setattr(restaurants, "_inviter", lambda role, work: Membership.objects.get(staff_id=work.actor.id))
    assert made_while_its_maker_leaves(monkeypatch) == 1


def test_an_invitation_accepted_while_its_maker_leaves_is_accepted_or_ended():
    boss = actor_as("owner", RestaurantFactory())
    for number in range(6):
        member = MembershipFactory(restaurant_id=boss.restaurant_id, role="manager")
        token = invite(role="waiter", actor=actor_of_member(member))
        new = {"email": f"new{number}@bistro.example", "name": "", "password": STRONG}
        accepted, ended = race(
            [
                lambda token=token, new=new: outcome(accept_invitation, token=token, **new),
                lambda pk=member.pk: outcome(change_member, membership_id=pk, is_active=False, actor=boss),
            ]
        )
        assert ended == "done"
        entered = Membership.objects.filter(staff__email=new["email"]).exists()
        assert (accepted, entered) in [("done", True), ("invalid_invitation", False)]
    assert not Invitation.objects.filter(used_at=None).exists()


# --- codes ---------------------------------------------------------------------------------------------------------
def codes_after_a_crowd(monkeypatch):
    monkeypatch.setattr(pairing, "MOST_OPEN", 3)
    meet(monkeypatch, pairing, "new_code", 4)
    outcomes = race([lambda: outcome(open_pairing, address="10.0.0.1") for _ in range(4)] * 2)
    open_pairing(address="10.0.0.2")
    return sorted(outcomes), Pairing.objects.filter(address="10.0.0.1").count()


def test_an_address_never_shows_more_codes_than_allowed(monkeypatch):
    assert codes_after_a_crowd(monkeypatch) == (["done"] * 3 + ["throttled"] * 5, 3)


@pytest.mark.postgres
def test_the_control_without_the_lock_it_shows_more(monkeypatch):
    monkeypatch.setattr(pairing, "lock_name", lambda name: None)
    inner = Pairing.objects.create

    def late(**said):  # all have counted before the first one writes
        threading.Event().wait(0.3)
        return inner(**said)

    monkeypatch.setattr(Pairing.objects, "create", late)
    assert codes_after_a_crowd(monkeypatch)[1] > 3
