"""Text on a printer with one code page: what is missing there is spelled, and no number changes."""

import re
import unicodedata
from fractions import Fraction

import pytest

from kitchen.printing.escpos import PAGES
from kitchen.printing.letters import NBSP, in_page, visible
from kitchen.printing.models import Printer

pytestmark = pytest.mark.database_agnostic

OFFERED = Printer.CodePage.values


def on(code_page, said):
    """Return what a person reads on paper, or None."""
    text = in_page(visible(said), code_page)
    if text is not None:
        text.replace(NBSP, " ").encode(code_page)
    return None if text is None else text.replace(NBSP, " ")


def test_each_code_page_that_is_offered_has_its_number():
    assert set(OFFERED) == set(PAGES)
    assert PAGES["cp857"] == 13


@pytest.mark.parametrize("code_page", OFFERED)
@pytest.mark.parametrize(("said", "reads"), [
    ("⅓ lb Burger", ["1/3 lb Burger"]),
    ("½ chicken", ["½ chicken", "1/2 chicken"]),
    ("2½ kg", ["2½ kg", "2 1/2 kg"]),
    ("1⅔ cups", ["1 2/3 cups"]),
    ("1¹⁄₃ cup", ["1 1/3 cup"]),
    ("⅟8", ["1/8"]),
    ("10²³", ["10²³", "10^23"]),
    ("5㎡", ["5m²", "5m^2"]),
    ("H₂O, 10₂", ["H_2O, 10_2"]),
    ("60ºC", ["60ºC", "60^oC"]),
    ("3①, ❶, 1⒈", ["3(1), (1), 1 1."]),
    ("7Ⅷ", ["7 VIII"]),
    ("5️⃣ 2", ["(5) 2"]),
    ("２３ ٣", ["23 3"]),
    ("12″ pizza, 5′", ["12\" pizza, 5'"]),
    ("Chef’s ‘best’", ["Chef’s ‘best’", "Chef's 'best'"]),
    ("“Duke” – 2…3", ["“Duke” – 2…3", '"Duke" - 2...3']),
    ("Bœuf, Łosoś ø", ["Boeuf, Losos ø", "Boeuf, Losos o", "Boeuf, Łosoś o", "Bœuf, Losos ø"]),
    ("İstanbul ığüş", ["Istanbul igüs", "Istanbul igüş", "Istanbul igus", "İstanbul ığüş"]),
    ("Smørrebrød → hot ≥ 2", ["Smørrebrød -> hot >= 2", "Smorrebrod -> hot >= 2", "Smorrebrod -> hot ≥ 2"]),
    ("I ♥ it ★ · soon", ["I <3 it * · soon", "I <3 it * - soon"]),
    ("a\u200db\u00ad \u202e2\u2066", ["ab 2"]),
])  # fmt: skip
def test_it_reads_as_it_was_written(code_page, said, reads):
    assert on(code_page, said) in reads


def test_a_turkish_house_has_its_letters():
    assert on("cp857", "İskender ığşç ½") == "İskender ığşç ½"


@pytest.mark.parametrize("said", ["北京烤鸭", "كباب", "5̶ 6", "a ≭ b", "2⋅3", "🥜", "ผัดไทย", "3 ৴", "٪"])
@pytest.mark.parametrize("code_page", OFFERED)
def test_what_cannot_be_spelled_is_left_to_an_image(code_page, said):
    assert on(code_page, said) is None


@pytest.mark.parametrize("code_page", OFFERED)
def test_cyrillic_is_text_on_its_own_page_only(code_page):
    assert on(code_page, "Борщ") == ("Борщ" if code_page == "cp866" else None)


def spelled_letters(code_page):
    """Return every letter of Unicode that the page lacks and that has a stand-in; digits are tested above."""
    for number in range(0x110000):
        letter = chr(number)
        category = unicodedata.category(letter)
        if category in ("Cs", "Cn", "Co", "Cc", "Nd") or (category == "Lo" and not unicodedata.decomposition(letter)):
            continue  # other letters of Lo have no stand-in by construction
        text = on(code_page, letter)
        if text and text != letter and visible(letter) == letter:
            yield letter


@pytest.mark.parametrize("code_page", OFFERED)
def test_no_letter_changes_the_number_beside_it(code_page):
    wrong, tried = [], 0
    for letter in spelled_letters(code_page):
        tried += 1
        for before, after in (("2", ""), ("", "3"), ("2", "3"), ("1.5", "")):
            text = on(code_page, f"{before}{letter}{after}")
            numbers = re.findall(r"\d+(?:[.,]\d+)*", text) if text is not None else []
            if text is not None and ((before and numbers[0] != before) or (after and numbers[-1] != after)):
                wrong.append((letter, text))
    assert wrong == []
    assert tried > 1000


def test_every_fraction_of_unicode_keeps_its_value():
    letters = [chr(number) for number in range(0x2150, 0x215F)] + list("¼½¾↉")
    for letter in letters:
        value = Fraction(unicodedata.numeric(letter)).limit_denominator(10)
        assert Fraction(on("cp866", letter)) == value, letter
        whole, part = on("cp866", f"4{letter}").split(" ")
        assert int(whole) + Fraction(part) == 4 + value, letter


def test_control_dropping_what_is_not_ascii_changes_numbers():
    """Show the former fault: the tests above must be able to see it."""
    dropped = unicodedata.normalize("NFKD", "⅓ lb, 10²").encode("ascii", "ignore").decode()
    assert dropped == "13 lb, 102"
