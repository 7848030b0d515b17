"""Plans of the room for tests: the present plan as a body that a test changes and sends back."""

from copy import deepcopy
from uuid import uuid4

ADDRESS = "/api/v1/floor-plan"


def read(house, layout=""):
    """Return the plan as the API answers it."""
    answer = house.api("owner").get(ADDRESS + (f"?layout={layout}" if layout else ""))
    assert answer.status_code == 200, answer.content
    return answer.json()


def body_of(plan):
    """Return the body that saves a plan as it is."""
    return deepcopy({"floors": plan["floors"], "tables": plan["tables"]})


def save(house, body, version=None, role="owner", layout=""):
    """Save a plan and return the answer. `version` goes into If-Match."""
    headers = {"if_match": f'"{version}"'} if version else {}
    return house.api(role).put(ADDRESS + (f"?layout={layout}" if layout else ""), body, **headers)


def new_table(like, **facts):
    """Return another table like this one."""
    return {**like, "id": str(uuid4()), **facts}


def new_floor(**facts):
    """Return an empty floor."""
    return {"id": str(uuid4()), "name": "Terrace", "width": 600, "height": 400, "fixtures": [], **facts}


def new_fixture(**facts):
    """Return a wall."""
    box = {"x": 0, "y": 300, "width": 400, "height": 10, "rotation": 0}
    return {"id": str(uuid4()), "kind": "wall", "text": "", **box, **facts}
