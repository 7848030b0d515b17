"""The outcomes of handing a message over."""

from django.utils.translation import gettext as _

from bistro.core.kernel.texts import clean_text
from bistro.mail.models import Trouble


class NotSent(Exception):
    """The message certainly did not leave. `final`: another attempt would end in the same way."""

    def __init__(self, trouble: Trouble, answer: str = "", *, final: bool = False) -> None:
        super().__init__(trouble)
        self.trouble, self.answer, self.final = trouble, answer, final


class PerhapsSent(Exception):
    """The message was handed over, but the answer was lost."""

    def __init__(self, trouble: Trouble = Trouble.LOST, answer: str = "") -> None:
        super().__init__(trouble)
        self.trouble, self.answer = trouble, answer


def said(code: int, words: bytes | str = "") -> str:
    """Return a server's answer in one short line."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return clean_text(f"{code} {text}")[:200]


def nothing_leaves() -> str:
    """Return the sentence for a channel without a server."""
    return _("Not set up: messages are only noted in the log of the server, and nobody receives them.")
