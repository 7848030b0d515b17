"""Reads of the floor that are not one QuerySet."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from tables.models import Occupancy


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
