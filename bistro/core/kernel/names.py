"""Names that must be unique to a reader: compared as they are cleaned, in Unicode form NFC, without case."""

import re
import unicodedata
from typing import Any

from django.db import models

from bistro.core.kernel.texts import clean_text

LONGEST_NAME = 120
# One character becomes at most three in NFC without case, e.g. "ΐ"; "ß" becomes two.
_LONGEST_KEY = 3 * LONGEST_NAME


def name_key(name: str) -> str:
    """Return the form in which a name is compared and looked up."""
    return unicodedata.normalize("NFC", " ".join(clean_text(name).split())).casefold()


def natural_sort_key(name: str) -> list[str | int]:
    """Return a key that sorts names as people count: Table 2 before Table 10."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [int(part) if number % 2 else part for number, part in enumerate(parts)]


class NameKeyField(models.CharField):  # type: ignore[type-arg]
    """A column with the `name_key` of another field, computed on each write so that no caller can forget it."""

    def __init__(self, *args: Any, source: str = "name", **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("max_length", _LONGEST_KEY)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = name_key(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
