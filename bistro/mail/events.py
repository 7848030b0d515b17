"""Events of what people do with messages, for the audit trail only. A sent message is not an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.mail.models import Message


@dataclass(frozen=True, kw_only=True)
class MessageEvent(DomainEvent):
    """Base class of the events of one message. The address is personal data and goes into `private`."""

    type: ClassVar[str] = "message_updated"

    message: Message

    @property
    def subject(self) -> str:
        return f"message:{self.message.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": self.message.pk, "kind": self.message.kind, "channel": self.message.channel}

    def private(self) -> Mapping[str, Any]:
        return {"to": self.message.to}


@dataclass(frozen=True, kw_only=True)
class MessageSentAgain(MessageEvent):
    """The order of a person to send a failed or unknown message again."""

    action: ClassVar[str] = "sent_again"


@dataclass(frozen=True, kw_only=True)
class MessageDismissed(MessageEvent):
    """The dismissal of a failed or unknown message by a person."""

    action: ClassVar[str] = "dismissed"


@dataclass(frozen=True, kw_only=True)
class MessageTested(MessageEvent):
    """A test message that a person sent."""

    action: ClassVar[str] = "tested"
