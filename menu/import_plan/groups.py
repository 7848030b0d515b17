"""The choice groups of an import: which group each dish offers afterwards, and how known groups change.

Dishes with the same definition share a group. A known group changes when every dish in use that offers it wants the
same change; otherwise it stays, and the dishes that want something else get another group. docs/menu-import.md
describes the rules for managers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.names import name_key
from menu.choices import some
from menu.import_plan.choices import change_group, new_choices
from menu.import_plan.differences import group_changes, links_changes
from menu.import_plan.known import KnownMenu
from menu.import_plan.results import PlannedChange, Rows
from menu.imported import ImportedGroup, ImportedModifier
from menu.models import Item, ItemGroup, ModifierGroup
from menu.translations import merged, merged_texts


@dataclass(eq=False, slots=True)
class Slot:
    """A group that a dish wants: its group under this name so far, and the one that it gets.

    `wanted` has inherited from `before` what an import does not change.
    """

    wanted: ImportedGroup
    before: ModifierGroup | None = None
    after: ModifierGroup | None = None


@dataclass(eq=False, slots=True)
class DishGroups:
    """A dish with the groups that it wants, and the changes that this makes."""

    item: Item
    wanted: Sequence[ImportedGroup]
    links: Sequence[ItemGroup]
    slots: list[Slot] = field(default_factory=list)
    changes: list[PlannedChange] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def inherit(wanted: ImportedGroup, own: ImportedGroup) -> ImportedGroup:
    """Return a definition whose choices keep what an import does not change for known choices.

    These are the availability (86), texts in other languages that it does not state, and statements about allergens if
    it says nothing about a choice's allergens.
    """
    known = {name_key(choice.name): choice for choice in own.modifiers}
    modifiers = tuple(_inherit(each, known.get(name_key(each.name))) for each in wanted.modifiers)
    return replace(wanted, modifiers=modifiers, translations=merged_texts(own.translations, wanted.translations))


def _inherit(choice: ImportedModifier, own: ImportedModifier | None) -> ImportedModifier:
    if own is None:
        return choice
    choice = replace(choice, translations=merged_texts(own.translations, choice.translations))
    if not (choice.contains or choice.may_contain or choice.free_of):
        stated: dict[str, Any] = {"contains": own.contains, "may_contain": own.may_contain, "free_of": own.free_of}
        return replace(choice, available=own.available, **stated)
    return replace(choice, available=own.available)


def bare(definition: ImportedGroup) -> ImportedGroup:
    """Return a definition without what `inherit` adds, to find the groups that may have it."""
    nothing: dict[str, Any] = {"available": True, "contains": (), "may_contain": (), "free_of": (), "translations": ()}
    modifiers = tuple(replace(choice, **nothing) for choice in definition.modifiers)
    return replace(definition, modifiers=modifiers, translations=())


class GroupPlanner:
    """The groups of one import: those of the menu, and those that the import makes."""

    def __init__(self, known: KnownMenu, rows: Rows) -> None:
        self.known, self.rows = known, rows
        self.current = {pk: known.definition(group) for pk, group in known.groups.items()}
        self.final = dict(self.current)
        self.made: dict[ImportedGroup, list[ModifierGroup]] = {}

    def plan(self, dishes: Sequence[DishGroups]) -> None:
        """Decide the groups of all dishes, and note each dish's changes."""
        for dish in dishes:
            dish.slots = list(self._matched(dish))
        self._decide(dishes)
        candidates: dict[ImportedGroup, list[ModifierGroup]] = {}
        for pk, definition in self.final.items():
            candidates.setdefault(bare(definition), []).append(self.known.groups[pk])
        for dish in dishes:
            for slot in dish.slots:
                slot.after = slot.after or self._other_group(slot, dish, candidates)
            self._note(dish)
            self._link(dish)
        for pk, definition in self.final.items():
            if definition != self.current[pk]:
                change_group(self.known, self.rows, self.known.groups[pk], definition)

    def _matched(self, dish: DishGroups) -> Iterator[Slot]:
        """Match the wanted groups with the dish's own: first those that stay as they are, then by name."""
        free = [link.group for link in dish.links]
        same: dict[int, ModifierGroup] = {}
        for place, wanted in enumerate(dish.wanted):
            found = next((group for group in free if self._fits(wanted, self.current[group.pk])), None)
            if found is not None:
                free.remove(found)
                same[place] = found
        for place, wanted in enumerate(dish.wanted):
            found = same.get(place)
            if found is None:
                key = name_key(wanted.name)
                found = next((group for group in free if name_key(group.name) == key), None)
                if found is not None:
                    free.remove(found)
            yield Slot(wanted if found is None else inherit(wanted, self.current[found.pk]), found)

    @staticmethod
    def _fits(wanted: ImportedGroup, own: ImportedGroup) -> bool:
        """Return whether a group is as wanted already."""
        return inherit(wanted, own) == own

    def _decide(self, dishes: Sequence[DishGroups]) -> None:
        """Decide what becomes of each known group, by what the dishes that offer it want."""
        asked = {dish.item.pk for dish in dishes}
        silent = {link.group_id for pk, links in self.known.links.items() if pk not in asked for link in links}
        votes: dict[int, dict[ImportedGroup, list[Slot]]] = {}
        for slot in (slot for dish in dishes for slot in dish.slots):
            if slot.before is not None:
                votes.setdefault(slot.before.pk, {}).setdefault(slot.wanted, []).append(slot)
        for pk, wanted in votes.items():
            stays = pk in silent or self.current[pk] in wanted
            self.final[pk] = self.current[pk] if stays else max(wanted, key=lambda each: len(wanted[each]))
            for slot in wanted.get(self.final[pk], ()):
                slot.after = slot.before

    def _other_group(
        self, slot: Slot, dish: DishGroups, candidates: dict[ImportedGroup, list[ModifierGroup]]
    ) -> ModifierGroup:
        """Return a group as wanted that the dish does not offer yet, a new one if necessary."""
        taken = {id(each.after) for each in dish.slots if each.after}
        same = [row for row in candidates.get(bare(slot.wanted), ()) if self._fits(slot.wanted, self.final[row.pk])]
        same += self.made.get(slot.wanted, ())
        return next((group for group in same if id(group) not in taken), None) or self._new_group(slot)

    def _new_group(self, slot: Slot) -> ModifierGroup:
        """Make a group. Choices of the dish's group so far are copied with their recipes and routes."""
        wanted = slot.wanted
        group = ModifierGroup(
            restaurant_id=self.known.restaurant_id,
            name=wanted.name,
            min=wanted.min,
            max=wanted.max,
            translations=merged({}, wanted.translations),
        )
        self.made.setdefault(wanted, []).append(group)
        self.rows.groups.append(group)
        choices = new_choices(self.known, self.rows, group, wanted)
        self.rows.choices += choices
        if slot.before is not None:
            own = {row.name_key: row for row in self.known.choices[slot.before.pk]}
            keys = ((name_key(row.name), row) for row in choices)
            self.rows.copied += [(own[key], row) for key, row in keys if key in own]
        return group

    def _note(self, dish: DishGroups) -> None:
        """Note the changes of the dish's groups in words."""
        surcharge = self.known.surcharge
        for slot in dish.slots:
            if slot.before is None:
                dish.changes += group_changes(None, slot.wanted, surcharge)
                continue
            before = self.current[slot.before.pk]
            dish.changes += group_changes(before, slot.wanted, surcharge, archived=slot.after is slot.before)
            if slot.after is not slot.before:
                dish.remarks.append(self._parted(slot.before, dish))
        stay = {slot.before.pk for slot in dish.slots if slot.before}
        for link in dish.links:
            if link.group_id not in stay:
                dish.changes += group_changes(self.current[link.group_id], None, surcharge)
        for slot in dish.slots:
            unchanged = slot.before is not None and self.current[slot.before.pk] == slot.wanted
            if slot.wanted.min > len(slot.wanted.modifiers) and not unchanged:
                count = len(slot.wanted.modifiers)
                dish.remarks.append(
                    gettext("“%(name)s” asks for %(min)s of %(count)s choices.")
                    % {"name": slot.wanted.name, "min": slot.wanted.min, "count": count}
                )

    def _parted(self, group: ModifierGroup, dish: DishGroups) -> str:
        others = [
            item
            for item in self.known.items.values()
            if item.pk != dish.item.pk and any(link.group_id == group.pk for link in self.known.links.get(item.pk, ()))
        ]
        return gettext("“%(group)s” stays as it is for %(value)s. This dish gets another group.") % {
            "group": group,
            "value": some(others),
        }

    def _link(self, dish: DishGroups) -> None:
        """Link the dish to its groups in order, if they are not its groups already."""
        after = [slot.after for slot in dish.slots if slot.after]
        before = [link.group for link in dish.links]
        if list(map(id, before)) == list(map(id, after)):
            return
        dish.changes += links_changes([group.name for group in before], [slot.wanted.name for slot in dish.slots])
        known = {id(link.group): link for link in dish.links}
        for place, group in enumerate(after):
            link = known.pop(id(group), None)
            if link is None:
                fresh = ItemGroup(restaurant_id=self.known.restaurant_id, item=dish.item, group=group, position=place)
                self.rows.links.append(fresh)
            elif link.position != place:
                self.rows.change(link, {"position": place}, {})
        self.rows.unlinked += known.values()
