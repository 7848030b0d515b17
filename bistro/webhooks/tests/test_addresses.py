"""Addresses to which nothing may be sent: private networks, plain http, names that change between check and use."""

import socket
from ipaddress import ip_network

import pytest
from django.utils import timezone

from bistro.core.kernel.errors import InvalidInput
from bistro.core.tests.http import nothing_changes
from bistro.webhooks import posting, services
from bistro.webhooks.models import Delivery, Hook

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    "64:ff9b:1::7f00:1", "::127.0.0.1", "::ffff:0:10.0.0.1", "fec0::1",
]  # fmt: skip
WRONG = [
    "", "example.com", "ftp://example.com/", "https://", "https:///x", "https://ana:secret@example.com/",
    "https://example.com/#top", "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nX: 1",
    "https://exämple.com/", "javascript:alert(1)", "file:///etc/passwd", "https://[::1", f"https://e.com/{'x' * 500}",
    "http://example.com/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://192.168.1.1:8443/x",
]  # fmt: skip


@pytest.mark.parametrize("url", WRONG)
def test_a_bad_address_is_refused_and_nothing_is_written(owner, url):
    with nothing_changes(), pytest.raises(InvalidInput) as refused:
        services.add_hook(name="Books", url=url, topics=["orders"], actor=owner)
    assert refused.value.fields.keys() == {"url"}


@pytest.mark.parametrize("found", PRIVATE)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_name_that_leads_into_a_private_network_is_not_called(monkeypatch, found, scheme):
    connected = []
    monkeypatch.setattr(socket.socket, "connect", lambda _socket, address: connected.append(address))
    names = [(socket.AF_INET6 if ":" in each else socket.AF_INET, 1, 6, "", (each, 443)) for each in ("8.8.8.8", found)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: names)
    outcome = posting.post(f"{scheme}://rebound.example/x", b"{}", {})
    assert (outcome.trouble, outcome.answer, connected) == ("address", None, [])


def test_a_public_address_needs_https(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: [(socket.AF_INET, 1, 6, "", ("8.8.8.8", 80))])
    assert posting.post("http://public.example/", b"{}", {}).trouble == "address"


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch, settings):
    settings.WEBHOOK_SECONDS = 1
    looked_up, connected = [], []

    def lookup(host, port, **_more):
        looked_up.append(host)
        return [(socket.AF_INET, 1, 6, "", ("8.8.8.8" if len(looked_up) == 1 else "127.0.0.1", port))]

    def connect(_socket, address):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket.socket, "connect", connect)
    assert posting.post("https://rebound.example:8443/x", b"{}", {}).trouble == "unreachable"
    assert (looked_up, connected) == (["rebound.example"], [("8.8.8.8", 8443)])


def test_only_the_networks_that_the_operator_names_are_open(receiver, settings):
    assert posting.post(receiver.url, b"{}", {}).arrived
    settings.WEBHOOK_NETWORKS = [ip_network("192.168.0.0/16")]
    assert posting.post(receiver.url, b"{}", {}).trouble == "address"


def test_an_address_that_was_allowed_once_is_checked_at_each_attempt(house, receiver, settings):
    hook, _secret = services.add_hook(name="B", url=receiver.url, topics=["orders"], actor=house.actor("owner"))
    house.order()
    settings.WEBHOOK_NETWORKS = []
    services.deliver(hook_id=hook.pk)
    assert (Delivery.objects.get().trouble, receiver.connections) == ("address", 0)


def test_a_server_without_a_valid_certificate_gets_nothing(receiver):
    outcome = posting.post(receiver.url.replace("http://", "https://"), b"{}", {})
    assert outcome.trouble in ("encryption", "timeout", "lost")
    assert receiver.requests == []


def test_a_name_that_nobody_knows():
    assert posting.post("https://nobody.invalid/", b"{}", {}).trouble == "unknown_host"


def test_there_are_at_most_twenty_and_one_kind_of_event_at_least(owner, local):
    for _number in range(20):
        services.add_hook(name="B", url="https://example.com/", topics=["orders"], actor=owner)
    with nothing_changes(), pytest.raises(InvalidInput) as refused:
        services.add_hook(name="B", url="https://example.com/", topics=["orders"], actor=owner)
    assert refused.value.code == "too_many_webhooks"
    Hook.objects.all().delete()
    with pytest.raises(InvalidInput) as refused:
        services.add_hook(name="B", url="https://example.com/", topics=["menu"], actor=owner)
    assert refused.value.code == "no_topic"


def test_tests_are_limited_and_move_nothing(owner, receiver):
    hook, _secret = services.add_hook(name="B", url=receiver.url, topics=["orders"], actor=owner)
    services.pause_hook(hook_id=hook.pk, actor=owner)
    assert services.send_test(hook_id=hook.pk, actor=owner).arrived
    assert receiver.bodies[0]["type"] == "test"
    hook.refresh_from_db()
    assert (hook.status, hook.failures) == ("paused", 0)
    made = Delivery.objects.get()
    Delivery.objects.bulk_create(
        Delivery(restaurant=made.restaurant, hook=hook, type="test", action="sent", milliseconds=1, at=timezone.now())
        for _number in range(29)
    )
    with nothing_changes(), pytest.raises(InvalidInput) as refused:
        services.send_test(hook_id=hook.pk, actor=owner)
    assert refused.value.code == "too_many_tests"
