"""The checks of the family, all of which need the stations themselves."""

from tallyverify.checking import CaseFacts, Check, Kept, summarise_sheets
from tallyverify.findings import CheckResult, Evidence
from tallyverify.forensics.calibrated_tests import tested
from tallyverify.forensics.calibration.battery import TESTED
from tallyverify.forensics.descriptions import described
from tallyverify.forensics.study import ForensicStudy
from tallyverify.language import told


def _conclude(check: Check, kept: Kept, facts: CaseFacts) -> CheckResult:
    study = kept.rows.study(ForensicStudy, kept, facts)
    if study.reason:
        return check.not_applicable(study.reason)
    return tested(check, study) if check.code in TESTED else described(check, study)


_ANOMALIES = ("F501", "F502", "F503", "F504", "F505", "F513")

# Code, name, needs, assumptions and reference.
_TEXTS = (
    (
        "F501",
        told("Second digits"),
        told("1,000 counts of 22 or more"),
        told("counts are smooth at the scale of 5 %"),
        "Mebane 2008; Deckert, Myagkov & Ordeshook 2011 on why Benford's law is no null",
    ),
    (
        "F502",
        told("Last digits"),
        told("100 counts of 10 or more"),
        told("counts are smooth at the scale of ten"),
        "Beber & Scacco 2012",
    ),
    (
        "F503",
        told("Last two digits"),
        told("100 counts of 100 or more"),
        told("counts are smooth at the scale of a hundred"),
        "Beber & Scacco 2012",
    ),
    (
        "F504",
        told("Integer percentages"),
        told("ballots, and for turnout registered voters; 100 stations of 100 people"),
        told("shares are smooth at the scale of their own noise"),
        "Kobak, Shpilkin & Pshenichnikov 2016",
    ),
    (
        "F505",
        told("Shares at coarse fractions"),
        told("300 stations with 50 valid votes, and enough of them to measure the fit"),
        told("shares are smooth at the scale of their own noise"),
        "Rozenas 2017",
    ),
    (
        "F506",
        told("Fingerprint, and stations at 100 %"),
        told("registered voters and ballots; 100 stations of 100 voters"),
        told("none: a picture and two numbers"),
        "Klimek et al. 2012",
    ),
    (
        "F507",
        told("Klimek fit"),
        told("registered voters; 1,000 stations of 100 voters"),
        told("clean turnout and share are normal and of one kind, which unlike places are not"),
        "Klimek et al. 2012",
    ),
    (
        "F508",
        told("Turnout-peak excess"),
        told("registered voters and ballots; 1,000 stations; a clean peak of turnout below 80 %"),
        told("the leader's clean share does not depend on turnout, which is seldom true"),
        "Shpilkin 2011; Kobak, Shpilkin & Pshenichnikov 2016",
    ),
    (
        "F509",
        told("More than one peak (dip)"),
        told("50 stations"),
        told("stations are independent; the uniform null is conservative"),
        "Hartigan & Hartigan 1985",
    ),
    (
        "F510",
        told("Homogeneity within centres, and who departs"),
        told("areas; 30 of the smallest with two stations or more"),
        told("voters are dealt to the stations of a centre blind to how they vote"),
        "McCullagh & Nelder 1989, section 4.5",
    ),
    (
        "F511",
        told("Turnout and share"),
        told("registered voters and ballots; 30 stations"),
        told("none: a correlation, which genuine sheets show too"),
        "Kobak, Shpilkin & Pshenichnikov 2016",
    ),
    (
        "F512",
        told("Swapped tallies"),
        told("200 stations, areas; the better with an earlier election in the registry"),
        told("the tail of honest stations; an earlier election of the same voters"),
        "Lange, Little & Taylor 1989 for the tail; ranked by odds",
    ),
    (
        "F513",
        told("A group against its like"),
        told("marks in the mapping; areas; 10 stations of a group beside others of their own area"),
        told("the stations of one area depart from it independently of being marked"),
        "Cochran 1954; Mantel & Haenszel 1959; Williams 1982 for the overdispersion",
    ),
)

CHECKS = tuple(
    Check(
        code=code,
        name=name,
        family="forensics",
        evidence=Evidence.ANOMALY if code in _ANOMALIES else Evidence.NOTE,
        conclude=_conclude,
        summarise=summarise_sheets,
        rows="kept",
        needs=needs,
        assumptions=assumptions,
        reference=reference,
    )
    for code, name, needs, assumptions, reference in _TEXTS
)
