"""Orders through the fast path: the same orders and answers, and no permission beyond the normal view's."""

import asyncio
import json
from itertools import count

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from bistro.asgi import application, ordinary
from bistro.core.api.parsers import check_text
from bistro.core.auth import device_cache
from bistro.core.kernel.secrets import digest
from bistro.core.models import Device
from bistro.core.services.devices import revoke, rotate
from bistro.core.tests.asgi import ask, fast_path, http_scope
from bistro.core.tests.factories import DeviceFactory, token_of
from bistro.core.tests.http import nothing_changes
from menu.services import pause
from orders.api.fast_path import parse_order, parse_pad_order, place_by_id, place_by_name
from orders.api.serializers import OrderInput, PadOrderInput, order_request
from orders.models import Order

BY_ID, BY_NAME = "/api/v1/orders", "/api/order"
CHANGES = {"id", "uid", "number", "placed_at", "created_at"}
keys = count(1)
pytestmark = pytest.mark.django_db(transaction=True)


class NoNormalView:
    """A stand-in for the normal view: status 299 shows that the fast path passed a request on."""

    async def __call__(self, scope, receive, send):
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def fast_path_only():
    """Return the fast path alone."""
    handler = fast_path({BY_ID: place_by_id, BY_NAME: place_by_name}, otherwise=NoNormalView())
    handler.shared.compute()
    return handler


@pytest.fixture
def pad(house):
    """Return a pad's token that this process has cached."""
    token = token_of(house.pad.device)
    first = send(application, BY_ID, token, body(house))
    assert first.status == 201, first.body
    return token


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers = status, {name.decode().lower(): value for name, value in headers.items()}
        self.body = json.loads(body) if body else None


def send(handler, path, token, what, key=None, **headers):
    """Send one order over the wire, with a new key by default."""
    named = {"content-type": "application/json", "authorization": f"Device {token}", **headers}
    named["idempotency-key"] = key or f"key-{next(keys)}"
    text = what if isinstance(what, bytes) else json.dumps(what).encode()
    return Reply(*asyncio.run(ask(handler, http_scope(path, headers=named), text)))


def body(house, **more):
    return {"lines": [{"item": house.item.pk, "quantity": 2, "note": "no salt", "seat": 3}], "note": "Zoë", **more}


def pad_body(house):
    return {"table": house.table.name, "items": [{"name": house.item.name, "quantity": 2, "note": "no salt"}]}


@pytest.mark.parametrize(("path", "what"), [(BY_ID, body), (BY_NAME, pad_body)])
def test_fast_path_and_normal_view_answer_the_same(house, pad, fast_path_only, path, what):
    quick = send(fast_path_only, path, pad, what(house))
    slow = send(ordinary, path, pad, what(house))
    assert quick.status == slow.status == 201
    assert quick.headers.keys() | {"allow"} == slow.headers.keys()
    own = {"etag", "location", "content-length", "allow"}
    for name in slow.headers.keys() - own:
        assert sorted(quick.headers[name].split(b"; ")) == sorted(slow.headers[name].split(b"; ")), name
    assert quick.headers["location"] == b"/api/v1/orders/%d" % quick.body["id"]
    assert list(quick.body) == list(slow.body)
    same = quick.body.keys() - CHANGES - {"lines"}
    assert {name: quick.body[name] for name in same} == {name: slow.body[name] for name in same}
    (first,), (second,) = quick.body["lines"], slow.body["lines"]
    assert first | {"id": 0} == second | {"id": 0}


def test_a_named_kind_stays_on_the_fast_path(house, pad, fast_path_only):
    assert send(fast_path_only, BY_ID, pad, body(house, kind="dine_in")).status == 201
    device = DeviceFactory(restaurant=house.restaurant, kind=Device.Kind.INTEGRATION)
    integration = token_of(device)
    assert send(ordinary, BY_ID, integration, body(house, table=house.table.pk)).status == 201  # now remembered
    quick = send(fast_path_only, BY_ID, integration, body(house, kind="take_away", name="Ana"))
    slow = send(ordinary, BY_ID, integration, body(house, kind="take_away", name="Ana"))
    assert (quick.status, slow.status) == (201, 201)
    same = quick.body.keys() - CHANGES - {"lines", "party"}
    assert {name: quick.body[name] for name in same} == {name: slow.body[name] for name in same}
    assert (quick.body["kind"], quick.body["name"], quick.body["table"]) == ("take_away", "Ana", None)
    assert quick.body["party"] != slow.body["party"]


def test_the_normal_view_refuses_a_pads_take_away(house, pad, fast_path_only):
    with nothing_changes():
        assert send(fast_path_only, BY_ID, pad, body(house, kind="take_away")).status == 299
        refusal = send(application, BY_ID, pad, body(house, kind="take_away"))
    assert (refusal.status, refusal.body["code"]) == (422, "wrong_kind")


