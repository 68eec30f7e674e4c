"""The settings of this server, from the environment and from Streamlit's secrets."""

import streamlit as st

from calls.settings import Settings, load_settings


def settings() -> Settings:
    """The settings as they are now. Raises SettingsError when one is wrong."""
    return load_settings(_secrets())


def _secrets() -> dict[str, object]:
    try:
        return dict(st.secrets.get("parley", {}))
    except FileNotFoundError:
        return {}
