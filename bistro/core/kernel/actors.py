"""The actor of a request: created by entry points, passed to services, written into the event log."""

from dataclasses import dataclass

from django.utils.translation import gettext

from bistro.core.kernel.errors import NotPermitted
from bistro.core.kernel.roles import NOT_BY_PIN, PERMISSIONS, Permission


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff, a device, a guest or the system itself, in one restaurant.

    `kind` is `staff`, `device`, `guest` or `system`. `id` is the primary key of the Staff or Device row, 0 for the
    system, that of the party for a guest with a link, who has no role.
    `label` is the name that the event log shows. A member of staff with a `device_id` came by PIN on a shared tablet.
    `language` is the one that a person has chosen; empty means the restaurant's.
    """

    kind: str
    id: int
    restaurant_id: int | None
    roles: frozenset[str]
    device_id: int | None = None
    label: str = ""
    language: str = ""

    @classmethod
    def system(cls, restaurant_id: int | None, label: str) -> "Actor":
        """Return the actor of the product itself, for example of the demo, an import or a sweep."""
        return cls("system", 0, restaurant_id, frozenset(), None, label)

    @classmethod
    def guest(cls, restaurant_id: int, party_id: int) -> "Actor":
        """Return the actor of a guest who opened the link of a party's bill."""
        return cls("guest", party_id, restaurant_id, frozenset(), None, "Guest")

    @property
    def credential(self) -> str:
        """Return `kind:id`, the owner of idempotency keys. A device keeps it when its token is rotated."""
        return f"{self.kind}:{self.id}"

    @property
    def is_staff(self) -> bool:
        return self.kind == "staff"

    @property
    def is_guest(self) -> bool:
        """Return whether this is a guest who opened a link."""
        return self.kind == "guest"

    @property
    def came_by_pin(self) -> bool:
        """Return whether this is a person on a shared tablet."""
        return self.is_staff and self.device_id is not None

    def may(self, permission: Permission) -> bool:
        """Return whether PERMISSIONS allows `permission`. The system may do everything, a PIN opens no admin."""
        if permission in NOT_BY_PIN and self.came_by_pin:
            return False
        return self.kind == "system" or any(permission in PERMISSIONS[role] for role in self.roles)

    def require(self, permission: Permission) -> None:
        """Raise NotPermitted unless the actor has the permission."""
        if not self.may(permission):
            raise NotPermitted(
                gettext("%(who)s cannot %(words)s.")
                % {"who": self.label or gettext("This credential"), "words": permission.words}
            )
