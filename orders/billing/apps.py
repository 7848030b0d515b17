from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Bills of parties: adjustments, shares, payments and refunds."""

    name = "orders.billing"
    label = "billing"
    verbose_name = "Bills"
