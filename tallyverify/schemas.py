"""JSON Schemas of the documents that others write or read."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

__all__ = ["json_schema"]


def json_schema(document: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document.

    Parameters
    ----------
    document : str
        ``acta``, ``contest``, ``declared``, ``report``, ``case``, ``mapping`` or ``registry``.

    Raises
    ------
    KeyError
        For another name.

    Examples
    --------
    >>> json_schema("acta")["title"]
    'Acta'
    """
    from tallyverify.acta import Acta
    from tallyverify.case import CaseFile
    from tallyverify.contest import Contest
    from tallyverify.declared import Declared
    from tallyverify.mapping import Mapping
    from tallyverify.registry import RegisteredStation
    from tallyverify.report import Report

    models: dict[str, Any] = {
        "acta": Acta,
        "contest": Contest,
        "declared": Declared,
        "case": CaseFile,
        "mapping": Mapping,
        "registry": list[RegisteredStation],
        "report": Report,
    }
    schema: dict[str, Any] = TypeAdapter(models[document]).json_schema(
        mode="serialization" if document == "report" else "validation"
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
