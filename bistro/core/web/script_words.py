"""The texts that scripts of several pages show (static/js/words.js). Those of the order screen are apart."""

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def script_words() -> dict[str, Any]:
    """Return `refusals` by status or problem, `states` of a live page, and the other `texts` by their English.

    English pages have no `texts`, because scripts hold them. Scripts fill in names in braces.
    """
    english = get_language() == "en"
    return {"refusals": _refusals(), "states": _states(), "texts": {} if english else texts()}


def texts() -> dict[str, str]:
    """Return {English text: text in the present language}."""
    return {**_messages(), **_floor(), **_timeline(), **_kitchen(), **_live()}


def _refusals() -> dict[str, str]:
    return {
        "401": _("You are signed out. Sign in and try again."),
        "403": _("Not allowed, or the page was open for too long. Reload the page and try again."),
        "404": _("Already gone. Someone else may have finished it."),
        "413": _("Too much at once."),
        "429": _("Too many requests. Wait a moment and try again."),
        "503": _("The server is busy. Wait a moment and try again."),
        "storage_full": _("The server's disk is full, so nothing was saved. Tell the owner; then try again."),
        "storage_damaged": _("The server's database is damaged. Tell the owner: the newest backup must be restored."),
        "unsent": _("No connection, nothing was sent."),
        "unanswered": _("No answer yet. Look before you try again."),
        "other": _("Something went wrong on the server. Nothing was changed. Try again."),
    }


def _states() -> dict[str, str]:
    return {
        "live": _("LIVE"),
        "stale": _("NOT LIVE"),
        "delayed": _("EVERY 5 S"),
        "reconnecting": _("RECONNECTING"),
        "connecting": _("CONNECTING"),
    }


def _messages() -> dict[str, str]:
    return {
        "Undo": _("Undo"),
        "{ticket} has changed. Check it again.": _("{ticket} has changed. Check it again."),
        "Close": _("Close"),
        "Try again": _("Try again"),
        "Slips print automatically while this page is open.": _("Slips print automatically while this page is open."),
        "NOT PRINTING: the server answers {status}. Reload this page.": _(
            "NOT PRINTING: the server answers {status}. Reload this page."
        ),
        "NOT PRINTING: the server does not answer. Printing continues when it does.": _(
            "NOT PRINTING: the server does not answer. Printing continues when it does."
        ),
    }


def _floor() -> dict[str, str]:
    return {
        "There is no table {table}.": _("There is no table {table}."),
        "Type the number of the table.": _("Type the number of the table."),
        "Table {table}": _("Table {table}"),
        "Fetching them…": _("Fetching them…"),
        "The orders have changed.": _("The orders have changed."),
        "Close the open form to see them.": _("Close the open form to see them."),
    }


def _timeline() -> dict[str, str]:
    return {
        "{name}: {time}, {table}. Press Enter to move, Escape to cancel.": _(
            "{name}: {time}, {table}. Press Enter to move, Escape to cancel."
        ),
    }


def _kitchen() -> dict[str, str]:
    return {
        "Read the change first, then press Enter": _("Read the change first, then press Enter"),
        "NEW": _("NEW"),
        "CHANGED": _("CHANGED"),
        "LATE": _("LATE"),
        "READY": _("READY"),
        "and {count} more": _("and {count} more"),
        "page {page}": _("page {page}"),
        "ready {count}": _("ready {count}"),
        "Sound off": _("Sound off"),
        "Sound on": _("Sound on"),
        "Tap to allow sound": _("Tap to allow sound"),
        "late {count}": _("late {count}"),
    }


def _live() -> dict[str, str]:
    return {
        "in {minutes} min": _("in {minutes} min"),
        "now": _("now"),
        "· {age} s old": _("· {age} s old"),
    }
