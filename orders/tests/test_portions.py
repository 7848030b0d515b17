"""Portions left and 86: sold-out items are refused, and returned portions can be sold again."""

import json

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from menu.models import Item
from menu.services import set_available, set_portions

pytestmark = pytest.mark.django_db
PATH = "/api/v1/orders"


@pytest.fixture
def five(house):
    """Set five portions of the house's dish."""
    set_portions(item_id=house.item.pk, portions_left=5, actor=house.actor("manager"))
    return house


def left(house) -> int | None:
    return Item.objects.get(pk=house.item.pk).portions_left


def body_of(house, quantity, **more):
    return {"lines": [{"item": house.item.pk, "quantity": quantity, **more}]}


def told(house) -> list[tuple[bool, int | None]]:
    """Return the (available, portions left) of the events about the dish, in order."""
    events = Event.objects.filter(action="availability", subject=f"item:{house.item.pk}").order_by("seq")
    return [(data["available"], data["portions_left"]) for data in (json.loads(event.data) for event in events)]


# --- selling -------------------------------------------------------------------------------------------------------
def test_the_countdown(five):
    five.place(quantity=2)
    assert left(five) == 3
    five.place(quantity=3)
    assert left(five) == 0


def test_not_more_than_there_are(five):
    with nothing_changes():
        body = refused(five.api().post(PATH, body_of(five, 6), key="k"), 409, "sold_out")
    assert (body["portions_left"], body["item"]) == (5, five.item.pk)
    assert body["detail"] == f"Only 5 {five.item.name} left. Order 5, or choose another dish?"
    assert list(body["errors"]) == ["lines.0.item"]


def test_the_last_one_gone(five):
    five.place(quantity=5)
    with nothing_changes():
        body = refused(five.api().post(PATH, body_of(five, 1), key="k"), 409, "sold_out")
    assert body["portions_left"] == 0
    assert body["detail"] == f"{five.item.name} is sold out. Choose another dish."


def test_the_old_pads_are_told_in_their_words(five):
    old = {"table": five.table.name, "items": [{"name": five.item.name, "quantity": 6}]}
    with nothing_changes():
        body = refused(five.api().post("/api/order", old), 409, "sold_out")
    assert list(body["errors"]) == ["items.0.name"]


def test_lines_of_the_same_dish_count_together(five):
    line = {"item": five.item.pk, "quantity": 3}
    with nothing_changes():
        refused(five.api().post(PATH, {"lines": [line, line]}, key="k"), 409, "sold_out")


def test_all_or_nothing(five):
    """A refused second dish leaves the portions of the first one."""
    soup = five.add_item(portions_left=1)
    with nothing_changes():
        lines = [{"item": five.item.pk, "quantity": 2}, {"item": soup.pk, "quantity": 2}]
        body = refused(five.api().post(PATH, {"lines": lines}, key="k"), 409, "sold_out")
    assert list(body["errors"]) == ["lines.1.item"]


def test_what_is_not_counted_does_not_run_out(house):
    house.place(quantity=999)
    assert left(house) is None


def test_86(house):
    set_available(item_id=house.item.pk, available=False, actor=house.actor("manager"))
    with nothing_changes():
        body = refused(house.api().post(PATH, body_of(house, 1), key="k"), 409, "sold_out")
    assert body["portions_left"] == 0
    set_available(item_id=house.item.pk, available=True, actor=house.actor("manager"))
    house.place()


def test_86_beats_portions(five):
    set_available(item_id=five.item.pk, available=False, actor=five.actor("manager"))
    with nothing_changes():
        refused(five.api().post(PATH, body_of(five, 1), key="k"), 409, "sold_out")


# --- giving back ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("status", "back"), [("placed", 5), ("confirmed", 5), ("preparing", 3)])
def test_cancelled_before_it_was_begun_they_return(five, status, back):
    order = five.reach(status, quantity=2)
    five.done(five.api("waiter").post(f"{PATH}/{order['id']}/cancel", {"reason": "Left"}))
    assert left(five) == back


def test_withdrawn_they_return(five):
    order = five.place(quantity=2)
    five.done(five.api().delete(f"{PATH}/{order['id']}"))
    assert left(five) == 5


def test_two_lines_of_one_dish_return_together(five):
    order = five.place(lines=[{"item": five.item.pk, "quantity": 2}, {"item": five.item.pk, "quantity": 1}])
    assert left(five) == 2
    five.done(five.api().delete(f"{PATH}/{order['id']}"))
    assert left(five) == 5


def test_what_is_counted_no_more_does_not_return(five):
    order = five.place(quantity=2)
    set_portions(item_id=five.item.pk, portions_left=None, actor=five.actor("manager"))
    five.done(five.api().delete(f"{PATH}/{order['id']}"))
    assert left(five) is None


