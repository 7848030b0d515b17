"""Logins, memberships and invitations."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.languages import languages
from bistro.core.kernel.roles import ROLE_NAMES, STAFF_ROLES
from bistro.core.models.restaurants import Restaurant

ROLE_CHOICES = [(role.value, ROLE_NAMES[role]) for role in STAFF_ROLES]


class StaffManager(BaseUserManager["Staff"]):
    """Manager of logins, which are identified by e-mail."""

    def get_by_natural_key(self, username: str | None) -> "Staff":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        """Create a login. Without a password it cannot be used until one is set."""
        staff = self.model(email=email.strip().lower(), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Staff":
        """Create the operator of the installation, who has no restaurant until a membership is added."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Staff(AbstractBaseUser, PermissionsMixin):
    """A person's login. Memberships hold its roles, one for each restaurant."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        choices=languages,
        help_text=_("Language of this person's pages. Blank = the restaurant's."),
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text=_("Operator: can use the admin without a membership."))
    version = models.PositiveIntegerField(default=0, editable=False, help_text="Increases to end all open sessions.")
    password_is_one_time = models.BooleanField(
        default=False, editable=False, help_text="The server printed the password; the owner must replace it."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = StaffManager()

    class Meta:
        verbose_name_plural = _("staff")
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="staff_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        """Set the password and end the tokens and sockets opened with the old one, as Django ends the sessions."""
        super().set_password(raw_password)
        self.password_is_one_time = False
        self.version += 1

    def check_password(self, raw_password: str) -> bool:
        """Check the password. A stronger hash of the same password ends no session."""
        version = self.version
        right = super().check_password(raw_password)
        self.version = version
        return right

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return the digest that browsers' sessions must match, which changes with the password and the version."""
        rights = f"{self.password}:{self.version}"
        return salted_hmac("bistro.session", rights, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return (self.name or self.email).split()[0]


class MembershipQuerySet(TenantQuerySet):
    """Reading vocabulary of memberships."""

    def active(self) -> "MembershipQuerySet":
        return self.filter(is_active=True, staff__is_active=True)


class Membership(models.Model):
    """The role of one login in one restaurant."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="memberships")
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=ROLE_CHOICES)
    is_active = models.BooleanField(_("works here"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(null=True, editable=False, help_text="Written at most once a minute.")
    objects = MembershipQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["last_seen_at"])

    class Meta:
        verbose_name, verbose_name_plural = "person", "people"  # the admin's menu calls them staff
        ordering = ["restaurant", "staff"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "staff"], name="membership_once"),
            models.CheckConstraint(name="membership_role_known", condition=Q(role__in=[r.value for r in STAFF_ROLES])),
        ]

    def __str__(self) -> str:
        return f"{self.staff} · {self.get_role_display()}"


class Invitation(models.Model):
    """A one-time right to register with a role, while its maker may give it. Its token is stored hashed."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=12, choices=ROLE_CHOICES)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(
        Membership, on_delete=models.CASCADE, null=True, editable=False, related_name="invitations"
    )
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        named = {"person": self.email or gettext("anyone"), "role": self.get_role_display()}
        return gettext("%(person)s as %(role)s") % named


class PasswordReset(models.Model):
    """A one-time right of a member to choose a new password, while its maker may give it. Stored hashed."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="password_resets")
    made_by = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, editable=False)
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"new password of {self.membership}"
