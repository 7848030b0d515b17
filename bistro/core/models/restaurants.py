"""The restaurant, which is the tenant."""

import zoneinfo
from datetime import date, datetime, time
from decimal import Decimal

from babel.core import Locale, UnknownLocaleError
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from bistro.core.kernel import business_day
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.languages import languages
from bistro.core.kernel.money import AMOUNT, Rounding, digits, is_currency
from bistro.core.models.logos import logo_path, validate_logo

KITCHEN_NOTES = "Sauce aside\nNo salt\nCut in two\nServe with the others\nBirthday"
MOST_NOTES, LONGEST_NOTE = 20, 40


def validate_timezone(name: str) -> None:
    """Raise ValidationError unless the name is an IANA time zone that this machine knows."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name} is not a time zone. Use a name such as Europe/Paris.")


def validate_currency(code: str) -> None:
    """Raise ValidationError unless the code is a currency of ISO 4217."""
    if not is_currency(code):
        raise ValidationError(f"{code} is not a currency. Use a code such as EUR or JPY.")


def validate_locale(name: str) -> None:
    """Raise ValidationError unless amounts can be formatted in the locale."""
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError):
        raise ValidationError(f"{name} is not a locale. Use one such as en_IE or de_DE.") from None


def validate_phone(number: str) -> None:
    """Raise ValidationError if the text has fewer digits than the shortest phone numbers."""
    if sum(char.isdecimal() for char in number) < 3:
        raise ValidationError(f"{number} is not a phone number. Write it like +49 30 123456.")


class Restaurant(models.Model):
    """The tenant. Every row of the product carries its key, and restaurants share nothing."""

    class TaxMode(models.TextChoices):
        INCLUSIVE = "inclusive", "Prices contain the tax"
        ADDED = "added", "Tax is added to prices"

    class RoundingLevel(models.TextChoices):
        DOCUMENT = "document", "Once per order or bill"
        LINE = "line", "On each line"

    class RoundingMode(models.TextChoices):
        HALF_UP = "half_up", "Half up"
        UP = "up", "Always up"
        DOWN = "down", "Always down"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    currency = models.CharField(
        max_length=3, default="EUR", validators=[validate_currency], help_text="Cannot change while there are dishes."
    )
    locale = models.CharField(
        max_length=12,
        default="en_IE",
        validators=[validate_locale],
        help_text="How amounts are written, e.g. en_IE or de_DE.",
    )
    language = models.CharField(
        max_length=12,
        default="en",
        db_default="en",
        choices=languages,
        help_text="Language of the pages, unless a person chooses another under “Me”.",
    )
    timezone = models.CharField(max_length=64, default="UTC", validators=[validate_timezone])
    day_ends_at = models.TimeField(default=time(4, 0), help_text="Orders before this time count for the previous day.")
    tax_mode = models.CharField(max_length=9, choices=TaxMode.choices, default=TaxMode.INCLUSIVE)
    rounding_level = models.CharField(
        "tax is rounded",
        max_length=8,
        choices=RoundingLevel.choices,
        default=RoundingLevel.DOCUMENT,
        help_text="Once for each component of the tax, or on each line where the law asks for it.",
    )
    rounding_mode = models.CharField(
        "tax rounds", max_length=7, choices=RoundingMode.choices, default=RoundingMode.HALF_UP
    )
    cash_rounding = models.DecimalField(
        "smallest coin",
        null=True,
        blank=True,
        help_text="Cash payments are rounded to it, e.g. 0.05 in Switzerland. Blank = amounts are paid exactly.",
        **AMOUNT,
    )
    soon_seconds = models.PositiveIntegerField(default=300, help_text="Least seconds until a ticket is “soon late”.")
    late_seconds = models.PositiveIntegerField(default=600, help_text="Least seconds until a ticket is “late”.")
    hold_courses = models.BooleanField(
        default=False, db_default=False, help_text="Later courses of an order wait until someone fires them."
    )
    land_together = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Quick dishes of a course start later, so that all finish together.",
    )
    fire_after_served_minutes = models.PositiveSmallIntegerField(
        "minutes until the next course",
        null=True,
        blank=True,
        help_text="Minutes after serving until the next course fires automatically. Blank = never.",
    )
    pads_need_session = models.BooleanField(
        "pads need an open session",
        default=False,
        help_text="Pads can order only while a session is open at their table.",
    )
    tablet_idle_minutes = models.PositiveSmallIntegerField(
        "shared tablets lock after",
        default=5,
        db_default=5,
        help_text="Minutes without a touch until a shared tablet asks for a PIN again, 1 to 120.",
    )
    price_limit = models.DecimalField(
        "largest change of a price by a waiter",
        default=Decimal(20),
        db_default=Decimal(20),
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text="Amount for one line, also of an open item. Above it a manager approves. Blank = no limit.",
        **AMOUNT,
    )
    kitchen_notes = models.TextField(
        max_length=MOST_NOTES * (LONGEST_NOTE + 2),
        blank=True,
        default=KITCHEN_NOTES,
        db_default=KITCHEN_NOTES,
        help_text="Notes to the kitchen that the order screen offers, one on a line. Waiters can type others.",
    )
    calls_ring_seconds = models.PositiveSmallIntegerField(
        "seconds until a call rings again",
        default=30,
        db_default=30,
        null=True,
        blank=True,
        validators=[MinValueValidator(5)],
        help_text="Seconds until a guest's call that nobody has taken rings again. Blank = never.",
    )
    legal_name = models.CharField(
        max_length=200, blank=True, help_text="Name on receipts and invoices. Blank = the restaurant's name."
    )
    address = models.TextField(max_length=400, blank=True, help_text="As on a letter, with line breaks.")
    phone = models.CharField(max_length=40, blank=True, validators=[validate_phone])
    tax_number = models.CharField(max_length=40, blank=True, help_text="VAT, GST or sales tax number, as registered.")
    logo = models.ImageField(
        upload_to=logo_path, blank=True, validators=[validate_logo], help_text="PNG, JPEG or WebP, at most 1 MB."
    )
    footer_text = models.TextField(max_length=400, blank=True, help_text="Last lines of receipts and invoices.")
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    history = HistoricalRecords(excluded_fields=["version"])

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="restaurant_late_after_soon", condition=Q(late_seconds__gt=F("soon_seconds"))),
            models.CheckConstraint(name="restaurant_tax_mode_known", condition=Q(tax_mode__in=["inclusive", "added"])),
            models.CheckConstraint(
                name="restaurant_rounding_known",
                condition=Q(rounding_level__in=["document", "line"], rounding_mode__in=["half_up", "up", "down"]),
            ),
            models.CheckConstraint(
                name="restaurant_tablet_idle_minutes", condition=Q(tablet_idle_minutes__range=(1, 120))
            ),
            models.CheckConstraint(
                name="restaurant_cash_rounding_positive", condition=Q(cash_rounding=None) | Q(cash_rounding__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rounding(self) -> Rounding:
        """Return how this house rounds tax."""
        return Rounding(digits(self.currency), self.rounding_level, self.rounding_mode)

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        """Return the time zone of the restaurant's pages; the log uses UTC."""
        return zoneinfo.ZoneInfo(self.timezone)

    def business_date(self, moment: datetime) -> date:
        """Return the business day of an instant."""
        return business_day.business_date(moment, self.day_ends_at, self.tz)

    def day_begins(self, day: date) -> datetime:
        """Return the instant at which a business day begins and the previous one ends."""
        return business_day.day_begins(day, self.day_ends_at, self.tz)
