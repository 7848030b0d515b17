"""Admin pages of memberships and invitations, which write through services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from bistro.core.admin.base import SAFE_METHODS, acting_manager, manager_of
from bistro.core.admin.formats import moment_text
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.history import HistoryAdmin
from bistro.core.admin.lists import TextSafeChangeList
from bistro.core.admin.pages import form_page
from bistro.core.admin.restaurants import is_operator, operator
from bistro.core.admin.rights import rights_page
from bistro.core.admin.services import ServiceAdmin
from bistro.core.auth.sign_ins import sign_ins
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.mailing import mail_leaves
from bistro.core.kernel.roles import ROLE_NAMES, Role
from bistro.core.models import Invitation, Membership, Restaurant
from bistro.core.models.people import ROLE_CHOICES
from bistro.core.ops.selectors import restaurants_of_installation
from bistro.core.services import joining as joining_services
from bistro.core.services import passwords as password_services
from bistro.core.services import pins as pin_services
from bistro.core.services import restaurants as restaurant_services
from bistro.core.services import second_factors as factor_services
from bistro.core.web.addresses import full_address, reach_of
from bistro.core.web.confirm_views import confirmed_in_admin
from bistro.core.web.form_fields import TextField


class NewMemberForm(TenantForm):
    """A form for a new login with a role."""

    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=UnfoldAdminEmailInputWidget)
    name = TextField(label=_("Name"), max_length=120, widget=UnfoldAdminTextInputWidget)
    password = forms.CharField(
        label=_("Password"),
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters. Give it to them in person; they can change it later."),
    )


class OperatorsMemberForm(NewMemberForm):
    """A form for the operator, who also chooses the restaurant and may name an existing login."""

    restaurant: forms.ModelChoiceField[Restaurant] = forms.ModelChoiceField(
        queryset=None, label=_("Restaurant"), widget=UnfoldAdminSelectWidget
    )
    name = TextField(label=_("Name"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text=_("Leave blank when the address already has a login."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["restaurant"].queryset = restaurants_of_installation()  # type: ignore[attr-defined]


class MailSwitch(forms.BooleanField):
    """A switch that sends a link by e-mail. Without a mail server it is off and says why."""

    def __init__(self) -> None:
        words = _("You see the link in any case. Admin, Messages shows whether the e-mail was sent.")
        label, widget = _("Send the link by e-mail"), UnfoldBooleanSwitchWidget
        super().__init__(label=label, required=False, widget=widget, help_text=words)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        if not mail_leaves():
            self.disabled, self.help_text = True, _("No mail server is set up, so send the link yourself.")
        return super().get_bound_field(form, field_name)


class PasswordLinkForm(forms.Form):
    """The form of a link for a new password."""

    by_mail = MailSwitch()


class StaffList(TextSafeChangeList):
    """The list of members, with the places where they are signed in."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        shown: list[Any] = list(self.result_list)  # type: ignore[has-type]
        found = sign_ins(shown, shown[0].restaurant_id) if shown else {}
        for member in shown:
            member.sign_ins = found[member.pk]
        self.result_list = shown


