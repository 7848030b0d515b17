"""The managers' pages of webhooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSplitDateTimeWidget

from bistro.core.admin.base import SAFE_METHODS, manager_of
from bistro.core.admin.formats import moment_text
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.pages import form_page
from bistro.core.admin.services import ServiceAdmin
from bistro.core.kernel.errors import DomainError
from bistro.core.web.confirm_views import confirmed_in_admin
from bistro.webhooks import services
from bistro.webhooks.models import Hook, Trouble
from bistro.webhooks.posting import Outcome
from bistro.webhooks.topics import TOPICS
from bistro.webhooks.transitions import HookStatus

DELIVERIES_SHOWN = 30
SAID = ("name", "url", *TOPICS, "personal")


class PositionForm(forms.Form):
    """The form of another position in the log: a time or a number."""

    since = forms.SplitDateTimeField(
        label=_("Send again what happened since"), required=False, widget=UnfoldAdminSplitDateTimeWidget
    )
    seq = forms.IntegerField(
        label=_("or continue after the event with the number"),
        required=False,
        min_value=0,
        max_value=2**62,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse both or neither."""
        said: dict[str, Any] = super().clean() or {}
        if not self.errors and (said.get("since") is None) == (said.get("seq") is None):
            raise forms.ValidationError(gettext("Enter a time or a number."))
        return said


