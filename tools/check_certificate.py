# fmt: off
"""Prove CERTIFICATE for CASE again by the standard library alone; [n]: point of docs/verifier.md.

Prints "proved: …" (exit code 0), "not proved: …" (1), or why it cannot say (2).
"""
import csv, hashlib, io, json, re, sys, unicodedata as uni  # noqa: E401, I001
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
REFUSED = {"registry", "annulled", "correction", "from_percentages", "votes_allowed", "transfers",
           "ballot_lines", "balances", "subtotals", "option", "where", "where_not"}  # [3]
INHERITED = {"complete", "coverage_basis", "all_votes_at_stations"}
def need(true, words, error=AssertionError):  # AssertionError: not proved; ValueError: outside
    if not true:
        raise error(words)
def many(value):
    return [value] if isinstance(value, str) else value
def voted(row):
    groups = [(sorted(g["candidates"]), g.get("votes")) for g in row.get("groups", ())]
    return [*(([name], votes) for name, votes in row.get("votes", {}).items()), *groups]
def folded(area):  # [8]
    return {k: " ".join(uni.normalize("NFKC", v).casefold().split()) for k, v in area.items()}
def opened(cert, folder):  # [2] to [5]
    case, read = json.loads((folder / "case.json").read_text("utf-8-sig")), {}
    for role in ("contest", "declared", "actas"):
        name = case[role]["file"] if role == "actas" else case[role]
        read[role] = (folder / name).read_bytes()
        sha = [one["sha256"] for one in cert["inputs"] if one["role"] == role]
        need(sha == [hashlib.sha256(read[role]).hexdigest()], f"{name}: its SHA-256 is another")
    contest, declared = (json.loads(read[role].decode("utf-8-sig")) for role in list(read)[:2])
    mapping, every = case["actas"].get("mapping") or {}, declared["bulletins"]
    said = [case, mapping, contest, declared, *every, *(row for b in every for row in b["areas"])]
    odd = {k for one in said for k in one if one[k] is not None} & REFUSED | {*cert["outside"]}
    bulletins = [b for b in every if b.get("series", "") == cert["series"]]
    days = {b.get("issued", "")[:10] for b in bulletins} - {""}
    odd |= {"bulletins that dates do not order"} if len(bulletins) not in (1, len(days)) else set()
    how = cert["columns"] | ({"areas": {}, "lines": {}, "pad": {}} | mapping if mapping else {})
    blank = {"blank"} & {k for one in said for k in one} | {"blank", "ballots"} & {*how["lines"]}
    odd |= {"blank votes"} if blank and contest.get("valid_includes_blank") is not False else set()
    odd |= {"sheets that are not CSV"} if None in (how["encoding"], how["separator"]) else set()
    need(not odd, f"outside this program: {', '.join(sorted(odd))}", ValueError)
    rows = [(i, b["id"], {k: one[k] for one in (declared, b) for k in INHERITED & one.keys()} | row)
            for i, b in enumerate(sorted(bulletins, key=lambda b: b.get("issued", "")))
            for row in b["areas"] if row.get("area", {}).keys() <= how["areas"].keys()]
    return contest, declared, rows, how, read["actas"].decode(how["encoding"]).lstrip("\ufeff\r\n")
NO = r"(--?|[–—?]|\\N|NULL|[Nn](ull|one)|NONE|N/?A|n/?a|[NS]/D|[ns]/d|NaN|nan|<NA>|#(N/?A|N/D|NV|[¡¿]?[/0A-Z]+[!?]))$"  # noqa: E501
def sheets(contest, how, text, areas):  # [6] to [11]
    figures = {name: many(columns) for name, columns in how["lines"].items()}
    figures |= {(c["id"],): many(how["votes"][c["id"]]) for c in contest["candidates"]}
    other, stations, cell = ("null", "blank"), {}, f"([0-9]+)(?:[{how['decimal']}_]0+)?"  # [6]
    for cells in csv.DictReader(io.StringIO(text, newline=""), delimiter=how["separator"]):
        row = {name.strip(): cell.strip() for name, cell in cells.items()}
        code = {n: row[n] and row[n].rjust(how["pad"].get(n, 0), "0") for n in row}
        found = {f: [re.fullmatch(cell, row[name]) for name in figures[f]] for f in figures}
        one = {f: sum(int(c[1]) for c in found[f]) if all(found[f]) else -1 for f in found}
        votes = [one[f] for f in one if isinstance(f, tuple)]
        one |= {f: one.get(f, -1) for f in ("valid", "ballots", "registered", *other)}
        total, null, blank = sum(max(v, 0) for v in votes), *(max(one[f], 0) for f in other)
        one["sound"] = (min(votes) >= 0 and one["valid"] in (-1, total, total + blank)
                        and one["ballots"] in (-1, total + null, total + null + blank))
        one["all"], one["top"] = total, max(total, one["valid"], one["ballots"])
        place = folded({k: code[n] * (not re.match(NO, row[n])) for k, n in how["areas"].items()})
        one["site"] = tuple(i for i, a in enumerate(areas) if a.items() <= place.items())
        one["seen"] = total > 0 and all(place[level] for area in areas for level in area)
        key = tuple(code[name] for name in many(how["station"]))
        need(stations.setdefault(key, one) == one, f"outside: {key} stands twice", ValueError)
    return [one for one in stations.values() if one["seen"]]
