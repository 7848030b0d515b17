"""Every address with nasty values in each of its inputs: never a 5xx, on both databases.

tests/nasty.py generates the inputs and holds the values. A fixed seed mixes the cells of address, input and value. The
fast test tries a few of them at an eighth of the addresses, the slow tests many at all, on PostgreSQL. Other parts are
chosen by WALK_PART=1, 2, …; `make test-all` (THOROUGH=1) tries every path, query and form, and more of the headers and
cookies, which all addresses share.
"""

import logging
import os
import random
from urllib.parse import quote_from_bytes

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator

from bistro.core.api.documents import Document
from bistro.core.tests.http import refused
from orders.billing.tests.vouchers import account_of
from tests.addresses import API, PAGES
from tests.nasty import (
    ENDS_THE_LOGIN,
    VALUES,
    addresses,
    documented_inputs,
    filters_of_lists,
    path_with,
    quoted_cookie,
    recorded,
)
from tests.plugins.documented_answers import document
from tests.plugins.examples import THOROUGH

pytestmark = pytest.mark.django_db

ADDRESSES = [address for address in addresses() if address not in ENDS_THE_LOGIN]
OF_PADS = ("api/order", "api/v1/pad", "api/v1/pad/orders", "api/v1/pad/heartbeat", "api/v1/devices/rotate")
FORM = "application/x-www-form-urlencoded"
NUL = "a%00"
SEED = 20261128
FEW, MANY = 200, 500  # cells of a part: of 45,000 of addresses, and 280,000 of headers and cookies
OF_ADDRESSES, OF_HEADERS = (1_000_000, 20_000) if THOROUGH else (MANY, MANY // 2)
OWN = ("path", "query", "form")  # places whose names belong to an address
KNOWN = {}  # {address: inputs}
PART = int(os.environ.get("WALK_PART") or not settings.SQLITE)  # the databases try different parts
ENOUGH_ON_POSTGRES = pytest.mark.skipif(
    settings.SQLITE and not THOROUGH, reason="PostgreSQL refuses more; SQLite has a part in the fast tests"
)


class Walker:
    """An owner, or a pad at the calls of pads. Each request is rolled back."""

    def __init__(self, house):
        self.browser = house.browser("owner")
        self.browser.raise_request_exception = False
        self.tokens = {role: house.api(role).headers["Authorization"] for role in ("owner", "pad")}
        self.ids = _ids_of(house)
        self.restaurant = house.restaurant

    def ask(self, method, address, place="", name="", value=b""):
        """Send a request with one nasty value."""
        own = {key: str(pk).encode() for key, pk in self._own(address).items()}
        environ, body = {}, b""
        if place == "path":
            own[name] = value
        elif place == "query":
            environ["QUERY_STRING"] = _pair(name, value)
        elif place == "form":
            body = _pair(name, value).encode()
        elif place == "cookie":
            environ["HTTP_COOKIE"] = quoted_cookie(name, value)
        elif place == "header":
            key = name.upper().replace("-", "_")
            text = value.translate(None, b"\r\n\0").decode("latin-1")  # servers refuse these three in a header
            environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
        if address in API and place != "cookie":
            environ.setdefault("HTTP_AUTHORIZATION", self.tokens["pad" if address in OF_PADS else "owner"])
        before = transaction.savepoint()
        try:
            return self.browser.generic(method, path_with(address, own), body, FORM, **environ)
        finally:
            transaction.set_rollback(False)
            transaction.savepoint_rollback(before)
            transaction.savepoint_commit(before)

    def _own(self, address):
        """Return an own id for each converter of an address."""
        parts = address.split("/")
        if parts[0] != "admin" or "<" in parts[1] or len(parts) < 4:
            return {name: self.ids.get({**API, **PAGES}.get(address), 1) for name in ("pk", "station_id", "token")}
        try:
            model = apps.get_model(parts[1], parts[2])
        except LookupError:
            return {}
        row = model._base_manager.order_by("pk").last()
        return dict.fromkeys(("object_id", "pk"), row.pk) if row else {}


def _ids_of(house):
    order = house.place()
    (ticket,) = house.tickets(order)
    return {
        "order": order["id"],
        "party": order["party"],
        "table": house.table.pk,
        "ticket": ticket["id"],
        "line": ticket["lines"][0]["id"],
        "station": house.station.pk,
        "staff": house.staff("waiter").pk,
        "restaurant": house.restaurant.pk,
    }


def _pair(name, value):
    return f"{name}={quote_from_bytes(value)}"


@pytest.fixture
def walker(house, settings, monkeypatch):
    """Return a walker. The document is generated once, and refusals are not logged, because both cost much time."""
    settings.RATE_LIMITS = dict.fromkeys(settings.RATE_LIMITS, "1000000/min")
    whole = SchemaGenerator().get_schema(request=None, public=True)
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda self, request=None, public=False: whole)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    return Walker(house)


