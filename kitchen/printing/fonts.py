"""Fonts of this computer for text that no code page holds. None is shipped with the product."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings
from fontTools import unicodedata as scripts
from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont, features

_FILES = {".ttf", ".otf", ".ttc"}
# Words of file names. Other cuts rarely have letters that the regular one lacks, so they are read last.
_OTHER_CUTS = ("italic", "oblique", "bold", "light", "thin", "black", "medium", "condensed", "narrow")
_DECORATED = ("serif", "mono", "nastaliq", "kufi", "display", "looped", "rashi", "unjoined", "music", "math")
_CHINESE_JAPANESE_KOREAN = {"Hani", "Hira", "Kana", "Hang", "Bopo"}
_STRIKE = 109  # the one size of a font of coloured pictures
_FIRST_EMOJI = "\U0001f000"
NO_SHAPING = "libfribidi0"


class Font:
    """A font file and the letters that it has."""

    def __init__(self, path: str, letters: frozenset[int], coloured: bool) -> None:
        self.path, self.letters, self.coloured = path, letters, coloured
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}

    def has(self, cluster: str) -> bool:
        return all(ord(letter) in self.letters or _needs_no_glyph(letter) for letter in cluster)

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """Return the font in a size, which is fixed for coloured pictures."""
        size = _STRIKE if self.coloured else size
        if size not in self._sizes:
            self._sizes[size] = ImageFont.truetype(self.path, size)
        return self._sizes[size]


class Fonts:
    """The fonts for one slip. A new slip looks again, so a font that was installed meanwhile is found."""

    @cached_property
    def _regular(self) -> list[Font]:
        return _read_all(path for path in _font_files() if not _is_other_cut(path))

    @cached_property
    def _other_cuts(self) -> list[Font]:
        return _read_all(path for path in _font_files() if _is_other_cut(path))

    def one_for(self, cluster: str, before: Font | None = None) -> Font | None:
        """Return a font that has all letters of a cluster, if possible the one before it."""
        if before is not None and before.has(cluster):
            return before
        if not can_shape() and needs_shaping(cluster):
            return None
        return _first(self._regular, cluster) or _first(self._other_cuts, cluster)


def can_shape() -> bool:
    """Return whether letters can be joined and ordered as Arabic or Hindi need it."""
    return bool(features.check("raqm"))


def needs_shaping(cluster: str) -> bool:
    """Return whether a cluster is written from right to left or has marks around its letters."""
    return any(
        unicodedata.bidirectional(letter) in ("R", "AL") or unicodedata.category(letter) in ("Mn", "Mc")
        for letter in cluster
        if not _needs_no_glyph(letter)
    )


def package_for(cluster: str) -> str:
    """Return the Debian package whose absence makes a cluster unprintable."""
    if needs_shaping(cluster) and not can_shape():
        return NO_SHAPING
    wide = unicodedata.east_asian_width(cluster[0]) in ("W", "F") and cluster[0].isalpha()
    if wide or scripts.script(cluster[0]) in _CHINESE_JAPANESE_KOREAN:
        return "fonts-noto-cjk"
    return "fonts-noto-color-emoji" if cluster[0] >= _FIRST_EMOJI else "fonts-noto-core"


def _needs_no_glyph(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f"


def _font_files() -> Iterator[Path]:
    for folder in settings.FONT_FOLDERS:
        for path in Path(folder).expanduser().rglob("*"):
            if path.suffix.lower() in _FILES:
                yield path


def _is_other_cut(path: Path) -> bool:
    return any(word in path.name.lower() for word in _OTHER_CUTS)


def _read_all(paths: Iterable[Path]) -> list[Font]:
    """Return fonts in the order in which they are tried: plain ones, decorated ones, coloured pictures."""
    files = sorted(paths, key=_rank)
    found = [Font(str(path), *_read(str(path), path.stat().st_mtime_ns)) for path in files if path.is_file()]
    return sorted((font for font in found if font.letters), key=lambda font: font.coloured)


def _first(fonts: Iterable[Font], cluster: str) -> Font | None:
    return next((font for font in fonts if font.has(cluster)), None)


def _rank(path: Path) -> tuple[int, str]:
    name = path.name.lower()
    return sum(word in name for word in _DECORATED), name


@lru_cache(maxsize=2000)
def _read(path: str, _changed: int) -> tuple[frozenset[int], bool]:
    """Return the letters that a font file can draw, and whether they are coloured pictures."""
    try:
        with TTFont(path, fontNumber=0, lazy=True) as font:
            coloured = "CBDT" in font
            drawable = coloured or "glyf" in font or "CFF " in font or "CFF2" in font
            known = drawable and not ("COLR" in font and font["COLR"].version)  # Pillow draws no gradients
            letters = font.getBestCmap() or () if known else ()
            return frozenset(letter for letter in letters if not coloured or letter > ord("~")), coloured
    except (TTLibError, OSError, KeyError, ValueError):
        return frozenset(), False
