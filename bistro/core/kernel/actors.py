"""Who is doing something. Made by the doors, passed to services, written into the event log."""

from dataclasses import dataclass

from bistro.core.kernel.errors import NotPermitted
from bistro.core.kernel.roles import PERMISSIONS, Permission


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff, a device or the system itself, in one restaurant.

    `kind` is `staff`, `device` or `system`; `id` the row's key (0 for the system); `label` what people read in the log.
    """

    kind: str
    id: int
    restaurant_id: int | None
    roles: frozenset[str]
    device_id: int | None = None
    label: str = ""

    @classmethod
    def system(cls, restaurant_id: int | None, label: str) -> "Actor":
        """The product itself: the demo, an import, a sweep."""
        return cls("system", 0, restaurant_id, frozenset(), None, label)

    @property
    def credential(self) -> str:
        """What an idempotency key belongs to. A device keeps it when its token is rotated."""
        return f"{self.kind}:{self.id}"

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    def may(self, act: Permission) -> bool:
        """Whether the table of rights allows `act`; the system may do everything."""
        return self.kind == "system" or any(act in PERMISSIONS[role] for role in self.roles)

    def require(self, act: Permission) -> None:
        """Raise NotPermitted unless the actor may."""
        if not self.may(act):
            raise NotPermitted(f"{self.label or 'This credential'} cannot {act.words}.")
