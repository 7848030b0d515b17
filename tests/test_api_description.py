"""The OpenAPI document: every operation with a subject, a summary and examples that are right."""

import copy

import pytest
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from tests.plugins.documented_answers import document

pytestmark = pytest.mark.database_agnostic

QTABLE = ("/auth/", "/restaurants/")  # these calls exist at the root, too
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def operations():
    """Return {"POST /api/order": operation}."""
    return {
        f"{verb.upper()} {path}": operation
        for path, found in document().paths.items()
        for verb, operation in found.items()
    }


def bodies(operation):
    """Return (status or "request", media type, description) of each body of an operation."""
    described = {"request": operation.get("requestBody", {}), **operation["responses"]}
    for where, body in described.items():
        for media_type, content in body.get("content", {}).items():
            yield where, media_type, content


def faults_of(operation):
    """Return what is wrong with the examples of an operation."""
    for where, media_type, content in bodies(operation):
        shown = [example["value"] for example in content.get("examples", {}).values()]
        if not shown:
            yield f"{where} has no example"
        for value in shown:
            for error in document().validator(content["schema"]).iter_errors(value):
                yield f"{where} {error.instance_path}: {error.message}"
            if media_type == PROBLEM and value["status"] != int(where):
                yield f"{where} shows the status {value['status']}"


def test_each_has_one_known_subject_and_a_short_summary(operations):
    subjects = {tag["name"] for tag in settings.SPECTACULAR_SETTINGS["TAGS"]}
    assert subjects == {operation["tags"][0] for operation in operations.values()}
    for name, operation in operations.items():
        assert len(operation["tags"]) == 1, name
        assert 3 < len(operation["summary"]) <= 60, name
        assert not operation["summary"].endswith("."), name


def test_no_two_look_alike(operations):
    summaries = [
        operation["summary"] for name, operation in operations.items() if not name.split()[1].startswith(QTABLE)
    ]
    assert sorted({each for each in summaries if summaries.count(each) > 1}) == []


def test_each_body_has_an_example_that_fits_its_schema(operations):
    found = [f"{name}: {fault}" for name, operation in operations.items() for fault in faults_of(operation)]
    assert found == []


@pytest.mark.parametrize(
    ("name", "status", "change"),
    [
        ("POST /api/v1/orders", "201", lambda order: order.pop("total")),
        ("POST /api/v1/orders", "201", lambda order: order["lines"][0].update(colour="red")),
        ("GET /api/v1/orders", "200", lambda page: page["results"][0].update(number="2")),
        ("POST /api/v1/orders", "request", lambda order: order["lines"][0].update(cost="1.00")),
        ("GET /api/v1/menu", "401", lambda problem: problem.update(status=403)),
    ],
)
def test_control_a_wrong_example_is_found(operations, name, status, change):
    operation = copy.deepcopy(operations[name])
    body = operation["requestBody"] if status == "request" else operation["responses"][status]
    (content,) = body["content"].values()
    assert list(faults_of(operation)) == []
    change(content["examples"]["Example"]["value"])
    assert len(list(faults_of(operation))) == 1


def test_bodies_are_described_as_closed():
    """Unknown fields of a body are refused, and the description says so."""
    schemas = SchemaGenerator().get_schema(request=None, public=True)["components"]["schemas"]
    bodies_sent = {name: schema for name, schema in schemas.items() if name.endswith("Request")}
    assert {"OrderInputRequest", "NewLineInputRequest", "LoginInputRequest"} <= set(bodies_sent)
    assert [name for name, schema in bodies_sent.items() if schema.get("additionalProperties") is not False] == []
