from django.apps import AppConfig


class WaitlistConfig(AppConfig):
    """The waiting list: quotes, offers of tables, seating."""

    name = "tables.waitlist"
    label = "waitlist"
    verbose_name = "Waiting list"