def test_a_refused_cancel_returns_nothing(five):
    order = five.reach("ready", quantity=2)
    with nothing_changes():
        refused(
            five.api("waiter").post(f"{PATH}/{order['id']}/cancel", {"reason": "Left"}), 422, "invalid_order_status"
        )
    assert left(five) == 3


# --- editing --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("quantity", "remain"), [(1, 4), (2, 3), (5, 0)])
def test_an_edit_takes_and_gives_the_difference(five, quantity, remain):
    order = five.place(quantity=2)
    five.done(five.api().put(f"{PATH}/{order['id']}", body_of(five, quantity)))
    assert left(five) == remain


def test_an_edit_cannot_take_more_than_there_is(five):
    order = five.place(quantity=2)
    with nothing_changes():
        body = refused(five.api().put(f"{PATH}/{order['id']}", body_of(five, 6)), 409, "sold_out")
    assert (body["portions_left"], body["item"]) == (3, five.item.pk)


def test_an_edit_keeps_the_last_portion_that_it_has(five):
    order = five.place(quantity=5)
    body = five.done(five.api().put(f"{PATH}/{order['id']}", body_of(five, 5, note="no salt")))
    assert body["lines"][0]["note"] == "no salt"
    assert left(five) == 0


def test_an_edit_to_another_dish_gives_them_back(five):
    order = five.place(quantity=2)
    soup = five.add_item()
    five.done(five.api().put(f"{PATH}/{order['id']}", {"lines": [{"item": soup.pk, "quantity": 9}]}))
    assert left(five) == 5


def test_an_edit_may_keep_what_was_taken_off_since_but_not_take_more(five):
    """After an 86 with portions left, the order keeps its portions and one more is refused."""
    order = five.place(quantity=2)
    set_available(item_id=five.item.pk, available=False, actor=five.actor("manager"))
    with nothing_changes():
        body = refused(five.api().put(f"{PATH}/{order['id']}", body_of(five, 3)), 409, "sold_out")
    assert body["portions_left"] == 0
    five.done(five.api().put(f"{PATH}/{order['id']}", body_of(five, 1)))
    assert left(five) == 4


def test_an_edit_of_an_uncounted_dish_that_is_off(house):
    order = house.place(quantity=2)
    set_available(item_id=house.item.pk, available=False, actor=house.actor("manager"))
    with nothing_changes():
        refused(house.api().put(f"{PATH}/{order['id']}", body_of(house, 3)), 409, "sold_out")
    house.done(house.api().put(f"{PATH}/{order['id']}", body_of(house, 2)))


# --- events ----------------------------------------------------------------------------------------------------------
def test_pads_are_told_when_few_are_left(house):
    set_portions(item_id=house.item.pk, portions_left=13, actor=house.actor("manager"))
    for _ in range(4):
        house.place(quantity=1)
    house.place(quantity=9)
    assert told(house) == [(True, 13), (True, 10), (True, 9), (False, 0)]


def test_pads_are_told_when_it_comes_back_however_many_there_are(house):
    """The return from 0 to 12 portions is announced, because pads were told of 0."""
    set_portions(item_id=house.item.pk, portions_left=12, actor=house.actor("manager"))
    order = house.place(quantity=12)
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    assert told(house) == [(True, 12), (False, 0), (True, 12)]


def test_far_from_the_end_nobody_is_told(house):
    set_portions(item_id=house.item.pk, portions_left=100, actor=house.actor("manager"))
    order = house.place(quantity=2)
    house.done(house.api().delete(f"{PATH}/{order['id']}"))
    assert told(house) == [(True, 100)]


def test_the_menus_etag_moves_with_every_portion(five):
    before = five.api().get("/api/v1/menu")
    five.place()
    after = five.api().get("/api/v1/menu", if_none_match=before["ETag"])
    assert after.status_code == 200
    (item,) = after.json()["categories"][0]["items"]
    assert (item["portions_left"], item["available"]) == (4, True)


def test_an_edit_that_fails_at_the_end_leaves_no_future_behind(five, monkeypatch):
    """The menu that a rolled back unit of work has read is not used by the next one."""
    from bistro.core.writing.unit_of_work import UnitOfWork

    soup, order = five.add_item(), five.place(quantity=2)

    def fails(*args):
        raise RuntimeError("the disk is full")

    original = UnitOfWork._row
    monkeypatch.setattr(UnitOfWork, "_row", fails)
    with nothing_changes(), pytest.raises(RuntimeError):
        five.api().put(f"{PATH}/{order['id']}", body_of(five, 3))
    monkeypatch.setattr(UnitOfWork, "_row", original)
    set_available(item_id=soup.pk, available=False, actor=five.actor("manager"))
    with nothing_changes():
        refused(five.api().post(PATH, {"lines": [{"item": soup.pk, "quantity": 1}]}, key="k"), 409, "sold_out")
