"""Rules and words of modifier groups, which several dishes may share."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.models import Item, ItemGroup, Modifier, ModifierGroup

SHOWN = 4  # names that a list shows before “and 3 more”


def with_dishes(groups: QuerySet[ModifierGroup]) -> QuerySet[ModifierGroup]:
    """Prefetch the choices and dishes of groups, in three queries for any number of groups."""
    return groups.prefetch_related("modifiers", "item_groups__item")


def choices_of(group: ModifierGroup) -> list[Modifier]:
    """Return the choices of a group that are in use. Needs the prefetch of `modifiers`."""
    return [choice for choice in group.modifiers.all() if choice.archived_at is None]


def dishes_of(group: ModifierGroup) -> list[Item]:
    """Return the dishes in use that offer a group. Needs the prefetch of `item_groups__item`."""
    return [link.item for link in group.item_groups.all() if link.item.archived_at is None]


def some(rows: Iterable[Item | Modifier]) -> str:
    """Return the first names of rows and the number of the others: `Burger, Steak and 3 more`."""
    names = [row.name for row in rows]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def refuse_doubled_choices(work: UnitOfWork) -> None:
    """Refuse a menu on which a dish has two choices of one name, because guests order choices by name.

    The caller holds the menu's version, so that two managers cannot each add one of them. Raises InvalidInput.
    """
    require_transaction()
    offered = ItemGroup.objects.of_restaurant(work.restaurant_id).filter(
        item__archived_at=None,
        group__archived_at=None,
        group__modifiers__archived_at=None,
        group__modifiers__name_key__isnull=False,
    )
    columns = "item_id", "item__name", "group__modifiers__name_key"
    counted = offered.values_list(*columns).annotate(count=Count("pk")).order_by("item_id", columns[-1])
    doubled = counted.filter(count__gt=1).first()
    if doubled is not None:
        _item_id, dish, choice, _count = doubled
        raise InvalidInput(
            gettext("%(dish)s would have the choice “%(choice)s” twice.") % {"dish": dish, "choice": choice},
            code="choice_twice",
        )


def refuse_if_offered(group: ModifierGroup) -> None:
    """Refuse to archive a group that dishes offer. Raises InvalidInput with their names."""
    require_transaction()
    links = group.item_groups.filter(item__archived_at=None).select_related("item")
    dishes = [link.item for link in links]
    if dishes:
        message = gettext("“%(group)s” is offered by %(some)s. Remove it from these dishes first.") % {
            "group": group,
            "some": some(dishes),
        }
        raise InvalidInput(message, code="group_in_use")
