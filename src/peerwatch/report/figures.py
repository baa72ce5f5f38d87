"""Figures as self-contained SVG."""

import altair as alt
import pandas as pd
import vl_convert

from peerwatch.findings.summary import Finding

_INK = "#1f2933"
# Wider intervals than this say nothing, and would squeeze all others.
_REACH_POINTS = 45.0


def shifts_figure(findings: list[Finding]) -> str:
    """Mean paired shift of every arm against A0 for each model, with 95 % intervals.

    Args:
        findings: Findings of one scenario and dataset.

    Returns:
        SVG text, or nothing if no model has an arm to set against A0.
    """
    rows = [
        {
            "model": finding.model + (" (scripted)" if finding.scripted else ""),
            "arm": arm.label or arm.arm,
            "shift": arm.from_plain.estimate,
            "low": max(-_REACH_POINTS, arm.from_plain.low),
            "high": min(_REACH_POINTS, arm.from_plain.high),
        }
        for finding in findings
        for arm in finding.arms
        if arm.from_plain is not None
    ]
    if not rows:
        return ""
    data = pd.DataFrame(rows)
    base = alt.Chart(data)
    y = alt.Y("arm:N", title=None, sort=None, axis=alt.Axis(labelFontSize=11))
    reach = max(10.0, float(data["low"].abs().max()), float(data["high"].abs().max()))
    scale = alt.Scale(domain=[-min(reach, _REACH_POINTS), min(reach, _REACH_POINTS)])
    dots = base.mark_point(filled=True, size=48, color=_INK).encode(
        x=alt.X("shift:Q", title="shift against A0, points", scale=scale), y=y
    )
    spans = base.mark_rule(strokeWidth=1.6, color=_INK).encode(x="low:Q", x2="high:Q", y=y)
    zero = alt.Chart(data).transform_aggregate(groupby=["model"]).mark_rule(color="#b4451f")
    chart = (
        alt.layer(zero.encode(x=alt.datum(0)), spans, dots, data=data)
        .properties(width=310, height={"step": 15})
        .facet(facet=alt.Facet("model:N", title=None, header=alt.Header(labelFontSize=12)), columns=3)
        .configure(font="sans-serif")
        .configure_view(stroke="#d5dbe1")
    )
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
