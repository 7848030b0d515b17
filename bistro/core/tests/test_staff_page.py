"""The managers' page of staff: who works here, where they are signed in, and the end of all that."""

import pytest
from django.test import Client
from django.urls import reverse

from bistro.core.auth import last_seen
from bistro.core.auth.access import SESSION_RESTAURANT, actor_of_device
from bistro.core.auth.sign_ins import SESSION_SINCE, browser_name, sign_ins
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import PERMISSIONS, ROLE_NAMES, STAFF_ROLES, Permission
from bistro.core.models import Membership, Pin, TabletSession
from bistro.core.services.tablets import enter_tablet
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, RestaurantFactory, give_pin
from bistro.core.tests.http import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1 Version/17.0 Safari/604.1"
LIST = "/admin/core/membership/"


@pytest.fixture
def here():
    return RestaurantFactory()


@pytest.fixture
def ana(here):
    return give_pin(MembershipFactory(restaurant=here, staff__name="Ana"), "2468")


def signed_in(member, user_agent=PHONE):
    client = Client(headers={"user-agent": user_agent})
    answer = client.post("/login/", {"username": member.staff.email, "password": "correct horse"})
    assert answer.status_code == 302
    return client


def manager(here, role="owner"):
    client = Client()
    client.force_login(MembershipFactory(restaurant=here, role=role).staff)
    return client


def act(client, name, member, method="post"):
    return getattr(client, method)(reverse(f"admin:core_membership_{name}", args=[member.pk]), follow=True)


def places(member):
    member = Membership.objects.select_related("staff").get(pk=member.pk)
    return [each.place for each in sign_ins([member], member.restaurant_id)[member.pk]]


def enter(member):
    tablet = DeviceFactory(restaurant=member.restaurant, kind="tablet", name="Bar tablet")
    return enter_tablet(membership_id=member.pk, pin="2468", actor=actor_of_device(tablet))


def test_the_page_shows_who_was_seen_and_where_each_is_signed_in(here, ana):
    phone, elsewhere = signed_in(ana), signed_in(MembershipFactory())
    enter(ana)
    phone.get("/me/")
    elsewhere.get("/me/")
    last_seen.flush()
    page = manager(here).get(LIST).content.decode()
    assert "Safari · iPhone since" in page
    assert "Bar tablet since" in page
    assert places(ana) == ["Safari · iPhone", "Bar tablet"]
    ana.refresh_from_db()
    assert ana.last_seen_at is not None
    assert Membership.objects.exclude(restaurant=here).get().last_seen_at is not None
    assert "Safari · iPhone" in act(manager(here), "change", ana, "get").content.decode()
    phone.post("/logout/")
    assert places(ana) == ["Bar tablet"]


def test_a_session_of_another_restaurant_or_without_facts_is_no_error(here, ana):
    there = MembershipFactory(staff=ana.staff)
    phone = signed_in(ana)
    assert places(ana) == [], "no restaurant is chosen yet"
    session = phone.session
    session[SESSION_RESTAURANT] = there.restaurant_id
    del session[SESSION_SINCE]
    session.save()
    assert (places(ana), places(there)) == ([], ["Safari · iPhone"])


@pytest.mark.parametrize("name", ["dismiss", "sign_out"])
def test_both_end_every_session_at_once(here, ana, name):
    phone, session = signed_in(ana), enter(ana)
    tokens = (
        Client()
        .post(
            "/auth/login",
            {"email": ana.staff.email, "password": "correct horse"},
            content_type="application/json",
        )
        .json()
    )
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert Client().get("/auth/me", headers=bearer).status_code == 200
    boss = manager(here)
    with nothing_changes():
        assert act(boss, name, ana, "get").status_code == 200
    assert "all open sessions have ended" in act(boss, name, ana).content.decode()
    assert places(ana) == []
    assert phone.get("/me/").status_code == 302
    assert Client().get("/auth/me", headers=bearer).status_code == 401
    refreshed = Client().post(
        "/auth/refresh", {"refresh_token": tokens["refresh_token"]}, content_type="application/json"
    )
    assert refreshed.status_code == 401
    assert TabletSession.objects.get(pk=session.pk).ended_at is not None
    ana.refresh_from_db()
    assert ana.is_active == (name == "sign_out")
    assert Pin.objects.filter(membership=ana).exists() == (name == "sign_out")
    tablet = DeviceFactory(restaurant=here, kind="tablet")
    if name == "dismiss":
        with nothing_changes(), pytest.raises(DomainError):
            enter_tablet(membership_id=ana.pk, pin="2468", actor=actor_of_device(tablet))


def test_a_manager_dismisses_no_owner_and_nobody_of_another_house(here, ana):
    owner, foreign = MembershipFactory(restaurant=here, role="owner"), MembershipFactory()
    boss = manager(here, "manager")
    with nothing_changes():
        assert "Only an owner can change an owner." in act(boss, "dismiss", owner).content.decode()
        assert act(boss, "dismiss", foreign).status_code == 404
        act(manager(here, "waiter"), "dismiss", ana)
    assert not Membership.objects.filter(is_active=False).exists()


def test_the_page_of_rights_is_the_table_of_rights(here):
    answer = manager(here, "manager").get(reverse("admin:core_membership_rights"))
    people = answer.context["tables"][0]
    assert people["roles"] == [ROLE_NAMES[role] for role in STAFF_ROLES]
    shown = dict(people["rows"])
    for permission in Permission:
        words = permission.words[:1].upper() + permission.words[1:]
        assert shown[words] == [permission in PERMISSIONS[role] for role in STAFF_ROLES], words
    page = answer.content.decode()
    assert page.count("✓") == sum(sum(marks) for table in answer.context["tables"] for _words, marks in table["rows"])
    assert "Void what the kitchen has begun" in page


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (PHONE, "Safari · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/129.0 Mobile Safari/537.36", "Chrome · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/129.0 Safari/537.36 Edg/129.0", "Edge · Windows"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_browsers_have_names(user_agent, name):
    assert browser_name(user_agent) == name
