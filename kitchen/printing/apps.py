from django.apps import AppConfig


class PrintingConfig(AppConfig):
    """Slips on paper for a station's printers."""

    name = "kitchen.printing"
    label = "printing"
    verbose_name = "Printing"
