from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Restaurant
from menu.files.meanings import FileSettings, Meanings
from menu.files.transitions import ImportStatus


class MenuImport(models.Model):
    """A file to import, from its upload to the answer.

    `columns` is {header: field} as a person mapped them, `decimal` the separator that a person has told, `category` the
    category of all dishes of a file that names none, `meanings` those of its words (`Meanings`). `taken_until` is the
    lease of the process that imports. `checked` of `rows` rows are read so far. The file's content is deleted with the
    answer: `answer` holds the counts and errors as the command prints them.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="menu_imports")
    status = models.CharField(max_length=8, choices=ImportStatus.choices, default=ImportStatus.UPLOADED)
    file_name = models.CharField(max_length=120)
    content = models.BinaryField()
    encoding = models.CharField(max_length=20, blank=True)
    columns = models.JSONField(default=dict)
    decimal = models.CharField(max_length=1, blank=True)
    category = models.CharField(max_length=80, blank=True)
    meanings = models.JSONField(default=dict)
    by = models.CharField(max_length=120)
    by_staff = models.BigIntegerField()
    uploaded_at = models.DateTimeField()
    taken_until = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    answer = models.JSONField(default=dict)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="menu_import_status_known", condition=Q(status__in=ImportStatus.values)),
            models.CheckConstraint(name="menu_import_decimal_known", condition=Q(decimal__in=["", ".", ","])),
        ]
        indexes = [
            models.Index(fields=["restaurant", "id"], name="menu_import_list"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def settings(self) -> FileSettings:
        """Return what people have told about the file."""
        meanings = Meanings.from_json(self.meanings)
        return FileSettings(self.columns, self.decimal, self.category, self.encoding, meanings)

    @property
    def in_progress(self) -> bool:
        return self.status in (ImportStatus.WAITING, ImportStatus.RUNNING)


class RememberedColumns(models.Model):
    """The mapping that a restaurant used last for files with the same headers."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="remembered_columns")
    headers_key = models.CharField(max_length=64)
    columns = models.JSONField(default=dict)
    decimal = models.CharField(max_length=1, blank=True)
    category = models.CharField(max_length=80, blank=True)
    meanings = models.JSONField(default=dict)
    used_at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "headers_key"], name="remembered_columns_once"),
        ]

    def __str__(self) -> str:
        return self.headers_key

    def as_settings(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("columns", "decimal", "category", "meanings")}
