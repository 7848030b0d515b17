"""Factories of the smallest valid floor."""

import factory
from factory.django import DjangoModelFactory

from bistro.core.models import Device
from bistro.core.tests.factories import DeviceFactory, RestaurantFactory
from tables.models import Floor, Pad, Section, Table


class SectionFactory(DjangoModelFactory):
    """A part of the room."""

    class Meta:
        model = Section

    restaurant = factory.SubFactory(RestaurantFactory)
    name = factory.Sequence(lambda n: f"Section {n}")


class FloorFactory(DjangoModelFactory):
    """The only floor of a restaurant."""

    class Meta:
        model = Floor
        django_get_or_create = ("restaurant", "name")

    restaurant = factory.SubFactory(RestaurantFactory)
    name = "Room"


class TableFactory(DjangoModelFactory):
    """A free table for four."""

    class Meta:
        model = Table

    restaurant = factory.SelfAttribute("section.restaurant")
    section = factory.SubFactory(SectionFactory)
    floor = factory.SubFactory(FloorFactory, restaurant=factory.SelfAttribute("..restaurant"))
    name = factory.Sequence(lambda n: f"Table {n}")


class PadFactory(DjangoModelFactory):
    """An enrolled pad on a table; its token is `token-<device's name>`."""

    class Meta:
        model = Pad

    table = factory.SubFactory(TableFactory)
    restaurant = factory.SelfAttribute("table.restaurant")
    device = factory.SubFactory(
        DeviceFactory, kind=Device.Kind.PAD, restaurant=factory.SelfAttribute("..table.restaurant")
    )
