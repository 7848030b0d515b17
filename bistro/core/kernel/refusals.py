"""Several refusals of one request, told together."""

from collections.abc import Iterable, Sequence

from bistro.core.kernel.errors import DomainError, InvalidInput, Malformed

MOST_TOLD = 5  # sentences in the message; `fields` has all of them


class Refusals:
    """The refusals of one request so far. `with refusals:` keeps a refusal of input instead of raising it."""

    __slots__ = ("found",)

    def __init__(self, found: Iterable[DomainError] = ()) -> None:
        self.found = list(found)

    def __enter__(self) -> None:
        """Begin a block whose refusal is kept."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        """Keep an InvalidInput; every other error is raised."""
        if isinstance(error, InvalidInput):
            self.found.append(error)
            return True
        return False

    def raise_any(self) -> None:
        """Raise one error for all refusals, if there are any."""
        if self.found:
            raise together(self.found)


class SeveralRefusals(InvalidInput):
    """Several refusals as one. `parts` are the single ones."""

    def __init__(self, parts: Sequence[DomainError]) -> None:
        self.parts = tuple(parts)
        messages = list(dict.fromkeys(part.message for part in parts))
        more = len(messages) - MOST_TOLD
        told = messages[:MOST_TOLD] + ([f"And {more} more."] if more > 0 else [])
        codes = {part.code for part in parts}
        super().__init__(" ".join(told), code=codes.pop() if len(codes) == 1 else None, fields=_fields(parts))


def together(refusals: Iterable[DomainError]) -> DomainError:
    """Return one error that reports all refusals: the only one unchanged, several as 422.

    What depends on a malformed field cannot be judged and is left out.
    """
    parts = [part for refusal in refusals for part in getattr(refusal, "parts", (refusal,))]
    malformed = {field for part in parts if isinstance(part, Malformed) for field in part.fields}
    kept = [part for part in parts if isinstance(part, Malformed) or not malformed or _is_apart(part, malformed)]
    return kept[0] if len(kept) == 1 else SeveralRefusals(kept)


def _is_apart(part: DomainError, malformed: Iterable[str]) -> bool:
    """Return whether a refusal names a field and none that is, holds, or is part of a malformed one."""
    return bool(part.fields) and not any(
        f"{field}.".startswith(f"{bad}.") or f"{bad}.".startswith(f"{field}.")
        for field in part.fields
        for bad in malformed
    )


def _fields(parts: Iterable[DomainError]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for part in parts:
        for field, messages in part.fields.items():
            told = fields.setdefault(field, [])
            told += [message for message in messages if message not in told]
    return fields
