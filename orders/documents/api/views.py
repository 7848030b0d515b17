"""The API of documents (docs/contracts/documents.md)."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from bistro.core.api.pagination import Pages, number_param
from bistro.core.api.schema import refusal
from bistro.core.auth.access import api_actor, request_actor, requires
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from orders.documents.access import document_for
from orders.documents.api.serializers import DocumentOutput, WholeDocumentOutput
from orders.documents.models import Document
from orders.documents.page import link_of
from orders.documents.representations import document_json
from orders.documents.transitions import DocumentKind

NO_DOCUMENT = refusal(404, "No such document", "document_not_found", "There is no such document.")
KIND = OpenApiParameter("series", str, description="Kind of document: receipt, invoice, credit, cancelled, training.")
FROM = OpenApiParameter("from", int, description="First place in the chain, from 1.")


class DocumentList(GenericAPIView[Document]):
    """The documents of the restaurant in the order of the chain, so that a program can verify it."""

    subject = "Bills"
    summary = "List receipts and other documents"
    permission_classes = [requires(Permission.READ_ORDERS)]
    pagination_class = Pages
    filter_backends: list[Any] = []

    def get_queryset(self) -> QuerySet[Document]:
        rows: QuerySet[Document] = Document.objects.visible_to(request_actor(self.request)).order_by("position")
        rows = rows.filter(position__gte=number_param(self.request, "from", 1, least=1))
        kind = self.request.query_params.get("series", "")
        if kind and kind not in DocumentKind.values:
            message = gettext("There is no such kind of document.")
            raise InvalidInput(message, fields={"series": [message]})
        return rows.filter(kind=kind) if kind else rows

    @extend_schema(responses=DocumentOutput(many=True), parameters=[KIND, FROM])
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        return self.get_paginated_response([document_json(document) for document in page])


class DocumentDetail(APIView):
    """A document with all that is printed on it."""

    subject = "Bills"
    summary = "Read a receipt or another document"
    permission_classes = [requires(Permission.READ_ORDERS)]

    @extend_schema(responses={200: WholeDocumentOutput, **NO_DOCUMENT})
    def get(self, request: Request, pk: int) -> Response:
        actor = api_actor(request)
        document = document_for(actor, pk)
        content, link = dict(document.content), None
        if actor.may(Permission.TAKE_PAYMENT):
            link = link_of(document)
        else:
            content.pop("customer", None)
        return Response({**document_json(document), "link": link, "content": content})
