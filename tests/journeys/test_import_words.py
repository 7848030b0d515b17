"""Words of another system for taxes and stations: a person says in the preview what they mean."""

import pytest
from django.core.management import call_command

from bistro.core.models import Event
from kitchen.models import Route, Station
from kitchen.tests.factories import StationFactory
from menu.files import services
from menu.files.checking import check_file
from menu.files.meanings import CREATE, DEFAULT_TAX, FileSettings, Meanings
from menu.files.models import MenuImport
from menu.files.sheet import FileRefused
from menu.files.tests.test_admin_import import html_text, opened, upload
from menu.models import Item, Tax
from menu.tests.factories import TaxComponentFactory, TaxFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

FILE = "Kategorie;Name;Preis;Steuer;Posten\nSuppen;Gulasch;7,50;A;Herd\nGetränke;Wasser;3,00;B;Bar\n"


@pytest.fixture
def owner(house):
    return house.browser("owner")


def reduced(house):
    """Add a tax with another rate for take-away."""
    tax = TaxFactory(restaurant=house.restaurant, name="Meals", is_default=False)
    TaxComponentFactory(tax=tax, name="VAT", percent="7", order_kind="take_away")
    return tax


def answers(**told):
    return {"_meanings": "1", **{f"word-{name}": value for name, value in told.items()}}


def tax_of(name):
    return Item.objects.get(name=name).tax


def stations_of(name):
    return sorted(Route.objects.filter(item__name=name).values_list("station__name", flat=True))


def imported(address, owner):
    assert owner.post(address, {"_meanings": "1", "_confirm": "1", **shown(owner.get(address))}).status_code == 302
    return services.run_import(import_id=MenuImport.objects.latest("pk").pk)


def choices(page, name):
    return page.context["words"].fields[name].choices


def shown(page):
    """Return what the form of a preview has, as a browser sends it."""
    form = page.context["words"]
    return {form[name].html_name: form[name].value() or "" for name in form.fields}


def test_letters_are_asked_for_and_nothing_is_imported_without_an_answer(house, owner):
    page, _address = opened(owner, upload(owner, FILE))
    text = html_text(page)
    assert "Nothing can be imported: 2 errors." in text
    assert "Say above what the words of the file mean" in text
    assert '<details id="words"' in page.content.decode()
    assert 'name="_confirm"' not in page.content.decode()


def test_a_letter_is_a_known_tax_or_a_rate_and_a_station_is_created_or_mapped(house, owner):
    food = reduced(house)
    _page, address = opened(owner, upload(owner, FILE))
    (known,) = [value for value, name in choices(owner.get(address), "tax_0") if name == "Meals"]
    told = answers(tax_0=known, rate_1="7", station_0=house.station.name, station_1=CREATE)
    before = [model.objects.count() for model in (Item, Station, Tax)]
    page, _address = opened(owner, owner.post(address, told))
    assert [model.objects.count() for model in (Item, Station, Tax)] == before
    assert "The preview has your answers now. Nothing is imported yet." in html_text(page)
    assert "New stations: Bar." in html_text(page)
    assert imported(address, owner).status == "done"
    assert tax_of("Gulasch") == food
    assert [(c.percent, c.order_kind) for c in tax_of("Wasser").components.all()] == [(7, "")]
    assert stations_of("Gulasch") == [house.station.name]
    assert stations_of("Wasser") == ["Bar"]
    new = Station.objects.get(name="Bar")
    assert (new.restaurant, new.is_catch_all) == (house.restaurant, False)
    assert Event.objects.filter(type="kitchen_updated", restaurant_id=house.restaurant.pk).exists()


def test_import_with_other_answers_shows_the_preview_first(house, owner):
    _page, address = opened(owner, upload(owner, FILE))
    owner.post(address, {**answers(rate_0="19", rate_1="7"), "_confirm": "1"})
    row = MenuImport.objects.get()
    assert (row.status, row.meanings["taxes"]) == ("uploaded", {"a": "19", "b": "7"})


def test_answers_are_remembered_for_the_next_file_of_this_house_only(house, owner, other_house):
    _page, address = opened(owner, upload(owner, FILE))
    owner.post(address, answers(rate_0="19", rate_1="7", station_1=CREATE))
    page, _address = opened(owner, upload(owner, FILE))
    assert "2 new, 0 changed" in html_text(page)
    stranger = other_house.browser("owner")
    page, _address = opened(stranger, upload(stranger, FILE))
    assert "Nothing can be imported: 2 errors." in html_text(page)
    assert stranger.post(address, answers(rate_0="1")).status_code == 404
    assert MenuImport.objects.get(pk=address.split("/")[-3]).meanings["taxes"] == {"a": "19", "b": "7"}


def test_a_rate_that_cannot_be_read_is_refused_beside_its_field(house, owner):
    _page, address = opened(owner, upload(owner, FILE))
    page = owner.post(address, answers(rate_0="neunzehn", rate_1="7"))
    assert page.status_code == 422
    assert "“neunzehn” is not a tax" in html_text(page)
    assert MenuImport.objects.get().meanings == {}
    assert 'value="7"' in page.content.decode()


