"""Base classes of all pages of the managers' admin (ADR 0026).

The role of the acting membership decides, not Django's permission tables. Rows, choices and filters are those of the
restaurant. A save is one unit of work, which records the changes in the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import flatten_fieldsets
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.db.models import CharField, Field, ForeignKey, ManyToManyField, Model, ProtectedError, QuerySet
from django.db.models import TextField as DatabaseTextField
from django.forms import ModelForm
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from unfold.admin import ModelAdmin, TabularInline

from bistro.core.admin.changes import Edits, begin, changed_values, edits_of, files_of, replaced_files
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.lists import TextSafeChangeList
from bistro.core.admin.races import race_check, seen_by
from bistro.core.auth.access import request_actor
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.web.form_fields import TextField
from bistro.core.writing.steps import lock_restaurant, raise_version
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.core.writing.uploads import remove_after_commit

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
AT_ONCE = 200  # rows that one action takes


def acting_manager(request: HttpRequest) -> Actor | None:
    """Return the owner or manager of the request in the active restaurant, else None."""
    actor = request_actor(request)
    allowed = actor is not None and actor.is_staff and actor.restaurant_id is not None and actor.may(Permission.MANAGE)
    return actor if allowed else None


def manager_of(request: HttpRequest) -> Actor:
    """Return the acting manager of a request whose permissions were checked."""
    actor = acting_manager(request)
    assert actor is not None
    return actor


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """A paginator that counts at most `farthest` rows, because counting a million rows to show fifty is slow."""

    farthest = 5000

    @property
    def count(self) -> int:  # type: ignore[override]
        if not hasattr(self, "_count"):
            rows = self.object_list
            self._count: int = rows.order_by()[: self.farthest].count() if isinstance(rows, QuerySet) else len(rows)
        return self._count


class TenantAdminMixin:
    """Permissions, rows and choices of the acting manager's restaurant, for pages and inlines."""

    model: type[Model]
    may_add: ClassVar[bool] = True
    may_change: ClassVar[bool] = True
    may_delete: ClassVar[bool] = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return acting_manager(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return acting_manager(request) is not None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_add and acting_manager(request) is not None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and acting_manager(request) is not None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and acting_manager(request) is not None

    def has_run_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may run actions that call services."""
        return acting_manager(request) is not None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(acting_manager(request))  # type: ignore[misc]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Find a row. Django would fail with an empty `_to_field`.

        A save locks it, because it writes all columns: it would overwrite what a service changes at that moment.
        """
        row = super().get_object(request, object_id, from_field or None)  # type: ignore[misc]
        if row is None or getattr(request, "edits", None) is None:
            return row
        try:
            row.refresh_from_db(from_queryset=locked_row(row))
        except type(row).DoesNotExist:  # it was deleted at this moment
            return None
        return row

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        if type(db_field) in (CharField, DatabaseTextField):
            kwargs.setdefault("form_class", TextField)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = own_rows(db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]

    def formfield_for_manytomany(self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = own_rows(db_field, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs)  # type: ignore[misc]


def locked_row(row: Model) -> QuerySet[Any]:
    """Return the query that locks a row when it is read again."""
    return type(row)._base_manager.select_for_update(of=("self",), no_key=True)


def own_rows(db_field: Field[Any, Any], request: HttpRequest) -> QuerySet[Any]:
    """Return the restaurant's rows that a relation may refer to. Empty for tables without a restaurant."""
    related: Any = db_field.remote_field.model  # type: ignore[union-attr]
    manager = related._default_manager
    if not hasattr(manager, "visible_to"):
        return manager.none()  # type: ignore[no-any-return]
    return manager.visible_to(acting_manager(request))  # type: ignore[no-any-return]


class TenantInline(TenantAdminMixin, TabularInline):
    """Editable rows below a row."""

    form = TenantForm
    extra = 0

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.actor, formset.form.check_race = acting_manager(request), race_check(request)
        _label(formset.form.base_fields)
        return formset


def _label(fields: Mapping[str, Any]) -> None:
    """Name each field for screen readers: in a table only the column has a heading."""
    for name, field in fields.items():
        widget = getattr(field.widget, "widget", field.widget)  # inside the one with a link to add a row
        widget.attrs.setdefault("aria-label", field.label or pretty_name(name))


class ReadOnlyInline(TenantInline):
    """Read-only rows below a row."""

    may_add = may_change = may_delete = False
    hide_title = True


class TenantAdmin(TenantAdminMixin, ModelAdmin):
    """Pages of rows that managers configure, of one restaurant."""

    form = TenantForm
    paginator = CappedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # facets cost one count query for each choice of each filter
    list_filter_submit = True
    warn_unsaved_form = True
    compressed_fields = True
    change_form_before_template = "admin/seen.html"
    in_site_search: ClassVar[bool] = False  # whether the search of the whole admin looks at these rows

    def site_search_words(self, row: Any) -> str:
        """Return how the search of the whole admin names a row."""
        return str(row)

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        """Run further writes of the app in the same unit after a save, e.g. raise the menu version."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TextSafeChangeList]:
        return TextSafeChangeList

    def get_actions(self, request: HttpRequest) -> Any:
        """Return the actions without Django's bulk deletion, which would bypass the unit of work."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.actor, form.refusal = acting_manager(request), getattr(request, "refusal", None)
        form.check_race = race_check(request)
        return form

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        inlines = [form.form for inline in context["inline_admin_formsets"] for form in inline]
        context["seen"] = seen_by([context["adminform"].form, *inlines])
        return super().render_change_form(request, context, *args, **kwargs)

    # --- one save, one unit of work ---------------------------------------------------------------------------
    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        def view() -> Any:
            return super(TenantAdmin, self).changeform_view(request, object_id, form_url, extra_context)

        if request.method in SAFE_METHODS:
            return view()
        try:
            return self._in_one_unit(request, view)
        except DomainError as error:
            request.refusal = error  # type: ignore[attr-defined]  # the form shows it with everything typed
            return view()

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        def view() -> Any:
            return super(TenantAdmin, self).delete_view(request, object_id, extra_context)

        if request.method in SAFE_METHODS:
            return view()
        try:
            return self._in_one_unit(request, view)
        except DomainError as error:
            self.message_user(request, error.message, messages.ERROR)
            return redirect(self.url_of("change", object_id))

    def _in_one_unit(self, request: HttpRequest, view: Callable[[], Any]) -> Any:
        """Run Django's view in one unit of work, in which its own `atomic()` nests.

        Locks: restaurant. Raises DomainError; then nothing is saved.
        """
        actor = acting_manager(request)
        if actor is None:
            return view()  # Django's view refuses the request
        try:
            with UnitOfWork(actor) as work:
                lock_restaurant(work)  # the second of two people finds what the first has saved
                edits = begin(request, work)
                answer = view()
                if edits.rows:
                    self.after_write(request, edits)
            return answer
        except ProtectedError:
            problem: DomainError = InvalidInput(gettext("This is in use and cannot be removed."))
        except IntegrityError:
            problem = LostRace(gettext("Someone else changed this at the same time. Check the page and save again."))
        except DomainError as error:
            problem = error
        finally:
            request.edits = None  # type: ignore[attr-defined]
        notices: Any = messages.get_messages(request)
        notices._queued_messages.clear()  # removes “was saved”, because the unit was rolled back
        raise problem

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        if change:
            raise_version(obj)
        super().save_model(request, obj, form, change)
        remove_after_commit(replaced_files(form))
        if not change:
            edits_of(request).added(obj, form)
        elif form.changed_data:
            edits_of(request).changed(obj, changed_values(form))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        edits_of(request).formset(formset)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        pk = obj.pk
        remove_after_commit(files_of(obj))
        super().delete_model(request, obj)
        edits_of(request).removed(obj, pk)

    # --- actions ----------------------------------------------------------------------------------------------
    def run_each(
        self, request: HttpRequest, rows: Iterable[Any], act: Callable[[Any], Any], done: str | Promise
    ) -> None:
        """Call a service for each row and show each refusal.

        `done`, in the language of the page, follows the number of rows in the message, as in `3 confirmed.`
        """
        chosen = list(rows[: AT_ONCE + 1] if isinstance(rows, QuerySet) else rows)
        if len(chosen) > AT_ONCE:
            self.message_user(
                request, gettext("Choose at most %(count)s at once.") % {"count": AT_ONCE}, messages.ERROR
            )
            return
        count = 0
        for row in chosen:
            try:
                act(row)
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            else:
                count += 1
        if count:
            self.message_user(request, f"{count} {done}.", messages.SUCCESS)

    def back_to_list(self) -> HttpResponse:
        return redirect(self.url_of("changelist"))

    def url_of(self, page: str, *args: Any) -> str:
        """Return the URL of one of this admin's pages."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=args)


class ReadOnlyAdmin(TenantAdmin):
    """Read-only pages. Statuses and money change only through actions that call services."""

    may_add = may_change = may_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return flatten_fieldsets(self.get_fieldsets(request, obj))
