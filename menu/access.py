"""Gates of the menu: find a row for an actor, or answer 404."""

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from menu.models import Item


def item_for(actor: Actor, pk: int) -> Item:
    """Return a dish that is not archived. Raises NotYours."""
    item = Item.objects.visible_to(actor).not_archived().filter(pk=pk).first()
    if item is None:
        raise NotYours(gettext("There is no such item."), code="item_not_found")
    return item