def test_answers_after_the_confirmation_change_nothing(house, owner):
    _page, address = opened(owner, upload(owner, FILE))
    owner.post(address, answers(rate_0="19", rate_1="7"))
    owner.post(address)
    assert MenuImport.objects.get().status == "waiting"
    owner.post(address, answers(rate_0="5", rate_1="7"))
    assert MenuImport.objects.get().meanings["taxes"] == {"a": "19", "b": "7"}


def test_numbers_that_are_keys_can_mean_other_rates(house, owner):
    text = "category,name,price,tax\nA,Tea,2.00,1\nA,Ale,4.00,2\n"
    page, address = opened(owner, upload(owner, text))
    assert "1 → 1 % (new)" in html_text(page)
    page, _address = opened(owner, owner.post(address, answers(rate_0="11", rate_1="22")))
    assert "11 → 11 % (new); 22 → 22 % (new)" in html_text(page)


def test_the_usual_tax_is_an_answer(house, owner):
    Tax.objects.filter(restaurant=house.restaurant).delete()
    TaxComponentFactory(tax=TaxFactory(restaurant=house.restaurant, name="Usual", is_default=True), percent="5")
    _page, address = opened(owner, upload(owner, FILE))
    owner.post(address, answers(tax_0=DEFAULT_TAX, tax_1=DEFAULT_TAX))
    assert imported(address, owner).status == "done"
    assert tax_of("Gulasch") is None


def test_amounts_of_the_preview_follow_the_locale(house, owner):
    house.restaurant.locale = "de_AT"
    house.restaurant.save()
    text = f"category,name,price,options\nSuppen,Gulasch,7.50,Beilage [0-1]: Brot +1.20\n,{house.item.name},11.00,\n"
    text = text.replace("\n,", f"\n{house.category.name},")
    page, _address = opened(owner, upload(owner, text))
    words = html_text(page).replace("\xa0", " ")
    assert "price: € 7,50" in words
    assert "Brot +€ 1,20" in words
    assert "€ 10,00 → € 11,00" in words
    assert "7.50" not in words.partition("Columns:")[2]


def test_a_station_that_somebody_adds_meanwhile_is_used(house):
    settings = FileSettings(meanings=Meanings.of({"A": "19", "B": "7"}, {"Bar": CREATE, "Herd": CREATE}))
    actor = house.actor("owner")
    assert check_file(FILE.encode(), actor=actor, settings=settings).new_stations == ("Herd", "Bar")
    StationFactory(restaurant=house.restaurant, name="bar")
    services.import_file(data=FILE.encode(), settings=settings, actor=actor)
    assert (stations_of("Wasser"), stations_of("Gulasch")) == (["bar"], ["Herd"])
    assert Station.objects.filter(restaurant=house.restaurant, name__iexact="bar").count() == 1


def test_the_first_station_of_a_house_takes_everything_else(house):
    Station.objects.filter(restaurant=house.restaurant).delete()
    settings = FileSettings(meanings=Meanings.of({"A": "19", "B": "7"}, {"Bar": CREATE, "Herd": CREATE}))
    services.import_file(data=FILE.encode(), settings=settings, actor=house.actor("owner"))
    assert list(Station.objects.values_list("name", "is_catch_all")) == [("Herd", True), ("Bar", False)]


def test_the_command_takes_the_meanings(house, tmp_path):
    path = tmp_path / "kasse.csv"
    path.write_text(FILE)
    call_command("import_menu", path, restaurant=str(house.restaurant.pk), taxes="A=19,B=7", stations="Bar=+")
    assert (stations_of("Wasser"), stations_of("Gulasch")) == (["Bar"], [])
    assert str(tax_of("Wasser").components.first().percent) == "7.0000"


@pytest.mark.parametrize("taxes", [{"A": "x"}, {"A": "19 / y"}, {"A": "101"}])
def test_meanings_that_are_no_tax_are_refused(taxes):
    with pytest.raises(FileRefused):
        Meanings.of(taxes, {})


def test_a_station_left_at_ignore_is_not_asked_for_again(house, owner):
    text = FILE.replace(";A;", ";7;").replace(";B;", ";7;")
    page, address = opened(owner, upload(owner, text))
    assert page.context["words"].is_open
    assert imported(address, owner).status == "done"  # one press, because the preview shows all of it
    assert stations_of("Gulasch") == []
    page, _address = opened(owner, upload(owner, text))
    assert not page.context["words"].is_open
    page, _address = opened(owner, upload(owner, text.replace("Bar", "Theke")))
    assert page.context["words"].is_open, "a new word is asked for"


def test_an_ignored_station_can_be_created_later(house, owner):
    text = FILE.replace(";A;", ";7;").replace(";B;", ";7;")
    _page, address = opened(owner, upload(owner, text))
    owner.post(address, answers(station_0="-", station_1="-"))
    page, _address = opened(owner, owner.post(address, answers(station_0="-", station_1=CREATE)))
    assert "New stations: Bar." in html_text(page)
    assert imported(address, owner).status == "done"
    assert (stations_of("Gulasch"), stations_of("Wasser")) == ([], ["Bar"])
