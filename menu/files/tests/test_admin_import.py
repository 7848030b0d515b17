"""Import and export in the admin: upload, columns, preview, confirmation, answer."""

import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from bistro.core.tests.http import nothing_changes
from menu.files import services
from menu.files.headers import COLUMNS
from menu.files.models import MenuImport
from menu.files.tests.workbook_bytes import workbook
from menu.models import Item, MenuVersion, ModifierGroup, Tax, TaxComponent
from menu.tests.factories import ItemFactory, ModifierFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

LIST = "/admin/menu_files/menuimport/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


def upload(client, content, name="menu.csv"):
    data = content if isinstance(content, bytes) else content.encode()
    return client.post(f"{LIST}add/", {"file": SimpleUploadedFile(name, data)})


def opened(client, answer):
    """Follow the redirects of an answer; returns the page and its import."""
    while answer.status_code == 302:
        address = answer.headers["Location"]
        answer = client.get(address)
    return answer, address


def confirm(client, address):
    """Confirm the preview, let the sweep's thread do its work here, and open the answer."""
    assert client.post(address).status_code == 302
    services.run_import(import_id=MenuImport.objects.latest("pk").pk)
    return client.get(address)


def html_text(page):
    """Return the words of a page, without tags."""
    return " ".join(re.sub(r"<[^>]*>", "", page.content.decode()).split())


def version(house):
    return MenuVersion.objects.get(pk=house.restaurant.pk).version


def test_upload_preview_import(house, owner):
    before = version(house)
    text = f"category,name,price,colour\nSoups,Onion Soup,8.50,red\n{house.category.name},{house.item.name},11.00,\n"
    page, address = opened(owner, upload(owner, text))
    html = page.content.decode()
    for words in ("1 new, 1 changed, 0 unchanged", "Onion Soup", "€10.00 → €11.00", "Ignored columns: colour", "UTF-8"):
        assert words in html
    assert version(house) == before
    assert not Item.objects.filter(name="Onion Soup").exists()
    answer = confirm(owner, address).content.decode()
    assert "Imported: 1 new, 1 changed, 0 unchanged." in answer
    assert "http-equiv" not in answer
    assert version(house) == before + 1
    new = Item.objects.get(name="Onion Soup")
    assert (new.restaurant, new.category.name, new.price) == (house.restaurant, "Soups", Decimal("8.50"))
    assert "1 new, 1 changed, 0 unchanged" in owner.get(LIST).content.decode()


def test_the_page_shows_the_progress_until_the_answer(house, owner):
    _page, address = opened(owner, upload(owner, "category,name,price\nA,Tea,2.00\n"))
    owner.post(address)
    row = MenuImport.objects.get()
    page = owner.get(address).content.decode()
    assert "begins in a moment" in page
    assert 'http-equiv="refresh"' in page
    MenuImport.objects.filter(pk=row.pk).update(status="running", rows=400, checked=250)
    page = owner.get(address).content.decode()
    assert "250 of 400 dishes are checked" in page
    assert 'http-equiv="refresh"' in page


def test_a_second_confirmation_imports_once(house, owner):
    _page, address = opened(owner, upload(owner, "category,name,price\nA,Tea,2.00\n"))
    confirm(owner, address)
    answer = MenuImport.objects.get().answer
    page = confirm(owner, address)
    assert "Imported: 1 new" in page.content.decode()
    assert MenuImport.objects.get().answer == answer
    assert Item.objects.filter(name="Tea").count() == 1


def test_errors_are_listed_by_row_and_cannot_be_confirmed(house, owner):
    page, address = opened(owner, upload(owner, "category,name,price\nA,Tea,2.00\nA,Soup,much\n"))
    html = page.content.decode()
    assert "“much” is not a price." in html
    assert "Nothing can be imported: 1" in html
    assert ">Import<" not in html
    confirm(owner, address)
    row = MenuImport.objects.get()
    assert row.status == "refused"
    assert not Item.objects.filter(name="Tea").exists()
    assert "Nothing was imported" in owner.get(address).content.decode()


def test_unknown_columns_are_asked_for_and_remembered(house, owner):
    text = "Was;Wieviel;Wo;Farbe\nPils;3,90;Bier;gelb\n"
    page, address = opened(owner, upload(owner, text))
    assert address.endswith("/columns/")
    assert "Pils" in page.content.decode()
    columns = {"column_0": "name", "column_1": "price", "column_2": "category", "column_3": ""}
    page, address = opened(owner, owner.post(address, columns))
    assert "Ignored columns: Farbe" in page.content.decode()
    assert "Was → name, Wieviel → price, Wo → category." in html_text(page)
    confirm(owner, address)
    assert Item.objects.get(name="Pils").price == Decimal("3.90")
    page, address = opened(owner, upload(owner, text.replace("3,90", "4,20")))
    assert "1 changed" in page.content.decode()
    confirm(owner, address)
    assert Item.objects.get(name="Pils").price == Decimal("4.20")


