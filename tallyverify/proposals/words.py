"""Words of election files in Spanish, English, Portuguese, French, Polish and Russian."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "ß": "ss", "ı": "i"})


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """Return a text in small letters without accents, its words parted by one space.

    Examples
    --------
    >>> plain("VOTOS_VÁLIDOS"), plain("Liczba głosów ważnych")
    ('votos validos', 'liczba glosow waznych')
    """
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    letters = "".join(c for c in parts if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", letters))


OTHER = "other"
"""Neither a vote nor a standard line: paper received, issued, unused."""

CLAIMED = "claimed"
"""Ballots cast that are nobody's, or not yet: challenged, provisional, for whom nobody can tell."""

_OTHER_PAPER = re.compile(
    r"sobrante|no utiliz|unused|recibid|received|issued|entregad|wykorzyst|otrzymal|wydano|"
    r"kopert|pakiet|погашен|получен|выдан|утрачен|учтен|удостовер|percent|porcent|pct"
)
_LINES = {
    CLAIMED: r"challenged|contested|disputed|objected|provisional(?:es)?|tendered|unresolved|"
    r"impugnad[oa]s?|recurrid[oa]s?|cuestionad[oa]s?|objetad[oa]s?|observad[oa]s?|controvertid\w*|"
    r"contestad[oa]s?|contestes?|litigieux|sub judice|оспорен\w*|zakwestionowan\w*",
    "null": r"null?s?|nulos?|nulas?|nulle|nul|vn|vnul\w*|bad|"
    r"ung(?:u|ue)ltig\w*|ongeldig\w*|nietig\w*|spoil\w*|spoilt|invalid\w*|rejected|"
    r"niewazn\w*|nao validos|недеиствительн\w*|испорчен\w*|nvalidos",
    "valid": r"valid[oae]?s?|valides?|exprimes?|waznych|wazne|деиствительн\w*",
    "blank": r"blanks?|vb|vbla\w*|bianc\w*|leer\w*|unmarked|empty|blanco\w*|"
    r"blanc[oa]?s?|blancs|brancos?|em branco|en blanco|puste|пуст\w*",
    "registered": r"registered|electores|inscritos|inscriptos|inscrits|habilitados|lista nominal|"
    r"ln|padron|eleitores|eleitorado|aptos|censo|empadronados|electorate|uprawnion\w*|"
    r"избирателеи (?:внесенн|включенн)\w*|roll|registrados|"
    r"re|rv|reg|voters|electors",
    "signed": r"signed|sufragaron|signatures|votantes|votaron|firmas|emargements|votants|"
    r"participantes|voters who voted|comparecimento|sufragantes|turned out|comp|voted",
    "ballots": r"ballots|boletas|papeletas|emitidos|depositados|total|totales|totals|bulletins|"
    r"all votes|cast|cedulas|sufragios|razem|итого|всего|wszystkich|suma|sum|sobres",
}
_LINE = {line: re.compile(rf"\b(?:{words})\b") for line, words in _LINES.items()}


def line_named(name: str) -> str | None:
    """Return the protocol line that a name speaks of; ``other`` for paper that is no ballot cast.

    Examples
    --------
    >>> [line_named(name) for name in ("Votos nulos", "VALIDOS", "Total Votes Cast", "Ana")]
    ['null', 'valid', 'ballots', None]
    >>> line_named("Challenged ballots")
    'claimed'
    """
    text = plain(name)
    if _OTHER_PAPER.search(text):
        return OTHER
    return next((line for line, words in _LINE.items() if words.search(text)), None)


