"""Forms of the admin actions on orders."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from bistro.core.web.form_fields import TextField


class CancelForm(forms.Form):
    """A form for the reason of a cancellation."""

    reason = TextField(
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Shown to the guest and the kitchen and kept in the log."),
    )
