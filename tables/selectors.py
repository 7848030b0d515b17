"""Read functions of the floor."""

from functools import lru_cache

from bistro.core.live.event_log import Position
from tables.models import Occupancy

NOTHING: frozenset[int] = frozenset()


def joined_tables(restaurant_id: int, position: Position, table_id: int) -> frozenset[int]:
    """Return the other tables of the party that holds a table, as of a position of the event log."""
    return _joined(restaurant_id, position).get(table_id, NOTHING)


@lru_cache(maxsize=64)
def _joined(restaurant_id: int, position: Position) -> dict[int, frozenset[int]]:
    """Return {table: the other tables of its party}, with one query for all pads and pages of a restaurant.

    The log ends every change with a new position, so an entry is never out of date.
    """
    parties: dict[int, set[int]] = {}
    for party_id, table_id in Occupancy.objects.of_restaurant(restaurant_id).open().values_list("party_id", "table_id"):
        parties.setdefault(party_id, set()).add(table_id)
    return {table: frozenset(tables - {table}) for tables in parties.values() if len(tables) > 1 for table in tables}
