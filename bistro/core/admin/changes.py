"""The changes of one save in the admin, read from its forms for the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from django.core.validators import EMPTY_VALUES
from django.db.models import Model, QuerySet
from django.db.models.fields.files import FieldFile
from django.forms import BaseForm, ModelChoiceField, ModelForm
from django.forms.models import BaseModelFormSet, InlineForeignKeyField, ModelMultipleChoiceField
from django.http import HttpRequest

from bistro.core.admin.forms import AmountField
from bistro.core.kernel.events import DomainEvent
from bistro.core.kernel.money import short, text
from bistro.core.writing.configuration_events import ConfigurationAdded, ConfigurationChanged, ConfigurationRemoved
from bistro.core.writing.unit_of_work import UnitOfWork

Changed = dict[str, tuple[Any, Any]]


@runtime_checkable
class ShownInWords(Protocol):
    """A field whose value is no plain text, and is recorded as a sentence."""

    def in_words(self, value: Any) -> str: ...


class Edits:
    """A running save: its unit of work and the changed rows."""

    def __init__(self, work: UnitOfWork) -> None:
        self.work = work
        self.rows: list[Model] = []
        self.new: list[Model] = []
        self.values: dict[int, Changed] = {}  # {pk: changed values} of existing rows

    def added(self, row: Model, form: ModelForm[Any]) -> None:
        self.new.append(row)
        self._record(ConfigurationAdded(row=row, pk=row.pk, changed=_first_values(form)), row)

    def changed(self, row: Model, values: Changed) -> None:
        self.values[row.pk] = values
        self._record(ConfigurationChanged(row=row, pk=row.pk, changed=values), row)

    def removed(self, row: Model, pk: int) -> None:
        self._record(ConfigurationRemoved(row=row, pk=pk), row)

    def formset(self, formset: BaseModelFormSet[Any, Any]) -> None:
        """Record the changed rows of an inline."""
        new = set(map(id, formset.new_objects))
        changed = {id(row) for row, _names in formset.changed_objects}
        for form in formset.forms:
            if id(form.instance) in new:
                self.added(form.instance, form)
            elif id(form.instance) in changed:
                self.changed(form.instance, changed_values(form))
        for form in formset.deleted_forms:
            pk = form.initial.get(formset.model._meta.pk.name) if formset.model._meta.pk else None
            if pk is not None or form.instance in formset.deleted_objects:
                self.removed(form.instance, pk or form.cleaned_data["id"].pk)

    def _record(self, event: DomainEvent, row: Model) -> None:
        self.work.record(event)
        self.rows.append(row)


def begin(request: HttpRequest, work: UnitOfWork) -> Edits:
    """Store the unit of work for the hooks that Django calls during the save."""
    edits = Edits(work)
    request.edits = edits  # type: ignore[attr-defined]
    return edits


def edits_of(request: HttpRequest) -> Edits:
    """Return the running save. Raises RuntimeError outside a unit of work."""
    edits = getattr(request, "edits", None)
    if not isinstance(edits, Edits):
        raise RuntimeError("The admin saves inside a unit of work; use TenantAdmin's views.")
    return edits


def changed_values(form: ModelForm[Any]) -> Changed:
    """Return {field: (before, after)} of the fields that a form changed."""
    return {
        name: (shown_value(form, name, form.initial.get(name)), shown_value(form, name, form.cleaned_data.get(name)))
        for name in form.changed_data
        if name in form.cleaned_data
    }


def replaced_files(form: ModelForm[Any]) -> list[str]:
    """Return the paths of the files that a form replaced or removed."""
    before = [form.initial.get(name) for name in form.changed_data]
    return [file.name or "" for file in before if isinstance(file, FieldFile)]


def files_of(row: Model) -> list[str]:
    """Return the paths of a row's files."""
    values = [getattr(row, field.attname) for field in row._meta.concrete_fields]
    return [file.name or "" for file in values if isinstance(file, FieldFile)]


def _first_values(form: ModelForm[Any]) -> Changed:
    return {name: (None, shown_value(form, name, value)) for name, value in _said(form) if value not in EMPTY_VALUES}


def _said(form: ModelForm[Any]) -> Iterator[tuple[str, Any]]:
    for name, value in form.cleaned_data.items():
        field = form.fields.get(name)
        own_key = form._meta.model._meta.pk
        if field is None or isinstance(field, InlineForeignKeyField) or (own_key and name == own_key.name):
            continue
        if name not in ("DELETE", "ORDER"):
            yield name, value


def shown_value(form: BaseForm, name: str, value: Any) -> Any:
    """Return a form value in JSON types, with rows by their names."""
    field = form.fields[name]
    if isinstance(field, ShownInWords):
        return field.in_words(value)
    if isinstance(field, ModelMultipleChoiceField):
        rows = value.all() if isinstance(value, QuerySet) else value or []
        known = [row for row in rows if isinstance(row, Model)]
        known += field.queryset.filter(pk__in=[row for row in rows if not isinstance(row, Model)])  # type: ignore[union-attr]
        return sorted(str(row) for row in known)
    if isinstance(field, ModelChoiceField) and value not in EMPTY_VALUES and not isinstance(value, Model):
        value = field.queryset.filter(pk=value).first() or value  # type: ignore[union-attr]
    if isinstance(field, AmountField) and isinstance(value, Decimal):
        return text(value, field.currency)
    return plain(value)


def plain(value: Any) -> Any:
    """Return a value in JSON types."""
    if isinstance(value, Decimal):
        return short(value)
    if value is None or isinstance(value, bool | int | str | datetime | date):
        return value
    if isinstance(value, FieldFile):
        return value.name or ""
    if isinstance(value, list | tuple | set | QuerySet):
        return [plain(one) for one in value]
    return str(value)
