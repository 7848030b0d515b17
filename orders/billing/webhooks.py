"""The addresses that providers call. The answer is 200 once a message is stored; the sweep does the work."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bistro.core.kernel.errors import DomainError
from orders.billing import services


@csrf_exempt  # the signature proves the sender
@require_POST
def webhook(request: HttpRequest, code: str) -> HttpResponse:
    """Store a message of a provider. A wrong or old signature is 400, a repeated message 200."""
    try:
        new = services.receive_event(code=code, body=request.body, headers=request.headers)
    except DomainError as refusal:
        return HttpResponse(refusal.code, status=refusal.status, content_type="text/plain")
    return HttpResponse("stored" if new else "known", content_type="text/plain")
