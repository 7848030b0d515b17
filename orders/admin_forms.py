"""What actions on orders still have to know."""

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget


class CancelForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="Shown to the guest and the kitchen and kept in the log.",
    )
