"""What became of a page, in words."""

from __future__ import annotations

from tallyverify.errors import InputError
from tallyverify.language import clauses, formatted, number, told, told_of
from tallyverify.readers import read_payload
from tallyverify.scanning.outcomes import PageOutcome, PageStatus

KINDS: dict[PageStatus, str] = {
    "read": told("read"),
    "several": told("several payloads that differ"),
    "not_payload": told("a QR code that is no payload"),
    "illegible": told("a QR code that cannot be read"),
    "no_code": told("no QR code found"),
    "damaged": told("damaged"),
    "locked": told("locked by a password"),
    "too_large": told("too large"),
    "unsupported": told("a kind of picture that is not read"),
    "unreadable": told("not given by the system"),
    "ended": told("the reading process ended"),
    "too_slow": told("took too long"),
    "not_reached": told("behind a page that ended the reading"),
    "skipped": told("passed over"),
}
"""Each status in a few words, as a list counts them."""

_SKIPPED = {
    "link": told("a link, which is not followed"),
    "hidden": told("hidden"),
    "device": told("no file, but a pipe or a device"),
    "other": told("neither a picture nor a PDF"),
}
_DAMAGED = {
    "empty": told("there is nothing in it"),
    "kind": told("it is no picture of a kind that is read, or it is cut off"),
}


def why(page: PageOutcome) -> str:
    """Return why a page was not read; of one that was read, what else is on it."""
    if page.status == "read":
        return clauses(_beside(page))
    if page.status == "several":
        said = told("payloads that differ stand on one page; none was taken")
        return clauses([said, *_unread(page)])
    if page.status == "not_payload":
        return clauses([_no_payload(page.others[0] if page.others else ""), *_unread(page)])
    if page.status == "damaged":
        what = _DAMAGED.get(page.what) or page.said
        return told("it cannot be decoded: {what}", what=what)
    if page.status == "too_large":
        return _too_large(page)
    if page.status == "skipped":
        return _SKIPPED.get(page.what, KINDS["skipped"])
    if page.status == "unreadable":
        return told("the system does not give it: {what}", what=page.said)
    if page.status == "too_slow":
        return told_of(
            page.limit,
            "it was not done in {count} second (--seconds)",
            "it was not done in {count} seconds (--seconds)",
        )
    return _PLAIN[page.status]


_PLAIN: dict[PageStatus, str] = {
    "illegible": told("a QR code was seen, but no preparation made it legible"),
    "no_code": told("no QR code was found"),
    "locked": told("a password is needed to open it"),
    "unsupported": told("pictures of this kind are not read; save it as JPEG or PNG"),
    "ended": told("the process that read it ended abnormally"),
    "not_reached": told("an earlier page of the file ended the reading"),
}


def _beside(page: PageOutcome) -> list[str]:
    """Return what stands on a page that was read, beside its payload."""
    if not page.others:
        return _unread(page)
    others = told_of(
        len(page.others),
        "{count} other QR code on the page is no payload",
        "{count} other QR codes on the page are no payloads",
    )
    return [others, *_unread(page)]


def _unread(page: PageOutcome) -> list[str]:
    return [told("another QR code was seen and not read")] if page.unread else []


def _no_payload(text: str) -> str:
    try:
        read_payload(text)
    except InputError as error:
        if error.place:
            return told(
                "a QR code was read, but it is no payload of an acta: {place}: {what}",
                place=error.place,
                what=error.what,
            )
        return told("a QR code was read, but it is no payload of an acta: {what}", what=error.what)
    return KINDS["not_payload"]


def _too_large(page: PageOutcome) -> str:
    limit = number(page.limit)
    if page.what == "pixels":
        return told(
            "{width} × {height} pixels are {found} megapixels; at most {limit} are read "
            "(--megapixels)",
            width=number(page.width),
            height=number(page.height),
            found=formatted(page.width * page.height / 1e6, ",.1f"),
            limit=limit,
        )
    if page.what == "side":
        return told(
            "{width} × {height} pixels; at most {limit} in a side are read",
            width=number(page.width),
            height=number(page.height),
            limit=limit,
        )
    if page.what == "pages":
        return told("it has more than {limit} pages (--pages)", limit=limit)
    if page.what == "bytes":
        return told(
            "it has {found} bytes; at most {limit} are read", found=number(page.found), limit=limit
        )
    return told("decoding it takes more memory than a page may")
