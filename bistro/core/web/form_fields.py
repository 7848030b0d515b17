"""Fields that the forms of all pages share."""

from typing import Any

from django import forms

from bistro.core.kernel.texts import clean_text


class TextField(forms.CharField):
    """A text, cleaned as in the API before its length is checked. A text area keeps its line breaks."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if not isinstance(typed, str):
            return typed
        # NUL stays, so that Django's validator refuses it.
        cleaned = "\x00".join(
            clean_text(part, lines=isinstance(self.widget, forms.Textarea)) for part in typed.split("\x00")
        )
        return cleaned or self.empty_value
