"""Calls of guests, and the sweep that calls more people, for tests."""

from datetime import timedelta

from django.utils import timezone

from tables.services import call_staff, escalate_calls


def call(house, reason="waiter"):
    """Call staff from the pad of the house's table, and return the call."""
    return call_staff(table_id=house.table.pk, reason=reason, actor=house.pad_actor)[0]


def sweep(seconds):
    """Take calls further as the server does so many seconds from now, and return how many."""
    return escalate_calls(now=timezone.now() + timedelta(seconds=seconds))
