"""Admin pages of people: managers add, invite and change members; the operator starts new restaurants."""

import re
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from bistro.core.models import Event, Invitation, Membership, Restaurant, Staff
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory, StaffFactory
from bistro.core.tests.http import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

ADD, INVITE = "/admin/core/membership/add/", "/admin/core/invitation/add/"
PASSWORD = "a long enough one"


@pytest.fixture
def restaurant():
    return RestaurantFactory()


def browser(restaurant, role="owner"):
    client = Client()
    client.force_login(MembershipFactory(restaurant=restaurant, role=role).staff)
    return client


@pytest.fixture
def operator():
    client = Client()
    client.force_login(StaffFactory(is_superuser=True, is_staff=True))
    return client


def person(**fields):
    return {"email": "ana@bistro.example", "name": "Ana", "role": "waiter", "password": PASSWORD, **fields}


def change(client, member, **fields):
    return client.post(reverse("admin:core_membership_change", args=[member.pk]), fields)


def test_a_member_is_added_and_can_log_in(restaurant):
    answer = browser(restaurant).post(ADD, person())
    assert answer.status_code == 302
    member = Membership.objects.get(staff__email="ana@bistro.example")
    assert (member.restaurant, member.role) == (restaurant, "waiter")
    assert member.staff.check_password(PASSWORD)
    assert Event.objects.filter(restaurant=restaurant, type="membership_updated", action="added").count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"password": "short"}, "password"),
        ({"role": "king"}, "role"),
        ({"email": "no address"}, "email"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(restaurant, wrong, field):
    answer = browser(restaurant).post(ADD, person(**wrong))
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert not Staff.objects.filter(name="Ana").exists()


def test_an_address_that_is_taken_is_a_message(restaurant):
    StaffFactory(email="ana@bistro.example")
    answer = browser(restaurant).post(ADD, person(email="Ana@Bistro.example"))
    assert answer.context["adminform"].form.errors["email"] == ["Already registered."]


def test_a_crafted_restaurant_is_ignored(restaurant):
    other = RestaurantFactory()
    browser(restaurant).post(ADD, person(restaurant=other.pk))
    assert not other.memberships.exists()
    assert restaurant.memberships.filter(staff__name="Ana").exists()


def test_another_role_and_an_end(restaurant):
    owner, member = browser(restaurant), MembershipFactory(restaurant=restaurant)
    version = member.staff.version
    assert change(owner, member, role="kitchen", is_active="on").status_code == 302
    member.refresh_from_db()
    member.staff.refresh_from_db()
    assert (member.role, member.is_active, member.staff.version) == ("kitchen", True, version + 1)
    assert change(owner, member, role="kitchen").status_code == 302
    member.refresh_from_db()
    assert not member.is_active
    assert [row.is_active for row in member.history.all()] == [False, True, True]


def test_a_manager_makes_and_changes_no_owner(restaurant):
    owner = MembershipFactory(restaurant=restaurant, role="owner")
    manager, waiter = browser(restaurant, "manager"), MembershipFactory(restaurant=restaurant)
    answer = change(manager, waiter, role="owner", is_active="on")
    assert "Only an owner can add owners." in str(answer.context["adminform"].form.errors)
    answer = change(manager, owner, role="waiter", is_active="on")
    assert "Only an owner can change an owner." in str(answer.context["adminform"].form.errors)
    owner.refresh_from_db()
    waiter.refresh_from_db()
    assert (owner.role, waiter.role) == ("owner", "waiter")


def test_the_last_owner_stays(restaurant):
    client = browser(restaurant)
    owner = Membership.objects.get(restaurant=restaurant, role="owner")
    for fields in ({"role": "manager", "is_active": "on"}, {"role": "owner"}):
        assert "at least one owner" in str(change(client, owner, **fields).context["adminform"].form.errors)
    owner.refresh_from_db()
    assert (owner.role, owner.is_active) == ("owner", True)


def test_somebody_elses_member_cannot_be_changed(restaurant):
    foreign = MembershipFactory(role="waiter")
    assert change(browser(restaurant), foreign, role="owner", is_active="on").url == "/admin/"
    foreign.refresh_from_db()
    assert foreign.role == "waiter"


def link_from(page):
    return re.search(r'id="invitation-link"[^>]*>[^<]*(/invitation/[^<]+)<', page.content.decode())[1]


def test_an_invitation_link_is_shown_once_and_works_once(restaurant):
    owner = browser(restaurant)
    page = owner.post(INVITE, {"email": "", "role": "kitchen"})
    link = link_from(page)
    token = link.strip("/").split("/")[-1]
    invitation = Invitation.objects.get(restaurant=restaurant)
    assert token not in invitation.token_hash
    for path in ("changelist", "change"):
        args = [invitation.pk] if path == "change" else []
        assert token not in owner.get(reverse(f"admin:core_invitation_{path}", args=args)).content.decode()
    guest = Client()
    assert guest.get(link).status_code == 200
    wrong = guest.post(link, {"email": "kim@bistro.example", "name": "Kim", "password": "short"})
    assert (wrong.status_code, Staff.objects.filter(name="Kim").exists()) == (422, False)
    assert guest.post(link, {"email": "kim@bistro.example", "name": "Kim", "password": PASSWORD}).url == "/"
    member = Membership.objects.get(staff__name="Kim")
    assert (member.role, guest.session["_auth_user_id"]) == ("kitchen", str(member.staff_id))
    again = Client().post(link, {"email": "kay@bistro.example", "name": "Kay", "password": PASSWORD})
    assert (again.status_code, Staff.objects.filter(name="Kay").exists()) == (422, False)


def test_somebody_who_has_a_login_joins_with_it(restaurant):
    link = link_from(browser(restaurant).post(INVITE, {"email": "", "role": "manager"}))
    elsewhere = MembershipFactory()
    client = Client()
    client.force_login(elsewhere.staff)
    assert client.post(link).url == reverse("choose-restaurant")
    assert set(elsewhere.staff.memberships.values_list("restaurant", flat=True)) == {
        elsewhere.restaurant_id, restaurant.pk
    }  # fmt: skip
    second = link_from(browser(restaurant).post(INVITE, {"email": "", "role": "manager"}))
    assert client.post(second).status_code == 422


def test_an_invitation_for_somebody_else_is_no_dead_end(restaurant):
    link = link_from(browser(restaurant).post(INVITE, {"email": "kim@bistro.example", "role": "kitchen"}))
    client = browser(restaurant, role="waiter")
    refused = client.post(link)
    assert refused.status_code == 422
    for page in (client.get(link).content.decode(), refused.content.decode()):
        assert "Sign out and accept as another person" in page
    assert client.post("/logout/", {"next": link}).url == link
    assert 'name="password"' in client.get(link).content.decode(), "the form to register"
    assert client.post(link, {"email": "kim@bistro.example", "name": "Kim", "password": PASSWORD}).url == "/"
    assert Membership.objects.get(staff__name="Kim").role == "kitchen"


def test_a_withdrawn_invitation_is_dead(restaurant):
    owner = browser(restaurant)
    link = link_from(owner.post(INVITE, {"email": "", "role": "kitchen"}))
    pk = Invitation.objects.get().pk
    assert owner.post(f"/admin/core/invitation/{pk}/delete/", {"post": "yes"}).status_code == 302
    answer = Client().post(link, {"email": "kim@bistro.example", "name": "Kim", "password": PASSWORD})
    assert answer.status_code == 422


def test_settings_are_saved_logged_and_make_a_new_menu(house):
    owner, here = house.browser("owner"), house.restaurant
    house.item.delete()  # the currency of prices in use would stay
    path = reverse("admin:core_restaurant_change", args=[here.pk])
    fields = {
        "language": "en",
        "name": "Linden", "currency": "CHF", "locale": "de_CH", "timezone": "Europe/Zurich", "day_ends_at": "05:00",
        "tax_mode": "added", "rounding_level": "line", "rounding_mode": "down", "cash_rounding": "0.05",
        "soon_seconds": "300", "late_seconds": "600", "tablet_idle_minutes": "5",
        "kitchen_notes": " No ice \r\n\r\nBring with main\r\nNo ice",
    }  # fmt: skip
    wrong = owner.post(path, {**fields, "late_seconds": "100"})
    assert "late_seconds" in wrong.context["adminform"].form.errors
    assert "locale" in owner.post(path, {**fields, "locale": "xx_YY"}).context["adminform"].form.errors
    assert "timezone" in owner.post(path, {**fields, "timezone": "Mars"}).context["adminform"].form.errors
    for notes in ("a; b", "x" * 41, "\n".join(map(str, range(21)))):
        assert "kitchen_notes" in owner.post(path, {**fields, "kitchen_notes": notes}).context["adminform"].form.errors
    here.menu.refresh_from_db()
    version = here.menu.version
    assert owner.post(path, fields).status_code == 302
    here.refresh_from_db()
    here.menu.refresh_from_db()
    assert (here.name, here.currency, here.tax_mode, here.menu.version) == ("Linden", "CHF", "added", version + 1)
    assert here.kitchen_notes == "No ice\nBring with main"
    logged = Event.objects.get(restaurant=here, type="configuration_updated", action="changed")
    assert '"currency":{"before":"EUR","after":"CHF"}' in logged.data


def test_the_operator_opens_a_restaurant_and_gives_it_an_owner(operator):
    answer = operator.post(
        "/admin/core/restaurant/add/",
        {
            "language": "en",
            "name": "New", "currency": "EUR", "locale": "en_IE", "timezone": "Europe/Paris", "day_ends_at": "04:00",
            "tax_mode": "inclusive", "rounding_level": "document", "rounding_mode": "half_up",
        "soon_seconds": "300", "late_seconds": "600", "tablet_idle_minutes": "5",
        },
    )  # fmt: skip
    new = Restaurant.objects.get(name="New")
    assert answer.url == f"{ADD}?restaurant={new.pk}&role=owner"
    assert new.feed.seq >= 1
    form = operator.get(answer.url).context["adminform"].form
    assert form.initial["restaurant"] == str(new.pk)
    assert operator.post(ADD, person(restaurant=new.pk, role="owner")).url == "/admin/"
    assert new.memberships.get().role == "owner"
    known = StaffFactory()
    operator.post(ADD, person(restaurant=new.pk, email=known.email, password="", name=""))
    assert new.memberships.filter(staff=known).exists()


def test_owners_open_no_restaurants(restaurant):
    assert browser(restaurant).get("/admin/core/restaurant/add/").status_code == 403


def test_the_log_in_is_by_e_mail_and_only_for_managers(restaurant):
    for role, goes_in in (("owner", True), ("manager", True), ("waiter", False)):
        member = MembershipFactory(restaurant=restaurant, role=role)
        answer = Client().post(
            "/admin/login/?next=/admin/", {"username": member.staff.email, "password": "correct horse"}
        )
        assert (answer.status_code == 302) is goes_in, role


def test_who_works_in_two_restaurants_says_first_where(restaurant):
    member = MembershipFactory(restaurant=restaurant, role="owner")
    second = MembershipFactory(staff=member.staff, role="owner").restaurant
    client = Client()
    client.force_login(member.staff)
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("choose-restaurant"))
    client.post(reverse("choose-restaurant"), {"restaurant": second.pk, "next": "/admin/"})
    page = client.get("/admin/")
    assert second.name in page.content.decode()
    assert restaurant.name not in page.content.decode()


