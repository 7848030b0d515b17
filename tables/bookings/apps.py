from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Bookings of tables, and the times at which tables are held."""

    name = "tables.bookings"
    label = "bookings"
    verbose_name = "Bookings"