@admin.register(Hook)
class HookAdmin(ServiceAdmin):
    """Pages of webhooks, with what became of the last deliveries."""

    add_form = TenantForm
    list_display = ("name", "host", "state", "failing", "arrived_at")
    list_filter = ("status",)
    search_fields = ("name",)
    ordering = ("name", "pk")
    # Four in one menu, because six buttons beside each other are wider than a laptop.
    actions_detail = (
        "test",
        {"title": _("More actions"), "icon": "more_horiz", "items": ("rotate", "pause", "resume", "position")},
    )
    fields = (*SAID, "status_word", "last", "last_deliveries")
    readonly_fields = ("status_word", "last", "last_deliveries")
    add_view = confirmed_in_admin(ServiceAdmin.add_view)
    change_view = confirmed_in_admin(ServiceAdmin.change_view)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else SAID

    def add_by_service(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        hook, secret = services.add_hook(**_said(data), actor=manager_of(request))
        return self._secret_page(request, hook, secret)

    def change_by_service(self, request: HttpRequest, obj: Hook, data: dict[str, Any]) -> HttpResponse:
        services.change_hook(hook_id=obj.pk, **_said(data), actor=manager_of(request))
        self.message_user(request, gettext("“%(name)s” is saved.") % {"name": data["name"]}, messages.SUCCESS)
        return self.back_to_list()

    @action(description=_("Send a test"), icon="send", url_path="test", permissions=["run"])
    def test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a test at once, after a confirmation, and say what became of it."""
        hook = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            text = _("Sends an event of the type “test” now. Nothing else changes.")
            return self._ask(request, hook, gettext("Send a test"), text)

        def tested() -> HttpResponse:
            outcome = services.send_test(hook_id=hook.pk, actor=manager_of(request))
            level = messages.SUCCESS if outcome.arrived else messages.ERROR
            self.message_user(request, _outcome_text(outcome), level)
            return redirect(self.url_of("change", hook.pk))

        return self._done(request, hook, tested)

    @action(description=_("New secret"), icon="key", url_path="rotate", permissions=["run"])
    @confirmed_in_admin
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a new secret, after a confirmation, and show it once."""
        hook = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            text = _("For one day each event carries two signatures, one with the old secret and one with the new.")
            return self._ask(request, hook, gettext("New secret"), text)

        def rotated() -> HttpResponse:
            changed, secret = services.rotate_secret(hook_id=hook.pk, actor=manager_of(request))
            return self._secret_page(request, changed, secret)

        return self._done(request, hook, rotated)

    @action(description=_("Pause"), icon="pause", url_path="pause", permissions=["run"])
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Pause, after a confirmation."""
        text = _("Nothing is sent until you resume. What happens meanwhile is sent then.")
        return self._change(request, object_id, gettext("Pause"), text, services.pause_hook)

    @action(description=_("Resume"), icon="play_arrow", url_path="resume", permissions=["run"])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Resume, after a confirmation."""
        text = _("Everything that was not sent yet is sent now, in its order.")
        return self._change(request, object_id, gettext("Resume"), text, services.resume_hook)

    @action(description=_("Send again…"), icon="replay", url_path="position", permissions=["run"])
    def position(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask for a position in the log, and continue from there."""
        hook = self._own(request, object_id)
        form = PositionForm(None if request.method in SAFE_METHODS else request.POST)
        if form.is_valid():
            try:
                services.set_position(hook_id=hook.pk, **form.cleaned_data, actor=manager_of(request))
            except DomainError as refusal:
                form.add_error("seq" if refusal.fields else None, refusal.message)
            else:
                self.message_user(request, gettext("The events are sent from there on."), messages.SUCCESS)
                return redirect(self.url_of("change", hook.pk))
        text = _("An earlier position sends events again, with the same ids. A later one leaves events out.")
        title = f"{gettext('Send again')}: {hook}"
        return form_page(self, request, title=title, form=form, text=text, button=gettext("Send"))

    @admin.display(description=_("Host"))
    def host(self, hook: Hook) -> str:
        return hook.url.partition("://")[2].partition("/")[0]

    @display(
        description=_("State"),
        label={HookStatus.ON: "success", HookStatus.PAUSED: "info", HookStatus.STOPPED: "danger"},
    )
    def state(self, hook: Hook) -> tuple[str, str]:
        return hook.status, hook.get_status_display()

    @admin.display(description=_("State"))
    def status_word(self, hook: Hook) -> str:
        """Show the state, and since when the deliveries fail."""
        return f"{hook.get_status_display()}{f' · {self.failing(hook)}' if hook.failing_since else ''}"

    @admin.display(description=_("Failing since"))
    def failing(self, hook: Hook) -> str:
        if hook.failing_since is None:
            return "–"
        named = {"moment": moment_text(hook.failing_since), "count": hook.failures}
        return gettext("%(moment)s (%(count)s times)") % named

    @admin.display(description=_("Last event"))
    def last(self, hook: Hook) -> str:
        """Show the number, with which a person can ask for the events behind it again."""
        return f"#{hook.seq}"

    @admin.display(description=_("Last deliveries"))
    def last_deliveries(self, hook: Hook) -> str:
        rows = hook.deliveries.order_by("-pk")[:DELIVERIES_SHOWN]
        return render_to_string("admin/webhooks/deliveries.html", {"deliveries": rows})

    def _change(
        self, request: HttpRequest, object_id: str, button: str, text: Any, service: Callable[..., Any]
    ) -> HttpResponse:
        hook = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            return self._ask(request, hook, button, text)

        def changed() -> HttpResponse:
            state = service(hook_id=hook.pk, actor=manager_of(request)).get_status_display()
            self.message_user(request, f"{hook}: {state}", messages.SUCCESS)
            return redirect(self.url_of("change", hook.pk))

        return self._done(request, hook, changed)

    def _ask(self, request: HttpRequest, hook: Hook, button: str, text: Any) -> HttpResponse:
        return form_page(self, request, title=f"{button}: {hook}", text=text, button=button)

    def _done(self, request: HttpRequest, hook: Hook, act: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            return act()
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return redirect(self.url_of("change", hook.pk))

    def _secret_page(self, request: HttpRequest, hook: Hook, secret: str) -> HttpResponse:
        title = gettext("Secret of “%(name)s”") % {"name": hook.name}
        return form_page(self, request, title=title, template="admin/webhooks/secret.html", secret=secret)

    def _own(self, request: HttpRequest, object_id: str) -> Hook:
        hook: Hook | None = self.get_object(request, object_id)
        if hook is None:
            raise Http404("There is no such webhook.")
        return hook


def _said(data: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a service from the values of the form."""
    topics = [topic for topic in TOPICS if data[topic]]
    return {"name": data["name"], "url": data["url"], "topics": topics, "personal": data["personal"]}


def _outcome_text(outcome: Outcome) -> str:
    """Return what became of a test in a sentence."""
    if outcome.arrived:
        named = {"answer": outcome.answer, "milliseconds": outcome.milliseconds}
        return gettext("The test arrived: answer %(answer)s after %(milliseconds)s ms.") % named
    reason = Trouble(outcome.trouble).label
    return f"{reason} ({outcome.answer})" if outcome.answer else str(reason)
