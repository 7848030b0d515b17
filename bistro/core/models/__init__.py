"""Models of the core: restaurants, people, devices and the event log."""

from bistro.core.models.devices import Device, EnrolmentCode, Pairing
from bistro.core.models.feed import DayNumber, Event, FeedEpoch, FeedHead, Seal, SealHead
from bistro.core.models.hours import OpeningException, OpeningHours
from bistro.core.models.people import Invitation, Membership, PasswordReset, Staff
from bistro.core.models.pins import Pin, PinTries, TabletSession
from bistro.core.models.restaurants import Restaurant
from bistro.core.models.second_factors import RecoveryCode, SecondFactor

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
    "RecoveryCode",
    "Restaurant",
    "Seal",
    "SealHead",
    "SecondFactor",
    "Staff",
    "TabletSession",
]
