"""Access to sockets, and the end of a lost right within one heartbeat."""

import asyncio
import json

import pytest
from django.test import Client

from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.kernel.roles import PERMISSIONS, Role
from bistro.core.live.consumers import MESSAGES_PER_SECOND
from bistro.core.live.guarded import PROTOCOL
from bistro.core.models import Device, Staff
from bistro.core.services.devices import enrol, make_enrolment_code, revoke, rotate
from bistro.core.services.restaurants import change_member
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, token_of
from kitchen.services.stations import place_screen
from kitchen.tests.factories import StationFactory
from tables.services import place_pad
from tests.sockets import Socket, beside, guarded_routes, path_of, refusal

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database_agnostic]

ORDERS, KITCHEN, FLOOR = "/ws/orders", "/ws/kitchen/all/", "/ws/floor/"
HERE = "http://127.0.0.1:8000"
SOCKETS = [path_of(pattern) for pattern in guarded_routes()]
ROLES = sorted(role.value for role in Role)


@pytest.fixture(autouse=True)
def _hurry(settings):
    settings.FEED_HEARTBEAT_SECONDS = 0.05


def header(house, role):
    return house.api(role).headers["Authorization"]


@pytest.mark.parametrize("pattern", guarded_routes())
async def test_the_declared_right_decides(house, pattern):
    right = guarded_routes()[pattern].permission
    path = path_of(pattern, table=house.table.pk)
    for role in ROLES:
        credential = await beside(header, house, role)
        async with Socket(path, credential) as socket:
            await socket.hello()
            if right in PERMISSIONS[role] or (right is None and PERMISSIONS[role]):  # a tablet without a person: none
                first = ["initial", "page"]
                if "realtime" in pattern:  # without a snapshot: only what happens from now on
                    for _moment in range(3):  # the first may come before the socket listens
                        await beside(house.order)
                        await asyncio.sleep(0.3)
                    first = ["guest_created", "guest_updated", "table_updated", "order_created"]
                assert (await socket.hear_but("heartbeat"))["type"] in first, role
            else:
                assert await socket.closed() == 4403, role


async def test_nobody_known_is_4401(house):
    strange = ["", "Device nonsense", "Bearer nonsense", "Bearer a.b.c", "Basic eDp5", "Device", "Device ä", "Bearer"]
    for path in SOCKETS:
        for credential in strange:
            assert await refusal(path, credential) == 4401, (path, credential)


@pytest.mark.parametrize("path", ["/ws/nothing", "/ws/kitchen/all", "/ws/kitchen/12345678901234567890/", "/", "/ws/"])
async def test_an_unknown_address_is_4404(path):
    communicator = Socket(path).communicator
    assert await communicator.connect() == (False, 4404)


async def test_another_restaurants_station_is_not_watched(house, other_house):
    credential = await beside(header, house, "kitchen")
    for station in (other_house.station.pk, 10**9):
        assert await refusal(f"/ws/kitchen/{station}/", credential) == 4403
    async with Socket(f"/ws/kitchen/{house.station.pk}/", credential) as socket:
        await socket.hello()
        assert (await socket.hear("page"))["kind"] == "snapshot"


async def test_a_screen_that_hangs_at_a_station_sees_only_that_one(house):
    second = await beside(StationFactory, restaurant=house.restaurant)
    device = await beside(DeviceFactory, restaurant=house.restaurant, kind=Device.Kind.KITCHEN)
    manager = await beside(house.actor, "manager")
    await beside(place_screen, device_id=device.pk, station_ids=[second.pk], actor=manager)
    credential = f"Device {token_of(device)}"
    assert await refusal(KITCHEN, credential) == 4403
    assert await refusal(f"/ws/kitchen/{house.station.pk}/", credential) == 4403
    async with Socket(f"/ws/kitchen/{second.pk}/", credential) as socket:
        await socket.hello()
        assert (await socket.hear("page"))["kind"] == "snapshot"


async def test_a_token_in_the_address_does_nothing(house):
    token = token_of(house.pad.device)
    for query in (f"?token={token}", f"?authorization=Device%20{token}", f"?ticket={token}"):
        assert await refusal(ORDERS + query) == 4401


