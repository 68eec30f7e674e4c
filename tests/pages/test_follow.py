"""Widgets that show what is kept elsewhere, where it may change without a click."""

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest

from components import runner


def _app() -> None:
    import streamlit as st  # AppTest runs these lines by themselves

    from components import follow

    def choose(key: str) -> None:
        st.session_state["chosen"] = [*st.session_state["chosen"], st.session_state[key]]
        if not st.session_state["refuses"]:
            st.session_state["kept"] = st.session_state[key]

    kept = st.session_state["kept"]
    if not st.session_state["hides"]:
        st.checkbox("Box", kept, key=(key := follow.key("box", kept)), on_change=choose, args=(key,))


@pytest.fixture
def page() -> AppTest:
    """A box that shows what the session keeps under `kept`."""
    runner.adapt()
    app = AppTest.from_function(_app)
    app.session_state["kept"], app.session_state["refuses"], app.session_state["chosen"] = False, False, []
    app.session_state["hides"] = False
    return app.run()


def _keep(page: AppTest) -> None:
    page.session_state["kept"] = True
    page.run()


def test_a_choice_stays_in_the_same_widget(page: AppTest) -> None:
    """Who uses the keyboard goes on where they are."""
    box = page.checkbox[0].id
    page.checkbox[0].check().run()
    assert (page.checkbox[0].id, page.checkbox[0].value, page.session_state["chosen"]) == (box, True, [True])


def test_a_refused_choice_is_not_shown(page: AppTest) -> None:
    """It shows what is still so, and can be pressed again."""
    page.session_state["refuses"] = True
    page.checkbox[0].check().run()
    assert page.checkbox[0].value is False
    page.session_state["refuses"] = False
    page.checkbox[0].check().run()
    assert (page.checkbox[0].value, page.session_state["chosen"]) == (True, [True, True])


def test_what_changes_by_itself_is_shown_and_is_no_choice(page: AppTest) -> None:
    """Not even when the browser, which has not heard of it yet, reports what it showed before."""
    before = page.checkbox[0].id
    _keep(page)
    page._run(WidgetStates(widgets=[WidgetState(id=before, bool_value=False)]))
    assert (page.checkbox[0].value, page.session_state["chosen"]) == (True, [])


def test_what_changes_while_it_is_not_drawn_is_no_choice(page: AppTest) -> None:
    """On another page, say. The browser may have kept what it showed before."""
    before = page.checkbox[0].id
    page.session_state["hides"] = True
    page.run()
    page.session_state["hides"] = False
    _keep(page)
    assert page.checkbox[0].value is True
    page._run(WidgetStates(widgets=[WidgetState(id=before, bool_value=False)]))
    assert (page.checkbox[0].value, page.session_state["chosen"]) == (True, [])


def test_a_click_that_was_on_its_way_counts(page: AppTest) -> None:
    """The browser shows the new widget only later: what was pressed in the old one is a choice."""
    before = page.checkbox[0].id
    _keep(page)
    page.session_state["kept"] = False
    page.run()
    page._run(WidgetStates(widgets=[WidgetState(id=before, bool_value=True)]))
    assert page.session_state["chosen"] == [True]
