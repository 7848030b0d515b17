"""Forms of the kitchen's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bistro.core.web.form_fields import TextField
from menu.compiled import CompiledMenu
from menu.services.pausing import LONGEST_MINUTES

PADS = "pads"


class PauseForm(forms.Form):
    """Form for what to pause and for how long."""

    what = forms.ChoiceField(label=_("What"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=LONGEST_MINUTES, initial=15)
    reason = TextField(
        label=_("Reason"), required=False, max_length=200, help_text=_("Shown to the kitchen and the waiters.")
    )

    def __init__(self, menu: CompiledMenu, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = [(f"category-{category.id}", category.name) for category in menu.categories]
        items = [
            (category.name, [(f"item-{item.id}", item.name) for item in category.items])
            for category in menu.categories
            if category.items
        ]
        choices: list[Any] = [(PADS, _("All orders from pads"))]
        if categories:
            choices.append((_("A whole category"), categories))
        self.fields["what"].choices = [*choices, *items]  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"

    def pause_arguments(self) -> dict[str, Any]:
        """Return the keyword arguments of `menu.services.pause`."""
        kind, _, pk = self.cleaned_data["what"].partition("-")
        return {
            "item_id": int(pk) if kind == "item" else None,
            "category_id": int(pk) if kind == "category" else None,
            "minutes": self.cleaned_data["minutes"],
            "reason": self.cleaned_data["reason"],
        }
