"""The socket `/realtime` of the floor app QTable: its messages, its right, and other restaurants."""

import pytest

from orders.qtable import services
from orders.qtable.services import Update
from tables.waitlist.services import add_party
from tests.sockets import Socket, beside, refusal

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = ["type", "restaurant_id", "guest_id", "action", "timestamp", "seq", "epoch", "data"]


def header(house, role="host"):
    return house.api(role).headers["Authorization"]


async def test_each_change_is_one_message(house, other_house):
    token, host = await beside(header, house), await beside(house.actor, "host")
    stranger = await beside(other_house.actor, "host")
    async with Socket(f"/realtime?restaurant_id={house.restaurant.uid}", token, protocols=()) as socket:
        assert await socket.silent(), "the client reads the room with its calls"
        await beside(add_party, size=2, name="Stranger", actor=stranger)
        entry = await beside(add_party, size=4, name="Okafor", actor=host)
        waiting = await socket.hear()
        assert list(waiting) == FIELDS
        assert (waiting["type"], waiting["action"]) == ("guest_created", "waiting")
        assert waiting["restaurant_id"] == str(house.restaurant.uid)
        assert waiting["guest_id"] == waiting["data"]["id"] == str(entry.party.uid)
        assert (waiting["data"]["guestName"], waiting["data"]["partySize"]) == ("Okafor", 4)
        assert waiting["timestamp"].endswith("Z")
        seat = Update("guest", entry.party.uid, {"status": "seated", "tableId": house.table.uid})
        seq = await beside(services.apply_batch, updates=[seat], actor=host)
        done = await socket.hear()
        assert (done["type"], done["seq"]) == ("atomic_transaction_complete", seq)
        (change,) = done["data"]["changes"]
        assert (change["type"], change["action"], change["data"]["status"]) == (
            "guest_updated", "status_changed", "seated",
        )  # fmt: skip
        assert change["data"]["tableId"] == str(house.table.uid)
        assert await socket.silent()


async def test_who_seats_nobody_hears_no_names(house):
    token, host = await beside(header, house, "kitchen"), await beside(house.actor, "host")
    async with Socket("/realtime", token, protocols=()) as socket:
        assert await socket.silent()
        await beside(add_party, size=4, name="Okafor", actor=host)
        assert "guestName" not in (await socket.hear())["data"]


async def test_another_restaurant_is_refused(house, other_house):
    token = await beside(header, house)
    for named in (other_house.restaurant.uid, "x"):
        assert await refusal(f"/api/v1/realtime?restaurant_id={named}", token) == 4403
