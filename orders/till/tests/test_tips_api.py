"""The API of tips: the tips of a day, sharing the pool, corrections, and each refusal."""

from datetime import timedelta

import pytest

from bistro.core.auth.access import staff_actor
from bistro.core.tests.http import nothing_changes, refused
from orders.till.models import TipMove
from orders.till.tests.test_tips import rule, tip, today

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
TIPS = "/api/v1/tips"
SHARE, CORRECT = f"{TIPS}/share", f"{TIPS}/corrections"


def test_a_program_reads_shares_and_corrects(house):
    rule(house, "pool", waiter=2, cashier=1)
    waiter, cashier = (house.staff(role).pk for role in ("waiter", "cashier"))
    api, actor = house.api("manager"), staff_actor(house.staff("waiter"), house.restaurant.pk)
    tip(house, actor, "9.00")
    before = api.get(TIPS).json()
    assert (before["pool"], before["left"], before["moves"]) == ("9.00", "9.00", [])
    people = {each["staff"]: (each["points"], each["shares"]) for each in before["people"]}
    assert (people[waiter], people[cashier]) == ((2, True), (1, False)), "one worked"

    sent = {"staff": [waiter, cashier]}
    answer = api.post(SHARE, sent, key="s")
    assert (answer.status_code, answer.json()["shared"], answer.json()["left"]) == (200, "9.00", "0.00")
    assert {each["staff"]: each["from_pool"] for each in answer.json()["people"] if each["shares"]} == {
        waiter: "6.00",
        cashier: "3.00",
    }
    tip(house, actor, "3.00")
    with nothing_changes():
        assert api.post(SHARE, sent, key="s").json()["left"] == "3.00", "an equal request books nothing"
        refused(api.post(SHARE, {"staff": [waiter]}, key="s"), 422, "idempotency_key_reused")
    assert api.post(SHARE, sent, key="t").json()["left"] == "0.00"

    tip(house, actor, "1.00")
    sent = {"amount": "1.00", "giver": "pool", "taker": "house", "reason": "glass"}
    first, second = (api.post(CORRECT, sent, key="c") for _tap in range(2))
    assert (first.status_code, second.status_code, first.json()) == (201, 200, second.json())
    body = api.get(first["Location"]).json()
    assert (body["house"], body["pool"], body["left"], len(body["moves"])) == ("1.00", "12.00", "0.00", 5)
    assert body["moves"][-1] == first.json()


def test_refused_requests_change_nothing(house, other_house):
    rule(house, "pool", waiter=1)
    api, waiter, stranger = house.api("manager"), house.staff("waiter").pk, other_house.staff("waiter").pk
    with nothing_changes():
        refused(api.post(SHARE, {"staff": [waiter]}), 422, "nothing_to_share")
    tip(house, house.actor("waiter"), "2.00")
    correct = {"amount": "1.00", "giver": "pool", "taker": "person", "taker_staff": waiter, "reason": "x"}
    future = str(today(house) + timedelta(days=2))
    for path, body, code in (
        (SHARE, {"staff": []}, "nobody_shares"),
        (SHARE, {"staff": [house.staff("kitchen").pk]}, "nobody_shares"),
        (SHARE, {"staff": [stranger]}, "not_a_colleague"),
        (SHARE, {"staff": [waiter], "day": future}, "day_not_begun"),
        (SHARE, {"staff": [waiter], "day": "0001-01-01"}, "validation_error"),
        (CORRECT, {**correct, "day": future}, "day_not_begun"),
        (CORRECT, {**correct, "amount": "2.01"}, "tips_above_held"),
        (CORRECT, {**correct, "taker_staff": stranger}, "not_a_colleague"),
        (CORRECT, {**correct, "taker_staff": None}, "validation_error"),
        (CORRECT, {**correct, "giver_staff": waiter}, "validation_error"),
        (CORRECT, {**correct, "taker": "pool", "taker_staff": None}, "validation_error"),
        (CORRECT, {**correct, "reason": " "}, "validation_error"),
    ):
        with nothing_changes():
            refused(api.post(path, body), 422, code)
    for day in ("x", "9999-12-31"):
        refused(api.get(f"{TIPS}?day={day}"), 422, "validation_error")
    colleague = house.api("waiter")
    with nothing_changes():
        refused(colleague.get(TIPS), 403, "permission_denied")
        refused(colleague.post(SHARE, {"staff": [waiter]}), 403, "permission_denied")
        refused(colleague.post(CORRECT, correct), 403, "permission_denied")
    assert other_house.api("manager").get(TIPS).json()["pool"] == "0.00"
    assert not TipMove.objects.exists()