def test_a_retry_gets_the_first_answer_on_either_path(house, pad, fast_path_only):
    first = send(fast_path_only, BY_ID, pad, body(house), key="once")
    for handler in (fast_path_only, ordinary):
        again = send(handler, BY_ID, pad, body(house), key="once")
        assert (again.status, again.headers["idempotent-replayed"]) == (200, b"true")
        assert again.body == first.body
    assert Order.objects.filter(key="once").count() == 1


def test_a_device_that_nobody_knows_yet_goes_to_the_normal_view(house, fast_path_only):
    device_cache._cached.clear()
    token = token_of(house.pad.device)
    with nothing_changes():
        assert send(fast_path_only, BY_ID, token, body(house)).status == 299
    first = send(application, BY_ID, token, body(house))
    assert first.status == 201, first.body
    assert send(fast_path_only, BY_ID, token, body(house)).status == 201


def lock(house):
    Device.objects.filter(pk=house.pad.device.pk).update(locked_at="2026-05-04T12:00:00Z", lock_reason="tamper")


def move_house(house):
    Device.objects.filter(pk=house.pad.device.pk).update(kind=Device.Kind.KITCHEN)


def enrol_again(house):
    Device.objects.filter(pk=house.pad.device.pk).update(token_hash=digest("another"))


ENDS = {
    "revoked": (lambda house: revoke(device_id=house.pad.device.pk, actor=house.actor("manager")), 401),
    "locked": (lock, 403),
    "other rights": (move_house, 403),
    "a new token": (enrol_again, 401),
}


@pytest.mark.parametrize(("end", "status"), ENDS.values(), ids=ENDS)
def test_a_token_that_ended_is_refused_at_once_though_it_is_remembered(house, pad, fast_path_only, end, status):
    end(house)
    with nothing_changes():
        assert send(fast_path_only, BY_ID, pad, body(house)).status == 299
        assert send(application, BY_ID, pad, body(house)).status == status


def test_control_without_the_check_a_remembered_token_would_order_permanently(house, pad, fast_path_only, monkeypatch):
    monkeypatch.setattr("orders.services.batch.Batch._check_tokens", lambda batch: None)
    revoke(device_id=house.pad.device.pk, actor=house.actor("manager"))
    assert send(fast_path_only, BY_ID, pad, body(house)).status == 201


def test_after_a_rotation_the_old_token_works_until_the_new_one_was_used(house, pad, fast_path_only):
    new = rotate(actor=house.pad_actor)
    assert send(fast_path_only, BY_ID, pad, body(house)).status == 201
    assert send(application, BY_ID, new, body(house)).status == 201
    assert send(application, BY_ID, pad, body(house)).status == 401
    assert send(fast_path_only, BY_ID, new, body(house)).status == 201


def test_orders_are_counted_against_the_limit(house, pad, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"pad-order": "3/h"}
    cache.clear()
    answers = [send(application, BY_ID, pad, body(house)) for _ in range(5)]
    assert [answer.status for answer in answers] == [201, 201, 201, 429, 429]
    for answer in answers[3:]:
        assert answer.body["code"] == "throttled"
        assert 1 <= int(answer.headers["retry-after"]) <= 3600


REFUSED = {
    "no key": (body, {"key": " "}, 422, "idempotency_key_required"),
    "another table": (lambda house: body(house, table="Nowhere"), {}, 422, "unknown_table"),
    "unknown dish": (lambda house: {"lines": [{"item": 10**9, "quantity": 1}]}, {}, 422, "unknown_item"),
    "too many": (lambda house: {"lines": [{"item": house.item.pk, "quantity": 1000}]}, {}, 422, "validation_error"),
    "a price of its own": (lambda house: body(house, total="0.01"), {}, 422, "validation_error"),
    "no JSON": (lambda house: b"{", {}, 400, "parse_error"),
}


