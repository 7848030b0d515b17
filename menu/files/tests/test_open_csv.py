"""Text files: encoding, delimiter, rows."""

import pytest

from menu.files.opening import open_sheet
from menu.files.sheet import FileRefused

pytestmark = pytest.mark.database_agnostic

TEXT = "category;name;price\nGetränke;Kölsch;2,40\n“Süß”;Crème – brûlée €;3,10\n"


def texts(sheet):
    return [row.texts for row in sheet.rows]


@pytest.mark.parametrize(
    ("codec", "mark", "says"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-16-le", b"", "UTF-16"),
        ("utf-16-be", b"", "UTF-16"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "UTF-32"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
def test_letters_come_in_whatever_the_encoding(codec, mark, says):
    sheet = open_sheet(mark + TEXT.encode(codec))
    assert texts(sheet) == [
        ("category", "name", "price"), ("Getränke", "Kölsch", "2,40"), ("“Süß”", "Crème – brûlée €", "3,10"),
    ]  # fmt: skip
    assert sheet.encoding == says
    assert says in sheet.how_read


@pytest.mark.parametrize(
    ("name", "codec"), [("Windows-1251", "cp1251"), ("Shift JIS", "cp932"), ("GB18030", "gb18030")]
)
def test_a_person_can_name_the_encoding(name, codec):
    word = {"cp1251": "Борщ", "cp932": "ラーメン", "gb18030": "北京烤鸭"}[codec]
    data = f"category,name,price\nA,{word},5\n".encode(codec)
    assert open_sheet(data, encoding=name).rows[1].texts[1] == word


def test_a_wrong_encoding_is_a_sentence():
    with pytest.raises(FileRefused, match="cannot be read as UTF-8"):
        open_sheet("Kölsch,2".encode("cp1252"), encoding="UTF-8")


@pytest.mark.parametrize(("delimiter", "word"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_the_delimiter_is_found(delimiter, word):
    rows = [["Gang", "Was", "Euro"], ["Suppen", "Borschtsch", "5.50"], ["Suppen", "Soljanka", "6"]]
    sheet = open_sheet("\r\n".join(delimiter.join(row) for row in rows).encode())
    assert texts(sheet) == [tuple(row) for row in rows]
    assert word in sheet.how_read


def test_decimal_commas_do_not_make_a_comma_the_delimiter():
    sheet = open_sheet(b"name;preis;kategorie\nA, B, C;2,40;x\nD;3,20;y\nE, F;1,1;z\n")
    assert texts(sheet)[1] == ("A, B, C", "2,40", "x")


def test_a_line_break_in_quotes_is_one_row_and_blank_rows_count():
    sheet = open_sheet(b'category,name,options\n\nA,"Big\nSoup","Size: S\nSide: T; U"\n,,\nB,Tea,\n')
    assert [row.number for row in sheet.rows] == [1, 3, 5]
    assert sheet.rows[1].texts == ("A", "Big\nSoup", "Size: S\nSide: T; U")


def test_excels_hint_about_the_delimiter_is_no_row():
    sheet = open_sheet(b"sep=;\r\ncategory;name\r\nA;B,C\r\n")
    assert [(row.number, row.texts) for row in sheet.rows] == [(1, ("category", "name")), (2, ("A", "B,C"))]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\r\n \r\n", "empty"),
        (b"\x00" * 100, "empty"),
        (b"a,b\x07c,d\n", "not a text file"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"{\\rtf1", "text document"),
        (b"<html><table>", "web page"),
        (b"name,price\n\x81\x8d\xff,2\n", "encoding is unknown"),
        (b"\xff\xfe\x00", "damaged"),
        (b'name,price\n"open,2\n', "Row 2 has a quotation mark"),
        (b'name,price\n"a"b,2\n', "Row 2 has a quotation mark"),
    ],
)
def test_other_files_are_refused_with_a_sentence(data, says):
    with pytest.raises(FileRefused) as refused:
        open_sheet(data)
    assert says in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_column_too_far_to_the_right_is_refused_and_empty_ones_are_not():
    assert len(open_sheet(b"name,price" + b"," * 300 + b"\nSoup,3\n").rows) == 2
    with pytest.raises(FileRefused, match="beyond its 200th column"):
        open_sheet(b"name,price\nSoup,3" + b"," * 199 + b"stray\n")


def test_too_many_rows_and_too_many_bytes_are_refused(monkeypatch):
    with pytest.raises(FileRefused, match="at most 5000 rows"):
        open_sheet(b"name,price\n" + b"Soup,3\n" * 5100)
    monkeypatch.setattr("menu.files.opening.MOST_BYTES", 1024 * 1024)
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        open_sheet(b"a" * (1024 * 1024 + 1))
