"""The lost race of two people who save the same form of the admin.

A page carries a digest of each shown value. A save compares them with the present values: where another person was
first, the form comes back with the typed values, and each changed field names the other value and its author. That
page carries the new digests, so a second save wins.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _

from bistro.core.admin.changes import plain, shown_value
from bistro.core.kernel.actors import Actor
from bistro.core.models import Event

SEEN = "_seen"  # the hidden field of a page
LOOKED_AT = 50  # newest events of a row in which the author of a change is looked up

Seen = Mapping[str, str]  # {field of a row: digest of its shown value}


def seen_by(form_list: Iterable[forms.BaseForm]) -> str:
    """Return the text of the hidden field for the forms of a page."""
    found = {key: digest for form in form_list for key, _name, digest in _digests(form)}
    return json.dumps(found, separators=(",", ":"))


def race_check(request: HttpRequest) -> Any:
    """Return the check of forms that were sent with this request; None for a page that carried no digests."""
    seen = _read(request)
    return staticmethod(partial(add_race_errors, seen=seen)) if seen else None


def add_race_errors(form: forms.ModelForm[Any], *, seen: Seen) -> None:
    """Add an error to each field whose value another person has changed since the page was made.

    A person who typed the same value as the other one has lost nothing.
    """
    for key, name, digest in _digests(form):
        if seen.get(key, digest) != digest and name in form.changed_data:
            form.add_error(name, _message(form, name))


def _read(request: HttpRequest) -> Seen:
    """Return the digests that a page carried; nothing for nonsense."""
    try:
        sent = json.loads(request.POST.get(SEEN, "{}"))
    except (ValueError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}


def _message(form: forms.ModelForm[Any], name: str) -> str:
    """Return the error of a field: the present value, and the name of its author if the log knows it."""
    value, who = _text(form, name), _author(form.instance, name, getattr(form, "actor", None))
    if who:
        message = _("%(who)s has changed this to “%(value)s” in the meantime. Save again to keep your entry.")
    else:
        message = _("This was changed to “%(value)s” in the meantime. Save again to keep your entry.")
    return message % {"who": who, "value": value}


def _text(form: forms.BaseForm, name: str) -> str:
    """Return the present value of a field for people."""
    field = form.fields[name]
    value = form.get_initial_for_field(field, name)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        pairs: Iterable[tuple[Any, Any]] = flatten_choices(field.choices)  # type: ignore[arg-type]
        labels = {str(key): str(label) for key, label in pairs}
        values = value if isinstance(value, list | tuple) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in values if one is not None)
    shown = shown_value(form, name, value)
    return ", ".join(map(str, shown)) if isinstance(shown, list) else str("" if shown is None else shown)


def _author(row: Model, name: str, actor: Actor | None) -> str:
    """Return the name of the person who changed a field last, as the log knows it."""
    events = Event.objects.visible_to(actor).filter(subject=f"{row._meta.model_name}:{row.pk}")
    for event in events.order_by("-seq")[:LOOKED_AT]:
        if name in (json.loads(event.data).get("changed") or {}):
            return str(event.actor_label)
    return ""


def _digests(form: forms.BaseForm) -> Iterator[tuple[str, str, str]]:
    """Yield (key, field, digest) of each value that a form showed of an existing row."""
    row = getattr(form, "instance", None)
    if row is None or row.pk is None or row._state.adding:
        return
    for name, field in form.fields.items():
        if not isinstance(field, forms.models.InlineForeignKeyField) and name not in ("DELETE", "ORDER", "id"):
            value = _identity(form.get_initial_for_field(field, name))
            digest = sha256(json.dumps(value, default=str).encode()).hexdigest()[:12]
            yield f"{row._meta.label_lower}.{row.pk}.{name}", name, digest


def _identity(value: Any) -> Any:
    """Return a shown value in JSON types; rows by their keys, so that a new name of a row is no change."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, list | tuple | set | QuerySet):
        return sorted(str(_identity(one)) for one in value)
    return plain(value)
