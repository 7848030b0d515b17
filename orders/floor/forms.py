"""Typed text in the forms of the floor."""

from bistro.core.kernel.texts import clean_text


def short_text(value: str, longest: int) -> str:
    """Clean free text as the API does, but cut a text that is too long."""
    return clean_text(clean_text(value.replace("\x00", ""))[:longest])
