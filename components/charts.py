"""Charts, in the theme's colours."""

from collections.abc import Mapping

import altair as alt
import pandas as pd
import streamlit as st

HEIGHT = 220


def bars(title: str, label: str, counts: Mapping[str, int]) -> None:
    """Draw a bar for each count, in the order given, and the same numbers for those who cannot see them."""
    data = pd.DataFrame({label: list(counts), "Calls": list(counts.values())})
    chart = (
        alt.Chart(data, title=title, height=HEIGHT)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X(label, sort=None, type="nominal", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("Calls", type="quantitative", title=None, axis=alt.Axis(format="d", tickMinStep=1)),
            tooltip=[label, "Calls"],
            description=alt.value(", ".join(f"{name}: {count}" for name, count in counts.items())),
        )
    )
    st.altair_chart(chart, width="stretch")
