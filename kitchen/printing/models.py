import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Restaurant
from kitchen.printing.transitions import SlipKind, SlipStatus

# Raw print ports only: a printer's address must not reach other services beside the server.
FIRST_PORT, LAST_PORT = 9100, 9109
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,120}")


def is_host(value: str) -> None:
    """Raise ValidationError unless the value is a host name or an IPv4 address."""
    if not _HOST.fullmatch(value):
        raise ValidationError(gettext("Enter a name or an address, like 192.168.1.50."))


class Printer(models.Model):
    """A printer of a station's tickets, of receipts, or of both: `network` (ESC/POS) or `browser` (a page that prints).

    `taken_until` is the lease of the worker that talks to the printer, `retry_at` the time of the next attempt after
    `failures` in a row. `trouble_at` is set when slips are given up and cleared when a person has dealt with them.
    `worked_at` is the time of the first slip that came out at the present address; None: nobody has tried it yet.
    """

    class Kind(models.TextChoices):
        NETWORK = "network", _("Network printer (ESC/POS)")
        BROWSER = "browser", _("A browser's printer")

    class When(models.TextChoices):
        ALWAYS = "always", _("Always")
        FALLBACK = "fallback", _("Only while no screen shows the ticket")

    class CodePage(models.TextChoices):
        PC858 = "cp858", _("PC858, Western Europe with €")
        PC437 = "cp437", _("PC437, USA")
        PC852 = "cp852", _("PC852, Central Europe")
        PC857 = "cp857", _("PC857, Turkish")
        PC866 = "cp866", _("PC866, Cyrillic")
        WPC1252 = "cp1252", _("WPC1252, Windows")

    class Drawer(models.TextChoices):
        PIN2 = "pin2", _("On pin 2, as almost all")
        PIN5 = "pin5", _("On pin 5")

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="printers")
    station = models.ForeignKey(
        "kitchen.Station",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="printers",
        help_text=_("Its tickets are printed here. Empty for a printer of receipts alone."),
    )
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.NETWORK)
    host = models.CharField(
        max_length=120, blank=True, validators=[is_host], help_text=_("Network name or address, like 192.168.1.50.")
    )
    port = models.PositiveIntegerField(
        default=FIRST_PORT,
        validators=[MinValueValidator(FIRST_PORT), MaxValueValidator(LAST_PORT)],
        help_text=_("Almost always 9100."),
    )
    prints = models.CharField(max_length=8, choices=When.choices, default=When.ALWAYS)
    wait_seconds = models.PositiveSmallIntegerField(
        _("print after (seconds)"),
        default=20,
        validators=[MinValueValidator(3), MaxValueValidator(600)],
        help_text=_("A ticket is printed when no screen of the station has shown it for this long."),
    )
    columns = models.PositiveSmallIntegerField(
        default=42,
        validators=[MinValueValidator(24), MaxValueValidator(64)],
        help_text=_("Characters in a row: 42 or 48 on 80 mm paper, 32 on 58 mm."),
    )
    code_page = models.CharField(max_length=6, choices=CodePage.choices, default=CodePage.PC858)
    images = models.BooleanField(
        default=True,
        verbose_name=_("prints images"),
        help_text=_("Text in other scripts is printed as an image. Impact printers often cannot do that."),
    )
    answers = models.BooleanField(
        default=True,
        verbose_name=_("reports its status"),
        help_text=_("Almost all printers do. Without a status, a slip counts as printed once it was sent."),
    )
    receipts = models.BooleanField(
        default=False,
        verbose_name=_("prints receipts"),
        help_text=_("Also bills and reports. Of several the first is used, unless a till names another."),
    )
    drawer = models.CharField(
        _("cash drawer"),
        max_length=4,
        choices=Drawer.choices,
        blank=True,
        help_text=_("A drawer that is plugged into this printer. It opens when cash goes in or out."),
    )
    enabled = models.BooleanField(default=True)
    taken_until = models.DateTimeField(null=True, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    trouble = models.CharField(max_length=200, blank=True, editable=False)
    trouble_at = models.DateTimeField(null=True, editable=False)
    worked_at = models.DateTimeField(null=True, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["station", "name"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "name"], name="printer_name_once"),
            models.CheckConstraint(name="printer_kind_known", condition=Q(kind__in=["network", "browser"])),
            models.CheckConstraint(name="printer_when_known", condition=Q(prints__in=["always", "fallback"])),
            models.CheckConstraint(name="printer_has_host", condition=Q(kind="browser") | ~Q(host="")),
            models.CheckConstraint(name="printer_has_use", condition=Q(station__isnull=False) | Q(receipts=True)),
            models.CheckConstraint(name="printer_receipts_network", condition=Q(receipts=False) | Q(kind="network")),
            models.CheckConstraint(name="printer_drawer_known", condition=Q(drawer__in=["", "pin2", "pin5"])),
            models.CheckConstraint(name="printer_drawer_receipts", condition=Q(drawer="") | Q(receipts=True)),
        ]

    def __str__(self) -> str:
        return self.name


class PrintJob(models.Model):
    """A slip for one printer; without a ticket a test, the paper of another app, or the pulse for a cash drawer.

    `slip` holds the printed content, `paper` everything of the ticket that is on paper after this slip: the next slip
    prints the difference. Both contain guests' notes; a sweep deletes them after two days. `doubtful` means that an
    unfinished attempt may have printed something, so the next attempt says so.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+", db_index=False)
    printer = models.ForeignKey(Printer, on_delete=models.CASCADE, related_name="jobs", db_index=False)
    ticket = models.ForeignKey("kitchen.Ticket", on_delete=models.CASCADE, null=True, related_name="print_jobs")
    kind = models.CharField(max_length=7, choices=SlipKind.choices)
    status = models.CharField(max_length=7, choices=SlipStatus.choices, default=SlipStatus.QUEUED)
    slip = models.JSONField(default=dict)
    paper = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    doubtful = models.BooleanField(default=False)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Earliest time to print.")
    ended_at = models.DateTimeField(null=True, help_text="Time when the slip was printed, skipped or given up.")
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="print_job_kind_known", condition=Q(kind__in=SlipKind.values)),
            models.CheckConstraint(name="print_job_status_known", condition=Q(status__in=SlipStatus.values)),
        ]
        indexes = [
            models.Index(fields=["printer", "id"], name="print_job_waits", condition=Q(status="queued")),
            models.Index(fields=["printer", "id"], name="print_job_failed", condition=Q(status="failed")),
            models.Index(fields=["created_at"], name="print_job_age"),
        ]

    def __str__(self) -> str:
        return f"slip {self.pk}"
