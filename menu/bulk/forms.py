"""The form of a bulk change: which dishes, what, and the fields of each kind."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from menu.bulk.kinds import kinds
from menu.models import Category, Item

ALL, CHOSEN = "all", "chosen"


class BulkForm(forms.Form):
    """A form for a bulk change. `chosen` are the dishes that were ticked in the list."""

    def __init__(self, data: Any, *, actor: Actor, chosen: list[int]) -> None:
        super().__init__(data)
        self.actor, self.chosen = actor, chosen
        self.fields["dishes"] = forms.ChoiceField(
            label=_("Which dishes"), choices=self._scopes(), widget=UnfoldAdminSelectWidget
        )
        what = [(kind.key, kind.title) for kind in kinds().values()]
        self.fields["what"] = forms.ChoiceField(label=_("What changes"), choices=what, widget=UnfoldAdminSelectWidget)
        for kind in kinds().values():
            self.fields |= kind.fields(actor, restaurant_of(actor))

    def _scopes(self) -> list[tuple[str, Any]]:
        rows = Category.objects.visible_to(self.actor).not_archived()
        scopes = [(ALL, _("All dishes")), *((f"category-{row.pk}", str(row)) for row in rows)]
        if not self.chosen:
            return scopes
        return [(CHOSEN, gettext("The %(count)s dishes ticked in the list") % {"count": len(self.chosen)}), *scopes]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        kind = kinds().get(said.get("what", ""))
        for name in kind.needs if kind else ():
            if said.get(name) is None and name not in self.errors:
                self.add_error(name, gettext("Fill this in."))
        return said

    def item_ids(self) -> list[int]:
        """Return the dishes in use that a valid form means."""
        items = Item.objects.visible_to(self.actor).not_archived()
        scope = self.cleaned_data["dishes"]
        if scope == CHOSEN:
            items = items.filter(pk__in=self.chosen)
        elif scope != ALL:
            items = items.filter(category_id=int(scope.removeprefix("category-")))
        return list(items.values_list("pk", flat=True))
