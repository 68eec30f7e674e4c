"""The chooser of one's own effects. What is chosen lives in the chain, so it outlives every page."""

import streamlit as st

from calls.effects import EFFECTS
from calls.effects.chain import Chain, Choice
from components import toasts
from components.text import plain

NONE = "None"
KEY = "effect"
TOLD = "effect-failure"


def show(chain: Chain) -> None:
    """Draw the chooser and the sliders of what is chosen."""
    shown = st.multiselect(
        "Effect",
        [NONE, *EFFECTS],
        default=[choice.effect for choice in chain.active] or [NONE],
        key=KEY,
        on_change=_settle,
        help="Others see you with these, in this order.",
    )
    parameters = {choice.effect: dict(choice.parameters) for choice in chain.active}
    chosen = [name for name in shown if name != NONE]
    chain.choose([Choice(name, _sliders(name, parameters.get(name, {}))) for name in chosen])
    if chain.failure:
        st.warning(plain(chain.failure), icon=":material/error:")


def tell_failure(chain: Chain) -> None:
    """Let the person read, on whichever page, that an effect has failed since this was last looked at."""
    told = st.session_state.get(TOLD)
    st.session_state[TOLD] = chain.failure
    if chain.failure and chain.failure != told:
        toasts.tell(plain(chain.failure), icon=":material/error:", duration="long")


def _settle() -> None:
    """None and an effect exclude each other: the one chosen last stays."""
    chosen = st.session_state.get(KEY)  # gone when the page was switched at the same moment
    if not chosen or chosen[-1] == NONE:
        st.session_state[KEY] = [NONE]
    else:
        st.session_state[KEY] = [name for name in chosen if name != NONE]


def _sliders(name: str, parameters: dict[str, int]) -> dict[str, int]:
    return {
        parameter: st.slider(
            f"{name}: {parameter}",
            slider.low,
            slider.high,
            parameters.get(parameter, slider.default),
            key=f"effect-{name}-{parameter}",
            help=slider.help or None,
        )
        for parameter, slider in EFFECTS[name].sliders.items()
    }
