"""The service that copies a dish."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.bulk_history import insert_with_history
from bistro.core.writing.configuration_events import ConfigurationAdded
from bistro.core.writing.steps import lock_restaurant, settle_names
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.events import ItemCopied
from menu.models import Item, ItemGroup, RecipePart
from menu.statements import copy_statements
from menu.steps import touch_menu

KEPT = (
    "category_id",
    "description",
    "translations",
    "price",
    "tax_id",
    "prep_minutes",
    "soon_minutes",
    "late_minutes",
    "diets",
    "open_price",
)


def copy_item(*, item_id: int, name: str, actor: Actor) -> Item:
    """Copy a dish under a new name, with its choice groups, recipe and statements about allergens.

    The copy is off the menu (86) until a person brings it back, so that no guest orders it unfinished. Its picture and
    its place among the popular dishes are not copied. Higher apps copy what they keep about a dish.
    Locks: restaurant. Raises InvalidInput for a name that is empty, too long or taken, NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        item = Item.objects.visible_to(actor).filter(pk=item_id).first()
        if item is None:
            raise NotYours(gettext("There is no such item."), code="item_not_found")
        copy = _new(item, clean_text(name), work)
        copy.save()
        _copy_rows(item, copy, work)
        copy_statements(work, item, copy)
        work.record(ConfigurationAdded(row=copy, pk=copy.pk, changed={"copy of": (None, item.name)}))
        work.record(ItemCopied(restaurant_id=work.restaurant_id, item_id=item.pk, copy_id=copy.pk))
        touch_menu(work, copy.name)
    return copy


def _new(item: Item, name: str, work: UnitOfWork) -> Item:
    """Return the unsaved copy. Raises InvalidInput for its name."""
    position = Item.objects.of_restaurant(work.restaurant_id).next_position()
    kept = {field: getattr(item, field) for field in KEPT}
    common = {"restaurant_id": work.restaurant_id, "position": position, "off_since": work.now}
    copy = Item(name=name, **common, **kept)
    settle_names(copy)
    try:
        copy.clean_fields(exclude=[field.name for field in Item._meta.fields if field.name != "name"])
    except ValidationError as error:
        raise _bad_name(" ".join(error.messages)) from None
    try:
        copy.validate_constraints()
    except ValidationError:
        raise _bad_name(gettext("This name is already in use.")) from None
    return copy


def _bad_name(message: str) -> InvalidInput:
    return InvalidInput(message, fields={"name": [message]})


def _copy_rows(item: Item, copy: Item, work: UnitOfWork) -> None:
    common = {"restaurant_id": work.restaurant_id, "item": copy}
    groups = ItemGroup.objects.of_restaurant(work.restaurant_id).filter(item=item, group__archived_at=None)
    insert_with_history([ItemGroup(**common, group_id=row.group_id, position=row.position) for row in groups], work)
    parts = RecipePart.objects.of_restaurant(work.restaurant_id).filter(item=item)
    copied = [RecipePart(**common, ingredient_id=row.ingredient_id, quantity=row.quantity) for row in parts]
    insert_with_history(copied, work)