def test_a_file_without_categories_asks_for_one(house, owner):
    page, address = opened(owner, upload(owner, "name,price\nPils,3.90\n"))
    assert address.endswith("/columns/")
    assert "no column for the category" in page.content.decode()
    told = {"column_0": "name", "column_1": "price", "category": "Beer"}
    _page, address = opened(owner, owner.post(address, told))
    confirm(owner, address)
    assert Item.objects.get(name="Pils").category.name == "Beer"


def test_two_columns_for_one_field_are_refused(owner):
    _page, address = opened(owner, upload(owner, "a,b,c\nSoup,2,Food\n"))
    page = owner.post(address, {"column_0": "name", "column_1": "name", "column_2": "category"})
    assert "is name already" in page.content.decode()
    assert MenuImport.objects.get().columns == {}


def test_an_ambiguous_price_is_a_question(house, owner):
    page, address = opened(owner, upload(owner, "category,name,price\nA,Wine,1.234\n"))
    assert address.endswith("/columns/")
    assert "decimal point or a decimal comma" in page.content.decode()
    told = {"column_0": "category", "column_1": "name", "column_2": "price", "decimal": ","}
    _page, address = opened(owner, owner.post(address, told))
    confirm(owner, address)
    assert Item.objects.get(name="Wine").price == Decimal(1234)


def test_letters_are_shown_and_can_be_read_otherwise(owner):
    page, address = opened(owner, upload(owner, "category;name;price\nGetränke;Kölsch;2,40\n".encode("cp1252")))
    html = page.content.decode()
    assert "Windows-1252" in html
    assert "Kölsch" in html
    page, address = opened(owner, upload(owner, "category;name;price\nСупы;Борщ;2,40\n".encode("cp1251")))
    assert "Борщ" not in page.content.decode()
    told = {"column_0": "category", "column_1": "name", "column_2": "price", "encoding": "Windows-1251"}
    page, address = opened(owner, owner.post(address.replace("change", "columns"), told))
    assert "Борщ" in page.content.decode()
    confirm(owner, address)
    assert Item.objects.filter(name="Борщ").exists()


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "empty"), (b"%PDF-1.7", "PDF"), (b"\x00\x01\x02\x03" * 9, "not a text file")]
)
def test_other_files_are_refused_with_a_sentence(owner, content, says):
    page = upload(owner, content)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not MenuImport.objects.exists()


def test_the_menu_of_the_sample_data(house, owner, shared_data):
    page, address = opened(owner, upload(owner, (shared_data / "cafe_menu.csv").read_bytes()))
    html = page.content.decode()
    assert "Ignored columns: item_id" in html
    told = {"column_0": "", "column_1": "name", "column_2": "category", "column_3": "price"}
    page, address = opened(owner, owner.post(address.replace("change", "columns"), told))
    confirm(owner, address)
    row = MenuImport.objects.get()
    count = row.answer["new"]
    assert row.answer == {"new": count, "changed": 0, "unchanged": 0, "ignored_columns": ["item_id"], "errors": []}
    assert count == Item.objects.filter(restaurant=house.restaurant).exclude(pk=house.item.pk).count() > 25
    assert Item.objects.get(name="Mac & Cheese").price == Decimal("7.00")


def test_an_export_of_a_workbook_comes_in_unchanged(house, owner):
    house.add_item(name="=1+1", price="1.50")
    data = owner.get(f"{LIST}export-excel/").content
    page, _address = opened(owner, upload(owner, data, "menu.xlsx"))
    assert "0 new, 0 changed, 2 unchanged" in page.content.decode()
    text = owner.get(f"{LIST}export-csv/").content.decode("utf-8-sig")
    assert "'=1+1" in text
    page, _address = opened(owner, upload(owner, text))
    assert "0 new, 0 changed, 2 unchanged" in page.content.decode()


def test_what_counts_only_for_new_dishes_is_said(house, owner):
    text = f"category,name,price,available\n{house.category.name},{house.item.name},10,no\n"
    page, address = opened(owner, upload(owner, text))
    assert "Ignored for dishes that are on the menu already: available." in html_text(page)
    confirm(owner, address)
    house.item.refresh_from_db()
    assert house.item.off_since is None
    page, _address = opened(owner, upload(owner, "category,name,price,available\nA,Tea,2.00,no\n"))
    assert "Ignored for dishes" not in html_text(page)


def test_the_template_has_all_columns_and_is_read(owner):
    data = owner.get(f"{LIST}template/").content
    (header,) = load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)
    assert header == COLUMNS
    page, _address = opened(owner, upload(owner, data, "template.xlsx"))
    assert "0 new, 0 changed, 0 unchanged" in page.content.decode()


