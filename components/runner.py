"""The one place that adapts how Streamlit runs scripts. tests/test_runner.py fails when Streamlit changes.

1. With a pages/ folder, the first page asked for on a fresh server would run alone, before app.py has said that it
   navigates by itself: `PagesManager.uses_pages_directory` says so from the start.
2. A run looks for a newer request before and while it calls the callbacks of its own, and gives way to it: the click
   that it was made for is lost when the browser reports something else within the same few milliseconds, as cameras
   and connections do. Here all callbacks come first. (`runner.fastReruns` is off in .streamlit/config.toml for the
   same reason.)
3. A widget that is drawn no more has no value to compare with, so a report that was on its way meanwhile counts as a
   change: the callback is called for a choice that nobody made. Here it is compared with what the widget showed last.
4. Any client may have the caches of all sessions emptied, git run on the event loop, and files written or kept in
   memory, whatever the page offers. Here a session hears only what Parley's own page says, and nothing is uploaded.
5. A component that is declared while no session runs has the log warn of a "missing ScriptRunContext": the first line
   that whoever starts the server reads. The server declares streamlit-webrtc's on purpose, so here there is no warning.
6. A client may send a number for a text field, or a component's value that is no JSON, and the run fails where it is
   read. Here a value that is of another kind than the widget's, or is no JSON, is not taken.
"""

import json
from functools import partial
from typing import Any

from streamlit.components.v1 import component_registry
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.safe_session_state import SafeSessionState

# ruff: noqa: SLF001 - this is the module that knows the library from inside

GONE = "widgets-gone"
"""Where a session's state keeps what widgets that are drawn no more showed last, by their ids."""

HEARD = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
"""The kinds of BackMsg that a page of Parley sends (streamlit/proto/BackMsg.proto). None of the others may do a thing:
clear_cache, load_git_info, set_run_on_save, file_urls_request, backend_operation_request."""

_handle_backmsg = AppSession.handle_backmsg
_set_widgets = SessionState.set_widgets_from_proto
_remove_stale_widgets = SessionState._remove_stale_widgets
_widget_changed = SessionState._widget_changed


def _callbacks_first(state: SafeSessionState, *states: Any, **replays: Any) -> None:
    give_way = state._yield_callback
    object.__setattr__(state, "_yield_callback", lambda: None)
    try:
        with state._lock:
            state._state.on_script_will_rerun(*states, **replays)
    finally:
        object.__setattr__(state, "_yield_callback", give_way)


def _remember_gone(state: SessionState, drawn: frozenset[str]) -> None:
    last = {
        key: state._new_widget_state.get(key, value) for key, value in state._old_state.items() if is_element_id(key)
    }
    _remove_stale_widgets(state, drawn)
    kept = state._old_state
    gone = {**kept.get(GONE, {}), **last}
    kept[GONE] = {key: value for key, value in gone.items() if key not in kept and key not in drawn}


def _changed(state: SessionState, widget: str) -> bool:
    gone = state._old_state.get(GONE, {})
    if widget in gone:
        return bool(state._new_widget_state.get(widget) != gone[widget])
    return _widget_changed(state, widget)


def _hear(session: AppSession, message: BackMsg) -> None:
    if message.WhichOneof("type") in HEARD:
        _handle_backmsg(session, message)


def _take(state: SessionState, said: WidgetStates) -> None:
    drawn = state._new_widget_state.widget_metadata
    kinds = {widget.id: drawn[widget.id].value_type for widget in said.widgets if widget.id in drawn}
    fitting = (w for w in said.widgets if w.WhichOneof("value") in {None, kinds.get(w.id, w.WhichOneof("value"))})
    _set_widgets(state, WidgetStates(widgets=filter(_can_be_read, fitting)))


def _can_be_read(said: WidgetState) -> bool:
    if said.WhichOneof("value") == "json_value":
        try:
            json.loads(said.json_value)
        except (ValueError, RecursionError):
            return False
    return True


def adapt() -> None:
    """Change Streamlit for this process. Twice is no harm."""
    setattr(AppSession, "handle_backmsg", _hear)  # noqa: B010
    setattr(MemoryUploadedFileManager, "add_file", lambda *_, **__: None)  # noqa: B010
    setattr(component_registry, "get_script_run_ctx", partial(get_script_run_ctx, suppress_warning=True))  # noqa: B010
    PagesManager.uses_pages_directory = False
    setattr(SafeSessionState, "on_script_will_rerun", _callbacks_first)  # noqa: B010
    setattr(SessionState, "set_widgets_from_proto", _take)  # noqa: B010
    setattr(SessionState, "_remove_stale_widgets", _remember_gone)  # noqa: B010
    setattr(SessionState, "_widget_changed", _changed)  # noqa: B010
