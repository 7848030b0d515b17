"""The start page: who sees which links."""

import pytest

from bistro.core.models import Staff

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def start(browser):
    return browser.get("/", headers={"accept": "text/html"}).content.decode()


@pytest.mark.parametrize("role", ["owner", "waiter"])
def test_links_of_developers_are_for_operators_alone(house, settings, role):
    settings.DEBUG = False
    browser = house.browser(role)
    assert 'href="/docs"' not in start(browser)
    Staff.objects.update(is_superuser=True)
    assert 'href="/docs"' in start(browser)


def test_who_may_not_cook_sees_no_buttons_of_printers(house):
    """The style sheet hides them, because pushes are the same for everybody."""
    assert 'data-may="cook"' in house.browser("kitchen").get("/kitchen/").content.decode()
    assert 'data-may=""' in house.browser("waiter").get("/kitchen/").content.decode()
