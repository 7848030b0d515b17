"""The step that writes a plan: a fixed number of statements for any number of dishes."""

from django.db.models import Model

from bistro.core.writing.bulk_history import delete_with_history, insert_with_history, update_with_history
from bistro.core.writing.configuration_events import ConfigurationAdded, ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.events import ChoicesCopied
from menu.import_plan.results import ImportPlan, Rows
from menu.import_plan.routes import write_routes
from menu.models import RecipePart
from menu.statements import state_allergens


def write_plan(plan: ImportPlan, work: UnitOfWork) -> None:
    """Write the rows of a plan that was made in the lock of the menu's version, with history and audit events."""
    require_transaction()
    rows = plan.rows
    insert_with_history(rows.categories, work)
    if rows.taxes is not None:
        rows.taxes.save()
    _refer([*rows.items, *rows.changed], ("category", "tax"))
    insert_with_history(rows.items, work)
    insert_with_history(rows.groups, work)
    _refer([*rows.choices, *rows.links], ("group", "item"))
    delete_with_history(rows.unlinked, work)
    _update(rows, work)
    if rows.taxes is not None:
        rows.taxes.make_first_default()
    insert_with_history(rows.choices, work)
    insert_with_history(rows.links, work)
    state_allergens(work, dict(rows.stated))
    write_routes(rows, work)
    _copy(rows, work)
    _record(rows, work)


def _refer(rows: list[Model], names: tuple[str, ...]) -> None:
    """Set the keys of related rows that have been inserted in the meantime."""
    for row in rows:
        for name in names:
            related = row._state.fields_cache.get(name)
            if related is not None:
                setattr(row, name, related)


def _update(rows: Rows, work: UnitOfWork) -> None:
    by_model: dict[type[Model], dict[Model, set[str]]] = {}
    for row, fields in rows.changed.items():
        by_model.setdefault(type(row), {})[row] = fields
    for changed in by_model.values():
        update_with_history(changed, work)


def _copy(rows: Rows, work: UnitOfWork) -> None:
    """Copy the recipes of choices, and let higher apps copy what they keep about a choice."""
    if not rows.copied:
        return
    copies = {copy.pk: own.pk for own, copy in rows.copied}
    parts: dict[int | None, list[RecipePart]] = {}
    for part in RecipePart.objects.of_restaurant(work.restaurant_id).filter(modifier__in=set(copies.values())):
        parts.setdefault(part.modifier_id, []).append(part)
    copied = [
        RecipePart(
            restaurant_id=work.restaurant_id, ingredient_id=part.ingredient_id, modifier_id=copy, quantity=part.quantity
        )
        for copy, own in copies.items()
        for part in parts.get(own, ())
    ]
    insert_with_history(copied, work)
    work.record(ChoicesCopied(restaurant_id=work.restaurant_id, copies=copies))


def _record(rows: Rows, work: UnitOfWork) -> None:
    """Record the changes of known rows. New dishes are in the history and in the event of the menu."""
    for row, changed in rows.audit.items():
        work.record(ConfigurationChanged(row=row, pk=row.pk, changed=changed))
    for choice in rows.added_choices:
        work.record(ConfigurationAdded(row=choice, pk=choice.pk, changed={"group": (None, str(choice.group))}))
