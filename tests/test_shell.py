"""The shell: where a login lands, places of a role, alarms, the theme, the style guide."""

import re

import pytest
from django.conf import settings
from django.test import Client, RequestFactory
from django.utils import timezone

from bistro.core.auth.access import actor_of_member
from bistro.core.kernel.marks import PICTURES, WORDS
from bistro.core.kernel.roles import STAFF_ROLES, Role
from bistro.core.tests.factories import MembershipFactory, StaffFactory
from bistro.core.web.shell import THEME_COOKIE, home_of, initials_of, theme_of
from bistro.core.web.styleguide import ICONS
from orders.models import Order
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD = "correct horse"
LANDING = {
    Role.OWNER: "/setup/",  # the restaurant is not set up yet
    Role.MANAGER: "/setup/",
    Role.HOST: "/floor/",
    Role.WAITER: "/floor/",
    Role.CASHIER: "/floor/",
    Role.KITCHEN: "/kitchen/",
}


def log_in(member, **more):
    client = Client()
    return client, client.post("/login/", {"username": member.staff.email, "password": PASSWORD, **more})


def links(html):
    """Return the addresses of the rail."""
    rail = html.split('<nav class="rail"', 1)[1].split("</nav>", 1)[0]
    return set(re.findall(r'href="([^"#?]+)"', rail))


def test_every_role_of_staff_has_a_place_to_land():
    assert set(LANDING) == set(STAFF_ROLES)


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_login_lands_where_the_role_works(role):
    member = MembershipFactory(role=role)
    client, answer = log_in(member)
    assert answer["Location"] == LANDING[role] == home_of(actor_of_member(member))
    assert client.get(answer["Location"]).status_code == 200


def test_a_wanted_page_comes_first():
    _client, answer = log_in(MembershipFactory(role="waiter"), next="/kitchen/")
    assert answer["Location"] == "/kitchen/"
    _client, answer = log_in(MembershipFactory(role="waiter"), next="²")
    assert answer["Location"] == "/floor/"


def test_the_operator_without_a_restaurant_lands_in_the_admin(client):
    operator = StaffFactory(is_superuser=True)
    answer = client.post("/login/", {"username": operator.email, "password": PASSWORD})
    assert answer["Location"] == "/admin/"


def test_a_login_without_a_restaurant_lands_on_the_start_page(client):
    answer = client.post("/login/", {"username": StaffFactory().email, "password": PASSWORD})
    assert answer["Location"] == "/"
    assert b"No restaurant yet." in client.get("/", headers={"Accept": "text/html"}).content


def test_a_person_with_two_restaurants_chooses_and_then_lands():
    member = MembershipFactory(role="waiter")
    MembershipFactory(staff=member.staff, role="kitchen")
    client, answer = log_in(member)
    assert answer["Location"] == "/restaurant/"
    chosen = client.post("/restaurant/", {"restaurant": member.restaurant_id})
    assert chosen["Location"] == "/floor/"
    assert b'href="/restaurant/"' in client.get("/alarms/").content


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_nobody_is_offered_a_page_that_refuses(house, role):
    browser = house.browser(role)
    start = browser.get("/", headers={"Accept": "text/html"}).content.decode()
    offered = set(re.findall(r'class="places__link" href="([^"]+)"', start))
    assert offered
    for path in offered:
        assert browser.get(path).status_code == 200, path


def test_the_rail_of_a_cashier_has_no_kitchen_and_no_admin(house):
    html = house.browser("cashier").get("/alarms/").content.decode()
    assert links(html) == {"/", "/floor/", "/floor/counter/", "/till/"}


def test_the_rail_of_a_manager_has_all_places(house):
    html = house.browser("manager").get("/styleguide/").content.decode()
    assert links(html) >= {"/", "/floor/", "/kitchen/", "/kitchen/expo/", "/admin/"}


def test_a_visitor_is_offered_to_sign_in_and_to_set_up_a_screen(client):
    html = client.get("/", headers={"Accept": "text/html"}).content.decode()
    assert re.findall(r'class="places__link" href="([^"]+)"', html) == ["/login/", "/device/"]


# --- alarms ------------------------------------------------------------------------------------------------------
def unseen(house):
    """Place an order that the kitchen has not seen for a minute."""
    placed = house.order(house.actor("waiter"))
    Order.objects.filter(pk=placed.id).update(unseen_at=timezone.now())
    return Order.objects.get(pk=placed.id)


def test_alarms_are_counted_and_listed(house):
    browser = house.browser("waiter")
    assert b"No alarms." in browser.get("/alarms/").content
    order = unseen(house)
    html = browser.get("/alarms/").content.decode()
    assert f"The kitchen has not seen order {order.number} yet" in html
    assert "<strong>1</strong>" in html


