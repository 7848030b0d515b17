"""Rows as images: every script in its order and shape, within the paper, without orders to the printer."""

import itertools

import pytest
from PIL import Image, ImageChops, ImageDraw

from kitchen.printing import escpos, fonts
from kitchen.printing.escpos import as_escpos
from kitchen.printing.fonts import Fonts
from kitchen.printing.raster import RASTER, Artist, Row, Style, _harmless, command
from kitchen.printing.tests.printers import images_in, readable
from kitchen.printing.tests.scripts import ink, needs_fonts, pictures
from kitchen.printing.text_layout import Glyph, clusters, lines, reads_to_left, runs

pytestmark = pytest.mark.database_agnostic

LINE = {"mark": "", "quantity": 2, "name": "Burger", "modifiers": [], "allergies": [], "note": "", "seat": 0}


def slip(**line):
    return {"kind": "new", "station": "Grill", "time": "19:52", "table": "Table 5", "pickup": [], "number": 12,
            "course": 0, "fired": False, "placed_by": "Ada", "note": "", "lines": [{**LINE, **line}]}  # fmt: skip


def printed(columns=42, code_page="cp437", **line):
    return as_escpos(slip(**line), columns=columns, code_page=code_page).data


def glyphs_of(text):
    known, found = Fonts(), []
    for cluster in clusters(text):
        found.append(Glyph(cluster, known.one_for(cluster, found[-1].font if found else None)))
    return found


def order_of(text):
    """Return the runs of a text from left to right, as (text, to the left)."""
    return [(run.text, run.to_left) for run in runs(glyphs_of(text), to_left=reads_to_left(text))]


def test_only_the_lines_that_need_it_become_images():
    needs_fonts("北京烤鸭")
    data = printed(name="Burger", modifiers=["no onion", "北京烤鸭"], note="Zoë’s")
    assert len(pictures(data)) == 1
    for word in ("Table 5", "2 x Burger", "no onion", "Zoë's"):
        assert word in readable(data).replace("δ", "ë") or word.isascii() is False, word
    assert pictures(printed(name="Burger")) == []


@pytest.mark.parametrize(("columns", "most"), [(32, 384), (42, 504), (48, 576), (64, 576)])
@pytest.mark.parametrize("name", ["北京烤鸭配荷叶饼与甜面酱还有很多其他的东西",
                                  "Борщ без сметаны с пампушками и чесноком",
                                  "كباب حار مع الثوم والبصل المشوي والخبز الطازج", "Ж" * 90])  # fmt: skip
def test_a_long_name_is_wrapped_within_the_paper(columns, most, name):
    needs_fonts(name.replace(" ", ""))
    rows = pictures(printed(columns=columns, name=name))
    assert len(rows) > 1
    assert all(row.width <= most and row.width % 8 == 0 for row in rows)
    assert all(ink(row)[2] > ink(row)[0] for row in rows)


def test_no_letter_is_lost_when_a_name_is_wrapped():
    name = "北京烤鸭配荷叶饼 with sauce 与甜面酱还有 12 pieces"
    needs_fonts("北京烤鸭")
    wrapped = list(lines(glyphs_of(name), 200, 150, 24))
    assert len(wrapped) > 2
    said = ["".join(glyph.text for glyph in line) for line in wrapped]
    assert "".join(said).replace(" ", "") == name.replace(" ", "")
    assert all(not line.endswith(" ") for line in said)


def test_a_chinese_letter_is_as_wide_as_two_columns():
    needs_fonts("北京烤鸭")
    first = pictures(printed(modifiers=["北京烤鸭"]))[0]
    assert abs((ink(first)[2] - ink(first)[0]) - 4 * 36) <= 10  # four letters of a choice, which is 36 dots tall


