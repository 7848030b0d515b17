"""Sockets of people on shared tablets, which end within one heartbeat after the person has left."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.auth.access import actor_of_device
from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.models import TabletSession
from bistro.core.services.restaurants import change_member
from bistro.core.services.tablets import enter_tablet, lock_tablet
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, give_pin, token_of
from tests.sockets import Socket, beside
from tests.test_socket_access import FLOOR, HERE, cut_off, watching

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _hurry(settings):
    settings.FEED_HEARTBEAT_SECONDS = 0.05


@pytest.fixture
def member(house):
    return give_pin(MembershipFactory(restaurant=house.restaurant, role="waiter"), "2468")


@pytest.fixture
def device(house):
    return DeviceFactory(restaurant=house.restaurant, kind="tablet")


@pytest.fixture
def browser(device):
    """Return what a browser on the tablet sends in a handshake."""
    return {"cookie": f"{DEVICE_COOKIE}={token_of(device)}", "origin": HERE, "host": "127.0.0.1:8000"}


@pytest.fixture
def enter(member, device):
    def come(actor=None):
        return enter_tablet(membership_id=member.pk, pin="2468", actor=actor or actor_of_device(device))

    return come


async def test_a_person_who_left_a_tablet_is_cut_off(browser, enter, device):
    for leave in (lock_tablet, enter):  # the same person's next session is another one
        await beside(enter)
        socket = await watching(FLOOR, **browser)
        await beside(leave, actor=actor_of_device(device))
        assert await cut_off(socket) == 4401


async def test_a_tablet_without_a_person_watches_nothing(browser):
    async with Socket(FLOOR, **browser) as socket:
        await socket.hello()
        assert await socket.closed() == 4403


@pytest.mark.parametrize("change", [{"is_active": False}, {}], ids=["dismissed", "signed out everywhere"])
async def test_a_person_whose_sessions_a_manager_ends_is_cut_off(house, browser, enter, member, change):
    await beside(enter)
    socket = await watching(FLOOR, **browser)
    await beside(change_member, membership_id=member.pk, actor=await beside(house.actor, "owner"), **change)
    assert await cut_off(socket) == 4401


async def test_an_idle_tablet_is_cut_off(browser, enter):
    session = await beside(enter)
    socket = await watching(FLOOR, **browser)
    earlier = timezone.now() - timedelta(minutes=5)
    await beside(TabletSession.objects.filter(pk=session.pk).update, used_at=earlier)
    assert await cut_off(socket) == 4401


async def test_control_a_person_who_stays_keeps_the_socket(browser, enter):
    await beside(enter)
    socket = await watching(FLOOR, **browser)
    for _ in range(3):
        await socket.hear("heartbeat")
    await socket.__aexit__()
