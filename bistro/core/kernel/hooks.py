"""Functions of higher apps that a lower app calls without importing them; `bistro/wiring.py` lists their paths."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.utils.module_loading import import_string


@cache
def hook(path: str) -> Callable[..., Any]:
    """Return the function at a dotted path. Each process imports it once."""
    function: Callable[..., Any] = import_string(path)
    return function