def test_times_are_the_restaurants(restaurant):
    restaurant.timezone = "Asia/Tokyo"
    restaurant.save()
    owner = browser(restaurant)
    owner.post(INVITE, {"email": "", "role": "kitchen"})
    event = Event.objects.get(restaurant=restaurant)
    shown = owner.get(reverse("admin:core_event_change", args=[event.pk])).content.decode()
    assert f"{event.at.astimezone(ZoneInfo('Asia/Tokyo')):%d/%m/%Y %H:%M:%S}" in shown


@pytest.mark.parametrize(
    ("fields", "field", "message"),
    [
        ({"cash_rounding": "0"}, "cash_rounding", "more than 0"),
        ({"cash_rounding": "-0.05"}, "cash_rounding", "more than 0"),
        ({"cash_rounding": "0.005"}, "cash_rounding", "EUR has no such coin"),
        ({"rounding_mode": "sideways"}, "rounding_mode", "valid choice"),
        ({"rounding_level": "dish"}, "rounding_level", "valid choice"),
    ],
)
def test_a_rounding_that_does_not_exist(house, fields, field, message):
    path = reverse("admin:core_restaurant_change", args=[house.restaurant.pk])
    good = {
        "language": "en",
        "name": "Linden", "currency": "EUR", "locale": "de_DE", "timezone": "UTC", "day_ends_at": "05:00",
        "tax_mode": "added", "rounding_level": "line", "rounding_mode": "up",
        "soon_seconds": "300", "late_seconds": "600", "tablet_idle_minutes": "5",
    }  # fmt: skip
    with nothing_changes():
        answer = house.browser("owner").post(path, {**good, **fields})
    assert message in str(answer.context["adminform"].form.errors[field])
