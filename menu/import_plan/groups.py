"""The choice groups of an import: which group each dish offers afterwards, and how known groups change.

Dishes with the same definition share a group. A known group changes when every dish in use that offers it wants the
same change; otherwise it stays, and the dishes that want something else get another group. docs/menu-import.md
describes the rules for managers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bistro.core.kernel.names import name_key
from menu.choices import some
from menu.import_plan.choices import change_group, new_choices
from menu.import_plan.differences import group_changes, links_changes
from menu.import_plan.known import KnownMenu, definition_of
from menu.import_plan.results import PlannedChange, Rows
from menu.imported import ImportedGroup
from menu.models import Item, ItemGroup, ModifierGroup


@dataclass(eq=False, slots=True)
class Slot:
    """A group that a dish wants: its group under this name so far, and the one that it gets."""

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


def kept(definition: ImportedGroup) -> ImportedGroup:
    """Return a definition without what is off now, which an import does not change for known choices."""
    return replace(definition, modifiers=tuple(replace(choice, available=True) for choice in definition.modifiers))


class GroupPlanner:
    """The groups of one import: those of the menu, and those that the import makes."""

    def __init__(self, known: KnownMenu, rows: Rows) -> None:
        self.known, self.rows = known, rows
        self.current = {pk: kept(definition_of(row, known.choices[pk])) for pk, row in known.groups.items()}
        self.final = dict(self.current)
        self.made: dict[ImportedGroup, list[ModifierGroup]] = {}

    def plan(self, dishes: Sequence[DishGroups]) -> None:
        """Decide the groups of all dishes, and note each dish's changes."""
        for dish in dishes:
            dish.slots = list(self._matched(dish))
        self._decide(dishes)
        by_definition: dict[ImportedGroup, list[ModifierGroup]] = {}
        for pk, definition in self.final.items():
            by_definition.setdefault(definition, []).append(self.known.groups[pk])
        for dish in dishes:
            for slot in dish.slots:
                slot.after = slot.after or self._other_group(slot, dish, by_definition)
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
            found = next((group for group in free if self.current[group.pk] == kept(wanted)), None)
            if found is not None:
                free.remove(found)
                same[place] = found
        for place, wanted in enumerate(dish.wanted):
            key = name_key(wanted.name)
            found = same.get(place) or next((group for group in free if name_key(group.name) == key), None)
            if found in free:
                free.remove(found)
            yield Slot(wanted, found)

    def _decide(self, dishes: Sequence[DishGroups]) -> None:
        """Decide what becomes of each known group, by what the dishes that offer it want."""
        asked = {dish.item.pk for dish in dishes}
        silent = {link.group_id for pk, links in self.known.links.items() if pk not in asked for link in links}
        votes: dict[int, dict[ImportedGroup, list[Slot]]] = {}
        for slot in (slot for dish in dishes for slot in dish.slots if slot.before):
            votes.setdefault(slot.before.pk, {}).setdefault(kept(slot.wanted), []).append(slot)  # type: ignore[union-attr]
        for pk, wanted in votes.items():
            stays = pk in silent or self.current[pk] in wanted
            self.final[pk] = self.current[pk] if stays else max(wanted, key=lambda each: len(wanted[each]))
            for slot in wanted.get(self.final[pk], ()):
                slot.after = slot.before

    def _other_group(
        self, slot: Slot, dish: DishGroups, by_definition: dict[ImportedGroup, list[ModifierGroup]]
    ) -> ModifierGroup:
        """Return a group with the wanted definition that the dish does not offer yet, a new one if necessary."""
        taken = {id(each.after) for each in dish.slots if each.after}
        same = [*by_definition.get(kept(slot.wanted), ()), *self.made.get(slot.wanted, ())]
        found = next((group for group in same if id(group) not in taken), None)
        if found is not None:
            return found
        wanted = slot.wanted
        group = ModifierGroup(restaurant_id=self.known.restaurant_id, name=wanted.name, min=wanted.min, max=wanted.max)
        self.made.setdefault(wanted, []).append(group)
        self.rows.groups.append(group)
        self.rows.choices += new_choices(self.known, group, wanted)
        return group

    def _note(self, dish: DishGroups) -> None:
        """Note the changes of the dish's groups in words."""
        currency = self.known.currency
        for slot in dish.slots:
            if slot.before is None:
                dish.changes += group_changes(None, slot.wanted, currency)
                continue
            before, after = self.current[slot.before.pk], kept(slot.wanted)
            dish.changes += group_changes(before, after, currency, archived=slot.after is slot.before)
            if slot.after is not slot.before:
                dish.remarks.append(self._parted(slot.before, dish))
        stay = {slot.before.pk for slot in dish.slots if slot.before}
        for link in dish.links:
            if link.group_id not in stay:
                dish.changes += group_changes(self.current[link.group_id], None, currency)
        for slot in dish.slots:
            unchanged = slot.before is not None and self.current[slot.before.pk] == kept(slot.wanted)
            if slot.wanted.min > len(slot.wanted.modifiers) and not unchanged:
                count = len(slot.wanted.modifiers)
                dish.remarks.append(f"“{slot.wanted.name}” asks for {slot.wanted.min} of {count} choices.")

    def _parted(self, group: ModifierGroup, dish: DishGroups) -> str:
        others = [
            item
            for item in self.known.items.values()
            if item.pk != dish.item.pk and any(link.group_id == group.pk for link in self.known.links.get(item.pk, ()))
        ]
        return f"“{group}” stays as it is for {some(others)}. This dish gets another group."

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
