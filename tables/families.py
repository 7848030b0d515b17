"""The family of a party: itself and all who joined it, whose orders and bookings it has."""

from bistro.core.speed.compiled_queries import CompiledQuery
from tables.models import Party

# parties → (party) of those that joined them
_joined_parties = CompiledQuery(
    lambda parties: Party.objects.filter(joined_to__any_of=parties).order_by().values_list("pk")
)


def family_of(party: Party) -> set[int]:
    """Return the ids of a party and of all parties that joined it. Costs a query, and one for each further level."""
    family, newest = {party.pk}, {party.pk}
    while newest:
        found = {key for (key,) in _joined_parties(newest)}
        newest = found - family
        family |= newest
    return family
