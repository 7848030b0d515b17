"""The check of imported choice groups against the models, once for each definition."""

from collections.abc import Iterator
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext

from bistro.core.kernel.money import exact
from bistro.core.kernel.texts import clean_text
from menu.import_plan.allergens import Catalogue
from menu.import_plan.known import by_level
from menu.imported import ImportedGroup, ImportedModifier, need_no_check
from menu.models import Modifier, ModifierGroup
from menu.translations import too_long

MOST_SMALL, MOST_INTEGER = 2**15 - 1, 2**31 - 1
Checked = tuple[ImportedGroup, tuple[str, ...]]


class GroupChecker:
    """Checked definitions, because many dishes have the same one."""

    def __init__(self, currency: str, catalogue: Catalogue) -> None:
        self.currency, self.catalogue = currency, catalogue
        self.checked: dict[ImportedGroup, Checked] = {}

    def check(self, group: ImportedGroup) -> Checked:
        """Return the group with clean names and exact prices, and the problems that it has, as sentences."""
        if group not in self.checked:
            self.checked[group] = self._check(group)
        return self.checked[group]

    def _check(self, group: ImportedGroup) -> Checked:
        problems = list(_of_the_model(ModifierGroup(name=group.name, min=group.min, max=group.max), group.name))
        problems += _translations(ModifierGroup, group)
        if group.max < max(group.min, 1):
            problems.append(
                gettext("“%(name)s” asks for %(min)s to %(max)s choices.")
                % {"name": group.name, "min": group.min, "max": group.max}
            )
        choices = []
        for choice in group.modifiers:
            cleaned, found = self._choice(choice)
            choices.append(cleaned)
            problems += found
        return replace(group, name=clean_text(group.name), modifiers=tuple(choices)), tuple(problems)

    def _choice(self, choice: ImportedModifier) -> tuple[ImportedModifier, list[str]]:
        name = clean_text(choice.name)
        try:
            price = exact(choice.price, self.currency)
            stated = by_level(self.catalogue.stated(choice, {}))
        except (ValueError, ArithmeticError) as error:
            return choice, [f"{choice.name}: {error}"]
        cleaned = replace(choice, name=name, price=price, **stated)
        problems = [*_of_the_model(Modifier(name=name, price=price), choice.name), *_translations(Modifier, choice)]
        return cleaned, problems


def _translations(model: type[Model], row: ImportedGroup | ImportedModifier) -> Iterator[str]:
    problems = too_long(model, row.translations)
    return (f"{row.name} ({language}): {message}" for (language, _field), message in problems.items())


def refusals(row: Model) -> Iterator[tuple[str, str]]:
    """Return what the fields of a row refuse, (field, message): too long, too large, negative.

    The range of integers is PostgreSQL's, because SQLite would store any number.
    """
    refused: dict[str, list[str]] = {}
    try:
        row.clean_fields(exclude=need_no_check(row))
    except ValidationError as error:
        refused = error.message_dict
    for name, messages in refused.items():
        yield from ((name, message) for message in messages)
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        most = MOST_SMALL if "Small" in field.get_internal_type() else MOST_INTEGER
        known = field.is_relation or field.name in refused
        if type(value) is int and not known and value > most:
            yield field.name, gettext("At most %(most)s.") % {"most": most}


def _of_the_model(row: Model, what: str) -> Iterator[str]:
    return (f"{what}: {message}" for _name, message in refusals(row))
