"""Dishes that are ticked on the bill's page and moved to another share."""

from collections.abc import Container
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count

from django.http import QueryDict
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.numbers import whole_number
from orders.billing.columns import can_move, claims_of, shown_shares, takes_dishes
from orders.billing.services import Claim
from orders.billing.splitting import Parts
from orders.billing.statements import Statement
from orders.billing.transitions import ShareKind

MOST_LINES = 500
EVERY, NEW = "all", "new"  # targets that are no share


@dataclass(frozen=True, slots=True)
class Target:
    """A share that dishes can be moved to, with the parts of dishes that it has. The rest has no claim of its own.

    `label` is "" for one that gets a number.
    """

    id: int | None
    label: str
    parts: Parts
    is_rest: bool = False


def claims_in(data: QueryDict, statement: Statement) -> list[Claim]:
    """Return the shares of dishes after the ticked lines were moved. Nothing is left if the rest has all dishes.

    `to` is the id of a share, `all` to share the dishes among all of them, or `new`, which is the default.
    Without `to` the new share replaces equal parts and shares of an amount.
    Raises InvalidInput (`other_shares`, `too_few_shares`), NotYours (`share_not_found`).
    """
    ticked = _ticked(data)
    if not ticked:
        message = gettext("Tick the dishes first.")
        raise InvalidInput(message, fields={"line": [message]})
    if data.get("to") and not can_move(statement):
        message = gettext("Dishes cannot be moved to equal parts or amounts. Remove the split first.")
        raise InvalidInput(message, code="other_shares", fields={"to": [message]})
    claims = claims_of(statement)
    free = _free(ticked, statement, claims)
    targets = _targets(statement, claims)
    to = data.get("to", "") or NEW
    if to == NEW:
        targets.append(Target(None, "", {}))
    if to == EVERY and len(targets) < 2:
        message = gettext("Dishes are shared by at least two open bills.")
        raise InvalidInput(message, code="too_few_shares", fields={"to": [message]})
    chosen = [target for target in targets if to == EVERY or target.id == (None if to == NEW else whole_number(to))]
    if not chosen:
        raise NotYours(gettext("There is no such share of this bill. Load it again."), code="share_not_found")
    given = {line: part / len(chosen) for line, part in free.items()}
    others = [_without(target, ticked) for target in targets]
    if len(chosen) == 1:
        others, given = _follow(others, targets, chosen[0], given, ticked)
    moved = [_with(rest, given) if target in chosen else rest for rest, target in zip(others, targets, strict=True)]
    return _labelled([target for target in moved if target.parts and not target.is_rest], statement)


def _labelled(targets: list[Target], statement: Statement) -> list[Claim]:
    """Return the claims of shares. Those without a label are numbered."""
    used = {target.label for target in targets} | {s.share.words for s in statement.shares if s.share.is_locked}
    claims = []
    for target in targets:
        label = target.label or _new_label(used)
        used.add(label)
        claims.append(Claim(label, target.parts))
    return claims


def _follow(
    others: list[Target], before: list[Target], to: Target, given: Parts, ticked: set[int]
) -> tuple[list[Target], Parts]:
    """Let the parts of shared dishes follow a guest whose own dishes have all moved to one share."""
    found, followed = [], dict(given)
    for rest, target in zip(others, before, strict=True):
        own = {line for line, part in target.parts.items() if part == 1}
        if target != to and not target.is_rest and own and own <= ticked:
            for line, part in rest.parts.items():
                followed[line] = followed.get(line, Fraction(0)) + part
            rest = replace(rest, parts={})
        found.append(rest)
    return found, followed


def _targets(statement: Statement, claims: dict[int, Parts]) -> list[Target]:
    """Return the open shares of dishes. Those of seats get numbers, because they will have dishes of other seats."""
    found = []
    for state in shown_shares(statement):
        share = state.share
        if takes_dishes(state):
            label = "" if share.kind == ShareKind.SEAT else share.words
            found.append(Target(share.pk, label, claims.get(share.pk, {}), share.kind == ShareKind.REST))
    return found


def _new_label(used: Container[str]) -> str:
    names = (gettext("Bill %(number)s") % {"number": number} for number in count(1))
    return next(name for name in names if name not in used)


def _free(ticked: set[int], statement: Statement, claims: dict[int, Parts]) -> Parts:
    """Return what of the ticked lines is in no locked share."""
    free: Parts = dict.fromkeys(ticked, Fraction(1))
    for state in statement.shares:
        if state.share.is_locked:
            for line, part in claims.get(state.share.pk, {}).items():
                if line in free:
                    free[line] -= part
    return free


def _without(target: Target, ticked: set[int]) -> Target:
    return replace(target, parts={line: part for line, part in target.parts.items() if line not in ticked})


def _with(target: Target, given: Parts) -> Target:
    parts = dict(target.parts)
    for line, part in given.items():
        if part > 0:
            parts[line] = parts.get(line, Fraction(0)) + part
    return replace(target, parts=parts)


def _ticked(data: QueryDict) -> set[int]:
    """Return the ids of the ticked lines. The box of a seat has those of all its lines, with commas."""
    sent = ",".join(data.getlist("line")[:MOST_LINES]).split(",")[:MOST_LINES]
    numbers = (whole_number(each, least=1) for each in sent)
    return {number for number in numbers if number is not None}
