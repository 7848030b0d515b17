"""Random bodies of orders: each places an order or gets a 4xx that changes nothing, and never a 5xx."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bistro.core.tests.http import rows
from orders.models import Order

pytestmark = pytest.mark.django_db
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


def nearly(good, odd=ANY):
    """Return a strategy of mostly good values and some odd ones."""
    return st.one_of(good, good, good, odd)


def lines(item: int, name: str):
    line = st.fixed_dictionaries(
        {name: nearly(st.just(item)), "quantity": nearly(st.integers(1, 5))},
        optional={
            "modifiers": nearly(st.just([])),
            "note": nearly(st.text(max_size=30)),
            "seat": nearly(st.none() | st.integers(1, 9)),
            "course": nearly(st.none() | st.integers(1, 9)),
            "id": ANY,
        },
    )
    return nearly(st.lists(nearly(line), min_size=1, max_size=3))


def ask(house, path, body):
    before = rows()
    response = house.api("integration").post_raw(path, json.dumps(body).encode(), key="")
    if response.status_code == 201:
        assert response.json()["id"] == Order.objects.latest("pk").pk
        return
    assert 400 <= response.status_code < 500, (body, response.content)
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"]
    assert rows() == before


@given(data=st.data())
def test_by_names(house, data):
    items = lines(house.item.name, "name")
    body = data.draw(
        nearly(
            st.fixed_dictionaries(
                {"table": nearly(st.just(house.table.name)), "items": items},
                optional={"note": nearly(st.text(max_size=30))},
            )
        )
    )
    ask(house, "/api/order", body)


@given(data=st.data())
def test_by_ids(house, data):
    fields = {"table": nearly(st.just(house.table.pk)), "lines": lines(house.item.pk, "item")}
    body = data.draw(
        nearly(st.fixed_dictionaries(fields, optional={"note": nearly(st.text(max_size=30)), "total": ANY}))
    )
    before = rows()
    response = house.api("manager").post_raw("/api/v1/orders", json.dumps(body).encode())
    assert response.status_code == 201 or 400 <= response.status_code < 500, (body, response.content)
    if response.status_code != 201:
        assert rows() == before


@given(data=st.data())
def test_edits(house, data):
    order = house.place("manager")
    fields = {"lines": lines(house.item.pk, "item")}
    body = data.draw(
        nearly(st.fixed_dictionaries(fields, optional={"note": nearly(st.text(max_size=30)), "status": ANY}))
    )
    before = rows()
    tag = data.draw(st.sampled_from(["*", f'"{order["version"]}"', '"0"', "x", ""]))
    path = f"/api/v1/orders/{order['id']}"
    response = house.api("manager").client.generic(
        "PUT", path, json.dumps(body).encode(), "application/json",
        headers={**house.api("manager").headers, **({"If-Match": tag} if tag else {})},
    )  # fmt: skip
    assert response.status_code == 200 or 400 <= response.status_code < 500, (body, response.content)
    if response.status_code != 200:
        assert rows() == before


@given(text=st.binary(max_size=200))
@example(text=b'{"lines": ["\xed\xa0\x80"]}')
@example(text=b"\xef\xbb\xbf{}")
def test_bytes(house, text):
    before = rows()
    response = house.api("manager").post_raw("/api/v1/orders", text)
    assert 400 <= response.status_code < 500, (text, response.content)
    assert rows() == before
