"""Every page links the style sheets of the classes that it uses: a missing link is a part without its look."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.addresses import PAGES
from tests.test_css_classes import STYLES, in_rules

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

STATIC = Path(settings.BASE_DIR) / "static"
RULES = {path: in_rules(path.read_text()) for path in STYLES}
ALL = set().union(*RULES.values())


def linked(html):
    """Return the style sheets that a page links."""
    return {STATIC / path for path in re.findall(r'href="/static/([^"]+\.css)"', html)}


def unstyled(html):
    """Return the classes of a page whose rules are in no style sheet that it links."""
    used = {name for value in re.findall(r'(?<![\w-])class="([^"]*)"', html) for name in value.split()}
    known = set().union(*(RULES[path] for path in linked(html)))
    return sorted((used & ALL) - known)


def addresses(house):
    """Return the addresses of all pages that need no id, or the id of a table or station."""
    ids = {"table": house.table.pk, "station": house.station.pk}
    return [
        "/" + re.sub(r"<\w+:\w+>", str(ids.get(kind)), path) for path, kind in PAGES.items() if kind in (None, *ids)
    ]


def test_every_page_links_what_it_uses(house):
    house.order(house.actor("waiter"), table_id=house.table.pk)
    found, browser = {}, house.browser("owner")
    for path in addresses(house):
        answer = browser.get(path, headers={"Accept": "text/html"})
        if answer.status_code == 200 and b"<html" in answer.content:
            found[path] = unstyled(answer.content.decode())
    assert len(found) > 12
    assert {path: classes for path, classes in found.items() if classes} == {}


def test_a_missing_link_is_found():
    """Control."""
    link = '<link rel="stylesheet" href="/static/css/components/button.css">'
    assert unstyled(f'{link}<p class="chip button unknown">') == ["chip"]
