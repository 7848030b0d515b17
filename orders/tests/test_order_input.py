"""Bad input of orders: a 4xx with a code, and no change."""

import json

import pytest

from bistro.core.tests.http import nothing_changes, refused
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"
BOTH = pytest.mark.parametrize("path", [PATH, "/api/order"])


def body_of(house, **line):
    return {"lines": [{"item": house.item.pk, "quantity": 1, **line}]}


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**17, "3", 1.0, 1.5, True, None, [], {}])
def test_a_quantity_that_is_none(house, quantity):
    with nothing_changes():
        body = refused(house.api().post(PATH, body_of(house, quantity=quantity), key="k"), 422, "validation_error")
    assert list(body["errors"]) == ["lines.0.quantity"]


@pytest.mark.parametrize("quantity", [1, 999])
def test_quantities_at_the_edge_work(house, quantity):
    assert house.place(quantity=quantity)["total"] == f"{quantity * 10}.00"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": None}, "lines"),
        ({"lines": {}}, "lines"),
        ({"lines": "x"}, "lines"),
        ({"lines": [[]]}, "lines.0"),
        ({"lines": [None]}, "lines.0"),
        ({"lines": [{}]}, "lines.0.item"),
        ({"table": -1}, "table"),
        ({"table": True}, "table"),
        ({"table": 10**17 * 100}, "table"),
        ({"table": 1.5}, "table"),
        ({"table": {"id": 1}}, "table"),
        ({"table": "x" * 121}, "table"),
        ({"note": 5}, "note"),
        ({"note": None}, "note"),
        ({"note": "x" * 401}, "note"),
        ({"total": "0.01"}, "total"),
        ({"status": "delivered"}, "status"),
        ({"placed_by": "the king"}, "placed_by"),
        ({"restaurant": 1}, "restaurant"),
        ({"Lines": []}, "Lines"),
    ],
)
def test_an_order_of_the_wrong_shape(house, change, field):
    if field == "table" and change["table"] == 10**19:
        with nothing_changes():
            refused(house.api().post(PATH, {**body_of(house), **change}, key="k"), 400, "parse_error")
        return
    with nothing_changes():
        body = refused(house.api().post(PATH, {**body_of(house), **change}, key="k"), 422, "validation_error")
    assert field in body["errors"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"item": 0}, "item"), ({"item": -3}, "item"), ({"item": True}, "item"), ({"item": None}, "item"),
        ({"item": 1.0}, "item"), ({"item": ""}, "item"), ({"item": "   "}, "item"), ({"item": ["1"]}, "item"),
        ({"modifiers": "cheese"}, "modifiers"), ({"modifiers": [True]}, "modifiers.0"),
        ({"modifiers": [1.5]}, "modifiers.0"), ({"modifiers": {}}, "modifiers"),
        ({"modifiers": list(range(1, 52))}, "modifiers"),
        ({"note": ["x"]}, "note"), ({"note": "x" * 201}, "note"), ({"note": 7}, "note"), ({"note": True}, "note"),
        ({"seat": 0}, "seat"), ({"seat": 1000}, "seat"), ({"seat": "1"}, "seat"), ({"seat": 1.0}, "seat"),
        ({"course": 0}, "course"), ({"course": -1}, "course"), ({"course": True}, "course"),
        ({"unit_price": "0.01"}, "unit_price"), ({"total": "0"}, "total"), ({"status": "done"}, "status"),
        ({"id": 1}, "id"), ({"name": "Burger"}, "name"),
    ],
)  # fmt: skip
def test_a_line_of_the_wrong_shape(house, line, field):
    with nothing_changes():
        body = refused(house.api().post(PATH, body_of(house, **line), key="k"), 422, "validation_error")
    assert list(body["errors"]) == [f"lines.0.{field}"]


def test_the_bad_line_is_named(house):
    good = {"item": house.item.pk, "quantity": 1}
    with nothing_changes():
        body = refused(
            house.api().post(PATH, {"lines": [good, good, {**good, "item": 999_999}]}, key="k"), 422, "unknown_item"
        )
    assert list(body["errors"]) == ["lines.2.item"]


