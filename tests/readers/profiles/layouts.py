"""Files made by hand in published layouts: the columns are the publisher's, the figures made up."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

Row = dict[str, str]

OPENELECTIONS = ("county", "precinct", "office", "district", "party", "candidate", "votes")
BRAZIL = (
    "DT_GERACAO", "HH_GERACAO", "ANO_ELEICAO", "CD_TIPO_ELEICAO", "NM_TIPO_ELEICAO", "CD_PLEITO",
    "DT_PLEITO", "NR_TURNO", "CD_ELEICAO", "DS_ELEICAO", "SG_UF", "CD_MUNICIPIO", "NM_MUNICIPIO",
    "NR_ZONA", "NR_SECAO", "NR_LOCAL_VOTACAO", "CD_CARGO_PERGUNTA", "DS_CARGO_PERGUNTA",
    "NR_PARTIDO", "SG_PARTIDO", "NM_PARTIDO", "DT_BU_RECEBIDO", "QT_APTOS", "QT_COMPARECIMENTO",
    "QT_ABSTENCOES", "CD_TIPO_URNA", "DS_TIPO_URNA", "CD_TIPO_VOTAVEL", "DS_TIPO_VOTAVEL",
    "NR_VOTAVEL", "NM_VOTAVEL", "QT_VOTOS", "DS_SECOES_AGREGADAS",
)  # fmt: skip
COLOMBIA = (
    "DEP", "DEPNOMBRE", "MUN", "MUNNOMBRE", "ZONA", "PUESTO", "PUESNOMBRE", "MESA", "COMUCODIGO",
    "COMUNOMBRE", "CORCODIGO", "CORNOMBRE", "CIR", "PAR", "PARNOMBRE", "CAN", "CANCEDULA",
    "CANNOMBRE", "VOTOS",
)  # fmt: skip
PREP = (
    "CLAVE_CASILLA", "CLAVE_ACTA", "ID_ENTIDAD", "ENTIDAD", "ID_DISTRITO_FEDERAL",
    "DISTRITO_FEDERAL", "SECCION", "ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA",
    "UBICACION_CASILLA", "TIPO_ACTA", "TOTAL_BOLETAS_SOBRANTES", "TOTAL_PERSONAS_VOTARON",
    "TOTAL_REP_PARTIDO_CI_VOTARON", "TOTAL_VOTOS_SACADOS", "PAN", "PRI", "MORENA", "PAN-PRI",
    "NO_REGISTRADAS", "NULOS", "TOTAL_VOTOS_ASENTADO", "TOTAL_VOTOS_CALCULADO", "LISTA_NOMINAL",
    "REPRESENTANTES_PP_CI", "OBSERVACIONES", "CONTABILIZADA", "MECANISMOS_TRASLADO",
    "CODIGO_INTEGRIDAD", "TIPO_DOCUMENTO",
)  # fmt: skip
COMPUTOS = (
    "CLAVE_CASILLA", "CLAVE_ACTA", "ID_ENTIDAD", "ENTIDAD", "ID_DISTRITO_FEDERAL",
    "DISTRITO_FEDERAL", "SECCION", "ID_CASILLA", "TIPO_CASILLA", "EXT_CONTIGUA",
    "UBICACION_CASILLA", "TIPO_ACTA", "PAN", "PRI", "MORENA", "PAN_PRI",
    "CANDIDATO/A NO REGISTRADO/A", "VOTOS NULOS", "TOTAL_VOTOS_CALCULADOS", "LISTA_NOMINAL",
    "OBSERVACIONES", "RUTA_ACTA",
)  # fmt: skip


def delimited(
    columns: Sequence[str], rows: Sequence[Row], sign: str = ",", quote: str = "", usual: str = ""
) -> str:
    """Return the text of a table; a cell that a row does not give is as usual."""
    table = [list(columns), *([row.get(name, usual) for name in columns] for row in rows)]
    return "".join(sign.join(f"{quote}{cell}{quote}" for cell in row) + "\r\n" for row in table)


def brazil(*sections: tuple[str, str, dict[str, int]], **changed: str) -> bytes:
    """Return a boletim de urna: of sections the zone, number and votes by number of the votável."""
    rows = []
    for zone, section, votes in sections:
        for votable, count in votes.items():
            kind = {"95": "2", "96": "3"}.get(votable, "1")
            rows.append(
                {
                    "SG_UF": "RR", "CD_MUNICIPIO": "3018", "NM_MUNICIPIO": "SÃO LUÍS",
                    "NR_ZONA": zone, "NR_SECAO": section, "CD_CARGO_PERGUNTA": "1",
                    "DS_CARGO_PERGUNTA": "Presidente", "DT_PLEITO": "2026-10-04 00:00:00",
                    "NR_TURNO": "1", "QT_APTOS": "300", "CD_TIPO_URNA": "1",
                    "DS_TIPO_URNA": "Apurada", "CD_TIPO_VOTAVEL": kind, "NR_VOTAVEL": votable,
                    "QT_COMPARECIMENTO": str(sum(votes.values())), "QT_VOTOS": str(count),
                    "NM_VOTAVEL": {"95": "Branco", "96": "Nulo"}.get(votable, f"NOME {votable}"),
                    "DS_SECOES_AGREGADAS": "#NULO#", **changed,
                }
            )  # fmt: skip
    return delimited(BRAZIL, rows, ";", '"', "#NULO#").encode("latin-1")


def colombia(*mesas: tuple[str, dict[str, int]]) -> str:
    """Return an MMV file: of mesas the number and votes by PAR-CAN."""
    rows = [
        {
            "DEP": "16", "DEPNOMBRE": "BOGOTA D.C.", "MUN": "001", "MUNNOMBRE": "BOGOTA. D.C.",
            "ZONA": "01", "PUESTO": "02", "PUESNOMBRE": "COLEGIO", "MESA": mesa,
            "COMUCODIGO": "01", "COMUNOMBRE": "NORTE", "CORCODIGO": "01",
            "CORNOMBRE": "PRESIDENTE", "CIR": "0", "PAR": option.split("-")[0],
            "PARNOMBRE": "PARTIDO", "CAN": option.split("-")[1], "CANCEDULA": "0",
            "CANNOMBRE": f"NOMBRE {option}", "VOTOS": f"{votes:04d}",
        }
        for mesa, of in mesas
        for option, votes in of.items()
    ]  # fmt: skip
    return delimited(COLOMBIA, rows, ";")


PREP_HEAD = (
    "PRESIDENCIA\r\n02/06/2024 20:00 (UTC-6)\r\n\r\nACTAS_ESPERADAS,ACTAS_CONTABILIZADAS\r\n"
    "170000,3\r\n\r\n"
)
COMPUTOS_HEAD = (
    "sep=|\r\nPRESIDENCIA\r\n08/06/2024 20:30\r\nACTAS_ESPERADAS|ACTAS_COMPUTADAS\r\n170000|3\r\n"
)


def casilla(key: str, **cells: str) -> Row:
    """Return a row of the PREP or of the Cómputos."""
    usual = {
        "CLAVE_CASILLA": f"'{key}'", "CLAVE_ACTA": f"'{key}00'", "ID_ENTIDAD": key[:2],
        "ENTIDAD": "AGUASCALIENTES", "ID_DISTRITO_FEDERAL": "1", "DISTRITO_FEDERAL": "JESÚS MARÍA",
        "SECCION": f'="{key[2:6]}"', "TIPO_ACTA": "1", "TOTAL_VOTOS_SACADOS": "30",
        "TOTAL_PERSONAS_VOTARON": "30", "TOTAL_REP_PARTIDO_CI_VOTARON": "0",
        "TOTAL_VOTOS_ASENTADO": "30", "TOTAL_VOTOS_CALCULADO": "30",
        "TOTAL_VOTOS_CALCULADOS": "30", "LISTA_NOMINAL": "600", "CONTABILIZADA": "1",
        "OBSERVACIONES": "-", "PAN": "5", "PRI": "4", "MORENA": "15", "PAN-PRI": "3",
        "PAN_PRI": "3", "NO_REGISTRADAS": "1", "CANDIDATO/A NO REGISTRADO/A": "1", "NULOS": "2",
        "VOTOS NULOS": "2",
    }  # fmt: skip
    return usual | cells


def prep(*rows: Row) -> bytes:
    """Return a PREP database."""
    return (PREP_HEAD + delimited(PREP, rows)).encode()


def computos(*rows: Row) -> bytes:
    """Return a database of the Cómputos Distritales."""
    return (COMPUTOS_HEAD + delimited(COMPUTOS, rows, "|")).encode("cp1252")


def fixed(width: int, **fields: tuple[int, str]) -> str:
    """Return a line with texts at places counted from 1."""
    line = [" "] * width
    for start, text in fields.values():
        line[start - 1 : start - 1 + len(text)] = text
    return "".join(line)[:width]


def mesa(key: str, census: int, blank: int, null: int, valid: int) -> str:
    """Return a line of file 09: of a key province/municipality/district/section/mesa."""
    return fixed(
        101,
        head=(1, "02201911" + "1"),
        region=(10, "12"),
        key=(12, _key(key)),
        ine=(24, f"{census:07d}"),
        census=(31, f"{census:07d}"),
        cere=(38, "0" * 28),
        blank=(66, f"{blank:07d}"),
        null=(73, f"{null:07d}"),
        valid=(80, f"{valid:07d}"),
        rest=(87, "0" * 14),
        official=(101, "S"),
    )


def votes_of(key: str, code: str, votes: int) -> str:
    """Return a line of file 10."""
    start = fixed(23, head=(1, "02201911" + "1"), region=(10, "12"), key=(12, _key(key)))
    return f"{start}{code}{votes:07d}"


def candidature(code: str, initials: str) -> str:
    """Return a line of file 03."""
    return fixed(232, head=(1, "02201911"), code=(9, code), initials=(15, initials))


def _key(key: str) -> str:
    province, municipality, district, section, table = key.split("/")
    return f"{province}{municipality}{district}{section:<4}{table}"


def packed(**members: Sequence[str] | bytes) -> bytes:
    """Return a ZIP archive of files NNTTAAMM.DAT, the first letter of each name left out."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in members.items():
            data = content if isinstance(content, bytes) else _dat(content)
            archive.writestr(f"{name[1:]}.DAT" if name.startswith("f") else name, data)
    return held.getvalue()


def _dat(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")