def test_the_list_of_dishes_leads_here(owner):
    assert owner.get("/admin/menu/item/import/").headers["Location"] == f"{LIST}add/"
    assert owner.get("/admin/menu/item/export/").headers["Location"] == LIST


def test_the_preview_shows_what_becomes_of_the_choices(house, owner):
    ModifierFactory(group__item=house.item, group__name="Side", name="Fries")
    ModifierFactory(group=ModifierGroup.objects.get(), name="Salad")
    text = (
        f"category,name,price,options\n{house.category.name},{house.item.name},10,Side [0-1]: Fries +1.50; Rice\n"
        "Soups,Goulash,7.50,Size: Small; Large +2\n"
    )
    html = html_text(opened(owner, upload(owner, text))[0])
    for words in ("Fries +€1.00 → Fries +€1.50", "Side: Rice added", "Side: Salad +€1.00 archived"):
        assert words in html
    for words in ("Goulash (new)", "category: Soups", "price: €7.50", "options: Size [0-2]: Small; Large +€2.00"):
        assert words in html


@pytest.mark.parametrize("role", ["waiter", "kitchen", "cashier", "host"])
def test_only_managers_import_and_export(house, role):
    client = house.browser(role)
    for path in ("", "add/", "export-csv/", "export-excel/", "template/"):
        assert client.get(LIST + path).status_code == 302
    assert upload(client, "category,name,price\nA,Tea,2.00\n").status_code == 302
    assert not MenuImport.objects.exists()


def test_imports_of_other_restaurants_do_not_exist(house, other_house, owner):
    stranger = other_house.browser("owner")
    _page, address = opened(stranger, upload(stranger, "category,name,price\nA,Tea,2.00\n"))
    for path in (address, address.replace("change", "columns")):
        assert owner.get(path).status_code == 404
        assert owner.post(path).status_code == 404
    assert MenuImport.objects.get().status == "uploaded"
    assert "menu.csv" not in owner.get(LIST).content.decode()
    ItemFactory(category=other_house.category, name="Secret")
    assert "Secret" not in owner.get(f"{LIST}export-csv/").content.decode()


def test_files_that_nobody_confirmed_are_deleted_after_a_day(house, other_house, owner):
    stranger = other_house.browser("owner")
    for client in (owner, stranger):
        upload(client, "category,name,price\nA,Tea,2.00\n")
    MenuImport.objects.update(uploaded_at=timezone.now() - services.uploading.KEPT * 2)
    upload(owner, workbook(["category", "name", "price"], ["A", "Cola", 3]), "menu.xlsx")
    assert MenuImport.objects.filter(restaurant=house.restaurant).count() == 1
    assert MenuImport.objects.filter(restaurant=other_house.restaurant).count() == 1


def test_the_preview_says_which_tax_each_value_means_and_the_answer_leads_to_the_dishes(house, owner):
    text = "category,name,price,tax\nA,Tea,2.00,3\nA,Wine,5.00,4\n"
    tax = Tax.objects.create(restaurant=house.restaurant, name="Reduced")
    TaxComponent.objects.create(restaurant=house.restaurant, tax=tax, name="MwSt", percent=3)
    page, address = opened(owner, upload(owner, text))
    assert "Taxes: 3 → Reduced; 4 → 4 % (new)." in html_text(page)
    done = confirm(owner, address)
    assert reverse("admin:menu_item_changelist") in done.content.decode().partition('role="status"')[2]
    assert Item.objects.get(name="Tea").tax == tax


TEA = "category,name,price\nA,Tea,2.00\n"


def test_a_restaurant_keeps_ten_files_that_nobody_confirmed(house, owner, other_house):
    upload(other_house.browser("owner"), TEA, "other.csv")
    for number in range(12):
        assert upload(owner, TEA, f"{number}.csv").status_code == 302
    mine = MenuImport.objects.filter(restaurant=house.restaurant)
    assert [row.file_name for row in mine] == [f"{number}.csv" for number in range(11, 1, -1)]
    assert MenuImport.objects.filter(restaurant=other_house.restaurant).count() == 1


def test_no_more_files_are_taken_while_ten_imports_wait(house, owner):
    for number in range(10):
        upload(owner, TEA, f"{number}.csv")
    MenuImport.objects.update(status="waiting")
    with nothing_changes():
        answer = upload(owner, TEA)
    assert answer.status_code == 422
    assert answer.context["form"].errors["file"] == ["Wait until the imports that you have confirmed are done."]
    MenuImport.objects.filter(file_name="3.csv").update(status="done")
    assert upload(owner, TEA).status_code == 302
