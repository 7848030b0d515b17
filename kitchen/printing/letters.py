"""Text for a printer with one code page of 256 letters: stand-ins that never change a number.

A letter that the page lacks is replaced by text that reads the same (`’` by an apostrophe, `ł` by `l`, `⅓` by `1/3`).
Where no such text exists, the whole row becomes an image (`raster.py`).
"""

import re
import unicodedata

NBSP = "\xa0"
JOINERS = "\u200c\u200d"
# Invisible characters. Those that change the direction of text could also disguise a note.
_INVISIBLE = re.compile("[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
_SUPER, _SUB = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"
_BUILT_FRACTION = re.compile(f"([{_SUPER}]+)[/⁄∕]([{_SUB}]+)")
_PLAIN_DIGITS = str.maketrans(_SUPER + _SUB, "0123456789" * 2)

STAND_INS = {
    **dict.fromkeys("’‘‛ʼʻʹ′´`", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **dict.fromkeys("•●▪‣", "*"),
    **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("★☆⭐✶✱", "*"),
    **dict.fromkeys("♥❤♡", "<3"),
    "‚": ",", "‴": "'''", "«": "<<", "»": ">>", "‹": "<", "›": ">", "¡": "!", "¿": "?",
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ẞ": "SS", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ŋ": "n",
    "Ŋ": "N", "ı": "i", "µ": "u", "×": "x", "✕": "x", "÷": "/", "±": "+/-", "≈": "~", "≤": "<=", "≥": ">=", "≠": "!=",
    "→": "->", "←": "<-", "⇒": "=>", "°": "deg", "€": "EUR", "£": "GBP", "¥": "JPY", "¢": "c", "₹": "INR", "₽": "RUB",
    "₺": "TRY", "©": "(C)", "®": "(R)", "™": "(TM)", "℠": "(SM)", "§": "par.", "№": "No.",
}  # fmt: skip


def visible(said: str) -> str:
    """Return text without control characters, so that a guest's note cannot command the printer, and without tricks."""
    composed = unicodedata.normalize("NFC", _KEYCAP.sub(r"(\1)", _INVISIBLE.sub("", said)))
    return "".join(letter if letter == NBSP or not _blank(letter) else " " for letter in composed)


def in_page(said: str, code_page: str) -> str | None:
    """Return text that the code page holds and that reads like `said`, or None when it needs an image."""
    text = "".join(letter for letter in said if letter not in JOINERS and not _variation(letter))
    if _holds(text, code_page):
        return text
    if not _holds("·", code_page):
        text = text.replace(" · ", " - ")  # between words; between digits the point could mean anything
    return _join(_BUILT_FRACTION.sub(_plain_fraction, text), code_page)


def _blank(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category == "Cc" or category[0] == "Z"


def _variation(letter: str) -> bool:
    return "\ufe00" <= letter <= "\ufe0f"


def _plain_fraction(match: re.Match[str]) -> str:
    before = NBSP if match.start() and match.string[match.start() - 1].isdecimal() else ""
    return before + f"{match[1]}/{match[2]}".translate(_PLAIN_DIGITS)


def _join(text: str, code_page: str) -> str | None:
    """Put stand-ins together, with a space where two numbers would otherwise become one: 2⅓ is not 21/3."""
    spelled = {_level(letter) for letter in text if _level(letter) and not _holds(letter, code_page)}
    out, before, number = "", "", False
    for letter in text:
        if unicodedata.combining(letter):
            if not _droppable(letter, before):
                return None
            continue
        level = _level(letter)
        piece = _spelled(letter, code_page) if level in spelled else _piece(letter, code_page)
        if piece is None:
            return None
        now = piece != letter and not letter.isdecimal()
        if level in spelled and level == _level(before):
            piece = piece[1:]
        elif out and (now or number) and _would_merge(out, piece, roman=_is_roman(letter) or _is_roman(before)):
            piece = NBSP + piece
        out, before, number = out + piece, letter, now
    return out


def _droppable(mark: str, base: str) -> bool:
    """Return whether an accent may be left out: on a letter, unless the mark strikes the letter through."""
    return base != "" and unicodedata.category(base)[0] == "L" and unicodedata.combining(mark) != 1


def _would_merge(left: str, right: str, *, roman: bool) -> bool:
    """Return whether a number would go on in the text behind it; 1.⅓ would be 1.1/3."""
    if roman:
        return left[-1].isalnum() and right[:1].isalnum()
    return right[:1].isdecimal() and (left[-1].isdecimal() or (left[-1] in ".," and left[-2:-1].isdecimal()))


def _is_roman(letter: str) -> bool:
    """Return whether a letter is a number that is spelled with letters, like Ⅷ."""
    return letter != "" and unicodedata.category(letter) == "Nl"


def _level(letter: str) -> str:
    """Return `<super>`, `<sub>` or nothing."""
    tag = unicodedata.decomposition(letter).partition(" ")[0] if letter else ""
    return tag if tag in ("<super>", "<sub>") else ""


def _holds(text: str, code_page: str) -> bool:
    try:
        text.encode(code_page)
    except UnicodeEncodeError:
        return False
    return True


def _piece(letter: str, code_page: str) -> str | None:
    """Return a letter or its stand-in, or None."""
    return letter if _holds(letter, code_page) else _spelled(letter, code_page)


def _spelled(letter: str, code_page: str) -> str | None:
    """Return the stand-in of a letter, or None."""
    if letter in STAND_INS:
        return STAND_INS[letter]
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    tag, parts = _parts(letter)
    if not parts:
        return _circled(letter)
    if tag == "":  # a letter with an accent
        return _piece(parts[0], code_page) if _droppable(parts[1:], parts[0]) else None
    pieces = [_piece(part, code_page) for part in parts]
    if None in pieces:
        return None
    said = "".join(piece or "" for piece in pieces)
    return {"<super>": f"^{said}", "<sub>": f"_{said}", "<circle>": f"({said})"}.get(tag, said)


def _parts(letter: str) -> tuple[str, str]:
    """Return the kind of a letter's decomposition and its parts."""
    words = unicodedata.decomposition(letter).split()
    tag = words.pop(0) if words and words[0].startswith("<") else ""
    return tag, "".join(chr(int(word, 16)) for word in words)


def _circled(letter: str) -> str | None:
    number = unicodedata.numeric(letter, None)
    if number is None or number != int(number) or "CIRCLED" not in unicodedata.name(letter, ""):
        return None
    return f"({int(number)})"
