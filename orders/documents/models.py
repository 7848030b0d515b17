import secrets
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT
from bistro.core.models import Restaurant
from orders.billing.models import Bill, Payment, Refund
from orders.documents.canonical import loads
from orders.documents.transitions import DocumentKind
from orders.till.models import Closing


class Journal(models.Model):
    """The end of the chain of a restaurant's documents. Its lock orders them."""

    restaurant = models.OneToOneField(Restaurant, on_delete=models.PROTECT, primary_key=True, related_name="journal")
    position = models.PositiveBigIntegerField(default=0, help_text="Number of documents so far.")
    hash = models.CharField(max_length=64, blank=True, help_text="Hash of the last document.")
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.restaurant_id} at {self.position}"


class Series(models.Model):
    """The numbers of one kind of document of a register, 1, 2, 3 and so on, without a gap.

    `epoch` is that of the event log. A restored backup begins a new one, and with it new series with the next `part`,
    because the numbers after the backup are printed on receipts that the database no longer knows.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    register = models.CharField(max_length=8)
    kind = models.CharField(max_length=9, choices=DocumentKind.choices)
    epoch = models.CharField(max_length=32)
    part = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "series"
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "register", "kind", "part"], name="series_once"),
            models.UniqueConstraint(fields=["restaurant", "register", "kind", "epoch"], name="series_of_epoch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.kind} {self.part}"


def new_token() -> str:
    """Return a token that nobody can guess."""
    return secrets.token_urlsafe(16)


class Document(models.Model):
    """A receipt, invoice, credit note or cancelled receipt. Append-only.

    `payload` is the canonical JSON text whose hash is in the chain (`orders.documents.canonical`); the other columns
    repeat parts of it, to find documents. `total` is the sale, without tip and cash rounding; it is negative for
    credit notes and cancelled receipts. `corrects` is the document that this one takes back or belongs to.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveBigIntegerField(help_text="Place in the chain of the restaurant, from 1.")
    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()
    code = models.CharField(_("number"), max_length=24, help_text="Number as it is printed.")
    kind = models.CharField(_("kind"), max_length=9, choices=DocumentKind.choices)
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="documents")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, null=True, related_name="documents")
    refund = models.OneToOneField(Refund, on_delete=models.PROTECT, null=True, related_name="document")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    table_name = models.CharField(_("table"), max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    total = models.DecimalField(_("total"), **AMOUNT)
    business_date = models.DateField(_("business day"))
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.CharField(_("by"), max_length=120)
    token = models.CharField(max_length=32, default=new_token, help_text="Secret part of the link for the guests.")
    formula = models.PositiveSmallIntegerField(help_text="Version of the rule by which the hash is computed.")
    payload = models.TextField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="document_kind_known", condition=Q(kind__in=DocumentKind.values)),
            models.UniqueConstraint(fields=["restaurant", "position"], name="document_position_once"),
            models.UniqueConstraint(fields=["series", "number"], name="document_number_once"),
            models.UniqueConstraint(fields=["token"], name="document_token_once"),
            models.UniqueConstraint(
                fields=["payment", "kind"], condition=~Q(kind="credit"), name="document_of_payment_once"
            ),
        ]
        indexes = [models.Index(fields=["restaurant", "business_date"], name="document_of_day")]

    def __str__(self) -> str:
        return self.code

    @cached_property
    def content(self) -> dict[str, Any]:
        """Return the payload as data."""
        return loads(self.payload)


class Copy(models.Model):
    """A print, e-mail or other output of a document, counted from 1. From the second on it is marked as a copy."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="copies")
    number = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=120)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "copies"
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="copy_number_once")]

    def __str__(self) -> str:
        return f"{self.document} ({self.number})"


class Signature(models.Model):
    """The task of a fiscal signer for a document, a closing or events of orders, as soon as it can be reached.

    Events are those of orders in the log from `first_event` to `last_event`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Not signed yet")
        SIGNED = "signed", _("Signed")
        FAILED = "failed", _("The signing device failed")

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, null=True, related_name="signature")
    closing = models.OneToOneField(Closing, on_delete=models.PROTECT, null=True, related_name="signature")
    first_event = models.BigIntegerField(null=True)
    last_event = models.BigIntegerField(null=True)
    signer = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    answer = models.JSONField(default=dict, help_text='{"signature", "qr", "number"} of the signer.')
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    problem = models.CharField(max_length=200, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="signature_of_one_thing",
                condition=Q(document__isnull=False, closing=None, first_event=None, last_event=None)
                | Q(document=None, closing__isnull=False, first_event=None, last_event=None)
                | Q(document=None, closing=None, first_event__lte=models.F("last_event")),
            ),
            models.UniqueConstraint(fields=["restaurant", "signer", "first_event"], name="signature_of_events_once"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=~Q(state="signed"), name="signature_due")]

    def __str__(self) -> str:
        what = self.document or self.closing or f"events {self.first_event} to {self.last_event}"
        return f"{what}: {self.state}"
