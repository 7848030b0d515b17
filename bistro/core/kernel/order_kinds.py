"""The kinds of orders. Taxes, tickets and reports depend on them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderKind(TextChoices):
    """The place where the guests of an order eat. Only the last two kinds can be ordered without a table."""

    DINE_IN = "dine_in", _("Dine-in")
    TAKE_AWAY = "take_away", _("Take-away")
    COUNTER = "counter", _("Counter")
