"""Registration: by an owner or manager, or once with an invitation. Never open."""

import threading

import pytest
import time_machine
from django.db import connection

from bistro.core.auth.access import actor_of_member
from bistro.core.auth.authentication import claims_for
from bistro.core.kernel.errors import DomainError, NotPermitted
from bistro.core.models import Event, Invitation, Membership, Staff
from bistro.core.services.restaurants import accept_invitation, change_member, invite
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory, StaffFactory, actor_as
from bistro.core.tests.http import Api, refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

STRONG = "nine purple walnuts"


@pytest.fixture
def here():
    return RestaurantFactory()


def api_as(role, here):
    member = MembershipFactory(restaurant=here, role=role)
    return Api(f"Bearer {claims_for(member.staff, here.pk).access_token}")


def person(**more):
    return {"email": "new@bistro.example", "password": STRONG, "name": "New", **more}


@pytest.mark.parametrize("prefix", ["/auth", "/api/v1/auth"])
def test_a_manager_registers_a_waiter(here, prefix):
    answer = api_as("manager", here).post(f"{prefix}/register", person(role="waiter"))
    assert answer.status_code == 201
    staff = Staff.objects.get(email="new@bistro.example")
    place = {"id": str(here.uid), "restaurantId": here.pk, "name": here.name, "role": "waiter"}
    assert answer.json() == {
        "id": staff.pk,
        "email": "new@bistro.example",
        "name": "New",
        "role": "waiter",
        "restaurantId": str(here.uid),
        "restaurants": [place],
    }
    assert Api().post(f"{prefix}/login", {"email": "NEW@bistro.example", "password": STRONG}).status_code == 200


def test_nobody_registers_himself():
    refused(Api().post("/auth/register", person(role="owner")), 401, "not_authenticated")
    refused(Api().post("/auth/register", person()), 401, "not_authenticated")
    assert not Staff.objects.filter(email="new@bistro.example").exists()


@pytest.mark.parametrize("role", ["host", "waiter", "kitchen", "cashier"])
def test_other_roles_register_nobody(here, role):
    refused(api_as(role, here).post("/auth/register", person(role="waiter")), 403, "permission_denied")


def test_a_device_registers_nobody(here):
    from bistro.core.tests.factories import DeviceFactory, token_of

    device = DeviceFactory(restaurant=here)
    assert Api(f"Device {token_of(device)}").post("/auth/register", person(role="waiter")).status_code == 401


@pytest.mark.parametrize(("role", "status"), [("owner", 201), ("manager", 403)])
def test_only_an_owner_makes_owners(here, role, status):
    assert api_as(role, here).post("/auth/register", person(role="owner")).status_code == status


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"role": "king"}, "role"),
        ({"role": "pad"}, "role"),
        ({}, "role"),
        ({"role": "waiter", "password": "short"}, "password"),
        ({"role": "waiter", "password": "password123"}, "password"),
        ({"role": "waiter", "password": "new@bistro.example"}, "password"),
        ({"role": "waiter", "email": "no address"}, "email"),
        ({"role": "waiter", "is_superuser": True}, "is_superuser"),
        ({"role": "waiter", "restaurant": 1}, "restaurant"),
    ],
)
def test_what_is_refused_names_its_field_and_leaves_nothing(here, more, field):
    before = Staff.objects.count(), Event.objects.count()
    owner = api_as("owner", here)
    assert field in refused(owner.post("/auth/register", person(**more)), 422, "validation_error")["errors"]
    assert (Staff.objects.count() - 1, Event.objects.count()) == before


def test_an_address_is_registered_once_whatever_its_case(here):
    StaffFactory(email="new@bistro.example")
    answer = api_as("owner", here).post("/auth/register", person(role="waiter", email="NEW@Bistro.Example"))
    assert refused(answer, 422, "validation_error")["errors"] == {"email": ["Already registered."]}


def test_an_invitation_counts_once(here):
    token = invite(role="kitchen", actor=actor_as("manager", here))
    answer = Api().post("/auth/register", person(invitation=token))
    assert answer.status_code == 201
    assert answer.json()["role"] == "kitchen"
    second = Api().post("/auth/register", person(invitation=token, email="second@bistro.example"))
    refused(second, 422, "invalid_invitation")


def test_an_invitation_gives_its_own_role_and_no_other(here):
    token = invite(role="waiter", actor=actor_as("manager", here))
    assert Api().post("/auth/register", person(invitation=token, role="owner")).json()["role"] == "waiter"


