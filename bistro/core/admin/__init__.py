"""The core's pages of the admin: the restaurant, its members, its event log."""

from django.contrib import admin
from django.contrib.auth.models import Group

from bistro.core.admin.audit import EventAdmin
from bistro.core.admin.people import InvitationAdmin, MembershipAdmin
from bistro.core.admin.restaurants import RestaurantAdmin

__all__ = ["EventAdmin", "InvitationAdmin", "MembershipAdmin", "RestaurantAdmin"]

admin.site.unregister(Group)  # memberships hold the permissions
