"""What components/runner.py relies on inside Streamlit, and what it changes there."""

import inspect
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import pytest
from streamlit import config
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from components import runner

ROOT = Path(__file__).resolve().parents[1]


def test_the_version_is_the_one_that_was_read() -> None:
    """Another Streamlit has to be read again before it is pinned."""
    assert f"streamlit=={version('streamlit')}" in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()


def test_the_signature_is_the_one_that_is_replaced() -> None:
    """The replacement hands on whatever the run hands over."""
    real = inspect.signature(SessionState.on_script_will_rerun)
    assert list(real.parameters) == [
        "self",
        "fresh_widget_states",
        "replay_trigger_states",
        "replay_trigger_values",
        "is_history_navigation",
    ]


def test_the_first_page_asked_for_runs_in_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit is told before its first run that the app navigates by itself."""
    monkeypatch.setattr(PagesManager, "uses_pages_directory", None)
    runner.adapt()
    assert PagesManager.uses_pages_directory is False


def test_callbacks_come_before_a_newer_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that would give way to a newer request calls its callbacks first; afterwards it gives way as before."""
    runner.adapt()
    called: list[Any] = []

    def give_way() -> None:
        raise RerunException(RerunData())

    safe = SafeSessionState(state := SessionState(), give_way)
    state["anything"] = 1
    monkeypatch.setattr(SessionState, "on_script_will_rerun", lambda _, *states, **__: called.append(states))
    widgets = WidgetStates()
    safe.on_script_will_rerun(widgets, is_history_navigation=False)
    assert called == [(widgets,)]
    with pytest.raises(RerunException):
        safe["anything"]


def test_callbacks_may_look_at_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """A callback that reads the session's state does not give way either, as it would within a run."""
    runner.adapt()
    read: list[Any] = []

    def give_way() -> None:
        raise RerunException(RerunData())

    safe = SafeSessionState(state := SessionState(), give_way)
    state["anything"] = 1
    monkeypatch.setattr(SessionState, "on_script_will_rerun", lambda *_, **__: read.append(safe["anything"]))
    safe.on_script_will_rerun(WidgetStates())
    assert read == [1]


def _leaving() -> None:
    import streamlit as st  # AppTest runs these lines by themselves

    def choose() -> None:
        st.session_state["chosen"] = [*st.session_state.get("chosen", []), st.session_state["box"]]

    if not st.session_state.get("gone"):
        st.checkbox("Box", value=True, key="box", on_change=choose)


@pytest.mark.parametrize(("reported", "chosen"), [(True, []), (False, [False])])
def test_a_late_report_of_a_widget_that_has_gone_is_no_choice(*, reported: bool, chosen: list[bool]) -> None:
    """What the widget showed last is nothing new; a click that was on its way when it went still counts."""
    runner.adapt()
    page = AppTest.from_function(_leaving).run()
    box = page.checkbox[0].id
    page.session_state["gone"] = True
    page.run()
    assert not page.checkbox
    page._run(WidgetStates(widgets=[WidgetState(id=box, bool_value=reported)]))
    assert not page.exception
    assert ("chosen" in page.session_state and page.session_state["chosen"]) == (chosen or False)


def test_a_widget_that_is_back_can_be_clicked_at_once() -> None:
    """What it showed before it went is forgotten: to choose that again in the very next run is a choice."""
    runner.adapt()
    page = AppTest.from_function(_leaving).run()
    page.checkbox[0].uncheck().run()
    for gone in (True, False):
        page.session_state["gone"] = gone
        page.run()
    page.checkbox[0].uncheck().run()
    assert page.session_state["chosen"] == [False, False]


def _message(kind: str) -> BackMsg:
    message = BackMsg()
    if BackMsg.DESCRIPTOR.fields_by_name[kind].message_type is None:
        setattr(message, kind, True)
    else:
        getattr(message, kind).SetInParent()
    return message


def test_a_session_hears_only_what_its_own_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all kinds of messages that Streamlit knows, three reach a session; whoever sends another, nothing happens."""
    runner.adapt()
    heard: list[str | None] = []
    monkeypatch.setattr(runner, "_handle_backmsg", lambda _, message: heard.append(message.WhichOneof("type")))
    kinds = [field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields]
    for kind in kinds:
        AppSession.handle_backmsg(cast(AppSession, None), _message(kind))
    assert sorted(map(str, heard)) == ["app_heartbeat", "rerun_script", "stop_script"]
    assert {"clear_cache", "load_git_info", "set_run_on_save", "backend_operation_request"} < set(kinds)


def test_a_value_of_another_kind_is_not_taken() -> None:
    """A client may send anything for a widget; what fits is taken, also for one that is not drawn yet."""
    runner.adapt()
    state = SessionState()
    metadata = WidgetMetadata("field", str, str, "string_value")
    state._set_widget_metadata(metadata)
    said = [WidgetState(id="field", double_value=1.0), WidgetState(id="other", double_value=2.0)]
    state.set_widgets_from_proto(WidgetStates(widgets=said))
    assert "field" not in state._new_widget_state
    assert state._new_widget_state.get_serialized("other") == said[1]
    state.set_widgets_from_proto(WidgetStates(widgets=[WidgetState(id="field", string_value="x")]))
    assert state._new_widget_state["field"] == "x"


@pytest.mark.parametrize("said", ["", "{", "Alice", "[" * 100_000, "9" * 10_000])
def test_a_value_that_is_no_json_is_not_taken(said: str) -> None:
    """Of a component that is drawn or not: the value before stays."""
    runner.adapt()
    state, good = SessionState(), WidgetState(id="doorbell", json_value='{"polling": true}')
    for value in (good, WidgetState(id="doorbell", json_value=said), WidgetState(id="other", json_value=said)):
        state.set_widgets_from_proto(WidgetStates(widgets=[value]))
    assert state._new_widget_state.get_serialized("doorbell") == good
    assert "other" not in state._new_widget_state.states


def test_nothing_that_is_uploaded_is_kept() -> None:
    """The address for uploads is open to any session, whether or not a page asks for files."""
    runner.adapt()
    manager = MemoryUploadedFileManager("/upload")
    manager.add_file("session", UploadedFileRec("file", "name", "type", b"bytes"))
    assert manager.get_files("session", ["file"]) == []


@pytest.mark.parametrize(("option", "value"), [("server.fileWatcherType", "none"), ("client.showErrorDetails", "none")])
def test_a_server_is_set_up_for_strangers(option: str, value: str) -> None:
    """Unless whoever starts it says otherwise, a file that is saved changes nothing, and errors are for the log."""
    config.get_config_options(force_reparse=True)
    assert config.get_where_defined(option) == str(ROOT / ".streamlit/config.toml")
    assert config.get_option(option) == value


def test_a_browser_does_not_forget_what_a_run_on_its_way_relies_on() -> None:
    """Streamlit takes the setting from .streamlit/config.toml: it is a hidden one, which an update may rename."""
    config.get_config_options(force_reparse=True)
    assert config.get_where_defined("global.maxCachedMessageAge") == str(ROOT / ".streamlit/config.toml")
    assert config.get_option("global.maxCachedMessageAge") >= 100
