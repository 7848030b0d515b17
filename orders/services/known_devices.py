"""Devices that were authenticated from memory, as the batch reads them again."""

from bistro.core.auth.access import actor_of_device
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Device
from orders.order_commands import OrderRequest


class TokenEnded(DomainError):
    """A remembered token that has ended or has other rights now."""

    code = "invalid_token"
    status = 401

    def __init__(self) -> None:
        super().__init__("This device token is not known or was revoked.")


def is_same(device: Device, request: OrderRequest) -> bool:
    """Return whether the remembered token is still this device's token, with the same rights."""
    return device.token_hash == request.token_hash and actor_of_device(device) == request.actor