def published(f, row, known):  # [12]: the least and the most of a figure
    if f["kind"] == "votes":
        return 2 * [votes for names, votes in voted(row) if names == sorted(f["candidates"])]
    able = f["kind"] == "valid" or (f["kind"] == "stations" and known is not None)
    need(able and not f["candidates"], f"outside this program: {f['kind']}", ValueError)
    if f["kind"] == "valid" or row.get("stations") is not None:
        return 2 * [row[f["kind"]]]
    able = row.get("coverage_basis") == "stations" and not f["area"]
    need(able, "outside: a coverage that is not of the stations of the whole", ValueError)
    points = round(Fraction(str(row["coverage"])) * 100, 10)
    half = Fraction(1, 2 * next(10**d for d in range(11) if 10**d % points.denominator == 0))
    low, high = max(points - half, 0) * known / 100, min(points + half, 100) * known / 100
    return [ceil(low), floor(high)] if ceil(low) <= floor(high) else [floor(low), ceil(high)]

def check(cert, folder):
    contest, declared, rows, how, text = opened(cert, folder)
    areas, figures = [{}, *(folded(r.get("area", {})) for *_, r in rows)], cert["figures"]
    seen, names = sheets(contest, how, text, areas), [c["id"] for c in contest["candidates"]]
    n, stations = len(seen), declared.get("stations")
    known = stations if stations is not None and stations >= n else None
    for f in figures:
        [(f["at"], row)] = [(i, r) for i, name, r in rows
                            if (name, r.get("area", {})) == (f["bulletin"], f["area"])]
        right = published(f, row, known)
        need([f["low"], f["high"]] == right, f"bulletin {f['bulletin']}, {f['kind']}: {right}")
        f["in"] = areas.index(folded(f["area"]))
    near, end = {f["in"] for f in figures}, rows[-1][0] + 1  # [13]
    full = [(i, areas.index(folded(r.get("area", {})))) for i, _, r in rows if r.get("complete")]
    whole = full + [(i, 0) for i, _, r in rows
                    if not r.get("area") and r.get("stations") in {known} - {None}]
    box = max(sum(f["high"] for f in figures if f["kind"] != "stations"), 1)  # [14]
    sound = [one for one in seen if one["sound"]]
    top = max((one["top"] for one in sound), default=0) if n >= 10 else box
    excess = max([1, *(Fraction(s["top"], s["registered"]) for s in sound if s["registered"] > 0)])
    most = [sum(v or 0 for _, v in voted(r)) for *_, r in rows]  # [15]
    elsewhere = max(*most, *(r.get(k) or 0 for *_, r in rows for k in ("valid", "ballots"))) // 10
    for at_stations in ("all_votes_at_stations", "stations"):
        elsewhere *= any(r.get(at_stations) in (None, False) for *_, r in rows)
    for one in seen:
        one["cap"] = ceil(max(one["registered"], 0) * excess) or top * (1 + (n >= 10))  # [14]
        one["says"] = [1 if f["kind"] == "stations" else one["all"] if f["kind"] == "valid" else
                       sum(one[c,] for c in f["candidates"]) for f in figures]
    sites = {one["site"] for one in seen}  # and wherever a wrong sheet may belong
    sites |= {tuple(i for i, a in enumerate(areas) if a.items() <= x.items()) for x in areas}
    for proof in [proof for proof in cert["proofs"] if proof["kind"] != "votes"]:  # [16] to [20]
        scale, pairs = proof["scale"], list(zip(figures, proof["multipliers"], strict=True))
        need({type(m) for m in (scale, *proof["multipliers"])} == {int} and scale > 0
             and not proof["room_multiplier"], "outside: its multipliers", ValueError)
        tables = {}
        for site in sites:  # what things weigh, by the bulletin that they enter with
            last, late = (min((i for i, a in keys if a in site and a in {0, *near}), default=end)
                          for keys in (whole, full if elsewhere else whole))  # late: of no station
            here, at_once = near & {*site}, {*(full if elsewhere else whole)}
            need(len(here) < 2 or all({(0, 0), (0, a)} & at_once for a in here),
                 "outside: areas by the hour", ValueError)
            for at in range(late + 1):
                w = [m * (f["in"] in site and f["at"] >= at) for f, m in pairs]
                fixed = sum(m for m, f in zip(w, figures, strict=True) if f["kind"] == "stations")
                light = min(0, *(sum(m for m, f in zip(w, figures, strict=True) if (
                    f["kind"] == "valid" or c in f["candidates"])) for c in [None, *names]))
                tables.setdefault((site, at <= last), []).append((w, fixed, light))
        every = [entry for (_, there), table in tables.items() if there for entry in table]
        wrong = {cap: min(fixed + cap * light for _, fixed, light in every)
                 for cap in {top, *(one["cap"] for one in seen)}}
        total = -sum(max(m * f["low"], m * f["high"]) for f, m in pairs)
        for one in seen:
            true = [sum(map(int.__mul__, w, one["says"])) for w, *_ in tables[one["site"], True]]
            total += min(wrong[one["cap"]] + scale * (proof["kind"] == "sheets"), *true) if (
                one["sound"]) else min(v[1] + one["cap"] * v[2] for v in tables[one["site"], True])
        total += elsewhere * min(v[2] for table in tables.values() for v in table)
        total += (known - n) * wrong[top] if known is not None else box * min(v[2] for v in every)
        least = -(-total // scale)
        need(least >= proof["certified"] > 0, f"the fold proves {least}, not {proof['certified']}")
        yield f"at least {least} of {n} sheets are wrong" if proof["kind"] == "sheets" else (
            "published figures exclude each other")
if __name__ == "__main__":
    try:
        found = "; ".join(check(json.loads(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2])))
        need(found, "it holds no proof that this program redoes", ValueError)
        sys.exit(print(f"proved: {found}, if the published figures are true"))
    except Exception as why:
        no = isinstance(why, AssertionError)
        sys.exit(print("not proved" if no else "cannot say", why, sep=": ") or 2 - no)
