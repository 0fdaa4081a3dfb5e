"""Makes the fonts of papers: Noto Sans, cut down to the scripts that the program writes.

`python tools/font.py` takes them from the npm package below and puts them, with their licence,
where the program finds them. Needs npm and fontTools.
"""

import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

PACKAGE = "@expo-google-fonts/noto-sans@0.4.2"
FACES = {"regular": "400Regular", "bold": "600SemiBold"}
HERE = Path(__file__).parent.parent / "src/abonent/channels/http/papers/fonts"

RANGES = (
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin of western and central Europe
    (0x218, 0x21B),
    (0x400, 0x45F),  # Cyrillic of Ukrainian and Russian
    (0x490, 0x491),
    (0x2010, 0x2015),  # dashes
    (0x2018, 0x201E),  # quotation marks
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x202F, 0x202F),
    (0x2032, 0x2033),
    (0x2039, 0x203A),
    (0x20AC, 0x20AC),  # euro, hryvnia, rouble
    (0x20B4, 0x20B4),
    (0x20BD, 0x20BD),
    (0x2116, 0x2116),
    (0x2122, 0x2122),
    (0x2212, 0x2212),
)


def signs() -> Iterator[int]:
    for first, last in RANGES:
        yield from range(first, last + 1)


def cut(source: Path, target: Path) -> None:
    """The font with our signs alone, unhinted and without features: PDF writers place by width."""
    options = Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 4, 5, 6, 13, 14])
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "STAT", "DSIG", "meta"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=signs())
    subsetter.subset(font)
    font.save(target)
    print(f"{target.name}: {target.stat().st_size} bytes")


def main() -> None:
    with TemporaryDirectory() as scratch:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=scratch, check=True)
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:
            archive.extractall(scratch, filter="data")
        for face, style in FACES.items():
            source = Path(scratch, "package", style, f"NotoSans_{style}.ttf")
            cut(source, HERE / f"noto-sans-{face}.ttf")
        licence = Path(scratch, "package", "LICENSE_FONT").read_text("utf-8")
        (HERE / "LICENSE.txt").write_text(licence, "utf-8")


if __name__ == "__main__":
    main()
