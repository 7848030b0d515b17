"""Days and times on pages of the admin, in the format of the active language and region (`regional_language`)."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format


def day_text(moment: datetime) -> str:
    """Return the local day of a moment: `29/11/2026` in Ireland, `29.11.2026` in Germany."""
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")


def moment_text(moment: datetime) -> str:
    """Return a moment in local time, to the minute: `29/11/2026 18:05`."""
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")


def exact_text(moment: datetime) -> str:
    """Return a moment in local time, to the second, on a clock of 24 hours in every region."""
    return f"{day_text(moment)} {date_format(timezone.localtime(moment), 'H:i:s')}"


def clock_text(moment: datetime) -> str:
    """Return the local time of a moment, to the minute: `18:05`, or `6:05 p.m.` in the United States."""
    return time_format(timezone.localtime(moment), "TIME_FORMAT")