def test_unknown_used_late_and_foreign_invitations_get_the_same_answer(here):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        late = invite(role="waiter", actor=actor_as("manager", here))
        clock.move_to("2026-03-04T12:00:01Z")
        foreign = invite(role="waiter", email="ann@bistro.example", actor=actor_as("manager", here))
        used = invite(role="waiter", actor=actor_as("manager", here))
        Invitation.objects.filter(email="", used_at=None).exclude(expires_at__lt="2026-03-05T00:00Z").update(
            used_at="2026-03-04T12:00Z"
        )
        answers = [Api().post("/auth/register", person(invitation=token)) for token in ("x", late, foreign, used)]
        for answer in answers:
            refused(answer, 422, "invalid_invitation")
        assert len({answer.content for answer in answers}) == 1
        right = Api().post("/auth/register", person(invitation=foreign, email="Ann@bistro.example"))
    assert right.status_code == 201


def test_a_weak_password_does_not_use_the_invitation_up(here):
    token = invite(role="waiter", actor=actor_as("manager", here))
    refused(Api().post("/auth/register", person(invitation=token, password="short")), 422, "validation_error")
    assert Api().post("/auth/register", person(invitation=token)).status_code == 201


def test_a_token_is_kept_as_its_digest_and_told_to_nobody_else(here):
    token = invite(role="waiter", email="ann@bistro.example", actor=actor_as("manager", here))
    assert token not in str(list(Invitation.objects.values()))
    (event,) = Event.objects.filter(action="invited")
    assert token not in event.data + (event.private or "")
    assert "ann@" not in event.data
    assert "ann@" in event.private


def test_names_and_addresses_lie_apart_in_the_log(here):
    api_as("owner", here).post("/auth/register", person(role="waiter", name="Ann Example"))
    (event,) = Event.objects.filter(action="added", type="membership_updated")
    assert "new@" not in event.data
    assert "Ann" not in event.data
    assert "new@bistro.example" in event.private


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"is_active": False}, []),
        ({"role": "waiter"}, []),
        ({"role": "manager"}, ["waiter"]),
        ({"role": "owner"}, ["owner", "waiter"]),
    ],
)
def test_an_invitation_ends_with_the_right_of_its_maker(here, change, left):
    boss, member = actor_as("owner", here), MembershipFactory(restaurant=here, role="owner")
    maker = actor_of_member(member)
    tokens = {role: invite(role=role, actor=maker) for role in ("owner", "waiter")}
    kept = invite(role="host", actor=boss)
    change_member(membership_id=member.pk, actor=boss, **change)
    change_member(membership_id=member.pk, actor=boss, role="owner", is_active=True)  # a return revives nothing
    for role, token in tokens.items():
        answer = Api().post("/auth/register", person(invitation=token, email=f"{role}@bistro.example"))
        if role in left:
            assert answer.status_code == 201
        else:
            refused(answer, 422, "invalid_invitation")
        assert Staff.objects.filter(email=f"{role}@bistro.example").exists() == (role in left)
    assert Api().post("/auth/register", person(invitation=kept)).status_code == 201


def test_a_used_invitation_stays_in_the_list_when_its_maker_leaves(here):
    member = MembershipFactory(restaurant=here, role="manager")
    token = invite(role="waiter", actor=actor_of_member(member))
    assert Api().post("/auth/register", person(invitation=token)).status_code == 201
    change_member(membership_id=member.pk, is_active=False, actor=actor_as("owner", here))
    assert Invitation.objects.filter(made_by=member).count() == 1
    assert Membership.objects.active().filter(staff__email="new@bistro.example").exists()


def test_a_person_who_has_left_invites_nobody(here):
    member = MembershipFactory(restaurant=here, role="manager")
    maker = actor_of_member(member)
    change_member(membership_id=member.pk, is_active=False, actor=actor_as("owner", here))
    with pytest.raises(NotPermitted):
        invite(role="waiter", actor=maker)
    assert not Invitation.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_person", [True, False])
def test_two_who_come_with_one_invitation_at_once(same_person):
    here = RestaurantFactory()
    token = invite(role="waiter", actor=actor_as("manager", here))
    before, barrier, outcomes = Membership.objects.count(), threading.Barrier(4), []

    def register(number):
        barrier.wait(5)
        email = "one@bistro.example" if same_person else f"person{number}@bistro.example"
        try:
            accept_invitation(token=token, email=email, name="", password=STRONG)
            outcomes.append("in")
        except DomainError as error:
            outcomes.append(error.status)
        finally:
            connection.close()

    threads = [threading.Thread(target=register, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(map(str, outcomes)) == ["422", "422", "422", "in"]
    assert Membership.objects.count() == before + 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_managers_who_register_one_person_at_once():
    here = RestaurantFactory()
    apis, barrier, statuses = [api_as("owner", here) for _ in range(4)], threading.Barrier(4), []

    def register(api):
        barrier.wait(5)
        statuses.append(api.post("/auth/register", person(role="waiter")).status_code)
        connection.close()

    threads = [threading.Thread(target=register, args=[api]) for api in apis]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [201, 422, 422, 422]
