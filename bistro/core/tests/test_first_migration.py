"""The first migration of an empty database, which builds each model's class once."""

from contextlib import nullcontext

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import AddConstraint, AddIndex
from django.db.migrations.state import ModelState, ProjectState

from bistro.core.database.migrating import new_models_rendered_alone

pytestmark = pytest.mark.database_agnostic

DISHES = 5


def state_of_new_models():
    """Return a state to which a house and dishes that point at it were added after its classes were built."""
    state = ProjectState()
    assert state.apps  # built on access; Django does so before it migrates
    key = models.BigAutoField(primary_key=True)
    state.add_model(ModelState("menu", "House", [("id", key)]))
    for number in range(DISHES):
        owner = models.ForeignKey("menu.house", models.CASCADE, related_name=f"dishes{number}")
        state.add_model(ModelState("menu", f"Dish{number}", [("id", key.clone()), ("house", owner)]))
    return state


def built_classes(monkeypatch, how):
    usual, built = ModelState.render, []
    monkeypatch.setattr(ModelState, "render", lambda state, apps: built.append(state.name) or usual(state, apps))
    with how:
        state_of_new_models()
    return built


def test_each_new_model_is_built_once(monkeypatch):
    assert len(built_classes(monkeypatch, new_models_rendered_alone())) == 1 + DISHES


def test_control_django_builds_the_related_ones_again(monkeypatch):
    assert len(built_classes(monkeypatch, nullcontext())) > 2 * (1 + DISHES)


def test_code_of_a_migration_gets_classes_that_know_each_other():
    with new_models_rendered_alone():
        state = state_of_new_models()
    state.clear_delayed_apps_cache()  # RunPython does so before it calls the code
    house = state.apps.get_model("menu", "House")
    assert {field.name for field in house._meta.related_objects} == {f"dishes{number}" for number in range(DISHES)}
    assert house._meta.get_field("dishes0").related_model is state.apps.get_model("menu", "Dish0")


def test_django_is_as_before_afterwards():
    usual = ProjectState.add_model
    with pytest.raises(OSError, match="the disk is full"), new_models_rendered_alone():
        raise OSError("the disk is full")
    assert ProjectState.add_model is usual


def test_first_migrations_hold_indexes_and_constraints_in_their_models():
    ours = {config.label for config in apps.get_app_configs() if "site-packages" not in config.path}
    apart = {
        f"{app}: move {operation.describe()!r} into the options of its model, or the first start takes long"
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in ours and name == "0001_initial"
        for operation in migration.operations
        if isinstance(operation, AddIndex | AddConstraint)
    }
    assert apart == set()
