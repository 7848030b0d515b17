"""The key of a form that creates something: `{% once_field %}` in the template, `once_of` in the view.

A second tap, or a form that is sent again after a lost answer, then creates nothing more.
"""

from django.http import HttpRequest

from bistro.core.api.idempotency import fingerprint
from bistro.core.kernel.once import Once

FIELD = "key"
LONGEST = 64


def once_of(request: HttpRequest) -> Once | None:
    """Return the key of a sent form, None without one.

    The content is part of the key: after the browser's back button the same form can be sent with another content.
    """
    key = "".join(request.POST.get(FIELD, "").split())[:LONGEST]
    if not key or not key.isascii() or not key.isprintable():
        return None
    typed = {name: request.POST.getlist(name) for name in request.POST if name not in (FIELD, "csrfmiddlewaretoken")}
    content = fingerprint({**typed, "": request.path})
    return Once(f"{key}:{content}", content)
