"""The API of parties (docs/contracts/bistro.md)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from orders.api.outputs import PartyOutput
from orders.api.serializers import AllergiesInput
from orders.api.whole_body import read_body
from orders.services import declare_allergies
from tables.representations import party_json


class PartyAllergies(APIView):
    """The call that replaces the declared allergies of a seat or of the whole party. Open orders follow."""

    subject = "Floor"
    summary = "Declare allergies of guests"
    permission_classes = [requires(Permission.DECLARE_ALLERGIES)]

    @extend_schema(request=AllergiesInput, responses=PartyOutput)
    def post(self, request: Request, pk: int) -> Response:
        refusals = Refusals()
        body = read_body(request, AllergiesInput, refusals)
        party = declare_allergies(party_id=pk, actor=api_actor(request), **body, problems=refusals.found)
        return Response(party_json(party, table_name=party.table.name if party.table else ""))
