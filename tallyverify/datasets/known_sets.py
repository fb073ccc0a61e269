"""What can be fetched: where it was published, and the SHA-256 that each file must have.

Contest and declared result of a set stand beside this file, in a folder named like the one in the
cache. They hold published totals; the stations' rows are what is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from tallyverify.errors import UnknownNameError
from tallyverify.language import ToldText, counted, told
from tallyverify.taken import takes_input


@takes_input
@dataclass(frozen=True)
class DataFile:
    """A file as it was published.

    Attributes
    ----------
    name : str
        Its name.
    address : str
        Where it was published.
    sha256 : str
        The SHA-256 of its bytes, in hexadecimal.
    size : int
        How many bytes it has.
    about : str
        What it is.

    Examples
    --------
    >>> [file.size for file in DATASETS["venezuela-2024"].files]
    [4077568, 4113270]
    """

    name: str
    address: str
    sha256: str
    size: int
    about: ToldText

    def described(self) -> str:
        """Return how the file is known again: name, size, SHA-256."""
        return told(
            "{file}: {size}, SHA-256 {sha256}",
            file=self.name,
            size=counted(self.size, "byte", "bytes"),
            sha256=self.sha256,
        )


@takes_input
@dataclass(frozen=True)
class KnownSet:
    """A data set that can be fetched.

    Attributes
    ----------
    name : str
        Its name.
    about : str
        What it is.
    files : tuple of DataFile
        Its files. Its case reads the first; any other lies beside it.
    folder : str
        The folder that it has in the cache.
    case : str
        The document that describes its case.
    documents : tuple of str
        What its case reads beside the sheets.

    Examples
    --------
    >>> DATASETS["venezuela-2024-v1"].files[0].name
    'RESULTADOS_2024_CSV_V1.csv'
    """

    name: str
    about: ToldText
    files: tuple[DataFile, ...]
    folder: str
    case: str
    documents: tuple[str, ...] = ("contest.json", "declared.json")

    def texts(self) -> dict[str, bytes]:
        """Return the documents of the case, by name; the one that describes it last."""
        place = files("tallyverify.datasets").joinpath(self.folder)
        names = (*self.documents, self.case)
        return {name: place.joinpath(name).read_bytes() for name in names}


_V1 = DataFile(
    name="RESULTADOS_2024_CSV_V1.csv",
    address="https://static.resultadosconvzla.com/RESULTADOS_2024_CSV_V1.csv",
    sha256="fd2712796bf8ec77dfe02e07cd864882c93f4079238c2d21b822b7b9a999f8ea",
    size=4_113_270,
    about=told("first edition: 24,532 sheets, with registered voters"),
)
_V2 = DataFile(
    name="RESULTADOS_2024_CSV_V2.csv",
    address="https://static.resultadosconvzla.com/RESULTADOS_2024_CSV_V2.csv",
    sha256="296d35bbda1d6bd12e7011ed93da1973a3f22beb73cc05dbb0554efc31b2deaa",
    size=4_077_568,
    about=told("second edition: 25,073 sheets, without registered voters"),
)

DATASETS: dict[str, KnownSet] = {
    known.name: known
    for known in (
        KnownSet(
            name="venezuela-2024",
            about=told(
                "Venezuela, presidential election of 28 July 2024: the sheets that the opposition "
                "campaign published, second edition, and two bulletins of the electoral authority"
            ),
            files=(_V2, _V1),
            folder="venezuela-2024",
            case="case.json",
        ),
        KnownSet(
            name="venezuela-2024-v1",
            about=told(
                "Venezuela, presidential election of 28 July 2024: the same, with the first "
                "edition of the sheets"
            ),
            files=(_V1,),
            folder="venezuela-2024",
            case="case-v1.json",
        ),
    )
}
"""What can be fetched, by name."""


@takes_input
def known_set(name: str) -> KnownSet:
    """Return the data set of a name.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> known_set("venezuela-2024").case
    'case.json'
    """
    if name not in DATASETS:
        raise UnknownNameError.of(told("no data set has this name"), name, DATASETS)
    return DATASETS[name]
