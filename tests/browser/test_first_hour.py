"""A new owner's way from an empty folder to the first order of an own menu, by clicks and typing alone."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from harness.service import Running, Service
from tests.browser.conftest import LIVE_MS

HEADER = "Artikel;Warengruppe;Preis;MwSt;Station"
GROUPS = {  # {category: (tax, station, dishes)}
    "Vorspeisen": ("7", "Küche", "Tagessuppe Flädlesuppe Salatteller Gänseleber Bruschetta"),
    "Hauptgerichte": (
        "7",
        "Küche",
        "Schnitzel Zwiebelrostbraten Käsespätzle Maultaschen Forelle Rinderroulade Jägerschnitzel Sauerbraten "
        "Gemüsestrudel Grünkernküchle Tafelspitz Hähnchenbrust",
    ),
    "Beilagen": ("7", "Küche", "Pommes Kroketten"),
    "Nachspeisen": ("7", "Küche", "Apfelküchle Grütze Vanilleeis Mousse Käseteller"),
    "Getränke": (
        "19",
        "Theke",
        "Mineralwasser Apfelschorle Cola Limonade Pils Hefeweizen Radler Weißburgunder Trollinger Lemberger Obstler "
        "Espresso Milchkaffee Schwarztee Glühwein Federweißer",
    ),
}
OWN = {"name": "Ana Lind", "email": "ana@linde.example", "password": "seven red pears"}


def menu_of_another_system(path: Path) -> int:
    """Write 40 dishes as a German till exports them: semicolons, decimal commas, Windows-1252. Returns their number."""
    lines = [HEADER]
    for group, (tax, station, names) in GROUPS.items():
        lines += [f"{name};{group};{len(lines) % 17 + 2},{len(name) % 10}0;{tax};{station}" for name in names.split()]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return len(lines) - 1


class Clock:
    """The seconds of each step."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self.last = time.monotonic()

    def note(self, step: str) -> None:
        now = time.monotonic()
        self.steps[step], self.last = round(now - self.last, 1), now


@pytest.fixture
def empty(tmp_path):
    with Running(tmp_path, empty=True) as service:
        yield service


@pytest.fixture
def page(browser: Browser, empty: Service):
    with browser.new_context(base_url=empty.url, viewport={"width": 1366, "height": 768}) as context:
        yield context.new_page()


def sign_in(page: Page, login: dict) -> None:
    page.goto("/login/")
    page.locator("[name=username]").fill(login["email"])
    page.locator("[name=password]").fill(login["password"])
    page.get_by_role("button", name="Sign in").click()


def test_from_nothing_to_the_first_order(page, empty, tmp_path):
    clock, file = Clock(), tmp_path / "artikel.csv"
    assert menu_of_another_system(file) == 40
    sign_in(page, empty.demo["staff"]["owner"])
    expect(page).to_have_url(f"{empty.url}/setup/")
    clock.note("sign in")
    account(page)
    clock.note("own login")
    restaurant(page)
    clock.note("restaurant")
    tax(page)
    clock.note("tax")
    import_menu(page, file)
    clock.note("menu of 40 dishes")
    stations(page)
    clock.note("stations")
    room(page)
    clock.note("room")
    order(page)
    clock.note("first order")
    assert sum(clock.steps.values()) < 30 * 60, clock.steps


def begin(page: Page, step: str) -> None:
    page.goto("/setup/")
    page.locator(f"#step-{step}").get_by_role("link", name="Begin").click()


def account(page: Page) -> None:
    begin(page, "account")
    page.get_by_label("Your name").fill(OWN["name"])
    page.get_by_label("Your e-mail address").fill(OWN["email"])
    page.get_by_label("New password").fill(OWN["password"])
    page.get_by_label("The same password again").fill(OWN["password"])
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#step-account")).to_contain_text("Done")


def restaurant(page: Page) -> None:
    begin(page, "restaurant")
    page.get_by_label("Name of the restaurant").fill("Zur Linde")
    page.get_by_label("Address").fill("Lindenstr. 1\n10117 Berlin")
    page.get_by_label("Tax number").fill("DE123")
    page.get_by_label("Amounts and dates are written as in").select_option("de_DE")
    page.get_by_label("Time zone").select_option("Europe/Berlin")
    page.get_by_role("button", name="Save restaurant").click()
    expect(page.locator("#step-restaurant")).to_contain_text("Done")


def tax(page: Page) -> None:
    begin(page, "tax")
    page.get_by_role("link", name="Food and drinks differ").click()
    page.locator("[name=rate]").fill("7")
    page.locator("[name=drinks]").fill("19")
    page.get_by_role("button", name="Save tax").click()
    expect(page.locator("#step-tax")).to_contain_text("Done")