def test_arabic_is_joined_and_runs_to_the_left():
    needs_fonts("كباب")
    text = "كباب حار"
    assert order_of(text) == [(text, True)]
    font = Fonts().one_for("ك")
    alone = sum(font.at(48).getlength(letter) for letter in text)
    assert runs(glyphs_of(text), to_left=True)[0].width(48) < alone * 0.9
    expected = Image.new("1", (504, 100), 0)
    ImageDraw.Draw(expected).text((100, 60), text, 255, font.at(48), anchor="ls", direction="rtl", language="ar")
    drawn = Row(Style(48), 504)
    drawn.add(runs(glyphs_of(text), to_left=True), 100)
    same = [image.crop(image.getbbox()) for image in (expected, drawn.image())]
    assert ImageChops.difference(*(image.convert("L") for image in same)).getbbox() is None
    backwards = Image.new("1", (504, 100), 0)
    ImageDraw.Draw(backwards).text((100, 60), text[::-1], 255, font.at(48), anchor="ls", direction="rtl")
    assert backwards.crop(backwards.getbbox()).tobytes() != same[1].tobytes(), "control: the order is seen"


@pytest.mark.parametrize(("text", "order"), [
    ("كباب 3 قطع", ["قطع", "3", "كباب"]),
    ("كباب (large)", ["large", "كباب"]),
    ("Wrap كباب حار hot", ["Wrap", "كباب", "hot"]),
    ("עוף 12 חתיכות", ["חתיכות", "12", "עוף"]),
])  # fmt: skip
def test_directions_follow_the_rules_of_unicode(text, order):
    needs_fonts("كبעוף")
    shown = "".join(piece for piece, _to_left in order_of(text))
    places = [next(i for i, (piece, _l) in enumerate(order_of(text)) if word in piece) for word in order]
    assert places == sorted(places), order_of(text)
    assert sorted(shown) == sorted(text), "every letter is there once"
    if "3" in text or "12" in text:
        assert not next(to_left for piece, to_left in order_of(text) if piece.strip().isdecimal())


def test_a_quantity_stays_at_the_left_and_apart_from_a_name_that_ends_in_a_number():
    needs_fonts("كباب")
    row = pictures(printed(name="كباب 3"))[0]
    gaps = []
    columns = [any(row.getpixel((x, y)) for y in range(row.height)) for x in range(row.width)]
    for black, group in itertools.groupby(columns):
        gaps.append((black, len(list(group))))
    inner = [length for black, length in gaps[1:-1] if not black]
    assert ink(row)[0] < 12, "the quantity"
    assert ink(row)[2] > row.width - 12, "the name begins at the right edge"
    assert max(inner) > 48, "more than a letter between the quantity and the number"


def test_persian_keeps_its_joiners():
    needs_fonts("چلوکباب")
    joined, apart = (pictures(printed(modifiers=[name]))[0] for name in ("چلوکباب", "چلو\u200cکباب"))
    assert ink(joined) != (0, 0, 0, 0)
    assert ink(apart) != (0, 0, 0, 0)
    tall = [runs(glyphs_of(name), to_left=True)[0].width(36) for name in ("میخ", "می\u200cخ")]
    assert tall[0] != tall[1], "the letters before the joiner do not join"


@pytest.mark.parametrize("name", ["சாம்பார் இட்லி", "हिन्दी", "ผัดไทย"])
def test_scripts_with_marks_are_shaped(name):
    needs_fonts(name.replace(" ", ""))
    assert len(pictures(printed(name=name))) == 1
    assert len(clusters(name)) < len(name)


@pytest.mark.parametrize("emoji", ["🥜", "👨\u200d👩\u200d👧", "🇩🇪", "👍🏽"])
def test_an_emoji_is_one_picture_with_black_and_white(emoji):
    needs_fonts("🥜")
    assert clusters(emoji) == [emoji]
    box = pictures(printed(modifiers=[emoji]))[0].crop((48, 0, 84, 45))
    black = box.convert("L").histogram()[255]
    assert 30 < black < 0.95 * 36 * 45


