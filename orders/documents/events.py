"""Events of documents, for programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import AUDIT_ONLY, Audience, DomainEvent
from orders.documents.models import Document
from orders.documents.representations import document_json


@dataclass(frozen=True, kw_only=True)
class DocumentEvent(DomainEvent):
    """An event of a document."""

    document: Document

    @property
    def subject(self) -> str:
        return f"document:{self.document.pk}"


@dataclass(frozen=True, kw_only=True)
class DocumentIssued(DocumentEvent):
    """A new document in the chain. The log keeps its hash, and seals it."""

    type: ClassVar[str] = "document_created"
    action: ClassVar[str] = "issued"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.PROGRAMS})

    def data(self) -> Mapping[str, Any]:
        return document_json(self.document)


@dataclass(frozen=True, kw_only=True)
class DocumentCopied(DocumentEvent):
    """A print of a document, or its e-mail to `email`."""

    type: ClassVar[str] = "document_updated"
    action: ClassVar[str] = "copied"
    audiences: ClassVar[frozenset[Audience]] = AUDIT_ONLY

    copy: int
    email: str = ""

    def data(self) -> Mapping[str, Any]:
        return {"id": self.document.pk, "number": self.document.code, "copy": self.copy, "mailed": bool(self.email)}

    def private(self) -> Mapping[str, Any] | None:
        return {"email": self.email} if self.email else None