def test_too_many_lines(house):
    line = {"item": house.item.pk, "quantity": 1}
    with nothing_changes():
        refused(house.api().post(PATH, {"lines": [line] * 201}, key="k"), 422, "validation_error")
        refused(house.api().post(PATH, {"lines": [line] * 20_000}, key="k2"), 422, "validation_error")
    assert len(house.place(lines=[line] * 200)["lines"]) == 200


@BOTH
@pytest.mark.parametrize("value", [[], [1], "text", 5, 1.5, True, None])
def test_json_that_is_not_an_object(house, path, value):
    with nothing_changes():
        refused(house.api().post_raw(path, json.dumps(value).encode(), key="k"), 422, "validation_error")


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"{'a': 1}", b"[1,]", b"\xff\xfe", b'{"a": "\xc3\x28"}', b"nonsense", b"\x00",
        b'{"quantity": NaN}', b'{"quantity": Infinity}', b'{"quantity": -Infinity}',
        b'{"quantity": 99999999999999999999999999}', b'{"quantity": ' + b"9" * 5000 + b"}",
        b'{"note": "a\\u0000b"}', b'{"note": "\\ud800"}', b'{"a\\u0000": 1}', b'{"note": "\\udfff\\ud800"}',
        b"[" * 1_000_000 + b"]" * 1_000_000, b'{"a":' * 1_000_000, b'{"lines": ' + b"[" * 60 + b"]" * 60 + b"}",
    ],
)  # fmt: skip
def test_what_is_not_json(house, path, text):
    with nothing_changes():
        response = house.api().post_raw(path, text, key="k")
        assert response.status_code in (400, 413, 422), response.content
        assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("number", ["1e308", "1e999", "-1e999", "1E5", "0.1e1"])
def test_enormous_and_odd_numbers(house, number):
    text = f'{{"lines": [{{"item": {house.item.pk}, "quantity": {number}}}]}}'
    with nothing_changes():
        refused(house.api().post_raw(PATH, text.encode(), key="k"), 422, "validation_error")
    text = f'{{"lines": [{{"item": {number}, "quantity": 1, "modifiers": [{number}]}}]}}'
    with nothing_changes():
        refused(house.api().post_raw(PATH, text.encode(), key="k"), 422, "validation_error")


@BOTH
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/xml", "nonsense"],
)
def test_another_content_type(house, path, content_type):
    with nothing_changes():
        refused(house.api().post_raw(path, b"{}", content_type, key="k"), 415, "unsupported_media_type")


@BOTH
def test_other_verbs(house, path):
    for verb in ("put", "delete"):
        refused(getattr(house.api(), verb)(path), 405, "method_not_allowed")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  plain  ", "plain"),
        ("two\nlines\tand\rmore", "two lines and more"),
        ("\x1b[31mred\x7f", "[31mred"),
        ("right\u202eto left\u202c", "rightto left"),
        ("zero\u200bwidth\u200d\ufeff", "zerowidth"),
        ("\u2066isolate\u2069", "isolate"),
        ("caf\u00e9 \U0001f600 \u0416", "caf\u00e9 \U0001f600 \u0416"),
        ("<b>bold</b> & 'quote'", "<b>bold</b> & 'quote'"),
        ("\u200b\u200b", ""),
        ("", ""),
    ],
)
def test_notes_are_what_the_kitchen_can_read(house, typed, kept):
    order = house.place(note=typed, lines=[{"item": house.item.pk, "quantity": 1, "note": typed}])
    assert (order["note"], order["lines"][0]["note"]) == (kept, kept)
    assert Order.objects.get().note == kept


@pytest.mark.parametrize("key", ["x" * 201, "caf\u00e9", "tab\there", "a\x7f"])
def test_keys_that_are_not_acceptable(house, key):
    with nothing_changes():
        response = house.api().post(PATH, body_of(house), key=key)
        assert list(refused(response, 422, "validation_error")["errors"]) == ["Idempotency-Key"]


@pytest.mark.parametrize("key", ["x" * 200, "a b", "\u0021~", "0"])
def test_keys_that_are(house, key):
    assert house.place(key=key)["number"] == 1
