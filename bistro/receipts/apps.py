from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    """Receipts on paper, and the cash drawer."""

    name = "bistro.receipts"
    label = "receipts"
    verbose_name = "Receipts on paper"
