"""Serializers of the plan of the room: input serializers check only types, output serializers document the answers."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictInteger, StrictSerializer
from tables.api import examples
from tables.floor_plans import FIXTURE_KINDS
from tables.models import Table

MOST_UNITS = 5_000  # sides of a floor
MOST_FLOORS, MOST_FIXTURES, MOST_TABLES, MOST_SEATS = 20, 300, 500, 100


class BoxInput(StrictSerializer):
    """A place and a size in units of the floor, and degrees clockwise around the middle."""

    x = StrictInteger(min_value=0, max_value=MOST_UNITS)
    y = StrictInteger(min_value=0, max_value=MOST_UNITS)
    width = StrictInteger(min_value=4, max_value=MOST_UNITS)
    height = StrictInteger(min_value=4, max_value=MOST_UNITS)
    rotation = StrictInteger(min_value=-360, max_value=360)


class FixtureInput(BoxInput):
    """A wall, door, window, block (a bar, a pillar) or text."""

    id = serializers.UUIDField(help_text="Chosen by the client.")
    kind = serializers.ChoiceField(FIXTURE_KINDS)
    text = LineOfText(max_length=60, required=False, default="", allow_blank=True)


class PlanFloorInput(StrictSerializer):
    """A floor with its fixtures. An unknown `id` is a new floor."""

    id = serializers.UUIDField(help_text="Chosen by the client for a new floor.")
    name = LineOfText(max_length=60)
    width = StrictInteger(min_value=200, max_value=MOST_UNITS)
    height = StrictInteger(min_value=200, max_value=MOST_UNITS)
    fixtures = FixtureInput(many=True, max_length=MOST_FIXTURES)  # type: ignore[call-arg]


class PlanTableInput(BoxInput):
    """A table. An unknown `id` is a new table; without a `floor` the table lies in the tray."""

    id = serializers.UUIDField(help_text="`uid` of the table; chosen by the client for a new one.")
    name = LineOfText(max_length=60)
    section = LineOfText(max_length=60, help_text="Name of a section, which is added if there is none.")
    seats = StrictInteger(min_value=1, max_value=MOST_SEATS)
    shape = serializers.ChoiceField(Table.Shape.values)
    width = StrictInteger(min_value=20, max_value=MOST_UNITS)
    height = StrictInteger(min_value=20, max_value=MOST_UNITS)
    floor = serializers.UUIDField(allow_null=True)


@shown(examples.WANTED)
class FloorPlanInput(StrictSerializer):
    """All floors in their order and all tables. Floors and tables that are missing are removed."""

    floors = PlanFloorInput(many=True, min_length=1, max_length=MOST_FLOORS)  # type: ignore[call-arg]
    tables = PlanTableInput(many=True, max_length=MOST_TABLES)  # type: ignore[call-arg]


class LayoutOutput(serializers.Serializer[Any]):
    """A layout."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    in_use = serializers.BooleanField()


@shown(examples.PLAN)
class FloorPlanOutput(serializers.Serializer[Any]):
    """The plan of the room in one layout. `version` is in the ETag too."""

    version = serializers.CharField()
    layout = serializers.UUIDField(allow_null=True)
    layouts = LayoutOutput(many=True)
    sections = serializers.ListField(child=serializers.CharField())
    floors = PlanFloorInput(many=True)
    tables = PlanTableInput(many=True)
