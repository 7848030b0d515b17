"""The admin's pages of messages: what happened, a test, and the ways on."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bistro.core.kernel.mailing import CONSOLE
from bistro.core.models import Event, Invitation
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory
from bistro.core.tests.http import nothing_changes
from bistro.mail.alarms import message_alarms
from bistro.mail.models import Message
from bistro.mail.services import send_next, send_test
from bistro.mail.tests.test_sending import fresh, written

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

LIST = "/admin/mail/message/"
SETTINGS = "/admin/mail/message/settings/"
INVITE = "/admin/core/invitation/add/"


@pytest.fixture
def manager(owner):
    client = Client()
    client.force_login(MembershipFactory(restaurant_id=owner.restaurant_id, role="manager").staff)
    return client


def failed(owner, post, answers):
    message = written(owner)
    post.answers = answers
    send_next()
    return fresh(message)


def run(client, name, message, method="post"):
    return getattr(client, method)(reverse(f"admin:mail_message_{name}", args=[message.pk]), follow=True)


def test_the_page_says_how_messages_leave_and_a_test_says_what_happened(manager, owner, post, settings):
    settings.EMAIL_HOST_PASSWORD = settings.SMS_TOKEN = "very-secret"
    page = manager.get(SETTINGS).content.decode()
    assert "Through 127.0.0.1" in page
    assert "NOT encrypted" in page
    assert "very-secret" not in page

    def tested(**said):
        return manager.post(SETTINGS, {"channel": "email", "to": "boss@house.example", **said}).content.decode()

    settings.EMAIL_HOST_PASSWORD = ""
    assert "The server accepted the message to boss@house.example." in tested()
    assert "This is a test message of Café" in post.mails[0].get_content()
    post.answers = {"RCPT": "550 no such user"}
    assert "refused the message. It answered: 550 no such user" in tested()
    settings.EMAIL_BACKEND = CONSOLE
    assert "Nothing was sent: no server is set up." in tested()
    assert "Nothing was sent: no server is set up." in tested(channel="sms", to="+49 30 123456")
    assert Event.objects.filter(type="message_updated", action="tested").count() == 4
    assert message_alarms(owner) == [], "whoever tests has read the answer"
    with nothing_changes():
        assert "This is not an e-mail address." in tested(to="a@x.example\nBcc: b@x.example")
        assert "This is not a phone number" in tested(channel="sms")
        assert "Select a valid choice" in tested(channel="fax")
    for _each in range(16):
        send_test(channel="sms", to="+4930123456", actor=owner)
    with nothing_changes():
        assert "Too many tests." in tested()


def test_a_manager_sends_again_or_dismisses_and_reads_no_link(manager, owner, post):
    message = failed(owner, post, {"RCPT": "550 no such user"})
    listed = manager.get(LIST).content.decode()
    assert "Not sent" in listed
    assert "(550 no such user)" in listed
    assert message.body not in listed + run(manager, "change", message, "get").content.decode()
    with nothing_changes():
        assert run(manager, "send_again", message, "get").status_code == 200
        assert run(manager, "dismiss", message, "get").status_code == 200
    post.answers = {"END": None}
    assert "The message is sent again." in run(manager, "send_again", message).content.decode()
    send_next()
    assert "may arrive twice" in run(manager, "send_again", message, "get").content.decode()
    manager.post(LIST, {"action": "send_failed_again", "_selected_action": [message.pk]})
    assert fresh(message).status == "unknown", "only a person who has read the warning sends it again"
    assert "The message was dismissed." in run(manager, "dismiss", message).content.decode()
    assert (fresh(message).status, message.body, message_alarms(owner)) == ("dismissed", "", [])
    with nothing_changes():
        assert "sent or dismissed" in run(manager, "send_again", message).content.decode()
    assert set(Event.objects.filter(type="message_updated").values_list("action", flat=True)) == {
        "sent_again",
        "dismissed",
    }


def test_nobody_else_touches_or_sees_them(owner, post):
    message = failed(owner, post, {"RCPT": "550 no such user"})
    for role, restaurant in (("waiter", owner.restaurant_id), ("owner", RestaurantFactory().pk)):
        client = Client()
        client.force_login(MembershipFactory(restaurant_id=restaurant, role=role).staff)
        with nothing_changes():
            for name in ("send_again", "dismiss"):
                run(client, name, message)
            if role == "waiter":
                assert client.post(SETTINGS, {"channel": "email", "to": "x@x.example"}).status_code in (302, 403)
    assert len(message_alarms(owner)) == 1


def test_an_invitation_is_mailed_when_its_maker_asks_and_its_link_is_shown(manager, owner):
    form = {"email": "kim@house.example", "role": "kitchen", "by_mail": "on"}
    page = manager.post(INVITE, form).content.decode()
    assert "An e-mail with this link goes to kim@house.example now." in page
    message = Message.objects.get()
    link = message.body.split("/invitation/")[1].split("/")[0]
    assert f"/invitation/{link}/" in page
    assert message.useless_at == Invitation.objects.get().expires_at
    with nothing_changes():
        page = manager.post(INVITE, {**form, "email": ""}).content.decode()
        assert "Enter the address to which the link is sent." in page


def test_a_link_for_a_new_password_is_mailed_to_the_login_itself(manager, owner):
    member = MembershipFactory(restaurant_id=owner.restaurant_id)
    path = reverse("admin:core_membership_reset_password", args=[member.pk])
    page = manager.post(path, {"by_mail": "on"}).content.decode()
    message = Message.objects.get()
    assert (message.kind, message.to) == ("password", member.staff.email)
    assert message.body.split("/password/")[1].split("/")[0] in page
    manager.post(path, {})
    assert Message.objects.count() == 1, "nobody asked for an e-mail"


def test_without_a_mail_server_nothing_is_said_to_be_on_its_way(manager, owner, settings):
    settings.EMAIL_BACKEND = CONSOLE
    member = MembershipFactory(restaurant_id=owner.restaurant_id)
    password = reverse("admin:core_membership_reset_password", args=[member.pk])
    for path, form in ((INVITE, {"email": "kim@house.example", "role": "kitchen"}), (password, {})):
        assert "No mail server is set up, so send the link yourself." in manager.get(path).content.decode()
        page = manager.post(path, form | {"by_mail": "on"}).content.decode()
        assert "An e-mail with this link" not in page
        assert re.search(r"/(invitation|password)/[\w-]{20,}/", page), "the link is there to copy"
    assert not Message.objects.exists()
