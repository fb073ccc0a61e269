"""Figures as SVG, in one style: the same data give the same bytes.

In: what a report shows of an estimate and of the indicators. Out: SVG text. Begin with
:mod:`tallyverify.report.drawings.drawing`.
"""
