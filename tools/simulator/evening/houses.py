"""A restaurant for simulated evenings: 32 tables, two hosts, six waiters, a kitchen screen and a cashier."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import call_command

from bistro.core.kernel.actors import Actor
from bistro.core.services.restaurants import add_member
from tools.simulator.credentials import Login
from tools.simulator.evening.desk import Person
from tools.simulator.evening.plans import TABLES

ZONE = "Europe/Berlin"
HOSTS, WAITERS = 2, 6
SECTIONS = ("Room", "Window", "Terrace")
PASSWORD = "a long evening in spring"
MENU = """category,name,price,tax
Starters,Soup,6.50,VAT 19
Mains,Trout,19.90,VAT 19
Mains,Dumplings,14.20,VAT 19
Desserts,Cake,5.40,VAT 19
Drinks,Water,3.10,VAT 19
"""
DISHES = ("Soup", "Trout", "Dumplings", "Cake", "Water")


@dataclass(slots=True)
class House:
    """An opened restaurant and its people. `tables` maps the uid of a table to {"id", "uid", "name", "seats"}."""

    pk: int
    uid: str
    owner: Person
    hosts: list[Person]
    waiters: list[Person]
    kitchen: Person
    program: Person
    tables: dict[str, dict[str, Any]]

    @property
    def room(self) -> str:
        """Return the beginning of the addresses of the room."""
        return f"/restaurants/{self.uid}"


def open_house(name: str) -> House:
    """Open a restaurant through the commands and the API."""
    out = io.StringIO()
    about = {"currency": "EUR", "timezone": ZONE, "tax_mode": "inclusive", "tables": "0", "json": True}
    call_command("open_restaurant", name=name, **about, stdout=out)
    opened = json.loads(out.getvalue())
    owner = Person(Login(**opened["staff"]["owner"]))
    devices = {each["kind"]: Person(token=f"Device {each['token']}") for each in opened["devices"]}
    house = House(
        pk=opened["restaurant_id"],
        uid=opened["uid"],
        owner=owner,
        hosts=[_hired(opened["restaurant_id"], "host", number) for number in range(HOSTS)],
        waiters=[_hired(opened["restaurant_id"], "waiter", number) for number in range(WAITERS)],
        kitchen=devices["kitchen"],
        program=devices["integration"],
        tables={},
    )
    _print_menu(house)
    _furnish(house)
    return house


def _hired(restaurant_id: int, role: str, number: int) -> Person:
    login = Login(f"{role}{number}-{restaurant_id}@evening.example", PASSWORD)
    boss = Actor.system(restaurant_id, "simulator")
    add_member(email=login.email, name=f"{role.title()} {number + 1}", password=PASSWORD, role=role, actor=boss)
    return Person(login)


def _print_menu(house: House) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "menu.csv"
        file.write_text(MENU, encoding="utf-8")
        call_command("import_menu", str(file), restaurant=str(house.pk), json=True, stdout=io.StringIO())


def _furnish(house: House) -> None:
    for number, seats in enumerate(TABLES, start=1):
        section = SECTIONS[number % len(SECTIONS)]
        house.owner.post(f"{house.room}/tables", {"name": f"Table {number}", "capacity": seats, "section": section})
    listed = {row["name"]: row for row in house.owner.get("/api/v1/tables")["results"]}
    for row in house.owner.get(f"{house.room}/tables"):
        house.tables[row["id"]] = {
            "id": listed[row["name"]]["id"],
            "uid": row["id"],
            "name": row["name"],
            "seats": row["capacity"],
        }