@pytest.mark.parametrize(("what", "more", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_every_refusal_comes_from_the_normal_view(house, pad, what, more, status, code):
    with nothing_changes():
        answer = send(application, BY_ID, pad, what(house), **more)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert answer.headers["content-type"] == b"application/problem+json"


DISH, DISHES = {"item": "Brger", "quantity": 1}, [{"item": "Brger", "quantity": 1}, {"item": "Sup", "quantity": 1}]
SEVERAL_FAULTS = {
    "dishes": (BY_ID, {"lines": DISHES}, "k"),
    "key and dish": (BY_ID, {"lines": [DISH]}, " "),
    "form and dish": (BY_ID, {"lines": [DISH, {"item": 1}], "total": "1"}, "k"),
    "by names": (BY_NAME, {"table": "Nowhere", "items": [{"name": "Brger", "quantity": 1}, {"name": "Sup"}]}, "k"),
}


@pytest.mark.parametrize(("path", "what", "key"), SEVERAL_FAULTS.values(), ids=SEVERAL_FAULTS)
def test_several_faults_are_reported_alike_on_both_paths(house, pad, path, what, key):
    with nothing_changes():
        quick, slow = (send(handler, path, pad, what, key=key) for handler in (application, ordinary))
    assert (quick.status, quick.body) == (slow.status, slow.body)
    assert quick.status == 422
    assert len(quick.body["errors"]) > 1


def test_many_at_once_are_each_placed_once(house, pad, fast_path_only):
    """Batches form on the event loop too: no order is lost, doubled, or answered with another one's answer."""

    async def crowd():
        headers = {"content-type": "application/json", "authorization": f"Device {pad}"}

        def one(number):
            asked = http_scope(BY_ID, headers={**headers, "idempotency-key": f"crowd-{number}"})
            return ask(fast_path_only, asked, json.dumps(body(house, note=f"guest {number}")).encode())

        return await asyncio.gather(*(one(number) for number in range(60)))

    answers = [json.loads(text) for _, _, text in asyncio.run(crowd())]
    assert [answer["note"] for answer in answers] == [f"guest {number}" for number in range(60)]
    assert len({answer["number"] for answer in answers}) == 60
    assert Order.objects.filter(key__startswith="crowd-").count() == 60


plain_text = st.sampled_from(["Table 1", "Fish", "Zoë", "no salt"])
odd_text = st.one_of(st.sampled_from(["", " ", "a\u200bb", "a\nb", " x", "x" * 201, "\ud800"]), st.text())
plain_number = st.integers(1, 999)
odd_number = st.one_of(st.integers(-1, 2**63), st.booleans(), st.none(), st.floats(allow_nan=False), st.just("1"))


def mostly(plain, odd):
    """Generate plain values nine times out of ten, so that many whole orders are plain."""
    return st.integers(0, 9).flatmap(lambda dice: odd if dice == 7 else plain)


def wishes(lines, dish):
    text, number = mostly(plain_text, odd_text), mostly(plain_number, odd_number)
    named = mostly(plain_text | plain_number, odd_text | odd_number) if dish == "item" else text
    codes = st.lists(st.sampled_from(["nuts", "milk", "dust", "Nuts", "", " nuts", 3, None]), max_size=2)
    extras = {
        "modifiers": st.lists(named, max_size=2),
        "allergies": codes,
        "note": text,
        "seat": number,
        "course": number,
    }
    line = st.fixed_dictionaries({dish: named, "quantity": number}, optional=extras)
    kind = mostly(st.sampled_from(["dine_in", "take_away", "counter"]), odd_text | odd_number)
    optional = {"note": text} | ({"kind": kind, "name": text, "pickup_at": st.none()} if lines == "lines" else {})
    whole = st.fixed_dictionaries({lines: st.lists(line, min_size=1, max_size=3), "table": named}, optional=optional)
    odd = st.one_of(st.lists(number), number, whole.map(lambda wish: wish | {"total": "0.01"}), st.just({lines: []}))
    return mostly(whole, odd)


def read_slowly(serializer, wish):
    """Return the order data that the normal view would pass to the service, or None."""
    try:
        check_text(wish)
    except ParseError:
        return None
    shape = serializer(data=wish)
    return shape.validated_data if shape.is_valid() else None


@pytest.mark.parametrize(
    ("quick", "serializer", "lines", "dish"),
    [(parse_order, OrderInput, "lines", "item"), (parse_pad_order, PadOrderInput, "items", "name")],
)
def test_what_the_readers_take_the_serializers_read_in_the_same_way(quick, serializer, lines, dish):
    taken = []

    @given(wishes(lines, dish))
    def compare(wish):
        found = quick(wish)
        if found is None:
            return
        slow = read_slowly(serializer, wish)
        assert slow is not None, wish
        mine = order_request(None, found["lines"], found, None, wish)
        assert mine == order_request(None, slow[lines], slow, None, wish)
        taken.append(wish)

    compare()
    assert len(taken) > 10, "hardly any was plain: the comparison shows nothing"


def test_the_normal_view_refuses_what_is_paused(house, pad, fast_path_only):
    cook = house.actor("kitchen")
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    with nothing_changes():
        assert send(fast_path_only, BY_ID, pad, body(house)).status == 299
        refusal = send(application, BY_ID, pad, body(house))
    assert (refusal.status, refusal.body["code"], refusal.body["item"]) == (409, "paused", house.item.pk)
    assert 0 < int(refusal.headers["retry-after"]) <= 20 * 60
    pause(minutes=20, actor=cook)
    with nothing_changes():
        refusal = send(application, BY_ID, pad, body(house))
    assert (refusal.status, refusal.body["code"]) == (409, "paused")
    assert "pads" in refusal.body["detail"]
