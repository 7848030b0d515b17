"""Words for an order screen whose guests have moved or left."""

from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.numbers import whole_number
from orders.ordering.place import Place
from tables.selectors import table_of_guests


def departure(party: str, actor: Actor) -> dict[str, Any]:
    """Return {"departed": {"text", "go", "url"}} for guests who are not at a table any more, or {} without guests.

    `url` is the order screen of their present table and `go` the text that leads there; both are "" if they have left.
    """
    party_id = whole_number(party, least=1)
    if party_id is None:
        return {}
    assert actor.restaurant_id is not None
    table = table_of_guests(party_id, actor.restaurant_id)
    if table is None:
        return {"departed": {"text": gettext("These guests have left."), "go": "", "url": ""}}
    name = {"table": table.name}
    return {
        "departed": {
            "text": gettext("These guests now sit at %(table)s.") % name,
            "go": gettext("Go to %(table)s") % name,
            "url": Place(table).screen_url,
        }
    }
