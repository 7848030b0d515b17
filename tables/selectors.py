"""Read functions of the floor."""

from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.live.event_log import Position
from tables.models import Occupancy, Party, Table

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


def table_of_guests(party_id: int, restaurant_id: int) -> Table | None:
    """Return the head table of guests who are here, or None if they have left."""
    rows = Party.objects.of_restaurant(restaurant_id).seated().filter(pk=party_id).select_related("table")
    party = rows.first()
    return party.table if party is not None else None


def facts_of_server(actor: Actor) -> list[tuple[str, str]]:
    """Return the sections and tables that a person serves now, for the shell: one query, none for other roles."""
    if not (actor.is_staff and actor.may(Permission.PLACE_ANYWHERE)):
        return []
    rows = Occupancy.objects.visible_to(actor).open().filter(party__server_id=actor.id)
    mine = list(
        rows.values_list("table__section__name", "party_id", "party__size").order_by("table__section__position")
    )
    if not mine:
        return [(_("My tables now"), _("none"))]
    guests = sum({party: size or 0 for _section, party, size in mine}.values())
    tables = ngettext("%(number)d table", "%(number)d tables", len(mine)) % {"number": len(mine)}
    people = ngettext("%(number)d guest", "%(number)d guests", guests) % {"number": guests}
    return [
        (_("My section"), ", ".join(dict.fromkeys(section for section, _party, _size in mine))),
        (_("My tables now"), f"{tables}, {people}" if guests else tables),
    ]
