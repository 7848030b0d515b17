"""The hooks of `bistro/wiring.py`: functions of higher apps that lower apps call by name."""

from collections.abc import Iterator
from typing import Any

import pytest

from bistro import wiring
from bistro.core.kernel import hooks
from bistro.core.kernel.hooks import hook

LISTS = {name: value for name, value in vars(wiring).items() if name.isupper() and not name.startswith("_")}


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
    assert set(LISTS) >= {"EVENT_REACTIONS", "FLOOR_ALARMS", "SWEEPS", "ORDER_QUOTES"}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_hook_can_be_imported(name):
    paths = list(paths_in(LISTS[name]))
    assert paths != []
    for path in paths:
        found = hook(path)
        assert callable(found), path
        assert found.__module__.startswith(path.rpartition(".")[0]), f"{path} is listed by another name than its own"


@pytest.mark.parametrize("path", ["kitchen.alarms.no_such_function", "no_such_app.alarms.unseen_tickets"])
def test_a_wrong_path_is_found(path):
    with pytest.raises(ImportError):
        hook(path)


@pytest.mark.django_db
def test_pages_import_no_hook_a_second_time(house, monkeypatch):
    waiter, sheet = house.browser("waiter"), f"/floor/tables/{house.table.pk}/"
    imported = []
    real = hooks.import_string
    monkeypatch.setattr(hooks, "import_string", lambda path: imported.append(path) or real(path))
    hook.cache_clear()
    for _ in range(2):
        for page in ("/floor/", sheet):
            assert waiter.get(page).status_code == 200
    assert sorted(imported) == sorted([*wiring.FLOOR_ALARMS, wiring.ORDER_QUOTES])
