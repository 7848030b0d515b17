from django.apps import AppConfig


class BookingFilesConfig(AppConfig):
    """The import of bookings from files of other systems."""

    name = "bistro.booking_files"
    label = "booking_files"
    verbose_name = "Booking files"