@admin.register(Membership)
class MembershipAdmin(ServiceAdmin, HistoryAdmin):
    """Pages of memberships. A member who leaves is not deleted, because the log refers to them."""

    add_form = NewMemberForm
    may_delete = False
    list_display = ("person", "email", "role", "state", "last_seen", "signed_in", "pin_state")
    list_filter = ("role", "is_active")
    list_select_related = ("staff", "pin")
    in_site_search = True
    search_fields = ("staff__name", "staff__email")
    fields = ("person", "email", "role", "is_active", "last_seen", "signed_in", "pin_state", "created_at")
    readonly_fields = ("person", "email", "last_seen", "signed_in", "pin_state", "created_at")
    actions_list = ("invite", "rights")
    _about_login = ("sign_out", "reset_password", "reset_pin", "forget_pin", "remove_factor")
    actions_row = ("dismiss", *_about_login)
    # In a menu, because six buttons are wider than a laptop.
    actions_detail = ("dismiss", {"title": _("Login and PIN"), "icon": "key", "items": _about_login})

    add_view = confirmed_in_admin(ServiceAdmin.add_view)
    change_view = confirmed_in_admin(ServiceAdmin.change_view)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or is_operator(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) or is_operator(request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[StaffList]:
        return StaffList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        member = super().get_object(request, object_id, from_field)
        if member is not None:
            member.sign_ins = sign_ins([member], member.restaurant_id)[member.pk]
        return member

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return self.fields
        where = () if acting_manager(request) else ("restaurant",)
        return (*where, "email", "name", "role", "password")

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        return {"role": Role.WAITER.value, **super().get_changeform_initial_data(request)}

    def get_add_form(self, request: HttpRequest) -> type[TenantForm]:
        return NewMemberForm if acting_manager(request) else OperatorsMemberForm

    def add_by_service(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        member = self._add(request, data)
        named = {"person": member.staff, "role": member.get_role_display()}
        self.message_user(request, gettext("%(person)s works here as %(role)s.") % named, messages.SUCCESS)
        return redirect("admin:index" if acting_manager(request) is None else self.url_of("changelist"))

    def _add(self, request: HttpRequest, data: dict[str, Any]) -> Membership:
        actor: Actor = acting_manager(request) or operator(request, data["restaurant"].pk)
        if not data["password"]:
            return joining_services.give_membership(email=data["email"], role=data["role"], actor=actor)
        wanted = {name: data[name] for name in ("email", "name", "role", "password")}
        return restaurant_services.add_member(**wanted, actor=actor)

    def change_by_service(self, request: HttpRequest, obj: Membership, data: dict[str, Any]) -> HttpResponse:
        member = restaurant_services.change_member(
            membership_id=obj.pk, role=data["role"], is_active=data["is_active"], actor=manager_of(request)
        )
        state = member.get_role_display() if member.is_active else gettext("no longer works here")
        said = gettext("%(person)s: %(state)s. All open sessions have ended.")
        self.message_user(request, said % {"person": member.staff, "state": state}, messages.SUCCESS)
        return redirect(self.url_of("changelist"))

    @action(description=_("Invite"), icon="person_add", url_path="invite", permissions=["run"])
    def invite(self, request: HttpRequest) -> HttpResponse:
        """Open the page that makes an invitation."""
        return redirect("admin:core_invitation_add")

    @action(description=_("What each role may do"), icon="rule", url_path="rights", permissions=["view"])
    def rights(self, request: HttpRequest) -> HttpResponse:
        """Show the table of rights."""
        return rights_page(self, request)

    @action(
        description=pgettext_lazy("a person", "Dismiss"), icon="person_off", url_path="dismiss", permissions=["run"]
    )
    @confirmed_in_admin
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End a membership, after a confirmation."""
        text = _("Browsers, programs, screens and the PIN stop working for this person at once.")
        return self._change(request, object_id, pgettext("a person", "Dismiss"), text, is_active=False)

    @action(description=_("Sign out everywhere"), icon="logout", url_path="sign-out", permissions=["run"])
    def sign_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """End all sessions of a member, after a confirmation."""
        text = _("Browsers, programs and shared tablets ask this person to sign in again.")
        return self._change(request, object_id, gettext("Sign out everywhere"), text)

    @action(description=_("New password"), icon="key", url_path="reset-password", permissions=["run"])
    @confirmed_in_admin
    def reset_password(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a link with which a member chooses a new password, after a confirmation."""
        member = self._own(request, object_id)
        form = PasswordLinkForm(request.POST or None)
        title = gettext("New password for %(person)s") % {"person": member.staff}
        if request.method in SAFE_METHODS:
            text = _("Makes a link that works once, for one day. The old password works until a new one is chosen.")
            return form_page(self, request, title=title, form=form, text=text, button=gettext("Make a link"))
        by_mail = form.is_valid() and form.cleaned_data["by_mail"]
        try:
            token = password_services.offer_reset(membership_id=member.pk, by_mail=by_mail, actor=manager_of(request))
        except DomainError as refusal:
            return self._refused(request, refusal)
        link = full_address(request, reverse("choose-password", args=[token]))
        shown = {"member": member, "by_mail": by_mail, "link": link, **reach_of(link, by_mail=by_mail)}
        return form_page(self, request, title=title, template="admin/password_link.html", **shown)

    def _change(self, request: HttpRequest, object_id: str, button: str, text: Any, **change: Any) -> HttpResponse:
        """Ask whether to change a member, or do it. Every change ends the member's sessions."""
        member = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            return form_page(self, request, title=f"{button}: {member.staff}", text=text, button=button)
        try:
            restaurant_services.change_member(membership_id=member.pk, **change, actor=manager_of(request))
        except DomainError as refusal:
            return self._refused(request, refusal)
        done = gettext("%(person)s: all open sessions have ended.") % {"person": member.staff}
        self.message_user(request, done, messages.SUCCESS)
        return self.back_to_list()

    @action(description=_("Make one-time PIN"), icon="pin", url_path="reset-pin", permissions=["run"])
    def reset_pin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a one-time PIN, after a confirmation: opening the page must not end the PIN in use."""
        member = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            text = _(
                "The old PIN and its sessions on shared tablets end now. The new PIN must be replaced within a day."
            )
            return form_page(
                self,
                request,
                title=_("One-time PIN for %(staff)s") % {"staff": member.staff},
                text=text,
                button=_("Make a PIN"),
            )
        try:
            pin = pin_services.reset_pin(membership_id=member.pk, actor=manager_of(request))
        except DomainError as refusal:
            return self._refused(request, refusal)
        template = "admin/one_time_pin.html"
        return form_page(
            self, request, title=_("One-time PIN for %(staff)s") % {"staff": member.staff}, template=template, pin=pin
        )

    @action(description=_("Remove PIN"), icon="lock_reset", url_path="forget-pin", permissions=["run"])
    def forget_pin(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Remove a PIN, after a confirmation."""
        member = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            text = _(
                "The PIN and its sessions on shared tablets end now. The member can set another with the password."
            )
            return form_page(
                self,
                request,
                title=_("Remove the PIN of %(staff)s") % {"staff": member.staff},
                text=text,
                button=_("Remove"),
            )
        try:
            pin_services.forget_pin(membership_id=member.pk, actor=manager_of(request))
        except DomainError as refusal:
            return self._refused(request, refusal)
        self.message_user(request, gettext("%(person)s has no PIN now.") % {"person": member.staff}, messages.SUCCESS)
        return self.back_to_list()

    @action(
        description=_("Remove second factor"), icon="phonelink_erase", url_path="second-factor", permissions=["run"]
    )
    @confirmed_in_admin
    def remove_factor(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Remove the second factor of a colleague who lost the phone, after a confirmation."""
        member = self._own(request, object_id)
        if request.method in SAFE_METHODS:
            text = _("The password alone opens the login then. The person can connect another phone under Me.")
            title = f"{gettext('Remove second factor')}: {member.staff}"
            return form_page(self, request, title=title, text=text, button=gettext("Remove"))
        try:
            factor_services.remove_for_colleague(membership_id=member.pk, actor=manager_of(request))
        except DomainError as refusal:
            return self._refused(request, refusal)
        done = gettext("%(person)s signs in with the password alone now.") % {"person": member.staff}
        self.message_user(request, done, messages.SUCCESS)
        return self.back_to_list()

    def _own(self, request: HttpRequest, object_id: str) -> Membership:
        member: Membership | None = self.get_object(request, object_id)
        if member is None:
            raise Http404("There is no such member.")
        return member

    def _refused(self, request: HttpRequest, refusal: DomainError) -> HttpResponse:
        self.message_user(request, refusal.message, messages.ERROR)
        return self.back_to_list()

    @admin.display(description=_("PIN"))
    def pin_state(self, member: Membership) -> str:
        if not hasattr(member, "pin"):
            return gettext("no PIN")
        return gettext("one-time PIN") if member.pin.one_time_until else gettext("has a PIN")

    @admin.display(description=_("Name"), ordering="staff__name")
    def person(self, member: Membership) -> str:
        return str(member.staff)

    @display(description=_("State"), label={"works": "success", "left": "info"}, ordering="is_active")
    def state(self, member: Membership) -> tuple[str, str]:
        return ("works", gettext("Works here")) if member.is_active else ("left", gettext("Dismissed"))

    @admin.display(description=_("Last seen"), ordering="last_seen_at")
    def last_seen(self, member: Membership) -> str:
        return moment_text(member.last_seen_at) if member.last_seen_at else gettext("never")

    @admin.display(description=_("Signed in"))
    def signed_in(self, member: Membership) -> str:
        """Show the places, or nothing on the page of a new member."""
        places = [
            gettext("%(place)s since %(moment)s") % {"place": each.place, "moment": moment_text(each.since)}
            if each.since
            else each.place
            for each in getattr(member, "sign_ins", [])
        ]
        return format_html_join(mark_safe("<br>"), "{}", [(place,) for place in places]) or "–"

    @admin.display(description=_("E-mail"), ordering="staff__email")
    def email(self, member: Membership) -> str:
        return member.staff.email


class InvitationForm(TenantForm):
    """A form for an invitation's recipient and role."""

    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text=_("Only this address can use the invitation. Blank: anyone with the link."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=ROLE_CHOICES, widget=UnfoldAdminSelectWidget)
    by_mail = MailSwitch()


@admin.register(Invitation)
class InvitationAdmin(ServiceAdmin):
    """Pages of invitation links. Deleting one withdraws it."""

    add_form = InvitationForm
    may_change = False
    list_display = ("recipient", "role", "created_at", "expires_at", "used_at")
    list_filter = ("role",)
    ordering = ("-created_at",)
    fields = ("email", "role")
    add_view = confirmed_in_admin(ServiceAdmin.add_view)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else (*self.fields, "by_mail")

    def get_changeform_initial_data(self, request: HttpRequest) -> Any:
        return {"role": Role.WAITER.value, **super().get_changeform_initial_data(request)}

    def add_by_service(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        token = restaurant_services.invite(
            role=data["role"], email=data["email"], by_mail=data["by_mail"], actor=manager_of(request)
        )
        link = full_address(request, reverse("invitation", args=[token]))
        invited = {**data, "role_words": ROLE_NAMES[Role(data["role"])]}
        page = {"link": link, "invited": invited, **reach_of(link, by_mail=data["by_mail"])}
        return form_page(self, request, title=_("Invitation"), template="admin/invitation_link.html", **page)

    @admin.display(description=_("For"), ordering="email")
    def recipient(self, invitation: Invitation) -> str:
        return invitation.email or gettext("anyone with the link")