def test_white_on_black_is_white_on_black():
    needs_fonts("花生")
    row = pictures(printed(allergies=[{"allergen": "花生", "warning": ""}]))[0]
    assert 0.5 < row.convert("L").histogram()[255] / (row.width * row.height) < 0.95


def test_an_image_says_its_size():
    image = Image.new("1", (16, 3), 255)
    assert command(image) == RASTER + b"\x02\x00\x03\x00" + b"\xff" * 6


@pytest.mark.parametrize("order", [b"\x10\x04", b"\x10\x05", b"\x10\x14"])
def test_no_dots_are_an_order_to_the_printer(order):
    """A printer obeys these at once, in an image too: it would answer, empty its memory or open the drawer."""
    harmless = _harmless(b"\x10\x10" + order + b"\x01\x10" + order)
    assert order not in harmless
    assert len(harmless) == 8


def test_a_printer_gets_no_order_from_a_long_slip_of_images():
    needs_fonts("北京烤鸭花生")
    data = printed(name="北京烤鸭" * 9, modifiers=["花生"] * 30, note="北京烤鸭 " * 30)
    for _across, _down, dots in images_in(data)[0]:
        assert not [order for order in (b"\x10\x04", b"\x10\x05", b"\x10\x14") if order in dots]


# --- letters that cannot be drawn ------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "package"), [
    ("北京烤鸭", "fonts-noto-cjk"), ("ラーメン", "fonts-noto-cjk"), ("비빔밥", "fonts-noto-cjk"),
    ("Борщ", "fonts-noto-core"), ("كباب", "fonts-noto-core"), ("🥜", "fonts-noto-color-emoji"),
])  # fmt: skip
def test_without_a_font_the_slip_says_so_and_names_the_package(settings, tmp_path, name, package):
    settings.FONT_FOLDERS = [str(tmp_path)]
    slip_bytes = as_escpos(slip(name=name, modifiers=["⅓ lb"]), columns=42, code_page="cp437")
    assert slip_bytes.unreadable.endswith(f": install {package} on the server.")
    assert name[0] in slip_bytes.unreadable
    text = readable(slip_bytes.data)
    for word in (str(escpos.UNREADABLE), f"2 x {'?' * len(clusters(name))}", "1/3 lb", "Table 5"):
        assert word in text, word


def test_without_shaping_arabic_is_not_drawn_backwards(monkeypatch):
    needs_fonts("كباب")
    monkeypatch.setattr(fonts, "can_shape", lambda: False)
    assert "install libfribidi0" in as_escpos(slip(name="كباب"), columns=42, code_page="cp437").unreadable


def test_a_printer_without_images_says_so():
    slip_bytes = as_escpos(slip(name="2⅓ Борщ"), columns=42, code_page="cp437", images=False)
    assert slip_bytes.unreadable == "Cannot print Борщ: this printer is set to print no images."
    assert "2 x 2 1/3 ????" in readable(slip_bytes.data)
    assert pictures(slip_bytes.data) == []


def test_a_stand_in_is_drawn_where_the_font_lacks_the_letter(monkeypatch):
    """A number keeps its distance there too."""
    needs_fonts("Борщ")
    real = Fonts.one_for
    monkeypatch.setattr(
        Fonts, "one_for", lambda self, cluster, before=None: None if "⅓" in cluster else real(self, cluster, before)
    )
    said = "".join(glyph.text for glyph in Artist(42)._glyphs("Борщ 2⅓"))
    assert said == "Борщ 2 1/3 "


def test_a_file_that_is_no_font_is_passed_over(settings, tmp_path):
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    (tmp_path / "gone.ttf").symlink_to(tmp_path / "nowhere.ttf")
    (tmp_path / "folder.otf").mkdir()
    settings.FONT_FOLDERS = [str(tmp_path), "/nowhere"]
    assert Fonts().one_for("A") is None