STATION = re.compile(
    r"\b(?:sezione|seccion electoral|mesa|mesas|casilla|acta|station|precinct|ballot box|box|jrv|"
    r"junta|urna|secao|bureau|obwodu|obwod|uik|уик|участ\w*|polling|table|desk|stream|"
    r"booth|symbol kontrolny|unit)\b"
)
AREA = re.compile(
    r"\b(?:country|pais|panstwo|kraj|pays|state|estado|edo|region|regiao|oblast|область|регион|"
    r"province|provincia|prov|departamento|depto|dpto|dep|department|departement|wojewodztwo|"
    r"county|powiat|canton|distrito|district|dist|circunscripcion|constituency|oik|tik|тик|район|"
    r"municipio|municipality|mun|muni|commune|comuna|gmina|parroquia|parish|par|town|city|ciudad|"
    r"localidad|locality|ward|zona|zone|circuito|circuit|seccion|section|recinto|centro|centre|"
    r"center|local|puesto|barangay|lga|area|corregimiento|aldea)\b"
)
CODE = re.compile(
    r"\b(?:cod\w*|id|ids|num\w*|nro|nr|key|clave|code|clef|kod\w*|teryt|symbol|номер|код|"
    r"index|row|fila|extension|ext)\b"
)
KIND = re.compile(r"^(?:typ|tipo|type|clase|kind|rodzaj|тип|casilla ex|rural|estrato)\b")
MODE = re.compile(r"\b(?:mode|modalidad|channel|method|vote type|ballot type|tipo (?:de )?voto)\b")
TIME = re.compile(
    r"\b(?:fecha|hora|date|time|timestamp|data|godzina|heure|dia|mes|anio|ano|year|minutos|"
    r"segundos|время|дата)\b"
)
VERSION = re.compile(
    r"^(?:(?:id|num\w*|nro|no|n|cod\w*|de) )*(?:version|versao|wersja|revision|rev|edicion|copias?|"
    r"copy|copies|copie|ejemplar|duplicad[oa]|duplicate|captura|capture|foto|photo|scan|toma|"
    r"intento|attempt|envio|submission|upload|lote|batch|serial|correlativo|uuid|hash)\b"
)
CONTEST = re.compile(
    r"\b(?:office|cargo|contest|race|eleccion|election|puesto electo|urzad|dignidad)\b"
)
OPTION = re.compile(
    r"\b(?:candidat\w*|option|opcion|partido|party|parti|lista|list|kandydat\w*|choice|"
    r"agrupacion|organizacion|кандидат\w*|партия|votopara|votavel|sigla|opt)\b"
)
COUNT = re.compile(r"\b(?:votes?|votos?|voix|count|cantidad|glosy|glosow|голос\w*|total votos)\b")

_STATUS = {
    "annulled": r"anulad\w*|annulled|cancel\w*|void\w*|nula|invalidated|quarantined|excluid\w*|"
    r"rechazad\w*|rejected|uniewazn\w*|отменен\w*|annulee?s?",
    "pending": r"pend\w*|observad\w*|no (?:contabilizad|computad|procesad|ingresad)\w*|impugnad\w*|"
    r"en proceso|not counted|missing|faltante|por procesar|siniestrad\w*|extraviad\w*|"
    r"awaiting|en attente|non comptabilise\w*|a verifier|challenged|sin acta|para envio|"
    r"suspend\w*|em analise|en revision|under review",
    "counted": r"contabilizad\w*|computad\w*|counted|procesad\w*|normal|ok|escrutad\w*|"
    r"valida?|valid[ae]d[oa]s?|validee?s?|comptee?s?|comptabilisee?s?|accepted|aceptad\w*|"
    r"aceit[ao]s?|digitad\w*|apurad\w*|validated|complete\w*|final|ingresad\w*|approved|"
    r"aprobad\w*|verificad\w*|uncounted|unverified",
}

_NOT = re.compile(r"\b(?:no|nao|non|not|sin|sem|nie|не|without|yet to)\b|\bun(?:counted|verified)")


def status_named(text: str) -> str | None:
    """Return whether a text says that a sheet is counted, annulled or pending.

    Examples
    --------
    >>> [status_named(text) for text in ("Contabilizada", "ANULADA", "não apurada", "Norte")]
    ['counted', 'annulled', 'pending', None]
    """
    said = plain(text)
    found = next((s for s, words in _STATUS.items() if re.search(rf"\b(?:{words})\b", said)), None)
    if found == "counted" and _NOT.search(said):
        return "pending"
    return None if found == "annulled" and _NOT.search(said) else found
