"""Examples in the OpenAPI document of the calls about the plan of the room."""

FLOOR_ID, TABLE_ID = "01980b5e-0c4e-7c3a-9d67-3f2f7a1f0001", "01980b5e-0c4e-7c3a-9d67-3f2f7a1f0002"
WALL = {
    "id": "01980b5e-0c4e-7c3a-9d67-3f2f7a1f0003",
    "kind": "wall",
    "x": 0,
    "y": 340,
    "width": 400,
    "height": 10,
    "rotation": 0,
    "text": "",
}
FLOOR = {"id": FLOOR_ID, "name": "Room", "width": 1000, "height": 700, "fixtures": [WALL]}
TABLE = {
    "id": TABLE_ID,
    "name": "Table 1",
    "section": "Window",
    "seats": 4,
    "shape": "square",
    "width": 80,
    "height": 80,
    "floor": FLOOR_ID,
    "x": 40,
    "y": 40,
    "rotation": 0,
}
WANTED = {"floors": [FLOOR], "tables": [TABLE]}
PLAN = {"version": "3c9d1f0be2a44c0d9f6b7a12", "layout": None, "layouts": [], "sections": ["Window"], **WANTED}
