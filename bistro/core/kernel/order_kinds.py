"""The kinds of orders. Taxes, tickets and reports depend on them."""

from django.db.models import TextChoices


class OrderKind(TextChoices):
    """The place where the guests of an order eat. Only the last two kinds can be ordered without a table."""

    DINE_IN = "dine_in", "Dine-in"
    TAKE_AWAY = "take_away", "Take-away"
    COUNTER = "counter", "Counter"
