"""Text that people type: one cleaning for every entry point, so that what is compared is what was stored."""

import re
import unicodedata

NUL = "\0"  # PostgreSQL refuses each query with a text that contains it

# Invisible characters that reverse or hide text, which the kitchen must be able to read. Joiners are handled below.
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_JOINERS = re.compile("[\u200c\u200d]+")
_ZWJ = "\u200d"
# Arabic to Myanmar, Khmer and Mongolian, further scripts of South Asia, Arabic forms, and those beyond the first plane.
_JOINING_SCRIPTS = re.compile(
    "[\u0600-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
_EMOJI = re.compile("[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
_EMOJI_STYLE = "\ufe0f"
_VIRAMA = 9  # the combining class of signs that silence a vowel; a joiner after one chooses the letter's form


def clean_text(text: str, *, lines: bool = False) -> str:
    """Return the text trimmed, without control and invisible characters.

    U+200C and U+200D stay where they join letters (Persian, Malayalam) or emoji (👨‍👩‍👧). `lines` keeps line breaks.
    """
    if text.isprintable():  # nothing to remove: all these characters are unprintable
        return text.strip()
    if lines:
        return "\n".join(_clean_line(line) for line in text.splitlines()).strip()
    return _clean_line(text)


def _clean_line(text: str) -> str:
    visible = _INVISIBLE.sub("", "".join(" " if unicodedata.category(char) == "Cc" else char for char in text))
    return _JOINERS.sub(_joiner, visible).strip()


def _joiner(found: re.Match[str]) -> str:
    """Return the first of a run of joiners if it joins its neighbours, else nothing."""
    joiner, text = found[0][0], found.string
    before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
    if not before:
        return ""
    if unicodedata.combining(before) == _VIRAMA:
        return joiner
    emoji = joiner == _ZWJ and (before == _EMOJI_STYLE or _EMOJI.match(before)) and _EMOJI.match(after)
    return joiner if emoji or (_is_joined_letter(before) and _is_joined_letter(after)) else ""


def _is_joined_letter(char: str) -> bool:
    """Return whether the character is a letter or mark of a script in which neighbours join."""
    return bool(_JOINING_SCRIPTS.match(char)) and unicodedata.category(char)[0] in "LM"
