"""The managers' pages of webhooks."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bistro.core.tests.factories import MembershipFactory, RestaurantFactory
from bistro.core.tests.http import nothing_changes
from bistro.webhooks import services
from bistro.webhooks.models import Delivery, Hook
from bistro.webhooks.signing import secret_of

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

LIST, ADD = "/admin/webhooks/hook/", "/admin/webhooks/hook/add/"


@pytest.fixture
def manager(owner):
    client = Client()
    client.force_login(MembershipFactory(restaurant_id=owner.restaurant_id, role="manager").staff)
    return client


@pytest.fixture
def hook(owner, receiver):
    return services.add_hook(name="Books", url=receiver.url, topics=["orders"], actor=owner)[0]


def at(hook, act):
    return f"{LIST}{hook.pk}/{act}/"


def test_a_new_one_shows_its_secret_once(manager, receiver):
    page = manager.post(ADD, {"name": "Books", "url": receiver.url, "bookings": "on"}).content.decode()
    hook = Hook.objects.get()
    assert secret_of(hook.uid, 1) in page
    assert hook.types == {"reservation_created", "reservation_updated", "reservation_deleted"}
    for path in (LIST, at(hook, "change")):
        assert secret_of(hook.uid, 1) not in manager.get(path).content.decode()
    page = manager.post(at(hook, "rotate")).content.decode()
    assert secret_of(hook.uid, 2) in page


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": "B", "url": "http://10.0.0.1/", "orders": "on"}, "Addresses in private networks are not allowed"),
        ({"name": "B", "url": "https://example.com/"}, "Choose at least one kind of event."),
        ({"name": "", "url": "https://example.com/", "orders": "on"}, "This field is required."),
    ],
)
def test_a_refusal_stands_in_the_form(manager, local, form, words):
    with nothing_changes():
        assert words in manager.post(ADD, form).content.decode()


def test_it_is_changed_tested_paused_resumed_and_set_back(manager, receiver, hook):
    manager.post(at(hook, "change"), {"name": "Ledger", "url": receiver.url, "payments": "on", "personal": "on"})
    hook.refresh_from_db()
    assert (hook.name, hook.orders, hook.payments, hook.personal) == ("Ledger", False, True, True)
    page = manager.post(at(hook, "test"), follow=True).content.decode()
    assert "The test arrived: answer 200" in page
    assert "test · sent" in page
    for act, status in (("pause", "paused"), ("resume", "on")):
        assert manager.get(at(hook, act)).status_code == 200
        manager.post(at(hook, act))
        hook.refresh_from_db()
        assert hook.status == status
    assert "already" in manager.post(at(hook, "resume"), follow=True).content.decode()
    assert "The log has the numbers" in manager.post(at(hook, "position"), {"seq": "999999"}).content.decode()
    assert "Enter a time or a number." in manager.post(at(hook, "position"), {}).content.decode()
    manager.post(at(hook, "position"), {"seq": "1"})
    hook.refresh_from_db()
    assert hook.seq == 1
    manager.post(at(hook, "delete"), {"post": "yes"})
    assert not Hook.objects.exists()
    assert not Delivery.objects.exists()


def test_a_change_writes_its_own_fields_alone(owner, hook):
    with CaptureQueriesContext(connection) as caught:
        services.change_hook(hook_id=hook.pk, name="Ledger", url=hook.url, topics=["payments"], actor=owner)
        services.rotate_secret(hook_id=hook.pk, actor=owner)
        services.set_position(hook_id=hook.pk, seq=0, actor=owner)
    written = [each["sql"] for each in caught if each["sql"].startswith('UPDATE "webhooks_hook"')]
    assert len(written) == 6, "each takes the webhook away first"
    assert not [sql for sql in written if '"failures"' in sql or '"created_at"' in sql]
    hook.refresh_from_db()
    assert (hook.name, hook.payments, hook.orders, hook.secret_number, hook.seq) == ("Ledger", True, False, 2, 0)


def test_nobody_else_touches_or_sees_them(hook, receiver):
    for role, restaurant in (("waiter", hook.restaurant_id), ("owner", RestaurantFactory().pk)):
        client = Client()
        client.force_login(MembershipFactory(restaurant_id=restaurant, role=role).staff)
        with nothing_changes():
            for act in ("change", "test", "rotate", "pause", "resume", "position", "delete"):
                assert client.post(at(hook, act), {"post": "yes", "seq": "0"}).status_code in (302, 403, 404)
    assert receiver.connections == 0
