"""The hooks of `bistro/wiring.py`: functions of higher apps that lower apps call by name."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from bistro import wiring
from bistro.core.kernel import hooks
from bistro.core.kernel.hooks import hook

LISTS = {
    name: value
    for name, value in vars(wiring).items()
    if name.isupper() and not name.startswith("_") and name not in ("PLACES", "APPEND_ONLY")  # pages and tables
}


def paths_in(value: Any) -> Iterator[str]:
    """Return every dotted path in a list of hooks, whatever its form."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *paths_in(inner))
    else:
        for inner in value:
            yield from paths_in(inner)


def test_the_known_lists_are_there():
    assert set(LISTS) >= {"EVENT_REACTIONS", "FLOOR_ALARMS", "SWEEPS", "ORDER_QUOTES", "ORDER_STATIONS"}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_hook_can_be_imported(name):
    paths = list(paths_in(LISTS[name]))
    assert paths != []
    for path in paths:
        found = hook(path)
        assert callable(found), path
        assert found.__module__.startswith(path.rpartition(".")[0]), f"{path} is listed by another name than its own"


def test_every_place_of_the_shell_has_its_pages():
    for place in wiring.PLACES:
        for view in (place.view, *place.also):
            assert reverse(view).startswith("/"), place.key


@pytest.mark.parametrize("path", ["kitchen.alarms.no_such_function", "no_such_app.alarms.unseen_tickets"])
def test_a_wrong_path_is_found(path):
    with pytest.raises(ImportError):
        hook(path)


@pytest.mark.django_db
def test_pages_import_no_hook_a_second_time(house, monkeypatch):
    waiter, sheet = house.browser("waiter"), f"/floor/tables/{house.table.pk}/"
    chosen = {f"quantity-{house.item.pk}": "1", "key": "k", "do": "add"}
    assert waiter.post(f"{sheet}order/", chosen).status_code == 302
    imported = []
    real = hooks.import_string
    monkeypatch.setattr(hooks, "import_string", lambda path: imported.append(path) or real(path))
    hook.cache_clear()
    for _ in range(2):
        for page in ("/floor/", sheet, f"{sheet}order/"):
            assert waiter.get(page).status_code == 200
    shell = [wiring.SHELL_ALARMS, *wiring.SHELL_FACTS]
    assert sorted(imported) == sorted([*wiring.FLOOR_ALARMS, *shell, wiring.ORDER_QUOTES, wiring.ORDER_STATIONS])
