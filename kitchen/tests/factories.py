"""The smallest valid kitchen."""

import factory
from factory.django import DjangoModelFactory

from bistro.core.tests.factories import RestaurantFactory
from kitchen.models import Station


class StationFactory(DjangoModelFactory):
    """A station; pass `is_catch_all=True` for the one that gets what no route names."""

    class Meta:
        model = Station

    restaurant = factory.SubFactory(RestaurantFactory)
    name = factory.Sequence(lambda n: f"Station {n}")
