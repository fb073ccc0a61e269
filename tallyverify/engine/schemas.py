"""JSON Schemas of the documents that others write or read."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from tallyverify.errors import UnknownNameError
from tallyverify.language import told
from tallyverify.taken import takes_input

DOCUMENTS = (
    *("acta", "contest", "declared", "report", "certificate", "estimate", "reconcile"),
    *("case", "mapping", "registry"),
)
"""Documents that have a published schema."""

RECORDS = "tallyverify.records."


class _Whole(GenerateJsonSchema):
    """What is written has every key, also those with a default.

    What people write, a contest say, stands in it as they write it: what is not said is left out.
    """

    _of_people = False

    def model_schema(self, schema: Any) -> Any:
        outer, self._of_people = self._of_people, schema["cls"].__module__.startswith(RECORDS)
        try:
            return super().model_schema(schema)
        finally:
            self._of_people = outer

    def field_is_required(self, field: Any, total: bool) -> bool:
        return super().field_is_required(field, total) if self._of_people else True


@takes_input
def json_schema(document: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document.

    Parameters
    ----------
    document : str
        ``acta``, ``contest``, ``declared``, ``report``, ``certificate``, ``estimate``,
        ``reconcile``, ``case``, ``mapping`` or ``registry``.

    Raises
    ------
    InputError
        For another name.

    Examples
    --------
    >>> json_schema("acta")["title"]
    'Acta'
    """
    from tallyverify.case import CaseFile
    from tallyverify.feasibility import Certificate
    from tallyverify.inference import EstimateDocument
    from tallyverify.reconcile import ReconcileDocument
    from tallyverify.records import Acta, Contest, Declared, Mapping
    from tallyverify.report import Report
    from tallyverify.table import RegisteredStation

    models: dict[str, Any] = {
        "acta": Acta,
        "contest": Contest,
        "declared": Declared,
        "case": CaseFile,
        "mapping": Mapping,
        "registry": list[RegisteredStation],
        "report": Report,
        "certificate": Certificate,
        "estimate": EstimateDocument,
        "reconcile": ReconcileDocument,
    }
    if document not in models:
        raise UnknownNameError.of(told("no such document"), document, models)
    adapter: TypeAdapter[Any] = TypeAdapter(models[document])
    if document in ("report", "certificate", "estimate", "reconcile"):
        schema = adapter.json_schema(mode="serialization", schema_generator=_Whole)
    else:
        schema = adapter.json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
