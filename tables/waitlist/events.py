"""Events of the waiting list. Programs receive a waiting party as a guest (docs/contracts/qtable.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.jsontext import moment
from tables.events import PartyEvent
from tables.models import TableOffer


@dataclass(frozen=True, kw_only=True)
class PartyWaits(PartyEvent):
    """A party that came onto the waiting list, with its quote."""

    type: ClassVar[str] = "guest_created"
    action: ClassVar[str] = "waiting"
    low: int
    high: int

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "quotedMinutes": self.high, "quotedFrom": self.low}


@dataclass(frozen=True, kw_only=True)
class PartyLeft(PartyEvent):
    """The departure of a party that waited and was not seated."""

    action: ClassVar[str] = "left"


@dataclass(frozen=True, kw_only=True)
class PartyRemoved(PartyEvent):
    """A party that a program took off the list."""

    type: ClassVar[str] = "guest_deleted"
    action: ClassVar[str] = "deleted"


@dataclass(frozen=True, kw_only=True)
class TableOffered(PartyEvent):
    """A table that is kept for a waiting party for some minutes."""

    action: ClassVar[str] = "offered"
    offer: TableOffer

    def data(self) -> Mapping[str, Any]:
        offer = self.offer
        return {**super().data(), "offeredTableId": str(offer.table.uid), "offeredUntil": moment(offer.until)}


@dataclass(frozen=True, kw_only=True)
class OfferEnded(PartyEvent):
    """The end of an offer that was taken back, or that lapsed because the party did not come in time."""

    action: ClassVar[str] = "offer_ended"
    lapsed: bool

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "lapsed": self.lapsed}
