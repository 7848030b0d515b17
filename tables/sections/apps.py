from django.apps import AppConfig


class SectionsConfig(AppConfig):
    """The servers of the sections, and the choice of the next one."""

    name = "tables.sections"
    label = "sections"
    verbose_name = "Sections"
