"""Factories of the smallest valid kitchen."""

import factory
from factory.django import DjangoModelFactory

from bistro.core.tests.factories import RestaurantFactory
from kitchen.models import Station


class StationFactory(DjangoModelFactory):
    """A station; `is_catch_all=True` creates the one for dishes without a route."""

    class Meta:
        model = Station

    restaurant = factory.SubFactory(RestaurantFactory)
    name = factory.Sequence(lambda n: f"Station {n}")
