"""The demo restaurant's room, on a plan of 1000 by 700, and its people.

The entrance is at the bottom left. Tables for two line the window along the top, booths the wall on the left; the
large tables are at the back of the main room, the terrace is behind the glass on the right.
"""

from __future__ import annotations

from datetime import time

from bistro.core.kernel.opening_times import Service
from bistro.demo.kinds import Person, Section, Table

RESTAURANT_NAME = "Bistro Linden"
ADDRESS = "12 rue des Tilleuls\n75011 Paris"
CURRENCY = "EUR"
TIMEZONE = "Europe/Paris"

WINDOW = Section("Window")
ROOM = Section("Main Room")
TERRACE = Section("Terrace")

SECTIONS: tuple[Section, ...] = (WINDOW, ROOM, TERRACE)

TABLES: tuple[Table, ...] = (
    Table("Table 1", "Window", 2, "square", 190, 30, 70, 70),
    Table("Table 2", "Window", 2, "square", 295, 30, 70, 70),
    Table("Table 3", "Window", 2, "square", 400, 30, 70, 70),
    Table("Table 4", "Window", 2, "square", 505, 30, 70, 70),
    Table("Table 5", "Window", 2, "square", 610, 30, 70, 70),
    Table("Table 6", "Window", 4, "rectangle", 15, 60, 130, 80, 90),
    Table("Table 7", "Window", 4, "rectangle", 15, 220, 130, 80, 90),
    Table("Table 8", "Window", 4, "rectangle", 15, 380, 130, 80, 90),
    Table("Table 9", "Main Room", 4, "round", 190, 160, 100, 100),
    Table("Table 10", "Main Room", 4, "round", 330, 160, 100, 100),
    Table("Table 11", "Main Room", 4, "round", 470, 160, 100, 100),
    Table("Table 12", "Main Room", 4, "round", 610, 160, 100, 100),
    Table("Table 13", "Main Room", 4, "square", 205, 320, 80, 80, 45),
    Table("Table 14", "Main Room", 4, "square", 345, 320, 80, 80, 45),
    Table("Table 15", "Main Room", 4, "square", 485, 320, 80, 80, 45),
    Table("Table 16", "Main Room", 6, "rectangle", 190, 470, 150, 80),
    Table("Table 17", "Main Room", 6, "rectangle", 390, 470, 150, 80),
    Table("Table 18", "Main Room", 10, "rectangle", 210, 600, 330, 80),
    Table("Table 19", "Terrace", 2, "round", 780, 40, 75, 75),
    Table("Table 20", "Terrace", 2, "round", 890, 40, 75, 75),
    Table("Table 21", "Terrace", 4, "round", 820, 170, 100, 100),
    Table("Table 22", "Terrace", 4, "square", 830, 320, 90, 90),
    Table("Table 23", "Terrace", 6, "rectangle", 800, 470, 150, 80),
    Table("Table 24", "Terrace", 8, "rectangle", 770, 600, 200, 80),
)

PEOPLE: tuple[Person, ...] = (
    Person("Odile Marchand", "odile@bistro.example", "owner"),
    Person("Marek Novak", "marek@bistro.example", "manager"),
    Person("Hanna Lindqvist", "hanna@bistro.example", "host"),
    Person("Wim de Boer", "wim@bistro.example", "waiter"),
    Person("Aisha Karimi", "aisha@bistro.example", "waiter"),
    Person("Kenji Mori", "kenji@bistro.example", "kitchen"),
    Person("Carla Esposito", "carla@bistro.example", "cashier"),
)

NOON, EVENING = time(11, 30), time(17, 30)
HOURS: tuple[Service, ...] = (
    *(Service(day, NOON, time(14, 30)) for day in range(4)),
    *(Service(day, EVENING, time(23, 0)) for day in range(4)),
    *(Service(day, NOON, time(15, 0)) for day in (4, 5, 6)),
    *(Service(day, EVENING, time(1, 0)) for day in (4, 5)),  # Friday and Saturday until after midnight
    Service(6, EVENING, time(22, 0)),
)

# Walls and other parts of the room: kind, x, y, width, height, text.
FIXTURES: tuple[tuple[str, int, int, int, int, str], ...] = (
    ("wall", 0, 0, 1000, 8, ""),
    ("wall", 0, 692, 1000, 8, ""),
    ("wall", 0, 0, 8, 700, ""),
    ("wall", 992, 0, 8, 700, ""),
    ("wall", 745, 0, 6, 480, ""),
    ("window", 190, 0, 120, 8, ""),
    ("window", 330, 0, 120, 8, ""),
    ("window", 470, 0, 120, 8, ""),
    ("window", 610, 0, 100, 8, ""),
    ("door", 0, 590, 8, 80, ""),
    ("block", 600, 470, 100, 200, "Bar"),
)
