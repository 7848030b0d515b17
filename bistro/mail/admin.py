"""The outbox of a restaurant, and the page that shows the settings and sends a test."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bistro.core.admin.base import SAFE_METHODS, ReadOnlyAdmin, manager_of
from bistro.core.admin.pages import form_page
from bistro.core.kernel.errors import DomainError
from bistro.core.web.addresses import messages_lead_here
from bistro.mail import services as mail_services
from bistro.mail.channels import CHANNELS
from bistro.mail.models import Channel, Message
from bistro.mail.transitions import MessageStatus

STATE_LABELS = {
    "waits": "info",
    "sent": "success",
    "log": "warning",
    "not_sent": "danger",
}


class TestForm(forms.Form):
    """The form of a test message."""

    channel = forms.ChoiceField(label=gettext_lazy("By"), choices=Channel.choices, widget=UnfoldAdminSelectWidget)
    to = forms.CharField(
        label=gettext_lazy("To"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Your own e-mail address, or your phone number with its country: +49 30 123456."),
    )


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Pages of messages. Their text is not shown, because it may hold a link that works once."""

    list_display = ("created_at", "kind", "channel", "to", "state", "reason")
    list_filter = ("status", "kind", "channel")
    search_fields = ("to",)
    ordering = ("-pk",)
    sortable_by = ()
    actions = ("send_failed_again", "dismiss_chosen")
    actions_list = ("settings_page",)
    actions_row = actions_detail = ("send_again", "dismiss")
    fields = (
        ("kind", "channel"),
        "to",
        "state_words",
        "reason",
        ("attempts", "due_at"),
        ("created_at", "ended_at"),
        "language",
    )

    @action(description=gettext_lazy("Settings and test"), icon="settings", url_path="settings", permissions=["view"])
    def settings_page(self, request: HttpRequest) -> HttpResponse:
        """Show how messages leave, and send a test."""
        form = TestForm(request.POST or None, initial={"to": request.user.email})  # type: ignore[union-attr]
        tested = self._tested(request, form) if request.method not in SAFE_METHODS and form.is_valid() else None
        ways = [(channel.label, CHANNELS[channel].described()) for channel in Channel]
        return form_page(
            self,
            request,
            title=_("Messages: settings and test"),
            form=form,
            template="admin/mail/settings.html",
            ways=ways,
            tested=tested,
            messages_lead_here=messages_lead_here(),
            public_url=settings.PUBLIC_URL,
            button=_("Send a test message"),
        )

    def _tested(self, request: HttpRequest, form: TestForm) -> tuple[bool, str] | None:
        """Send the test; returns whether it left and a sentence, or None with the refusal in the form."""
        try:
            message = mail_services.send_test(**form.cleaned_data, actor=manager_of(request))
        except DomainError as refusal:
            form.add_error("to" if refusal.fields else None, refusal.message)
            return None
        return message.status == MessageStatus.SENT and message.sent_by != "console", _outcome(message)

    @action(description=gettext_lazy("Send again"), icon="redo", url_path="send-again", permissions=["run"])
    def send_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a message again, after a confirmation because it may arrive twice."""
        message = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            text = _("The message goes out within a second.")
            if message.status == MessageStatus.UNKNOWN:
                text = _("The message may have arrived already. Sent again, it may arrive twice.")
            return form_page(self, request, title=f"{_('Send again')}: {message}", text=text, button=_("Send again"))
        return self._run(request, mail_services.send_again, message, _("The message is sent again."))

    @action(description=gettext_lazy("Dismiss"), icon="close", url_path="dismiss", permissions=["run"])
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Dismiss a message that was not sent, after a confirmation because its text is erased."""
        message = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            text = _("The alarm ends, the text of the message is erased, and it can never be sent again.")
            return form_page(self, request, title=f"{_('Dismiss')}: {message}", text=text, button=_("Dismiss"))
        return self._run(request, mail_services.dismiss, message, _("The message was dismissed."))

    @admin.action(description=gettext_lazy("Send again, if certainly not sent"), permissions=["run"])
    def send_failed_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        actor = manager_of(request)
        failed = queryset.filter(status=MessageStatus.FAILED).order_by("pk")
        again = lambda message: mail_services.send_again(message_id=message.pk, actor=actor)  # noqa: E731
        self.run_each(request, failed, again, _("sent again"))

    @admin.action(description=gettext_lazy("Dismiss"), permissions=["run"])
    def dismiss_chosen(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        actor = manager_of(request)
        dismissed = lambda message: mail_services.dismiss(message_id=message.pk, actor=actor)  # noqa: E731
        self.run_each(request, queryset.order_by("pk"), dismissed, _("dismissed"))

    @display(description=gettext_lazy("State"), label=STATE_LABELS)
    def state(self, message: Message) -> tuple[str, str]:
        if message.status == MessageStatus.SENT and message.sent_by == "console":
            return "log", _("Noted in the log only")
        colour = {MessageStatus.SENT: "sent", MessageStatus.FAILED: "not_sent", MessageStatus.UNKNOWN: "not_sent"}
        return colour.get(MessageStatus(message.status), "waits"), message.get_status_display()

    @admin.display(description=gettext_lazy("Status"))
    def state_words(self, message: Message) -> str:
        return self.state(message)[1]

    @admin.display(description=gettext_lazy("Reason"))
    def reason(self, message: Message) -> str:
        return " ".join(filter(None, [message.get_trouble_display(), message.answer and f"({message.answer})"])) or "–"

    def _run(self, request: HttpRequest, service: Any, message: Message, done: str) -> HttpResponse:
        try:
            service(message_id=message.pk, actor=manager_of(request))
        except DomainError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return self.back_to_list()

    def _own(self, request: HttpRequest, object_id: str) -> Message:
        message: Message | None = self.get_object(request, object_id)
        if message is None:
            raise Http404("There is no such message.")
        return message


def _outcome(message: Message) -> str:
    """Return what happened to a test message, in sentences."""
    named = {"to": message.to, "reason": message.get_trouble_display(), "answer": message.answer}
    if message.status == MessageStatus.SENT and message.sent_by == "console":
        return _("Nothing was sent: no server is set up. The message was noted in the log of this server.")
    if message.status == MessageStatus.SENT:
        return _("The server accepted the message to %(to)s. Look whether it arrived.") % named
    if message.answer:
        return _("The message to %(to)s was not sent. %(reason)s It answered: %(answer)s") % named
    return _("The message to %(to)s was not sent. %(reason)s") % named
