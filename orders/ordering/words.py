"""The texts that the order screen's scripts show, translated here. Names in braces are filled in by the scripts."""

from django.utils.translation import gettext


def words() -> dict[str, str]:
    """Return the texts by name."""
    return {**_check(), **_draft(), **_sending(), **_tiles()}


def _check() -> dict[str, str]:
    return {
        "table": gettext("Table"),
        "seat": gettext("Seat {seat}"),
        "course": gettext("Course {course}"),
        "at_once": gettext("goes at once"),
        "waits": gettext("waits until you fire it"),
        "fire": gettext("Fire on send"),
        "hold": gettext("Hold"),
        "choose": gettext("Choose {count}"),
        "included": gettext("included"),
        "allergy": gettext("ALLERGY {names}"),
        "keep": gettext("Keep, tell the kitchen"),
        "contains": gettext("{dish} contains {names}."),
        "removed": gettext("{dish} taken off."),
        "undo": gettext("Undo"),
        "change": gettext("Change {dish}"),
        "on_check": gettext("{count} on this check"),
        "by": gettext("by {name}"),
        "new": gettext("New {total}"),
        "before_tax": gettext("New {total} before tax"),
        "check": gettext("New {total} · check {check}"),
        "check_only": gettext("Check {check}"),
        "new_count": gettext("{count} new"),
        "note_title": gettext("Note to the kitchen"),
        "seat_title": gettext("Seat"),
        "course_title": gettext("Course"),
        "allergies_title": gettext("Allergies of the guest who gets it"),
    }


def _draft() -> dict[str, str]:
    return {
        "saved": gettext("Draft kept"),
        "minutes": gettext("about {minutes} min"),
        "saving": gettext("Saving…"),
        "offline": gettext("No connection. The draft is kept in this browser."),
        "gone": gettext("{dish} was sent or removed by a colleague."),
        "off_draft": gettext("{dish} is sold out."),
        "load_again": gettext("Load again"),
        "draft_by": gettext("Draft by {name}, {time}"),
    }


def _sending() -> dict[str, str]:
    return {
        "send": gettext("Send {count}"),
        "send_none": gettext("Send"),
        "to": gettext("to {stations}"),
        "course_waits": gettext("course {course} waits"),
        "missing": gettext("{dish}: {group} is missing"),
        "ask": gettext("{dish}: read the allergy warning"),
        "sending": gettext("Sending…"),
        "retrying": gettext("No connection. This Send is tried again as long as this page is open."),
        "sent": gettext("Sent to {stations}"),
        "sent_plain": gettext("Sent"),
        "received": gettext("Kitchen has it"),
        "held_only": gettext("Sent. The course waits until you fire it."),
        "old": gettext("Two minutes have passed since you pressed Send. Send it now?"),
        "changed": gettext("A price or a dish changed since you pressed Send. Look at the check. Send it now?"),
        "send_now": gettext("Send now"),
        "not_now": gettext("Not now"),
        "cancel_send": gettext("Stop trying"),
        "unsure": gettext("Nobody knows yet whether the kitchen got it. Trying again sends it once at most."),
    }


def _tiles() -> dict[str, str]:
    return {
        "left": gettext("{count} left"),
        "sold_out": gettext("86, sold out"),
        "paused": gettext("paused until {time}"),
        "not_for": gettext("not for seat {seats}"),
        "not_for_party": gettext("not for this party"),
        "none_found": gettext("No dish with these letters."),
        "none_here": gettext("No dishes here. A manager adds dishes under Admin, Menu."),
        "favourites": gettext("Favourites"),
        "found": gettext("{count} found"),
        "options": gettext("{dish}: how many, 86"),
        "typed": gettext("price is typed"),
        "failed": gettext("That did not work. Try again."),
    }
