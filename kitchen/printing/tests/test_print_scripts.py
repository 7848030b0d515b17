"""An order in letters that the printer lacks: printed as an image, or not taken for read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.models import Event
from kitchen.models import Ticket
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.raster import Artist
from kitchen.printing.services import print_test, retry_failed, serve_printer
from kitchen.printing.services.printing import NOT_DRAWN
from kitchen.printing.tests.printers import printer_at, statuses
from kitchen.printing.tests.scripts import needs_fonts, pictures
from menu.compiled import forget as forget_menus
from orders.services import raise_unseen_alarms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("short_timeouts"), pytest.mark.database_agnostic]

DUCK = "北京烤鸭"


def duck_on_the_menu(house):
    house.item.name = DUCK
    house.item.save()
    forget_menus()


@pytest.fixture
def no_fonts(settings, tmp_path):
    settings.FONT_FOLDERS = [str(tmp_path)]


def in_a_minute():
    return timezone.now() + timedelta(seconds=60)


@pytest.mark.parametrize("fonts", [True, False], ids=["control", "without a font"])
def test_paper_that_nobody_can_read_is_no_proof(house, printer, paper, settings, tmp_path, fonts):
    if fonts:
        needs_fonts(DUCK)
    else:
        settings.FONT_FOLDERS = [str(tmp_path)]
    duck_on_the_menu(house)
    order = house.place(quantity=3)
    assert serve_printer(printer_id=printer.pk) == 1
    assert len(paper.slips) == 1, "the cook gets what can be printed"
    printer.refresh_from_db()
    ticket = Ticket.objects.get()
    if fonts:
        assert (house.status(order), ticket.seen_on) == ("confirmed", "printer Grill printer")
        assert (statuses(), printer.trouble) == ([("new", "printed")], "")
        assert len(pictures(paper.slips[0])) == 1
        assert raise_unseen_alarms(now=in_a_minute()) == 0
        return
    assert (house.status(order), ticket.seen_at) == ("placed", None)
    assert statuses() == [("new", "failed")]
    assert printer.trouble == "Cannot print 北京烤鸭: install fonts-noto-cjk on the server."
    assert "3 x ????" in paper.text()
    assert Event.objects.filter(type="printer_updated", action="troubled").count() == 1
    assert raise_unseen_alarms(now=in_a_minute()) == 1


def test_the_board_and_the_floor_name_the_package(house, other_house, printer, no_fonts):
    duck_on_the_menu(house)
    order = house.place()
    serve_printer(printer_id=printer.pk)
    for role, path in (("kitchen", "/kitchen/"), ("kitchen", "/kitchen/expo/"), ("waiter", "/floor/")):
        page = house.browser(role).get(path).content.decode()
        assert "install fonts-noto-cjk on the server." in page, path
        assert f"#{order['number']}" in page, path
    assert "fonts-noto-cjk" not in other_house.browser("waiter").get("/floor/").content.decode()


def test_the_printer_goes_on_and_the_trouble_stays_until_it_is_read(house, printer, paper, no_fonts):
    duck_on_the_menu(house)
    house.place()
    house.add_item(name="Soup")
    soup = house.place(lines=[{"item": house.add_item(name="Stew").pk, "quantity": 1}])
    assert serve_printer(printer_id=printer.pk) == 2, "no pause after a slip that came out"
    assert (house.status(soup), [status for _kind, status in statuses()]) == ("confirmed", ["failed", "printed"])
    printer.refresh_from_db()
    assert "fonts-noto-cjk" in printer.trouble
    assert not Event.objects.filter(type="printer_updated", action="recovered").exists()


def test_once_the_font_is_there_the_slip_is_printed_again_without_a_restart(house, printer, paper, settings, tmp_path):
    needs_fonts(DUCK)
    installed, settings.FONT_FOLDERS = settings.FONT_FOLDERS, [str(tmp_path)]
    duck_on_the_menu(house)
    order = house.place()
    serve_printer(printer_id=printer.pk)
    settings.FONT_FOLDERS = installed
    assert retry_failed(printer_id=printer.pk, actor=house.actor("kitchen")) == 1
    assert serve_printer(printer_id=printer.pk) == 1
    assert (house.status(order), statuses()) == ("confirmed", [("new", "printed")])
    assert "SECOND COPY?" in paper.text(1)
    printer.refresh_from_db()
    assert (printer.trouble, printer.trouble_at) == ("", None)


def test_a_printer_that_prints_no_images_is_no_proof_either(house, paper):
    printer = printer_at(house, paper.port, images=False)
    duck_on_the_menu(house)
    order = house.place()
    serve_printer(printer_id=printer.pk)
    assert (house.status(order), pictures(paper.slips[0])) == ("placed", [])
    assert PrintJob.objects.get().error == "Cannot print 北京烤鸭: this printer is set to print no images."


def test_a_change_after_an_unreadable_slip_is_a_difference(house, printer, paper, no_fonts):
    """The first slip is on paper, so a second whole one would be cooked twice; it proves nothing either."""
    from kitchen.printing.tests.printers import edit

    duck_on_the_menu(house)
    soup = house.add_item(name="Soup")
    order = house.place()
    serve_printer(printer_id=printer.pk)
    edit(house, order, {"id": order["lines"][0]["id"]}, {"item": soup.pk, "quantity": 2})
    serve_printer(printer_id=printer.pk)
    assert statuses() == [("new", "failed"), ("changed", "printed")]
    assert "+ 2 x Soup" in paper.text()
    assert "????" not in paper.text()
    assert house.status(order) == "placed"


def test_a_third_pound_is_a_third(house, printer, paper):
    house.item.name = "⅓ lb Burger"
    house.item.save()
    forget_menus()
    order = house.place(note="2½ kg – Chef’s œuf")
    serve_printer(printer_id=printer.pk)
    assert "1 x 1/3 lb Burger" in " ".join(paper.text().split())
    assert "2½ kg - Chef's oeuf" in paper.text()
    assert house.status(order) == "confirmed"


def test_a_manager_chooses_turkish_letters_and_no_images(house):
    form = {"name": "Grill", "station": house.station.pk, "kind": "network", "host": "192.168.1.50", "port": 9100,
            "prints": "always", "wait_seconds": 20, "columns": 42, "code_page": "cp857", "answers": "on",
            "enabled": "on"}  # fmt: skip
    owner = house.browser("owner")
    page = owner.get("/admin/printing/printer/add/").content.decode()
    assert "PC857, Turkish" in page
    assert owner.post("/admin/printing/printer/add/", form).status_code == 302
    printer = Printer.objects.get()
    assert (printer.code_page, printer.images) == ("cp857", False)


def test_a_test_slip_shows_missing_fonts_before_the_first_guest_does(house, other_house, printer, paper, no_fonts):
    duck_on_the_menu(house)
    house.add_item(name="Soup")
    other_house.add_item(name="كباب")
    print_test(printer_id=printer.pk, actor=house.actor("owner"))
    serve_printer(printer_id=printer.pk)
    printer.refresh_from_db()
    assert printer.trouble == "Cannot print 北京烤鸭: install fonts-noto-cjk on the server."
    assert "From your menu" in paper.text()
    assert "????" in paper.text()
    assert "Soup" not in paper.text(), "only what is hard to print"


def test_control_a_menu_of_plain_letters_adds_nothing_to_a_test_slip(house, printer, paper, no_fonts):
    house.add_item(name="Crème brûlée ½")
    print_test(printer_id=printer.pk, actor=house.actor("owner"))
    serve_printer(printer_id=printer.pk)
    assert "From your menu" not in paper.text()
    assert statuses() == [("test", "printed")]


def test_a_damaged_font_holds_up_no_slip(house, printer, paper, monkeypatch, caplog):
    """The slip comes out with its letters missing, is reported, and the next one is printed."""
    needs_fonts(DUCK)

    def damaged(*_arguments):
        raise OSError("broken file")

    monkeypatch.setattr(Artist, "rows", damaged)
    duck_on_the_menu(house)
    order = house.place(quantity=3)
    house.place(lines=[{"item": house.add_item(name="Stew").pk, "quantity": 1}])
    assert serve_printer(printer_id=printer.pk) == 2
    printer.refresh_from_db()
    assert [status for _kind, status in statuses()] == ["failed", "printed"]
    assert "3 x ????" in paper.text(0)
    assert "Stew" in paper.text(1)
    assert (house.status(order), printer.trouble) == ("placed", NOT_DRAWN)
    assert "broken file" in caplog.text
