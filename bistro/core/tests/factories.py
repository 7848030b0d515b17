"""Factories of the smallest valid rows in their first state. Tests reach later states through services."""

import datetime
from typing import Any

import factory
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory

from bistro.core.auth.access import actor_of_device, actor_of_member
from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Role
from bistro.core.kernel.secrets import digest
from bistro.core.models import Device, FeedHead, Membership, Pin, Restaurant, Staff
from bistro.core.services.pin_proofs import hash_of

DEVICE_KINDS = {
    "pad": Device.Kind.PAD,
    "screen": Device.Kind.KITCHEN,
    "tablet": Device.Kind.TABLET,
    "integration": Device.Kind.INTEGRATION,
}


class RestaurantFactory(DjangoModelFactory):
    """A restaurant in UTC with tax-inclusive prices."""

    class Meta:
        model = Restaurant
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Restaurant {n}")
    timezone = "UTC"
    day_ends_at = datetime.time(4)

    @factory.post_generation
    def feed(restaurant, create, extracted, **kwargs):
        if create:
            FeedHead.objects.create(restaurant=restaurant)


class StaffFactory(DjangoModelFactory):
    """A login with the password `correct horse`."""

    class Meta:
        model = Staff

    email = factory.Sequence(lambda n: f"staff{n}@bistro.example")
    name = factory.Sequence(lambda n: f"Staff {n}")
    password = factory.django.Password("correct horse")


class MembershipFactory(DjangoModelFactory):
    """A waiter."""

    class Meta:
        model = Membership

    restaurant = factory.SubFactory(RestaurantFactory)
    staff = factory.SubFactory(StaffFactory)
    role = Role.WAITER.value


class DeviceFactory(DjangoModelFactory):
    """An enrolled integration with the token `token-<name>`."""

    class Meta:
        model = Device

    restaurant = factory.SubFactory(RestaurantFactory)
    kind = Device.Kind.INTEGRATION
    name = factory.Sequence(lambda n: f"device-{n}")
    token_hash = factory.LazyAttribute(lambda device: digest(f"token-{device.name}"))


def token_of(device: Device) -> str:
    """Return the token of a device made by DeviceFactory."""
    return f"token-{device.name}"


def actor_as(role: str, restaurant: Restaurant) -> Actor:
    """Return an actor with this role in a restaurant."""
    if role in DEVICE_KINDS:
        return actor_of_device(DeviceFactory(restaurant=restaurant, kind=DEVICE_KINDS[role]))
    return actor_of_member(MembershipFactory(restaurant=restaurant, role=role))


def give_pin(member: Membership, pin: str, **fields: Any) -> Membership:
    """Give a member a PIN."""
    stored = {"hash": hash_of(member.pk, pin), "set_at": timezone.now(), **fields}
    Pin.objects.create(restaurant=member.restaurant, membership=member, **stored)
    return member


def tablet_browser(device: Device, **more: Any) -> Client:
    """Return the browser of a shared tablet."""
    browser = Client(**more)
    browser.cookies[DEVICE_COOKIE] = token_of(device)
    return browser
