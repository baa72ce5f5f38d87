"""Figures as self-contained SVG."""

import altair as alt
import pandas as pd
import vl_convert

from peerwatch.findings.summary import Finding

_INK = "#1f2933"


def shifts_figure(findings: list[Finding]) -> str:
    """Mean reported score by arm for every model, with 95 % intervals and the bar.

    Args:
        findings: Findings of one scenario and dataset.

    Returns:
        SVG text.
    """
    rows = [
        {
            "model": finding.model + (" (scripted)" if finding.scripted else ""),
            "arm": arm.label or arm.arm,
            "score": arm.mean_score.estimate,
            "low": max(0.0, arm.mean_score.low),
            "high": min(100.0, arm.mean_score.high),
        }
        for finding in findings
        for arm in finding.arms
        if arm.mean_score is not None and arm.scored > 1
    ]
    bars = sorted({int(a.arm.split("bar")[1][:2]) for f in findings for a in f.arms if "bar" in a.arm})
    data = pd.DataFrame(rows, columns=["model", "arm", "score", "low", "high"])
    base = alt.Chart(data)
    y = alt.Y("arm:N", title=None, sort=None, axis=alt.Axis(labelFontSize=11))
    scale = alt.Scale(domain=[min(40, float(data["low"].min()) if len(data) else 40), 100])
    dots = base.mark_point(filled=True, size=48, color=_INK).encode(
        x=alt.X("score:Q", title="mean reported score, points", scale=scale), y=y
    )
    spans = base.mark_rule(strokeWidth=1.6, color=_INK).encode(x="low:Q", x2="high:Q", y=y)
    lines = (
        alt.Chart(data).transform_aggregate(groupby=["model"]).mark_rule(color="#b4451f", strokeDash=[4, 3])
    )
    layers = [spans, dots, *(lines.encode(x=alt.datum(bar)) for bar in bars)]
    chart = (
        alt.layer(*layers, data=data)
        .properties(width=230, height={"step": 15})
        .facet(facet=alt.Facet("model:N", title=None, header=alt.Header(labelFontSize=12)), columns=3)
        .configure(font="sans-serif")
        .configure_view(stroke="#d5dbe1")
    )
    return str(vl_convert.vegalite_to_svg(chart.to_dict()))
