"""The shapes in docs/contracts/ compared with the API's answers, so that a wrong key in a page is found."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

CONTRACTS = Path(__file__).parents[1] / "docs/contracts"


def shape(name: str) -> set[str]:
    """Return every key that bistro.md or floor.md lists behind `name:`."""
    text = "".join((CONTRACTS / page).read_text() for page in ("bistro.md", "floor.md"))
    found = re.search(rf"^{name}: `(.*?)`", text, re.MULTILINE | re.DOTALL)
    assert found is not None, name
    return set(re.findall(r'"(\w+)"', found.group(1)))


def examples(page: str, heading: str) -> list[Any]:
    """Return the JSON examples below a heading of a page."""
    text = (CONTRACTS / page).read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def keys(value: Any) -> set[str]:
    """Return every key of a JSON value, at any depth."""
    if isinstance(value, list):
        return set().union(*map(keys, value))
    return set(value).union(*map(keys, value.values())) if isinstance(value, dict) else set()


def test_an_order(house):
    (described,) = examples("lunchify.md", "The order")
    order = house.place()
    assert list(described) == list(order)
    assert set(described["lines"][0]) == set(order["lines"][0])


def test_an_order_of_the_first_pads(house):
    body = {"table": house.table.name, "items": [{"name": house.item.name, "quantity": 2}]}
    order = house.api().post("/api/order", body).json()
    asked, described = examples("bistro92.md", "`POST /api/order`")
    assert set(asked) == set(body)
    assert list(order)[:4] == list(described)[:4] == ["id", "table", "items", "created_at"]
    assert set(described) <= set(order)


def test_tickets_tables_parties_and_pauses(house):
    order = house.place()
    (ticket,) = house.tickets(order)
    assert shape("ticket") == set(ticket)
    assert shape("line of a ticket") == set(ticket["lines"][0])
    assert shape("table") == set(house.api("waiter").get("/api/v1/tables").json()["results"][0])
    party = house.api("waiter").post(f"/api/v1/parties/{order['party']}/allergies", {"allergies": [], "seat": 1}).json()
    assert shape("party") == set(party) | {"seat"}
    pause = house.api("kitchen").post("/api/v1/pauses", {"item": house.item.pk, "minutes": 5}).json()
    assert shape("pause") == set(pause)


def test_an_item_of_the_menu(house):
    (category, *_) = house.api().get("/api/v1/menu").json()["categories"]
    groups = {"id", "name", "min", "max", "modifiers", "price"}
    assert shape("item") == keys(category["items"][0]) | groups


def test_a_login(house):
    _asked, described = examples("qtable.md", "`POST /auth/login`")
    user = house.api("waiter").get("/auth/me").json()
    assert set(described["user"]) == set(user)
    assert set(described["user"]["restaurants"][0]) == set(user["restaurants"][0])


def test_a_refusal(house):
    (described,) = examples("README.md", "Refusals")
    body = {"lines": [{"item": "Unicorn", "quantity": 1}]}
    refusal = house.api().post("/api/v1/orders", body, key="unicorn").json()
    assert refusal == described