# --- cookies -----------------------------------------------------------------------------------------------------
def session_cookie(house, role="waiter"):
    return f"sessionid={house.browser(role).cookies['sessionid'].value}"


async def test_a_login_counts_on_our_own_pages_only(house):
    cookie = await beside(session_cookie, house)
    async with Socket(FLOOR, cookie=cookie, origin=HERE, host="127.0.0.1:8000") as socket:
        await socket.hello()
        assert (await socket.hear("page"))["kind"] == "snapshot"


FOREIGN = [
    "",
    "null",
    "http://evil.example",
    "http://127.0.0.1:9999",
    "http://127.0.0.1",
    "https://127.0.0.1:8001",
    "http://localhost:8000",
    "http://sub.127.0.0.1:8000",
    "http://127.0.0.1:8000.evil.example",
    "http://127.0.0.1:8000@evil.example",
    "http://evil.example#127.0.0.1:8000",
    "ftp://127.0.0.1:8000",
    "http://①27.0.0.1:8000".encode().decode("latin-1"),
    "http://[",
    "file://",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("path", SOCKETS)
async def test_a_login_does_not_count_elsewhere(house, path):
    cookie = await beside(session_cookie, house)
    for origin in FOREIGN:
        more = {"origin": origin} if origin else {}
        assert await refusal(path, cookie=cookie, host="127.0.0.1:8000", **more) == 4401, origin


async def test_an_origin_that_agrees_with_a_forged_host_does_not_count(house):
    cookie = await beside(session_cookie, house)
    assert await refusal(FLOOR, cookie=cookie, host="evil.example", origin="http://evil.example") == 4401


async def test_behind_https_a_plain_page_of_the_same_name_does_not_count(house, settings):
    settings.HTTPS = True
    settings.CSRF_TRUSTED_ORIGINS = ["https://127.0.0.1:8000"]
    cookie = await beside(session_cookie, house)
    assert await refusal(FLOOR, cookie=cookie, host="127.0.0.1:8000", origin="http://127.0.0.1:8000") == 4401
    async with Socket(FLOOR, cookie=cookie, host="127.0.0.1:8000", origin="https://127.0.0.1:8000") as socket:
        await socket.hello()
        assert (await socket.hear("page"))["kind"] == "snapshot"


async def test_a_wall_screens_cookie_counts_on_our_pages(house):
    device = await beside(DeviceFactory, restaurant=house.restaurant, kind=Device.Kind.KITCHEN)
    cookie = f"{DEVICE_COOKIE}={token_of(device)}"
    async with Socket(KITCHEN, cookie=cookie, origin=HERE, host="127.0.0.1:8000") as socket:
        await socket.hello()
        assert (await socket.hear("page"))["kind"] == "snapshot"
    assert await refusal(KITCHEN, cookie=cookie, origin="http://evil.example", host="127.0.0.1:8000") == 4401


async def test_a_bad_header_is_not_saved_by_a_good_cookie(house):
    cookie = await beside(session_cookie, house)
    assert await refusal(FLOOR, "Bearer nonsense", cookie=cookie, origin=HERE, host="127.0.0.1:8000") == 4401


async def test_a_strange_cookie_is_nobody(house):
    nul = r'sessionid="\000aaaaaaaaaaa"'
    for cookie in ["sessionid=", "sessionid=nonsense", "sessionid=../../etc", nul, "\x01\x02", "=;=;", "a" * 5000]:
        assert await refusal(FLOOR, cookie=cookie, origin=HERE, host="127.0.0.1:8000") == 4401, cookie


async def test_a_login_without_a_restaurant_watches_nothing(house):
    def nowhere():
        client = Client()
        client.force_login(Staff.objects.create_user("x@bistro.example", "correct horse"), backend=_BACKEND)
        return f"sessionid={client.cookies['sessionid'].value}"

    cookie = await beside(nowhere)
    assert await refusal(FLOOR, cookie=cookie, origin=HERE, host="127.0.0.1:8000") == 4401


_BACKEND = "bistro.core.auth.login_locks.LockingBackend"


# --- socket passes ---------------------------------------------------------------------------------------------------
async def ticket_of(house, role):
    answer = await beside(lambda: house.api(role).post("/api/v1/auth/ticket"))
    assert answer.status_code == 201
    assert answer.json()["expires_in"] == 30
    return f"ticket.{answer.json()['ticket']}"


async def test_a_ticket_opens_one_socket_once(house):
    ticket = await ticket_of(house, "waiter")
    async with Socket(FLOOR, protocols=(PROTOCOL, ticket)) as socket:
        assert socket.chosen == PROTOCOL  # the socket pass is never sent back
        await socket.hello()
        assert (await socket.hear("page"))["kind"] == "snapshot"
    assert await refusal(FLOOR, protocols=(PROTOCOL, ticket)) == 4401


async def test_of_many_who_come_with_one_ticket_one_enters(house):
    ticket = await ticket_of(house, "waiter")
    sockets = [Socket(FLOOR, protocols=(PROTOCOL, ticket)) for _ in range(8)]
    await asyncio.gather(*(socket.__aenter__() for socket in sockets))

    async def entered(socket):
        await socket.hello()
        output = await socket.communicator.receive_output(timeout=5)
        return output["type"] == "websocket.send"

    assert sum(await asyncio.gather(*(entered(socket) for socket in sockets))) == 1
    for socket in sockets:
        await socket.__aexit__()


async def test_a_ticket_ends_with_its_time(house, monkeypatch):
    monkeypatch.setattr("bistro.core.auth.socket_passes.PASS_SECONDS", 0)
    assert await refusal(FLOOR, protocols=(PROTOCOL, await ticket_of(house, "waiter"))) == 4401


async def test_a_ticket_of_a_device_that_was_revoked_since_opens_nothing(house):
    ticket = await ticket_of(house, "pad")
    await beside(revoke, device_id=house.pad.device.pk, actor=await beside(house.actor, "manager"))
    assert await refusal(ORDERS, protocols=(PROTOCOL, ticket)) == 4401


async def test_a_ticket_gives_no_more_than_its_owner_may(house):
    assert await refusal(FLOOR, protocols=(PROTOCOL, await ticket_of(house, "pad"))) == 4403


# --- lost rights ---------------------------------------------------------------------------------------------
async def watching(path, credential="", **more):
    socket = Socket(path, credential, **more)
    await socket.__aenter__()
    await socket.hello()
    await socket.hear_but("heartbeat")
    await socket.hear("heartbeat")
    return socket


async def cut_off(socket):
    code = await socket.closed()
    await socket.__aexit__()
    return code


async def test_a_revoked_device_is_cut_off(house):
    socket = await watching(ORDERS, await beside(header, house, "pad"))
    await beside(revoke, device_id=house.pad.device.pk, actor=await beside(house.actor, "manager"))
    assert await cut_off(socket) == 4401


async def test_a_rotation_leaves_the_socket_and_a_new_enrolment_ends_it(house):
    socket = await watching(ORDERS, await beside(header, house, "pad"))
    await beside(rotate, actor=house.pad_actor)
    await socket.hear("heartbeat")
    await socket.hear("heartbeat")
    code = await beside(make_enrolment_code, device_id=house.pad.device.pk, actor=await beside(house.actor, "manager"))
    await beside(enrol, code=code)
    assert await cut_off(socket) == 4401


async def test_a_pad_that_moved_to_another_table_is_cut_off(house):
    socket = await watching(ORDERS, await beside(header, house, "pad"))
    table = await beside(house.add_table)
    manager = await beside(house.actor, "manager")
    await beside(place_pad, device_id=house.pad.device.pk, table_id=table.pk, actor=manager)
    assert await cut_off(socket) == 4401


async def test_a_browser_that_logged_out_is_cut_off(house):
    browser = await beside(house.browser, "waiter")
    cookie = f"sessionid={browser.cookies['sessionid'].value}"
    socket = await watching(FLOOR, cookie=cookie, origin=HERE, host="127.0.0.1:8000")
    await beside(browser.post, "/logout/")
    assert await cut_off(socket) == 4401


@pytest.mark.parametrize("change", [{"role": "cashier"}, {"is_active": False}], ids=["another role", "ended"])
@pytest.mark.parametrize("by", ["cookie", "token"])
async def test_a_changed_or_ended_membership_is_cut_off(house, change, by):
    member = await beside(MembershipFactory, restaurant=house.restaurant, role="waiter")
    house._staff["waiter"] = member.staff
    if by == "cookie":
        cookie = await beside(session_cookie, house)
        socket = await watching(FLOOR, cookie=cookie, origin=HERE, host="127.0.0.1:8000")
    else:
        socket = await watching(FLOOR, await beside(header, house, "waiter"))
    await beside(change_member, membership_id=member.pk, actor=await beside(house.actor, "owner"), **change)
    assert await cut_off(socket) == 4401


@pytest.mark.parametrize("by", ["cookie", "token"])
async def test_a_changed_password_or_a_blocked_login_is_cut_off(house, by):
    staff = await beside(house.staff, "waiter")

    async def open_one():
        if by == "token":
            house._apis.clear()
            return await watching(FLOOR, await beside(header, house, "waiter"))
        return await watching(FLOOR, cookie=await beside(session_cookie, house), origin=HERE, host="127.0.0.1:8000")

    def new_password():
        row = Staff.objects.get(pk=staff.pk)
        row.set_password("another horse")
        row.save()

    socket = await open_one()
    await beside(new_password)
    assert await cut_off(socket) == 4401
    house._staff["waiter"] = await beside(Staff.objects.get, pk=staff.pk)
    socket = await open_one()
    await beside(Staff.objects.filter(pk=staff.pk).update, is_active=False)
    assert await cut_off(socket) == 4401


async def test_nothing_is_sent_after_the_end(house):
    socket = await watching(ORDERS, await beside(header, house, "pad"))
    await beside(revoke, device_id=house.pad.device.pk, actor=await beside(house.actor, "manager"))
    assert await socket.closed() == 4401
    await beside(house.order, await beside(house.actor, "waiter"))
    await socket.hello()
    assert await socket.silent(0.2)
    await socket.__aexit__()


async def test_everybody_else_stays(house):
    """Control of the tests above: heartbeats do not end a socket with an unchanged right."""
    socket = await watching(ORDERS, await beside(header, house, "pad"))
    for _ in range(5):
        await socket.hear("heartbeat")
    await socket.__aexit__()


# --- messages of clients --------------------------------------------------------------------------------------------
GARBAGE = [
    "",
    "hello",
    "[]",
    "null",
    "1e999",
    '{"hello": 1}',
    '{"hello": null}',
    '{"seen": "1"}',
    '{"seen": true}',
    '{"seen": 1e30}',
    '{"seen": -1}',
    '{"seen": 99999999999999999999999999}',
    '{"order": {"table": "Table 1"}}',
    "[" * 60000,
    '{"seen": ' + "9" * 5000 + "}",
]


@pytest.mark.parametrize("path", [ORDERS, KITCHEN])
async def test_garbage_is_ignored(house, path):
    credential = await beside(header, house, "manager")
    async with Socket(path, credential) as socket:
        await socket.hello()
        await socket.hear_but("heartbeat")
        for text in GARBAGE:
            await socket.communicator.send_input({"type": "websocket.receive", "text": text})
        await socket.communicator.send_input({"type": "websocket.receive", "bytes": b"\x00\xff"})
        await socket.hear("heartbeat")
        await socket.hello()
        assert (await socket.hear_but("heartbeat"))["type"] in ("initial", "page")


async def test_a_flood_ends_the_socket(house):
    credential = await beside(header, house, "pad")
    async with Socket(ORDERS, credential) as socket:
        for _ in range(MESSAGES_PER_SECOND + 1):
            await socket.communicator.send_input({"type": "websocket.receive", "text": json.dumps({"seen": 1})})
        assert await socket.closed() == 4408
        for _ in range(50):
            await socket.communicator.send_input({"type": "websocket.receive", "text": "{}"})
        assert await socket.silent(0.1)


async def test_nobody_can_write_over_a_socket(house):
    """Writes go over HTTP: no message changes a row."""
    from bistro.core.tests.http import rows

    before = await beside(rows)
    async with Socket(ORDERS, await beside(header, house, "manager")) as socket:
        await socket.hello()
        await socket.hear("initial")
        for message in ({"type": "order", "table": "Table 1"}, {"seen": 10**6}, {"hello": {"after": 0}, "confirm": 1}):
            await socket.say(message)
        await socket.hear("heartbeat")
    assert await beside(rows) == before
