"""Messages on their way: what was refused is tried again or given up; what may have arrived is never sent twice."""

import json
import socket
from datetime import timedelta

import pytest
from django.utils import timezone, translation

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.mailing import CONSOLE
from bistro.core.models import Restaurant
from bistro.core.services.restaurants import invite
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.mail.alarms import message_alarms
from bistro.mail.channels import email
from bistro.mail.models import Message
from bistro.mail.services import send_again, send_due, send_next, sending, settling
from bistro.mail.steps import TRIES, write_message
from bistro.mail.texts import Text

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

ANA = "ana@house.example"


def written(owner, channel="email", to=ANA, **said):
    """Write a message in a unit of work of its own."""
    text = said.pop("text", lambda: Text("Hello", "How are you?\n.\nBye"))
    with UnitOfWork(owner) as work:
        restaurant = Restaurant.objects.get(pk=owner.restaurant_id)
        return write_message(
            kind="invitation", channel=channel, to=to, text=text, restaurant=restaurant, work=work, **said
        )


def later(**delta):
    moment = timezone.now() + timedelta(**delta)
    return lambda: moment


def fresh(message):
    message.refresh_from_db()
    return message


def test_an_email_is_sent_once_with_the_name_of_the_house_and_its_text_is_erased(owner, post):
    message = written(owner)
    assert send_next()
    assert not send_next(), "nothing is left"
    [mail] = post.mails
    assert (mail["To"], mail["Subject"], mail["From"]) == (ANA, "Hello", '"Café “Ü”, Nord" <bistro@house.example>')
    assert mail["Message-ID"] == f"<{message.uid}@house.example>"
    assert mail.get_content().replace("\r", "").strip() == "How are you?\n.\nBye"
    assert post.envelopes == ["mail FROM:<bistro@house.example>", f"rcpt TO:<{ANA}>"]
    fresh(message)
    assert (message.status, message.attempts, message.sent_by) == ("sent", 1, "smtp")
    assert (message.subject, message.body, message.trouble) == ("", "", "")
    assert message_alarms(owner) == []


def test_the_words_are_written_in_the_language_of_the_house_or_of_the_reader(owner):
    Restaurant.objects.filter(pk=owner.restaurant_id).update(language="de")
    spoken = lambda: Text(translation.get_language(), "-")  # noqa: E731
    assert [written(owner, text=spoken).subject, written(owner, text=spoken, language="fr").subject] == ["de", "fr"]
    invite(role="waiter", email=ANA, by_mail=True, actor=owner)
    assert "lädt ins Team ein" in Message.objects.get(kind="invitation", language="de", subject__contains="Café").body


@pytest.mark.parametrize(
    ("answers", "trouble"),
    [
        ({"connect": "421 too many"}, "busy"),
        ({"RCPT": "451 greylisted"}, "busy"),
        ({"END": "452 disk full"}, "busy"),
        ({"connect": None}, "unreachable"),
    ],
)
def test_a_temporary_failure_is_tried_again_and_then_given_up(owner, post, answers, trouble):
    message = written(owner)
    post.answers = answers
    for tried in range(1, TRIES):
        assert send_next(clock=later(hours=4 * tried))
        assert (fresh(message).status, message.attempts, message.trouble) == ("queued", tried, trouble)
        assert message.due_at == later(hours=4 * tried)() or message.due_at > timezone.now()
        assert not send_next(), "not before the pause is over"
    assert send_next(clock=later(hours=40))
    assert (fresh(message).status, message.attempts) == ("failed", TRIES)
    [alarm] = message_alarms(owner)
    assert "1 message was not sent" in alarm.text
    post.answers = {}
    send_again(message_id=message.pk, actor=owner)
    assert message_alarms(owner) == []
    assert send_next()
    assert fresh(message).status == "sent"


@pytest.mark.parametrize("answers", [{"RCPT": "550 no such user"}, {"MAIL": "553 sender"}, {"END": "554 spam"}])
def test_a_refusal_for_good_is_not_tried_again(owner, post, answers):
    message = written(owner)
    post.answers = answers
    send_next()
    [answer] = answers.values()
    assert (fresh(message).status, message.trouble, message.answer) == ("failed", "refused", answer)
    assert message.body, "it can be sent again"


