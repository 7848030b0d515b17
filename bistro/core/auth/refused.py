"""A DRF exception that carries a DomainError, for refusals before a view runs."""

from rest_framework import exceptions

from bistro.core.kernel.errors import DomainError


class RefusedAPIException(exceptions.APIException):
    """A DomainError in the form of a DRF exception."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(error.message, error.code)
        self.error = error
        self.status_code = error.status
        if error.retry_after is not None:
            self.wait = error.retry_after