def import_menu(page: Page, file: Path) -> None:
    begin(page, "menu")
    page.get_by_role("link", name="Import a file").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.locator("body")).to_contain_text("Gänseleber")
    expect(page.get_by_text("There is no station “Küche”.").first).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: 40 new")).to_be_visible(timeout=LIVE_MS)  # the page loads itself again
    page.get_by_role("link", name="Set up").last.click()
    expect(page.locator("#step-menu")).to_contain_text("Done")


def stations(page: Page) -> None:
    begin(page, "stations")
    page.get_by_label("New stations, one on a line").fill("Küche\nTheke")
    page.get_by_role("button", name="Add stations").click()
    page.get_by_label("Getränke").select_option(label="Theke")
    page.get_by_role("button", name="Save").last.click()
    page.goto("/setup/")
    expect(page.locator("#step-stations")).to_contain_text("Done")


def room(page: Page) -> None:
    begin(page, "room")
    page.get_by_label("Number of tables").fill("12")
    page.get_by_role("button", name="Add tables").click()
    expect(page.get_by_role("heading", name="The room now")).to_be_visible()
    page.goto("/setup/")
    expect(page.locator(".setup__lead")).to_contain_text("Zur Linde can take orders")


def order(page: Page) -> None:
    page.goto("/setup/")
    page.get_by_role("link", name="Go to the floor").click()
    page.wait_for_url("**/floor/")
    table = page.locator("a[href*='/floor/tables/']").first.get_attribute("href")
    page.goto(f"{table}order/")
    for category, dish in (("Hauptgerichte", "Zwiebelrostbraten"), ("Getränke", "Weißburgunder")):
        page.get_by_text(category, exact=True).first.click()
        page.get_by_text(dish, exact=True).first.click()
    page.locator("#order-send").click()
    page.goto("/kitchen/")
    for dish in ("Zwiebelrostbraten", "Weißburgunder"):
        expect(page.get_by_text(dish).first).to_be_visible(timeout=LIVE_MS)


PRINTERS = {"Vorspeisen": "Kalte Küche", "Hauptgerichte": "Warme Küche", "Beilagen": "Warme Küche"}


def till_export(path: Path) -> None:
    """Write the same dishes as a till with keys for its taxes and printers exports them."""
    lines = ["PLU;Bezeichnung;Warengruppe;VK-Preis;MwSt-Kz;Bondrucker;Gesperrt"]
    for group, (tax, station, names) in GROUPS.items():
        printer = "Theke" if station == "Theke" else PRINTERS.get(group, "Kalte Küche")
        key = "A" if tax == "7" else "B"
        lines += [
            f'{len(lines)};"{name}";{group};{len(lines) % 17 + 2},50 €;{key};{printer};N' for name in names.split()
        ]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))


def test_a_german_owner_imports_the_export_of_a_till(browser, empty, tmp_path):
    file = tmp_path / "plu.csv"
    till_export(file)
    context = browser.new_context(base_url=empty.url, locale="de-DE", timezone_id="Europe/Berlin")
    page = context.new_page()
    page.goto("/login/")
    login = empty.demo["staff"]["owner"]
    page.locator("[name=username]").fill(login["email"])
    page.locator("[name=password]").fill(login["password"])
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", name="Einrichten")).to_be_visible()
    page.goto("/setup/restaurant/")
    for field, value in {"language": "de", "locale": "de_DE", "timezone": "Europe/Berlin"}.items():
        expect(page.locator(f"[name={field}]")).to_have_value(value)
    page.get_by_label("Name des Restaurants").fill("Zur Linde")
    page.get_by_label("Adresse").fill("Lindenstr. 1\n10117 Berlin")
    page.get_by_role("button", name="Restaurant speichern").click()
    page.goto("/admin/menu_files/menuimport/add/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Hochladen", exact=True).click()
    page.get_by_label("Anderer Satz für A").fill("7")
    page.get_by_label("Anderer Satz für B").fill("19")
    for word in ("Kalte Küche", "Warme Küche", "Theke"):
        page.get_by_label(f"Bedeutung des Postens {word}").select_option("+")
    page.get_by_role("button", name="Vorschau mit diesen Antworten zeigen").click()
    page.get_by_role("button", name="Importieren", exact=True).click()
    expect(page.get_by_text("Importiert: 40 neu")).to_be_visible(timeout=LIVE_MS)
    page.goto("/setup/stations/")
    expect(page.get_by_label("Getränke").locator("option:checked")).to_have_text("Theke")
    context.close()