def test_no_server_and_a_silent_one_are_told_apart(owner, post, settings):
    settings.EMAIL_TIMEOUT = 0.2
    message = written(owner)
    post.silent = "connect"
    send_next()
    assert (fresh(message).status, message.trouble) == ("queued", "timeout")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
        send_next(clock=later(minutes=1))
    assert (fresh(message).status, message.trouble) == ("queued", "unreachable")


def test_a_login_that_is_refused_tells_no_password(owner, post, settings, caplog):
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ana", "very-secret"
    post.answers = {"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": "535 no"}
    message = written(owner)
    send_next()
    assert (fresh(message).status, message.trouble, message.answer) == ("queued", "login", "535 no")
    assert "very-secret" not in email.described() + caplog.text


@pytest.mark.parametrize("how", [{"silent": "END"}, {"answers": {"END": None}}], ids=["silent", "closed"])
def test_a_lost_answer_is_never_sent_twice_but_by_a_person(owner, post, settings, how):
    settings.EMAIL_TIMEOUT = 0.3
    vars(post).update(how)
    message = written(owner)
    send_next()
    assert (fresh(message).status, message.trouble, len(post.mails)) == ("unknown", "lost", 1)
    settling.mark_abandoned(later(days=1)())
    assert not send_next(clock=later(days=1))
    assert len(message_alarms(owner)) == 1
    post.silent, post.answers = "", {}
    send_again(message_id=message.pk, actor=owner)
    send_next()
    assert (fresh(message).status, len(post.mails)) == ("sent", 2)
    assert post.mails[0]["Message-ID"] == post.mails[1]["Message-ID"], "the reader's program sees one"


