"""Events on their way to other programs: what arrives, in which order, and what happens when it does not."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.models import Event, FeedHead
from bistro.webhooks import services, settling
from bistro.webhooks.alarms import hook_alarms
from bistro.webhooks.models import Delivery, Hook
from bistro.webhooks.services import delivering
from bistro.webhooks.signing import secret_of
from bistro.webhooks.tests import receiver as faults
from bistro.webhooks.tests.receiver import OK, answer, verified

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
ALL = ("bookings", "parties", "orders", "payments")


def hook_for(house, receiver, topics=("orders",), **said):
    hook, _secret = services.add_hook(name="Books", url=receiver.url, topics=topics, actor=house.actor("owner"), **said)
    return hook


def later(**ahead):
    return lambda: timezone.now() + timedelta(**ahead)


def fresh(hook):
    hook.refresh_from_db()
    return hook


def head(house):
    return FeedHead.objects.get(pk=house.restaurant.pk).seq


def test_chosen_events_arrive_once_in_order_with_a_signature(house, receiver):
    house.order()
    hook = hook_for(house, receiver)
    first, second = house.order(), house.order()
    assert services.deliver(hook_id=hook.pk) == 2
    assert services.deliver(hook_id=hook.pk) == 0
    assert [body["data"]["id"] for body in receiver.bodies] == [first.json["id"], second.json["id"]]
    assert receiver.numbers == sorted(receiver.numbers)
    headers, body = receiver.requests[0]
    said = json.loads(body)
    assert set(said) == {"id", "type", "action", "subject", "restaurant_id", "timestamp", "seq", "epoch", "data"}
    assert (said["type"], said["action"], said["data"]["total"]) == ("order_created", "placed", "10.00")
    assert said["id"] == headers["Bistro-Event"] == f"{house.restaurant.uid}.{said['epoch']}.{said['seq']}"
    assert (headers[""], headers["Content-Type"]) == ("POST /hook?of=house HTTP/1.1", "application/json")
    secret = secret_of(hook.uid, 1)
    assert verified(headers["Bistro-Signature"], body, secret)
    assert not verified(headers["Bistro-Signature"], body + b" ", secret), "an altered body"
    assert not verified(headers["Bistro-Signature"], body, secret_of(hook.uid, 2)), "another secret"
    assert not verified(headers["Bistro-Signature"], body, secret, now=time.time() + 301), "an old request"
    assert (fresh(hook).seq, hook.failures, hook.taken_until) == (head(house), 0, None)
    assert list(Delivery.objects.values_list("type", "answer", "trouble")) == [("order_created", 200, "")] * 2


def test_events_of_no_interest_move_the_cursor_only(house, other_house, receiver):
    hook = hook_for(house, receiver, topics=("bookings",))
    house.order()
    other_house.order()
    assert services.deliver(hook_id=hook.pk) == 0
    assert (fresh(hook).seq, receiver.connections) == (head(house), 0)
    assert not Hook.objects.waiting(timezone.now()).exists(), "nothing to look at any more"


def test_every_topic_tells_its_kind_and_audit_events_stay_here(house, receiver):
    hook = hook_for(house, receiver, topics=ALL)
    house.order()
    services.pause_hook(hook_id=hook.pk, actor=house.actor("owner"))
    services.resume_hook(hook_id=hook.pk, actor=house.actor("owner"))
    services.deliver(hook_id=hook.pk)
    assert {body["type"] for body in receiver.bodies} == {"guest_created", "order_created"}
    assert Event.objects.filter(type="webhook_updated").count() == 3


@pytest.mark.parametrize("personal", [False, True])
def test_names_and_contacts_go_out_only_where_the_owner_chose_it(house, receiver, personal):
    hook = hook_for(house, receiver, topics=("parties",), personal=personal)
    guests = f"/restaurants/{house.restaurant.uid}/guests"
    house.done(house.api("host").post(guests, {"guestName": "Ana Ruiz", "partySize": 2}))
    services.deliver(hook_id=hook.pk)
    assert receiver.requests
    assert (b"Ana Ruiz" in receiver.requests[0][1]) is personal


REFUSALS = [
    (answer(500), "refused", 500),
    (answer(401), "refused", 401),
    (answer(302, Location="http://169.254.169.254/latest/"), "redirect", 302),
    (b"SSH-2.0-OpenSSH\r\n", "nonsense", None),
    (b"HTTP/1.1 200", "nonsense", None),
    (b"HTTP/1.1 102 Processing\r\n\r\n" + answer(503), "refused", 503),
    (b"", "lost", None),
    (faults.endless, "nonsense", None),
    (faults.silent, "timeout", None),
    (faults.dripping, "timeout", None),
]


@pytest.mark.parametrize(("said", "trouble", "status"), REFUSALS)
def test_what_did_not_arrive_is_sent_again_with_the_same_id_and_later_events_wait(
    house, receiver, settings, said, trouble, status
):
    settings.WEBHOOK_SECONDS = 0.4
    receiver.answers = [said, OK]
    hook = hook_for(house, receiver)
    before = hook.seq
    house.order()
    house.order()
    began = time.monotonic()
    assert services.deliver(hook_id=hook.pk) == 0
    assert time.monotonic() - began < 2, "a receiver cannot hold the sender up"
    assert (len(receiver.requests), fresh(hook).seq, hook.failures) == (1, before, 1)
    assert hook.failing_since
    assert Delivery.objects.values_list("trouble", "answer").get() == (trouble, status)
    assert services.deliver(hook_id=hook.pk) == 0, "not before the pause is over"
    assert services.deliver(hook_id=hook.pk, clock=later(seconds=6)) == 2
    ids = [body["id"] for body in receiver.bodies]
    assert ids[0] == ids[1] != ids[2]
    assert (fresh(hook).failures, hook.failing_since) == (0, None)


def test_no_server_is_a_failure_too(house, receiver):
    hook = hook_for(house, receiver)
    Hook.objects.update(url="http://127.0.0.1:1/")
    house.order()
    services.deliver(hook_id=hook.pk)
    assert Delivery.objects.get().trouble == "unreachable"


def test_pauses_grow_and_after_three_days_it_stops_with_an_alarm(house, receiver):
    receiver.answers = [answer(500)]
    hook = hook_for(house, receiver)
    house.order()
    hours, tries = 0, 0
    while fresh(hook).status == "on" and tries < 200:
        ahead = fresh(hook).due_at
        services.deliver(hook_id=hook.pk, clock=lambda at=ahead: at)
        tries += 1
        hours = (ahead - timezone.now()).total_seconds() / 3600
    assert 71 < hours < 74
    assert 70 < tries < 90, "once an hour in the end"
    [alarm] = hook_alarms(house.actor("owner"))
    assert "Books" in alarm.text
    assert hook_alarms(house.actor("waiter")) == []
    assert Event.objects.filter(type="webhook_updated", action="stopped").count() == 1
    receiver.answers = [OK]
    assert services.deliver(hook_id=hook.pk, clock=later(days=9)) == 0
    services.resume_hook(hook_id=hook.pk, actor=house.actor("owner"))
    assert services.deliver(hook_id=hook.pk) == 1
    assert hook_alarms(house.actor("owner")) == []


def test_gone_stops_it_at_once(house, receiver):
    receiver.answers = [answer(410)]
    hook = hook_for(house, receiver)
    house.order()
    services.deliver(hook_id=hook.pk)
    assert (fresh(hook).status, Delivery.objects.get().trouble) == ("stopped", "gone")


def test_an_earlier_position_sends_the_same_events_again(house, receiver):
    start = head(house)
    hook = hook_for(house, receiver)
    moment = timezone.now()
    house.order()
    house.order()
    services.deliver(hook_id=hook.pk)
    services.set_position(hook_id=hook.pk, since=moment, actor=house.actor("owner"))
    services.deliver(hook_id=hook.pk)
    assert receiver.numbers[:2] == receiver.numbers[2:]
    services.set_position(hook_id=hook.pk, seq=start, actor=house.actor("owner"))
    services.deliver(hook_id=hook.pk)
    assert receiver.numbers[:2] == receiver.numbers[4:]
    services.set_position(hook_id=hook.pk, seq=head(house), actor=house.actor("owner"))
    assert services.deliver(hook_id=hook.pk) == 0


def test_an_event_that_waits_is_left_out_by_a_later_position(house, receiver):
    receiver.answers = [answer(400), OK]
    hook = hook_for(house, receiver)
    house.order()
    poison = head(house)
    services.deliver(hook_id=hook.pk)
    house.order()
    services.set_position(hook_id=hook.pk, seq=poison, actor=house.actor("owner"))
    assert services.deliver(hook_id=hook.pk) == 1
    assert receiver.numbers[-1] > poison


def test_a_long_log_is_read_in_windows(house, receiver, monkeypatch):
    monkeypatch.setattr(delivering, "WINDOW", 3)
    hook = hook_for(house, receiver)
    for _number in range(4):
        house.order()
    rounds = 0
    while fresh(hook).seq < head(house):
        services.deliver(hook_id=hook.pk)
        rounds += 1
    assert rounds > 1
    assert len(receiver.requests) == 4


def test_a_slow_receiver_with_a_long_log_comes_after_those_that_wait(house, receiver, monkeypatch):
    slow, waiting = hook_for(house, receiver), hook_for(house, receiver)
    house.order()
    house.order()
    monkeypatch.setattr(delivering, "ROUND", timedelta(0))
    assert services.deliver(hook_id=slow.pk) == 1
    found = Hook.objects.waiting(timezone.now()).order_by("due_at", "pk")
    assert list(found) == [waiting, slow]


def test_a_process_that_died_leaves_a_lease_and_the_event_comes_again(house, receiver, monkeypatch):
    class Died(BaseException):
        pass

    def dying(*_given):
        raise Died

    hook = hook_for(house, receiver)
    house.order()
    usual = delivering.note_arrival
    monkeypatch.setattr(delivering, "note_arrival", dying)
    with pytest.raises(Died):
        services.deliver(hook_id=hook.pk)
    monkeypatch.setattr(delivering, "note_arrival", usual)
    assert len(receiver.requests) == 1
    assert services.deliver(hook_id=hook.pk, clock=later(seconds=60)) == 0, "the other one may be slow"
    assert services.deliver(hook_id=hook.pk, clock=later(seconds=91)) == 1
    assert receiver.numbers[0] == receiver.numbers[1]


def test_a_person_who_changes_it_takes_it_from_the_process_that_sends(house, receiver):
    owner = house.actor("owner")
    hook = hook_for(house, receiver)
    before = hook.seq
    house.order()
    house.order()
    real = delivering.post

    def pausing(*given):
        services.pause_hook(hook_id=hook.pk, actor=owner)
        return real(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivering, "post", pausing)
        services.deliver(hook_id=hook.pk)
    assert (len(receiver.requests), fresh(hook).status, hook.seq) == (1, "paused", before)


def test_the_old_secret_signs_too_for_a_day(house, receiver):
    hook = hook_for(house, receiver)
    _hook, new = services.rotate_secret(hook_id=hook.pk, actor=house.actor("owner"))
    old = secret_of(hook.uid, 1)
    assert new != old
    house.order()
    services.deliver(hook_id=hook.pk)
    headers, body = receiver.requests[0]
    assert verified(headers["Bistro-Signature"], body, new)
    assert verified(headers["Bistro-Signature"], body, old)
    Hook.objects.update(old_secret_until=timezone.now())
    house.order()
    services.deliver(hook_id=hook.pk)
    headers, body = receiver.requests[1]
    assert verified(headers["Bistro-Signature"], body, new)
    assert not verified(headers["Bistro-Signature"], body, old)


def test_a_fault_of_ours_shows_and_logs_no_body(house, receiver, monkeypatch, caplog):
    def fails(*_given):
        raise KeyError("Ana Ruiz")

    hook = hook_for(house, receiver)
    house.order()
    with monkeypatch.context() as patch:
        patch.setattr(delivering, "event_body", fails)
        services.deliver(hook_id=hook.pk)
    assert Delivery.objects.get().trouble == "fault"
    assert "Ana Ruiz" not in caplog.text
    assert services.deliver(hook_id=hook.pk, clock=later(seconds=6)) == 1


def test_the_sweep_starts_a_thread_for_each_and_forgets_after_some_days(house, receiver, monkeypatch):
    monkeypatch.setattr(delivering, "_clean_at", None)
    started = []
    monkeypatch.setattr(delivering.threading.Thread, "start", lambda thread: started.append(thread.name))
    hooks = [hook_for(house, receiver) for _number in range(delivering.MOST_THREADS + 1)]
    for hook in hooks:
        services.deliver(hook_id=hook.pk)
    try:
        assert services.deliver_due(now=timezone.now()) == 0
        house.order()
        assert services.deliver_due(now=timezone.now()) == delivering.MOST_THREADS
        assert services.deliver_due(now=timezone.now()) == 0, "they are at work"
    finally:
        delivering._at_work.clear()
    assert len(started) == delivering.MOST_THREADS
    services.deliver(hook_id=hooks[0].pk)
    delivering._clean(later(days=2)())
    assert Delivery.objects.exists()
    delivering._clean(later(days=4)())
    assert not Delivery.objects.exists()


def test_an_idle_sweep_costs_one_query(house, receiver, django_assert_num_queries):
    hook_for(house, receiver)
    FeedHead.objects.filter(pk=house.restaurant.pk).update(seq=Hook.objects.get().seq)
    delivering._clean(timezone.now())
    with django_assert_num_queries(1):
        assert services.deliver_due(now=timezone.now()) == 0


def test_a_lost_claim_moves_nothing(house, receiver):
    hook = hook_for(house, receiver)
    house.order()
    assert settling.claim(hook, timezone.now())
    services.set_position(hook_id=hook.pk, seq=0, actor=house.actor("owner"))
    settling.give_back(hook, head(house), timezone.now())
    settling.skip(hook, head(house))
    assert fresh(hook).seq == 0
