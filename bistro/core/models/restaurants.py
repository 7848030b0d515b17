"""The restaurant, which is the tenant."""

import re
import zoneinfo
from datetime import date, datetime, time
from decimal import Decimal

from babel.core import Locale, UnknownLocaleError
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_noop, override
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from bistro.core.kernel import business_day
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.languages import languages
from bistro.core.kernel.money import AMOUNT, Rounding, digits, is_currency
from bistro.core.models.logos import logo_path, validate_logo

KITCHEN_NOTES = gettext_noop("Sauce aside\nNo salt\nCut in two\nServe with the others\nBirthday")
MOST_NOTES, LONGEST_NOTE = 20, 40
MOST_TIPS = 4


def validate_timezone(name: str) -> None:
    """Raise ValidationError unless the name is an IANA time zone that this machine knows."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(gettext("%(name)s is not a time zone. Use a name such as Europe/Paris.") % {"name": name})


def validate_currency(code: str) -> None:
    """Raise ValidationError unless the code is a currency of ISO 4217."""
    if not is_currency(code):
        raise ValidationError(gettext("%(code)s is not a currency. Use a code such as EUR or JPY.") % {"code": code})


def validate_locale(name: str) -> None:
    """Raise ValidationError unless amounts can be formatted in the locale."""
    try:
        Locale.parse(name)
    except (ValueError, UnknownLocaleError):
        raise ValidationError(
            gettext("%(name)s is not a locale. Use one such as en_IE or de_DE.") % {"name": name}
        ) from None


def validate_phone(number: str) -> None:
    """Raise ValidationError if the text has fewer digits than the shortest phone numbers."""
    if sum(char.isdecimal() for char in number) < 3:
        raise ValidationError(
            gettext("%(number)s is not a phone number. Write it like +49 30 123456.") % {"number": number}
        )


def validate_tips(text: str) -> None:
    """Raise ValidationError unless the text is up to four whole percentages from 1 to 50."""
    parts = text.split()
    if len(parts) > MOST_TIPS or not all(re.fullmatch(r"[1-9]|[1-4][0-9]|50", part) for part in parts):
        raise ValidationError(gettext("Write up to four whole percentages from 1 to 50, such as 5 10 15."))


def usual_notes(language: str) -> str:
    """Return the notes to the kitchen with which a restaurant begins, in its language."""
    with override(language):
        return gettext(KITCHEN_NOTES)


def notes_after(notes: str, before: str, after: str) -> str:
    """Return the notes to the kitchen after a change of the language: the usual ones follow it, others stay."""
    return usual_notes(after) if notes == usual_notes(before) else notes


class Restaurant(models.Model):
    """The tenant. Every row of the product carries its key, and restaurants share nothing."""

    class TaxMode(models.TextChoices):
        INCLUSIVE = "inclusive", _("Prices contain the tax")
        ADDED = "added", _("Tax is added to prices")

    class RoundingLevel(models.TextChoices):
        DOCUMENT = "document", _("Once per order or bill")
        LINE = "line", _("On each line")

    class RoundingMode(models.TextChoices):
        HALF_UP = "half_up", _("Half up")
        UP = "up", _("Always up")
        DOWN = "down", _("Always down")

    class OnlinePayments(models.TextChoices):
        NONE = "", _("None")
        DUMMY = "dummy", _("Trial: no money moves")
        STRIPE = "stripe", "Stripe"

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    currency = models.CharField(
        max_length=3,
        default="EUR",
        validators=[validate_currency],
        help_text=_("Cannot change while there are dishes."),
    )
    locale = models.CharField(
        max_length=12,
        default="en_IE",
        validators=[validate_locale],
        help_text=_("How amounts are written, e.g. en_IE or de_DE."),
    )
    language = models.CharField(
        max_length=12,
        default="en",
        db_default="en",
        choices=languages,
        help_text=_("Language of the pages, unless a person chooses another under “Me”."),
    )
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[validate_timezone])
    day_ends_at = models.TimeField(
        _("business day ends at"),
        default=time(4, 0),
        help_text=_("Orders before this time count for the previous day."),
    )
    tax_mode = models.CharField(max_length=9, choices=TaxMode.choices, default=TaxMode.INCLUSIVE)
    rounding_level = models.CharField(
        "tax is rounded",
        max_length=8,
        choices=RoundingLevel.choices,
        default=RoundingLevel.DOCUMENT,
        help_text=_("Once for each component of the tax, or on each line where the law asks for it."),
    )
    rounding_mode = models.CharField(
        "tax rounds", max_length=7, choices=RoundingMode.choices, default=RoundingMode.HALF_UP
    )
    cash_rounding = models.DecimalField(
        "smallest coin",
        null=True,
        blank=True,
        help_text=_("Cash payments are rounded to it, e.g. 0.05 in Switzerland. Blank = amounts are paid exactly."),
        **AMOUNT,
    )
    soon_seconds = models.PositiveIntegerField(
        _("soon late after (seconds)"), default=300, help_text=_("Least seconds until a ticket is “soon late”.")
    )
    late_seconds = models.PositiveIntegerField(
        _("late after (seconds)"), default=600, help_text=_("Least seconds until a ticket is “late”.")
    )
    hold_courses = models.BooleanField(
        default=False, db_default=False, help_text=_("Later courses of an order wait until someone fires them.")
    )
    land_together = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Quick dishes of a course start later, so that all finish together."),
    )
    fire_after_served_minutes = models.PositiveSmallIntegerField(
        "minutes until the next course",
        null=True,
        blank=True,
        help_text=_("Minutes after serving until the next course fires automatically. Blank = never."),
    )
    pads_need_session = models.BooleanField(
        "pads need an open session",
        default=False,
        help_text=_("Pads can order only while a session is open at their table."),
    )
    tablet_idle_minutes = models.PositiveSmallIntegerField(
        "shared tablets lock after",
        default=5,
        db_default=5,
        help_text=_("Minutes without a touch until a shared tablet asks for a PIN again, 1 to 120."),
    )
    price_limit = models.DecimalField(
        "largest change of a price by a waiter",
        default=Decimal(20),
        db_default=Decimal(20),
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("For one line, a discount or a refund. Above it a manager approves. Blank = no limit."),
        **AMOUNT,
    )
    bills_required = models.BooleanField(
        "tables are cleared when the bill is paid",
        default=False,
        db_default=False,
        help_text=_("A table with money owed cannot be cleared. Off: the house takes its payments elsewhere."),
    )
    online_payments = models.CharField(
        _("payments by phone"),
        max_length=8,
        blank=True,
        default="dummy",
        db_default="dummy",
        choices=OnlinePayments.choices,
        help_text=_("Provider that collects what guests pay on their own phones."),
    )
    tip_percents = models.CharField(
        _("tips to choose"),
        max_length=20,
        blank=True,
        default="5 10 15",
        db_default="5 10 15",
        validators=[validate_tips],
        help_text=_("Up to four percentages, e.g. 5 10 15. Blank = the page does not ask for a tip."),
    )
    is_training = models.BooleanField(
        _("training"),
        default=False,
        db_default=False,
        help_text=_("Receipts are marked as training and count for nothing, while people try Bistro out."),
    )
    kitchen_notes = models.TextField(
        max_length=MOST_NOTES * (LONGEST_NOTE + 2),
        blank=True,
        default=KITCHEN_NOTES,
        db_default=KITCHEN_NOTES,
        help_text=_("Notes to the kitchen that the order screen offers, one on a line. Waiters can type others."),
    )
    calls_ring_seconds = models.PositiveSmallIntegerField(
        "seconds until a call rings again",
        default=30,
        db_default=30,
        null=True,
        blank=True,
        validators=[MinValueValidator(5)],
        help_text=_("Seconds until a guest's call that nobody has taken rings again. Blank = never."),
    )
    calls_escalate_seconds = models.PositiveSmallIntegerField(
        "seconds until a call is shown to everybody",
        default=90,
        db_default=90,
        null=True,
        blank=True,
        validators=[MinValueValidator(15), MaxValueValidator(900)],
        help_text=_(
            "Seconds until a guest's call that nobody has taken is shown to everybody on the floor; "
            "after as many again it is an alarm. Blank = never."
        ),
    )
    legal_name = models.CharField(
        max_length=200, blank=True, help_text=_("Name on receipts and invoices. Blank = the restaurant's name.")
    )
    address = models.TextField(max_length=400, blank=True, help_text=_("As on a letter, with line breaks."))
    phone = models.CharField(max_length=40, blank=True, validators=[validate_phone])
    tax_number = models.CharField(
        max_length=40, blank=True, help_text=_("VAT, GST or sales tax number, as registered.")
    )
    logo = models.ImageField(
        upload_to=logo_path, blank=True, validators=[validate_logo], help_text=_("PNG, JPEG or WebP, at most 1 MB.")
    )
    footer_text = models.TextField(max_length=400, blank=True, help_text=_("Last lines of receipts and invoices."))
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
                name="restaurant_calls_escalate_seconds",
                condition=Q(calls_escalate_seconds=None) | Q(calls_escalate_seconds__range=(15, 900)),
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
    def tips(self) -> tuple[int, ...]:
        """Return the percentages of tips that guests choose from."""
        return tuple(int(part) for part in self.tip_percents.split())

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
