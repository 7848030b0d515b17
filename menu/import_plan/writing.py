"""The step that writes a plan: a fixed number of statements for any number of dishes."""

from django.db.models import Model

from bistro.core.writing.bulk_history import delete_with_history, insert_with_history, update_with_history
from bistro.core.writing.configuration_events import ConfigurationAdded, ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.import_plan.results import ImportPlan, Rows
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
    insert_with_history(rows.choices, work)
    insert_with_history(rows.links, work)
    state_allergens(work, dict(rows.stated))
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


def _record(rows: Rows, work: UnitOfWork) -> None:
    """Record the changes of known rows. New dishes are in the history and in the event of the menu."""
    for row, changed in rows.audit.items():
        work.record(ConfigurationChanged(row=row, pk=row.pk, changed=changed))
    for choice in rows.added_choices:
        work.record(ConfigurationAdded(row=choice, pk=choice.pk, changed={"group": (None, str(choice.group))}))
