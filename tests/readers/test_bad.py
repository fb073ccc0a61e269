"""Files that cannot be read: one InputError, naming the file, what was found and the fix."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tallyverify.errors import InputError
from tallyverify.readers import files, read_actas, read_registry
from tests.helpers.small import CONTEST, CSV, HEADER, MAPPING, WHOLE, read, rows_of, written


def refused(path: Path, *words: str, **changed: Any) -> str:
    """Read, expect one InputError that names the file and holds the words; return its text."""
    with pytest.raises(InputError) as caught:
        read(path, **changed)
    text = str(caught.value)
    assert text.startswith(f"{path.name}: ")
    assert str(path.parent) not in text
    for word in words:
        assert word in text
    return text


def zipped(**contents: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return out.getvalue()


def parquet_bytes() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"EDO": ["N"], "MESA": ["1"], "VALID": [3], "A": [1], "B": [2]}), out)
    return out.getvalue()


def workbook_bytes() -> bytes:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for line in CSV.splitlines():
        book.active.append(line.split(","))
    book.save(out)
    return out.getvalue()


ENOUGH = CSV + "".join(f"Sur,{at},3,1,2\n" for at in range(100, 400))
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\n"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    written(tmp_path, CSV, "actas.csv")
    refused(tmp_path / "acta.csv", "no such file", "did you mean 'actas.csv'?")
    refused(tmp_path / "no" / "such" / "folder.csv", "no such file")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "actas").mkdir()
    refused(tmp_path / "actas", "the folder holds no file")


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b" \r\n\t \n", "white space"),
        (b"\xef\xbb\xbf", "nothing"),
        (b"\xef\xbb\xbf\r\n", "nothing"),
        (b"\xff\xfe", "nothing"),
        (gzip.compress(b"", mtime=0), "white space"),
        (zipped(**{"a.csv": b""}), "white space"),
        (PNG, "binary"),
        (PDF, "pdfplumber"),
        (b"\x00" * 100, "binary"),
        (b"\x7fELF" + bytes(200), "binary"),
        (b"PK\x05\x06" + bytes(18), "holds no file"),
    ],
)
def test_nothing_and_binaries(tmp_path: Path, data: bytes, word: str) -> None:
    refused(written(tmp_path, data), word)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", zipped(**{"a.csv": ENOUGH.encode()})),
        ("a.csv.gz", gzip.compress(ENOUGH.encode(), mtime=0)),
        ("a.parquet", parquet_bytes()),
        ("a.xlsx", workbook_bytes()),
    ],
)
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
def test_cut_off_and_damaged(tmp_path: Path, name: str, data: bytes, kept: float) -> None:
    size = int(len(data) * kept)
    refused(written(tmp_path, data[:size], name), "damaged or")
    holed = data[:size] + bytes(byte ^ 0x5A for byte in data[size : size + 40]) + data[size + 40 :]
    try:
        table = read(written(tmp_path, holed, f"holed-{name}"))
    except InputError:
        return
    # A workbook has parts, such as its styles, that hold no figures and are not looked at.
    assert name == "a.xlsx"
    assert rows_of(table) == WHOLE


def test_a_row_that_was_cut_off(tmp_path: Path) -> None:
    cut = CSV[: CSV.rindex(",")]
    refused(
        written(tmp_path, cut),
        "line 4",
        "4 cells, beginning 'Sur', '03', '7'",
        "5 cells",
        "cut off",
    )


def test_a_quote_that_never_closes(tmp_path: Path) -> None:
    text = CSV.replace("Sur,02", '"Sur,02')
    refused(written(tmp_path, text), "quotation mark", "cut off")


def test_ragged_rows(tmp_path: Path) -> None:
    refused(written(tmp_path, CSV.replace("1500", "1,500")), "line 3", "6 cells", "5 cells")


def test_a_header_and_nothing_else(tmp_path: Path) -> None:
    refused(written(tmp_path, HEADER + "\n"), "no rows", "'MESA'")
    refused(written(tmp_path, HEADER), "no rows")


def test_half_of_the_columns_gone(tmp_path: Path) -> None:
    half = "\n".join(",".join(line.split(",")[:3]) for line in CSV.splitlines())
    refused(written(tmp_path, half), "no column", "'A'", "'EDO', 'MESA', 'VALID'")


def test_no_header(tmp_path: Path) -> None:
    refused(written(tmp_path, "\n".join(CSV.splitlines()[1:])), "no column", "'MESA'", "'Norte'")


def test_text_that_is_no_table(tmp_path: Path) -> None:
    refused(written(tmp_path, "Dear all\nno file today\n"), "header", "'Dear all'", "separator")
    refused(written(tmp_path, "<html><body>404</body></html>\n"), "header")


def test_text_where_counts_should_be(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "\n" + "Norte,1,3,uno,2\n" * 12)
    refused(path, "holds none", "column 'A' (mapped to 'A')", "'uno'", "12 rows", "'VALID'")
    path = written(tmp_path, HEADER + "\n" + "Norte,1,3,1,2\n" * 12)
    refused(path, "'EDO'", "'Norte'", votes={"A": "EDO", "B": "B"})


def test_an_archive_of_actas_and_a_note(tmp_path: Path) -> None:
    data = zipped(**{"actas.csv": CSV.encode(), "notes.txt": b"Made by hand,\n1,\n"})
    path = written(tmp_path, data, "a.zip")
    refused(path, "a.zip: notes.txt", "not those of a.zip: actas.csv", "all.zip/*.csv")
    assert rows_of(read(path / "*.csv")) == WHOLE


@pytest.mark.parametrize(
    "inner",
    [
        zipped(**{"a.csv": CSV.encode()}),
        gzip.compress(CSV.encode(), mtime=0),
        b"BZh91AY&SY",
        b"\xfd7zXZ\x00",
    ],
)
def test_an_archive_in_an_archive(tmp_path: Path, inner: bytes) -> None:
    refused(written(tmp_path, zipped(**{"a": inner}), "a.zip"), "inside an archive")
    refused(written(tmp_path, gzip.compress(inner), "a.gz"), "inside an archive")


def test_packings_that_are_not_read(tmp_path: Path) -> None:
    refused(written(tmp_path, b"BZh91AY&SY" + PNG[16:], "a.csv.bz2"), "zip or gz")
    refused(written(tmp_path, b"7z\xbc\xaf\x27\x1c" + PNG[16:], "a.7z"), "zip or gz")


def bomb() -> bytes:
    return zipped(**{"a.csv": bytes(1) * 100 * 1024**2})


def test_a_bomb_that_declares_its_size(tmp_path: Path) -> None:
    refused(written(tmp_path, bomb(), "a.zip"), "refused", "grow to 104,857,600")


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    data = bomb().replace(struct.pack("<I", 100 * 1024**2), struct.pack("<I", 1000))
    with pytest.raises(InputError):
        read(written(tmp_path, data, "a.zip"))


def test_a_bomb_of_gzip(tmp_path: Path) -> None:
    data = gzip.compress(bytes(100 * 1024**2))
    refused(written(tmp_path, data, "a.gz"), "refused")


def test_a_bomb_that_says_it_is_a_workbook(tmp_path: Path) -> None:
    data = zipped(**{"xl/workbook.xml": bytes(100 * 1024**2)})
    refused(written(tmp_path, data, "a.xlsx"), "refused")


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 20)
    refused(written(tmp_path, CSV), "too large", "Parquet")


def test_a_wrong_encoding(tmp_path: Path) -> None:
    path = written(tmp_path, CSV.replace("Norte", "PEÑALVER").encode("latin-1"))
    refused(path, "not utf-8", "byte", "leave mapping.encoding out", encoding="utf-8")
    refused(written(tmp_path, CSV), "mapping.encoding", encoding="utf-16")


@pytest.mark.parametrize("encoding", ["base64", "rot13", "zlib", "idna", "punycode", "undefined"])
def test_codecs_that_are_no_encodings_of_text(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(InputError):
        read(written(tmp_path, CSV.replace("Norte", "PEÑALVER")), encoding=encoding)


def test_a_registry_must_be_sound(tmp_path: Path) -> None:
    for text, word in (
        ("state,station,registered\nN,1,300\nN,1,300\n", "twice"),
        ("state,station,registered\nN,1,300\nN,2,many\n", "row 3, column 'registered'"),
        ("state,mesa,registered\nN,1,300\n", "'station'"),
    ):
        with pytest.raises(InputError, match=word):
            read_registry(written(tmp_path, text), contest=CONTEST)


def test_without_a_mapping_the_columns_must_be_known(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"contest's own names(.|\n)*'MESA'"):
        read_actas(written(tmp_path, CSV), contest=CONTEST)
    with pytest.raises(InputError, match=r"no such format(.|\n)*did you mean 'convzla'"):
        read_actas(written(tmp_path, CSV), contest=CONTEST, format="convsla")
    with pytest.raises(InputError, match=r"not of the format convzla(.|\n)*'CENTRO'"):
        read_actas(written(tmp_path, CSV), contest=CONTEST, format="convzla")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"separater": ";"}, "did you mean 'separator'?"),
        ({"lines": {"vald": "VALID"}}, "did you mean 'valid'?"),
        ({"lines": {"valid": "VALIDO"}}, "did you mean 'VALID'?"),
        ({"areas": {"stat": "EDO"}}, "did you mean 'state'?"),
        ({"votes": {"A": "A", "C": "B"}}, "the contest has no option or candidate"),
        ({"votes": {"A": "A"}}, "candidate 'B'"),
        ({"station": []}, "station"),
        ({"encoding": "utf-88"}, "utf-8"),
        ({"separator": ";;"}, "one character"),
        ({"thousands": "_"}, "thousands"),
        ({"layout": "long"}, "'option' and 'count'"),
        ({"option": "x"}, "layout 'long'"),
        ({"pad": {"MESA": 0}}, "between 1 and 50"),
        ({"missing": 3}, "missing"),
        ({"lines": {"valid": []}}, "lines.valid"),
        ({"where": {"NOPE": "x"}}, "'NOPE'"),
        ({"order": "NOPE"}, "'NOPE'"),
        ({"pad": {"MESAS": 4}}, "'MESAS'"),
    ],
)
def test_mappings_that_do_not_fit(tmp_path: Path, changed: dict[str, Any], word: str) -> None:
    path = written(tmp_path, CSV)
    with pytest.raises(InputError) as caught:
        read_actas(path, contest=CONTEST, mapping={**MAPPING, **changed})
    assert word in str(caught.value)
