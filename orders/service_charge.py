"""The service charge of bills, as `orders.owing` computes it with the dishes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from bistro.core.kernel.money import ZERO, Rounding, short
from menu.taxes import Components


class ServiceTerms(NamedTuple):
    """The terms of a service charge. `taxes` are its own, or None if each part is taxed as the dish that it is for."""

    name: str
    percent: Decimal
    taxes: Components | None


class ServicePart(NamedTuple):
    """The part of a service charge for a line: without tax where tax is added."""

    amount: Decimal
    terms: ServiceTerms


class Amounts(NamedTuple):
    """Amounts of lines after comps and discounts, {line id: amount}, and their parts of the service charge."""

    lines: Mapping[int, Decimal]
    service: Mapping[int, ServicePart]


AS_ORDERED = Amounts({}, {})


@dataclass(slots=True)
class ServiceLine:
    """The parts of a service charge that have the same taxes. They are one line of documents."""

    terms: ServiceTerms
    components: Components
    parts: dict[int, Decimal]

    @property
    def amount(self) -> Decimal:
        return sum(self.parts.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Service:
    """The service charge of a bill as guests pay it. `amount` includes its `tax`.

    `lines` are its lines on documents, {negative id: amount}; `parts` the part of each dish, {line id: amount}, and
    `line_of` names the line that a dish's part is in. Lines and parts both add up to `amount`.
    """

    words: str = ""
    amount: Decimal = ZERO
    tax: Decimal = ZERO
    lines: Mapping[int, Decimal] = field(default_factory=dict)
    parts: Mapping[int, Decimal] = field(default_factory=dict)
    line_of: Mapping[int, int] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        """Return the service charge without its tax."""
        return self.amount - self.tax


NO_SERVICE = Service()


def service_lines(
    lines: Iterable[tuple[int, Components]], service: Mapping[int, ServicePart], mode: str, rounding: Rounding
) -> dict[int, ServiceLine]:
    """Return the lines of the service charge for these dishes, {negative id: line}.

    The id follows from the rule of tax, the terms and the taxes, so that all documents of a bill name the same line
    alike.
    """
    found: dict[int, ServiceLine] = {}
    for line, components in lines:
        part = service.get(line)
        if part is not None and part.amount:
            taxes = components if part.terms.taxes is None else part.terms.taxes
            key = _id_of((mode, rounding.level, rounding.mode), part.terms, taxes)
            found.setdefault(key, ServiceLine(part.terms, taxes, {})).parts[line] = part.amount
    return found


def words_of(terms: ServiceTerms) -> str:
    """Return the name of a service charge with its percentage."""
    return f"{terms.name} {short(terms.percent)} %"


def _id_of(rule: Sequence[str], terms: ServiceTerms, taxes: Components) -> int:
    names = [f"{name} {short(percent)}" for name, percent in taxes]
    text = "\n".join([*rule, terms.name, short(terms.percent), *names])
    return -1 - int.from_bytes(sha256(text.encode()).digest()[:6])  # 48 bits are exact in JSON too
