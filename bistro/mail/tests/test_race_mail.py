"""Two processes that send: each message leaves once. In the control without the claim it leaves twice."""

import threading
from contextlib import suppress

import pytest

from bistro.core.tests.racing import race
from bistro.mail.models import Message
from bistro.mail.services import send_next, sending
from bistro.mail.tests.test_sending import written

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def sent_by_two(monkeypatch, post):
    """Return how often a message arrives that two senders have found before either takes it."""
    usual, both = sending._due, threading.Barrier(2)

    def meeting(now):
        found = list(usual(now).select_related("restaurant"))

        class Found:
            def __getattr__(self, _name):
                return lambda *_args: self

            def first(self):
                with suppress(threading.BrokenBarrierError):
                    both.wait(5)
                return found[0]

        return Found()

    monkeypatch.setattr(sending, "_due", meeting)
    assert race([send_next, send_next]) == [True, True]
    return len(post.mails)


def test_of_two_who_found_a_message_one_sends_it(owner, post, monkeypatch):
    written(owner)
    assert sent_by_two(monkeypatch, post) == 1
    assert Message.objects.values_list("status", "attempts").get() == ("sent", 1)


def test_the_control_without_the_claim_it_leaves_twice(owner, post, monkeypatch):
    written(owner)
    monkeypatch.setattr(sending, "claim", lambda message, now: True)
    assert sent_by_two(monkeypatch, post) == 2


def test_many_senders_and_many_messages(owner, post):
    for number in range(8):
        written(owner, to=f"guest{number}@house.example")
    while any(outcome is True for outcome in race([send_next] * 4)):
        pass
    assert sorted(mail["To"] for mail in post.mails) == [f"guest{number}@house.example" for number in range(8)]