class Died(BaseException):
    """The end of a process."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_server_that_dies_between_handing_over_and_recording_sends_nothing_twice(owner, post, monkeypatch, moment):
    message = written(owner)
    usual = email.send

    def dying(row):
        if moment == "after":
            usual(row)
        raise Died

    monkeypatch.setattr(email, "send", dying)
    with pytest.raises(Died):
        send_next()
    monkeypatch.setattr(email, "send", usual)
    assert fresh(message).status == "sending"
    assert not send_next(clock=later(minutes=1)), "another process takes nothing that is being sent"
    assert settling.mark_abandoned(later(minutes=4)()) == 0, "the sender may be slow"
    assert settling.mark_abandoned(later(minutes=6)()) == 1
    assert not send_next(clock=later(days=1))
    assert (fresh(message).status, message.trouble) == ("unknown", "stopped")
    assert len(post.mails) == (moment == "after")


def test_a_slow_sender_still_reports_unless_a_person_has_decided(owner, post):
    slow, decided = written(owner), written(owner)
    for message in (slow, decided):
        settling.claim(message, timezone.now())
    settling.mark_abandoned(later(hours=1)())
    send_again(message_id=decided.pk, actor=owner)
    for message in (slow, decided):
        settling.hand_over(message, timezone.now())
    assert (fresh(slow).status, fresh(decided).status) == ("sent", "queued")


def test_what_has_expired_is_not_sent(owner, post):
    message = written(owner, useless_at=timezone.now() + timedelta(hours=1))
    send_next(clock=later(hours=2))
    assert (fresh(message).status, message.trouble, post.mails) == ("failed", "late", [])
    assert (message.subject, message.body) == ("", ""), "its link is of no use, and nobody may send it again"


@pytest.mark.parametrize(
    ("channel", "to"),
    [("email", to) for to in ("", "ana", "ana@house.example\nBcc: all@x.example", "a@x.example, b@x.example")]
    + [("email", "ana@house.example\r\n"), ("email", "ana\u2028@house.example"), ("email", f"{'a' * 250}@x.example")]
    + [("sms", to) for to in ("", "0301234567", "+49", "+49 30 12x456", "+4930123456\n+4930123457890123")],
)
def test_a_bad_address_is_refused_and_nothing_is_written(owner, channel, to):
    with pytest.raises(InvalidInput) as refused:
        written(owner, channel, to)
    assert refused.value.fields
    assert not Message.objects.exists()


def test_a_subject_of_several_lines_is_refused_and_an_old_one_is_never_sent(owner, post):
    with pytest.raises(InvalidInput):
        written(owner, text=lambda: Text("Hello\nBcc: all@x.example", "-"))
    assert not Message.objects.exists()
    message = written(owner)
    Message.objects.update(subject="Hello\nBcc: all@x.example")
    send_next()
    assert (fresh(message).status, message.trouble, post.mails) == ("failed", "address", [])


def test_a_message_exists_only_if_what_it_tells_was_saved(owner, post):
    with pytest.raises(InvalidInput):
        invite(role="waiter", email="not an address", by_mail=True, actor=owner)
    with pytest.raises(InvalidInput):
        invite(role="waiter", by_mail=True, actor=owner)
    assert not Message.objects.exists()
    invite(role="waiter", email=ANA, actor=owner)
    assert not Message.objects.exists(), "nobody asked for an e-mail"


def test_an_invitation_is_mailed_and_no_log_holds_its_link(owner, settings, caplog):
    settings.EMAIL_BACKEND = CONSOLE
    token = invite(role="waiter", email=ANA, by_mail=True, actor=owner)
    message = Message.objects.get()
    assert f"{settings.PUBLIC_URL}/invitation/{token}/" in message.body
    with caplog.at_level("INFO"):
        assert send_next()
    [record] = [each for each in caplog.records if each.name == "bistro.mail.channels.console"]
    assert record.to == ANA
    assert "/invitation/***" in record.body
    assert token not in str(vars(record))
    assert (fresh(message).status, message.sent_by, message.body) == ("sent", "console", "")


def test_text_messages_go_to_the_gateway_with_one_key(owner, gateway):
    message = written(owner, "sms", "0049 (30) 123-456")
    send_next()
    [(headers, body)] = gateway.posts
    assert json.loads(body) == {
        "id": str(message.uid), "to": "+4930123456", "from": "Bistro", "text": "How are you?\n.\nBye",
    }  # fmt: skip
    assert (headers["Authorization"], headers["Idempotency-Key"]) == ("Bearer very-secret", str(message.uid))
    assert (fresh(message).status, message.sent_by) == ("sent", "http")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (429, "queued"),
        (401, "queued"),
        (400, "failed"),
        (302, "failed"),
        (500, "unknown"),
        (None, "unknown"),
    ],
)
def test_the_answers_of_a_gateway(owner, gateway, status, state):
    gateway.status = status
    message = written(owner, "sms", "+4930123456")
    send_next()
    assert (fresh(message).status, len(gateway.posts)) == (state, 1)


def test_a_fault_of_ours_stops_no_other_message_and_logs_no_text(owner, post, monkeypatch, caplog):
    broken, sound = written(owner), written(owner)

    def fails(row):
        raise KeyError(row.body)

    with monkeypatch.context() as patch:
        patch.setattr(email, "send", fails)
        send_next()
    send_next()
    assert (fresh(broken).status, fresh(sound).status) == ("unknown", "sent")
    assert "How are you" not in str([vars(record) for record in caplog.records])


def test_the_sweep_starts_one_thread_and_forgets_after_a_month(owner, post, monkeypatch):
    monkeypatch.setattr(sending, "_clean_at", None)
    started = []
    monkeypatch.setattr(sending.threading.Thread, "start", lambda thread: started.append(thread))
    try:
        assert not send_due(now=timezone.now())
        message = written(owner)
        assert [send_due(now=later(seconds=1)()), send_due(now=later(seconds=1)())] == [True, False]
        assert [thread.name for thread in started] == ["mail"]
    finally:
        sending._at_work.release()
    sending._clean(later(days=29)())
    assert Message.objects.filter(pk=message.pk).exists()
    monkeypatch.setattr(sending, "_clean_at", None)
    sending._clean(later(days=31)())
    assert not Message.objects.exists()