def test_alarms_that_did_not_change_are_no_content(house):
    browser, htmx = house.browser("waiter"), {"HX-Request": "true"}
    unseen(house)
    parts = browser.get("/alarms/", headers=htmx)
    assert parts.status_code == 200
    assert b"<html" not in parts.content
    assert parts.content.count(b'hx-swap-oob="true"') == 2
    known = re.search(r"known=(\w+)", parts.content.decode())[1]
    assert browser.get(f"/alarms/?known={known}", headers=htmx).status_code == 204


def test_a_cook_has_no_list_of_the_floors_alarms(house):
    assert house.browser("kitchen").get("/alarms/").status_code == 403


# --- theme -------------------------------------------------------------------------------------------------------
def test_the_theme_stays_in_this_browser(house):
    browser = house.browser("waiter")
    answer = browser.post("/theme/", {"theme": "dark", "next": "/alarms/"})
    assert answer["Location"] == "/alarms/"
    assert re.search(r"<html[^>]* data-theme=\"dark\"", browser.get("/alarms/").content.decode())
    assert b'data-theme="dark"' in browser.get("/nothing/here/", headers={"Accept": "text/html"}).content
    browser.post("/theme/", {"theme": "auto", "next": "/alarms/"})
    assert not re.search(r"<html[^>]* data-theme", browser.get("/alarms/").content.decode())


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "", "²", "floor"])
def test_the_theme_sends_nobody_elsewhere(client, target):
    assert client.post("/theme/", {"theme": "dark", "next": target})["Location"] == "/"


@pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
def test_an_unknown_theme_changes_nothing(client, theme):
    assert THEME_COOKIE not in client.post("/theme/", {"theme": theme}).cookies
    request = RequestFactory().get("/")
    request.COOKIES[THEME_COOKIE] = theme
    assert theme_of(request) == ""


# --- person ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "initials"),
    [("Wim de Boer", "WB"), ("Aisha", "A"), ("", ""), ("  ", ""), ("ليلى حداد", "لح"), ("ana maria silva", "AS")],
)
def test_initials(name, initials):
    assert initials_of(name) == initials


def test_the_shell_tells_what_the_person_serves(house):
    browser = house.browser("waiter")
    assert "<dd><bdi>none</bdi></dd>" in browser.get("/alarms/").content.decode()
    house.order(house.actor("waiter"), table_id=house.table.pk)
    Party.objects.update(size=4, server=house.staff("waiter"))
    html = browser.get("/alarms/").content.decode()
    assert f"<dd><bdi>{house.table.section.name}</bdi></dd>" in html
    assert "<dd><bdi>1 table, 4 guests</bdi></dd>" in html
    assert "My tables now" not in house.browser("cashier").get("/alarms/").content.decode()


@pytest.mark.parametrize(
    ("path", "here"),
    [("/floor/", "Floor"), ("/floor/counter/", "Counter"), ("/floor/order/", "Counter"), ("/alarms/", None)],
)
def test_the_rail_marks_the_place_of_the_page(house, path, here):
    html = house.browser("waiter").get(path).content.decode()
    rail = html.split('<nav class="rail"', 1)[1].split("</nav>", 1)[0]
    marked = re.findall(r'aria-current="page">.*?</svg>\s*(\w+)', rail, re.DOTALL)
    assert marked == ([here] if here else [])


# --- style guide -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("waiter", 403), ("kitchen", 403)])
def test_the_style_guide_is_for_managers(house, role, status):
    assert house.browser(role).get("/styleguide/").status_code == status


def test_the_style_guide_has_every_component_in_both_themes(house):
    html = house.browser("manager").get("/styleguide/").content.decode()
    sheets = {path.stem for path in (settings.BASE_DIR / "static/css/components").glob("*.css")}
    assert set(re.findall(r"css/components/([\w-]+)\.css", html)) == sheets
    light, dark = (html.split(f'id="{theme}" data-theme="{theme}"', 1)[1] for theme in ("light", "dark"))
    for state in WORDS:
        assert f'class="mark mark--large" data-state="{state}"' in dark, state
    assert light.count('class="mark') == 2 * dark.count('class="mark')


def test_every_picture_and_icon_is_in_the_sprite():
    sprite = (settings.BASE_DIR / "static/img/sprite.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    assert {f"m-{picture}" for picture in PICTURES.values()} == {name for name in drawn if name.startswith("m-")}
    assert {f"i-{icon}" for icon in ICONS} == {name for name in drawn if name.startswith("i-")}
    assert {f"i-{place.icon}" for place in settings.PLACES} <= drawn
    assert set(WORDS) <= set(PICTURES)