@pytest.fixture
def inputs(walker):
    """Return the inputs of all addresses, found once."""
    if not KNOWN:
        KNOWN.update(inputs_of(walker, ADDRESSES))
    return KNOWN


def inputs_of(walker, addresses):
    """Return {address: inputs}: those that are documented, and those that a GET and a POST read."""
    found = {address: documented_inputs(address) for address in addresses}
    for address, names in found.items():
        with recorded(names, "query"):
            walker.ask("GET", address)
        with recorded(names, "form"):
            walker.ask("POST", address)
    return found


def faults_of(response, address):
    """Return what is wrong with an answer."""
    if response.status_code >= 500:
        yield f"is {response.status_code}"
    if any("X-Injected" in name for name in response.headers):
        yield "has a header of the client's"
    if address in API and response.status_code >= 400 and response["Content-Type"] != "application/problem+json":
        yield f"is {response.status_code} without a problem document"


def cells_of(inputs, *places):
    """Return every (address, place, name, label of a value) of these places, mixed by a fixed seed."""
    cells = [
        (address, place, name, label)
        for address, names in inputs.items()
        for place, name in names
        if place in places
        for label in VALUES
    ]
    random.Random(SEED).shuffle(cells)
    return cells


def part_of(cells, size):
    """Return the chosen part of about this size. Successive parts follow each other until all cells were tried."""
    parts = max(1, len(cells) // size)
    return cells[PART % parts :: parts]


def faults_of_walk(walker, cells):
    """Try a value in each of these places, and return the faults of the answers."""
    faults = []
    for address, place, name, label in cells:
        for method in {"query": ("GET",), "form": ("POST",)}.get(place, ("GET", "POST")):
            answer = walker.ask(method, address, place, name, VALUES[label])
            told = f"WALK_PART={PART} {method} /{address}, {place} {name}, {label}"
            faults += [f"{told}: {fault}" for fault in faults_of(answer, address)]
    return faults


@pytest.mark.database_agnostic  # on PostgreSQL the slow tests send the same values
def test_a_part_of_all_places(walker):
    inputs = inputs_of(walker, part_of(ADDRESSES, len(ADDRESSES) // 8))
    cells = part_of(cells_of(inputs, *OWN), FEW // 2)
    cells += part_of(cells_of(inputs, "cookie", "header"), FEW // 2)
    assert faults_of_walk(walker, cells) == []


@pytest.mark.slow
@ENOUGH_ON_POSTGRES
def test_a_large_part_of_paths_queries_and_forms(walker, inputs):
    assert faults_of_walk(walker, part_of(cells_of(inputs, *OWN), OF_ADDRESSES)) == []


@pytest.mark.slow
@ENOUGH_ON_POSTGRES
def test_a_large_part_of_headers_and_cookies(walker, inputs):
    assert faults_of_walk(walker, part_of(cells_of(inputs, "cookie", "header"), OF_HEADERS)) == []


def test_all_parts_are_all_cells(monkeypatch):
    cells, seen = list(range(1003)), []
    for part in range(10):
        monkeypatch.setattr("tests.test_nasty_values.PART", part)
        seen += part_of(cells, 100)
    assert sorted(seen) == cells


class Forgetful(dict):
    """A cache that keeps nothing."""

    def __setitem__(self, key, value):
        """Do nothing."""


@pytest.mark.database_agnostic
def test_control_a_view_that_trusts_its_query_is_found(walker, monkeypatch):
    monkeypatch.delattr(Document, "_get_version_parameter")
    monkeypatch.setattr(Document, "_written", Forgetful())
    names = documented_inputs("openapi.json")
    with recorded(names, "query"):
        walker.ask("GET", "openapi.json")
    faults = faults_of_walk(walker, cells_of({"openapi.json": names}, "query"))
    assert f"WALK_PART={PART} GET /openapi.json, query version, line break: is 500" in faults


@pytest.mark.database_agnostic
def test_every_address_answers_options(walker):
    """TRACE is asked in test_headers_everywhere.py."""
    asked = {address: walker.ask("OPTIONS", address) for address in ADDRESSES}
    assert [f"/{address} {fault}" for address, answer in asked.items() for fault in faults_of(answer, "")] == []


# --- the right answers ------------------------------------------------------------------------------------------------
WHOLE_NUMBERS = [
    (path, parameter["name"])
    for path, operations in document().paths.items()
    for parameter in operations.get("get", {}).get("parameters", [])
    if parameter["in"] == "query" and parameter["schema"].get("type") == "integer"
]


@pytest.mark.parametrize(("path", "name"), WHOLE_NUMBERS)
def test_a_whole_number_is_one(house, path, name):
    assert {("/api/v1/orders", "offset"), ("/api/orders", "limit"), ("/api/v1/tickets", "limit")} <= set(WHOLE_NUMBERS)
    here = house.restaurant.uid
    account = account_of(house).pk if "{id}" in path else None
    address = path.format(user_id=house.staff("waiter").pk, restaurant_id=here, restaurant=here, id=account)
    for value in ("abc", "-1", "1.5", "10" * 10, "9" * 5000, "%00"):
        problem = refused(house.api("owner").get(f"{address}?{name}={value}"), 422, "validation_error")
        assert list(problem["errors"]) == [name], value
    assert house.api("owner").get(f"{address}?{name}=1").status_code in (200, 410)  # 410: ahead of the event log


@pytest.mark.parametrize("address", sorted(filters_of_lists()))
def test_a_list_of_the_admin_is_empty_for_a_filter_with_nul(house, address):
    owner = house.browser("owner")
    for name in sorted(filters_of_lists()[address] - {"q", "o", "p", "e", "_popup", "_to_field", "no_such"}):
        answer = owner.get(f"/{address}?{name}={NUL}")
        if answer.status_code == 200:
            assert list(answer.context["cl"].result_list) == [], name
        elif answer.status_code != 400:  # 400: the list has no such filter
            assert (answer.status_code, answer["Location"]) == (302, f"/{address}?e=1"), name


@pytest.mark.parametrize("lookup", ["at__in", "at__gte", "at"])
def test_a_moment_before_the_calendar_is_a_wrong_filter(house, lookup):
    answer = house.browser("owner").get(f"/admin/core/event/?{lookup}=0001-01-01T00:00:00%2B23:59")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/core/event/?e=1")


@pytest.mark.parametrize("lookup", ["table__in", "table", "pk__in"])
def test_a_number_of_twenty_digits_is_a_wrong_filter(house, lookup):
    answer = house.browser("owner").get(f"/admin/tables/party/?{lookup}={'9' * 20}")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/tables/party/?e=1")


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages", "bistro_device"])
def test_a_cookie_with_nul_is_no_cookie(client, name):
    answer = client.get("/floor/", HTTP_COOKIE=quoted_cookie(name, b"\0aaaaaaaaaaa"))
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Ffloor%2F")
    refused(client.get("/api/v1/orders", HTTP_COOKIE=quoted_cookie(name, b"\0aaaaaaaaaaa")), 401, "not_authenticated")


@pytest.mark.database_agnostic
@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/docs/", "/api/redoc/"])
def test_a_page_of_the_documentation_is_only_read(client, path):
    assert client.get(path).status_code == 200
    answer = client.options(path)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.database_agnostic
@pytest.mark.parametrize("path", ["/openapi.json", "/api/schema/"])
def test_the_documents_version_is_not_the_clients(client, path):
    whole = client.get(path)
    for version in ("zebra", "%0a", "a%0d%0aX-Injected:%20yes"):
        answer = client.get(f"{path}?version={version}")
        assert answer.status_code == 200
        assert answer.content == whole.content
        assert answer.headers == whole.headers
