"""The places of work: the pages that a person opens from the shell. `PLACES` in `bistro/wiring.py` lists them."""

from dataclasses import dataclass

from django.utils.functional import Promise

from bistro.core.kernel.roles import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the shell's rail.

    `view` is the name of its URL, `icon` is in static/img/sprite.svg. `permission` decides who sees the place. A phone
    has room for few places, so the others are behind "More" there. `about` says on the start page what it is for.
    `also` are views of the same place at other addresses. `shown` is the path of a function of the actor that decides
    whether a place with the permission is shown now; "" shows it always. `starts` is the path of one that decides
    whether a login may land there now; "" allows it always.
    """

    key: str
    label: str | Promise
    view: str
    icon: str
    permission: Permission
    on_phone: bool = True
    about: str | Promise = ""
    also: tuple[str, ...] = ()
    shown: str = ""
    starts: str = ""
