"""A service charge in tests."""

from datetime import timedelta

from django.utils import timezone

from orders.billing.models import ServiceRule


def charge_service(house, percent="10", **fields):
    """Let the house charge for service from an hour ago on."""
    fields = {"since": timezone.now() - timedelta(hours=1), "name": "Service", "made_by": "Max", **fields}
    return ServiceRule.objects.create(restaurant=house.restaurant, percent=percent, **fields)
