"""The API of the floor (docs/contracts/floor.md)."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.auth.access import api_actor, requires
from bistro.core.kernel.roles import Permission
from orders.api.outputs import FloorOutput
from orders.floor.plan import read_floor, table_json
from orders.services import clear_table


class FloorTables(APIView):
    """Every table with its live state, and the feed position of that state."""

    subject = "Floor"
    summary = "Read the floor"
    permission_classes = [requires(Permission.READ_ORDERS)]

    @extend_schema(responses=FloorOutput)
    def get(self, request: Request) -> Response:
        floor = read_floor(api_actor(request))
        tables = [table_json(table) for table in floor.tables]
        return Response({"seq": floor.seq, "epoch": floor.epoch, "count": len(tables), "results": tables})


class ClearTable(APIView):
    """The call that completes the party of a table, so that the table is free."""

    subject = "Floor"
    summary = "Clear a table"
    permission_classes = [requires(Permission.CLEAR_TABLE)]

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        clear_table(table_id=pk, actor=api_actor(request))
        return Response(status=204)
