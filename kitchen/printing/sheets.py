"""The rows of a paper that is no ticket, such as a receipt: plain values from apps that know what they mean."""

from typing import Any

Row = dict[str, Any]
RULE: Row = {"kind": "rule"}


def line(said: str, style: str = "", *, centred: bool = False) -> Row:
    """Return a row of text. `style` is "", bold, tall or large."""
    return {"kind": "line", "said": said, "style": style, "centred": centred}


def pair(said: str, amount: str, style: str = "", *, lead: str = "") -> Row:
    """Return a row of text with an amount at the right edge. `style` is "", bold or tall.

    `lead`, such as a quantity, stays on the left of the text in any script.
    """
    return {"kind": "pair", "said": said, "amount": amount, "style": style, "lead": lead}


def code(text: str) -> Row:
    """Return a QR code; a printer without images prints its text."""
    return {"kind": "code", "said": text}
