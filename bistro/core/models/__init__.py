"""Models of the core: restaurants, people, devices and the event log."""

from bistro.core.models.devices import Device, EnrolmentCode, Pairing
from bistro.core.models.feed import DayNumber, Event, FeedEpoch, FeedHead, Seal, SealHead
from bistro.core.models.hours import OpeningException, OpeningHours
from bistro.core.models.people import Invitation, Membership, PasswordReset, Staff
from bistro.core.models.pins import Pin, PinTries, TabletSession
from bistro.core.models.restaurants import Restaurant

__all__ = [
    "DayNumber",
    "Device",
    "EnrolmentCode",
    "Event",
    "FeedEpoch",
    "FeedHead",
    "Invitation",
    "Membership",
    "OpeningException",
    "OpeningHours",
    "Pairing",
    "PasswordReset",
    "Pin",
    "PinTries",
    "Restaurant",
    "Seal",
    "SealHead",
    "Staff",
    "TabletSession",
]
