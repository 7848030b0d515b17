"""Serializers that document the answers of the API of documents."""

from rest_framework import serializers

from bistro.core.api.schema import shown
from orders.documents.api import examples
from orders.documents.transitions import DocumentKind


@shown(examples.DOCUMENT)
class DocumentOutput(serializers.Serializer):
    """A receipt, invoice, credit note or cancelled receipt. `position` and `hash` are its place in the chain."""

    id = serializers.IntegerField()
    number = serializers.CharField()
    kind = serializers.ChoiceField(DocumentKind.choices)
    position = serializers.IntegerField()
    payment = serializers.IntegerField(allow_null=True)
    refund = serializers.IntegerField(allow_null=True)
    corrects = serializers.IntegerField(allow_null=True, help_text="Id of the document that this one corrects.")
    total = serializers.CharField(help_text="The sale without tip; negative for what goes back.")
    currency = serializers.CharField()
    business_date = serializers.DateField()
    issued_at = serializers.DateTimeField()
    previous = serializers.CharField()
    hash = serializers.CharField()


@shown({**examples.DOCUMENT, "link": "https://bistro.example.com/receipt/S3cr3t/", "content": {"lines": []}})
class WholeDocumentOutput(DocumentOutput):
    """A document with the link for its guests and its content, whose canonical text is hashed."""

    link = serializers.CharField(allow_null=True, help_text="For those who take payments.")
    content = serializers.DictField()
