"""Gates of the room: what belongs to somebody else is answered like something missing."""

from django.http import Http404
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from tables.floor_plans import FloorPlan, read_plan
from tables.models import Layout


def plan_for(actor: Actor, layout_uid: str | None = None) -> FloorPlan:
    """Return the plan of the actor's restaurant in a layout, or in the one in use; 404 without such a layout."""
    if actor.restaurant_id is None:
        raise Http404(gettext("There is nothing here."))
    try:
        return read_plan(actor.restaurant_id, layout_uid)
    except KeyError:
        raise Http404(gettext("There is no such layout.")) from None


def layout_for(actor: Actor, pk: int) -> Layout:
    """Return the layout, or 404 when it is missing or another restaurant's."""
    layout = Layout.objects.visible_to(actor).filter(pk=pk).first()
    if layout is None:
        raise Http404(gettext("There is no such layout."))
    return layout
