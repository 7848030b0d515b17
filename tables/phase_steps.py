"""Steps of units of work that record the phases of a stay. Apps above call them; `tables.phases` reads the times.

A phase is noted once, except the last dish, which is the newest. None of it changes the version of the party.
"""

from collections.abc import Collection

from django.db.models import Value
from django.db.models.functions import Coalesce

from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.models import Party


def note_first_orders(party_ids: Collection[int], work: UnitOfWork) -> None:
    """Note that these parties, which were seated before, have ordered for the first time."""
    require_transaction()
    if party_ids:
        rows = Party.objects.of_restaurant(work.restaurant_id).filter(pk__in=party_ids, first_order_at=None)
        rows.update(first_order_at=work.now)


def note_dishes(party_ids: Collection[int], work: UnitOfWork) -> None:
    """Note that dishes were served to these parties at their tables."""
    require_transaction()
    rows = Party.objects.of_restaurant(work.restaurant_id).seated().filter(pk__in=party_ids, table__isnull=False)
    rows.update(first_dish_at=Coalesce("first_dish_at", Value(work.now)), last_dish_at=work.now)


def note_bill_asked(party_id: int, work: UnitOfWork) -> None:
    """Note that a party asked for its bill or saw it."""
    require_transaction()
    rows = Party.objects.of_restaurant(work.restaurant_id).seated().filter(pk=party_id, bill_asked_at=None)
    rows.update(bill_asked_at=work.now)


def note_paid(party_id: int, work: UnitOfWork) -> None:
    """Note that a party has paid everything. A later payment, after more dishes, counts."""
    require_transaction()
    Party.objects.of_restaurant(work.restaurant_id).seated().filter(pk=party_id).update(paid_at=work.now)


def note_not_paid(party_id: int, work: UnitOfWork) -> None:
    """Note that a party owes money again, because a payment was undone or given back."""
    require_transaction()
    rows = Party.objects.of_restaurant(work.restaurant_id).seated().filter(pk=party_id, paid_at__isnull=False)
    rows.update(paid_at=None)
