"""The codes of vouchers: 80 random bits in letters and digits that nobody confuses."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U
LENGTH = 16
READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def new_code() -> str:
    """Return a new code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _each in range(LENGTH))


def code_in(typed: str) -> str:
    """Return a typed or scanned code without hyphens and spaces, with letters read as the digits that they look like.

    Returns "" for what cannot be a code.
    """
    code = typed.strip().upper().translate(READ_AS)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def grouped(code: str) -> str:
    """Return a code as people read it: four groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))
