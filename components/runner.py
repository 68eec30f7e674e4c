"""The one place that adapts how Streamlit runs scripts. tests/test_runner.py fails when Streamlit changes.

1. With a pages/ folder, the first page asked for on a fresh server would run alone, before app.py has said that it
   navigates by itself: `PagesManager.uses_pages_directory` says so from the start.
2. A run looks for a newer request before and while it calls the callbacks of its own, and gives way to it: the click
   that it was made for is lost when the browser reports something else within the same few milliseconds, as cameras
   and connections do. Here all callbacks come first. (`runner.fastReruns` is off in .streamlit/config.toml for the
   same reason.)
"""

from typing import Any

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.state.safe_session_state import SafeSessionState


def _callbacks_first(state: SafeSessionState, *states: Any, **replays: Any) -> None:
    give_way = state._yield_callback  # noqa: SLF001
    object.__setattr__(state, "_yield_callback", lambda: None)
    try:
        with state._lock:  # noqa: SLF001
            state._state.on_script_will_rerun(*states, **replays)  # noqa: SLF001
    finally:
        object.__setattr__(state, "_yield_callback", give_way)


def adapt() -> None:
    """Change Streamlit for this process. Twice is no harm."""
    PagesManager.uses_pages_directory = False
    setattr(SafeSessionState, "on_script_will_rerun", _callbacks_first)  # noqa: B010
