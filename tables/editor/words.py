"""The texts that the scripts of the floor editor show. They fill in the names in braces."""

from django.utils.translation import gettext


def editor_words() -> dict[str, str]:
    """Return the texts by name."""
    return {**_items(), **_selection(), **_changes(), **_saving()}


def _items() -> dict[str, str]:
    return {
        "word": gettext("Table"),
        "round": gettext("round"),
        "square": gettext("square"),
        "rectangle": gettext("rectangle"),
        "wall": gettext("Wall"),
        "door": gettext("Door"),
        "window": gettext("Window"),
        "block": gettext("Block"),
        "text": gettext("Text"),
        "floor": gettext("Floor"),
        "items": gettext("{count} items"),
        "seats": gettext("seats: {count}"),
        "at": gettext("at {x}, {y}"),
        "turned": gettext("turned by {degrees}°"),
    }


def _selection() -> dict[str, str]:
    return {
        "selected": gettext("Selected: {names}"),
        "nothing": gettext("Nothing is selected."),
        "select_first": gettext("Select something first."),
        "select_two": gettext("Select at least two."),
        "select_three": gettext("Select at least three."),
        "edge": gettext("The edge of the floor."),
        "clash": gettext("Tables overlap: {names}"),
    }


def _changes() -> dict[str, str]:
    return {
        "moved": gettext("{names}: moved to {x}, {y}."),
        "resized": gettext("{names}: now {width} × {height}."),
        "rotated": gettext("{names}: turned to {degrees}°."),
        "seats_now": gettext("{names}: seats: {count}."),
        "changed": gettext("{names}: changed."),
        "aligned": gettext("{names}: aligned."),
        "distributed": gettext("{names}: equal gaps."),
        "duplicated": gettext("{names}: copied."),
        "removed": gettext("{names}: removed."),
        "in_tray": gettext("{names}: in the tray."),
        "placed": gettext("{names}: placed at {x}, {y}."),
        "added_one": gettext("{name} is added."),
        "added": gettext("{count} tables are added, the last is {name}."),
        "no_room": gettext("{count} lie in the tray, because the floor has no room for them."),
        "fixture_added": gettext("{name} is added in the middle."),
        "floor_added": gettext("{name} is added."),
        "floor_removed": gettext("{name} is removed. Its tables lie in the tray."),
        "last_floor": gettext("This is the only floor. It stays."),
        "undone": gettext("Undone: {words}"),
        "redone": gettext("Done again: {words}"),
        "nothing_to_undo": gettext("There is nothing to undo."),
        "nothing_to_redo": gettext("There is nothing to do again."),
    }


def _saving() -> dict[str, str]:
    return {
        "saved": gettext("The plan is saved."),
        "all_saved": gettext("Saved"),
        "saving": gettext("Saving…"),
        "unsaved": gettext("Not saved: {count}"),
        "unsent": gettext("No connection, nothing was saved. Try again."),
        "refused": gettext("The server answers {status}. Nothing was saved."),
        "joined": gettext("The changes of both are joined."),
        "mine": gettext("Mine"),
        "theirs": gettext("The other person’s"),
        "gone": gettext("removed"),
        "they_added": gettext("{name}: added"),
        "they_changed": gettext("{name}: changed"),
        "they_removed": gettext("{name}: removed"),
    }
