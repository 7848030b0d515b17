"""The rules of plain English that a program can check, as pure functions: source text in, findings out.

`tests/test_plain_english.py` applies them and has their controls. CONTRIBUTING.md has the rules in full.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

# First words without a verb or a noun, as in "What stands before the values".
RIDDLES = frozenset(
    {
        "it", "its", "they", "their", "who", "whose", "what", "whatever", "whoever", "whether", "that", "those",
        "these", "this", "so", "as", "where", "when", "of", "for", "one", "how", "nobody", "somebody", "everybody",
    }
)  # fmt: skip
# Words of the project's former dialect, with the words that replace them.
TICS = {
    "anew": "again",
    "for ever": "permanently",
    "doorbell": "commit signal",
    "the same breath": "the same transaction",
    "by itself": "automatically",
    "by themselves": "automatically",
}
_TIC = re.compile("|".join(rf"\b{re.escape(tic)}\b" for tic in TICS))
_FIRST_WORD = re.compile(r"\W*([A-Za-z]+)")

Named = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def docstrings(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of the docstrings of a module, its classes and functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Named):
            text = ast.get_docstring(node)
            if text:
                yield node.body[0].lineno, text


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of the comments of a file."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def riddles(source: str, path: str) -> list[str]:
    """Return docstrings that begin with a pronoun or a conjunction instead of a verb or a noun."""
    found = []
    for line, text in docstrings(source):
        word = _FIRST_WORD.match(text)
        if word and word[1].lower() in RIDDLES:
            found.append(f"{path}:{line} begins with “{word[1]}”: write a verb (function) or a noun (class, module)")
    return found


def tics(source: str, path: str) -> list[str]:
    """Return docstrings and comments with words of the former dialect."""
    return [
        f"{path}:{line} “{tic}”: write “{TICS[tic]}” or the like"
        for line, text in [*docstrings(source), *comments(source)]
        for tic in _TIC.findall(text.lower())
    ]
