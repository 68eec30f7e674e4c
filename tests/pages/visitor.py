"""A person in front of the app as a handful of verbs: `ada.presses("Enter")`, `ada.reads`."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from calls.effects.chain import Chain
from components.page_turner import FILES, Turn
from components.session import Tab
from components.text import plain
from tests.people import Person

APP = Path(__file__).parents[2] / "app.py"
WITHIN = 20.0


@dataclass(frozen=True)
class Visitor:
    """One browser tab. After every step the page was drawn without an error."""

    page: AppTest
    told: list[str] = field(default_factory=list)
    """The notices that have popped up with the last step."""
    acts: list[str] = field(default_factory=list)
    """What the browser's part of the page has asked for."""
    said: dict[str, object] = field(default_factory=dict)
    """What it has said at the doorbell."""
    shown: list[str] = field(default_factory=list)
    """Those of the last run; the browser shows none again that it has already."""

    @classmethod
    def opens(cls, *, room: str | None = None, timezone: str | None = None) -> "Visitor":
        """Open the app by its address, or by a room's link."""
        page = AppTest.from_file(APP, default_timeout=WITHIN)
        page.context = {"url": "https://calls.example.org/", "timezone": timezone}
        if room is not None:
            page.query_params["room"] = room
        return cls(page)._drawn()

    # What the visitor does

    def goes_to(self, name: str) -> None:
        self.page.switch_page(f"pages/{name}.py")
        self._drawn()

    def looks_again(self) -> None:
        """What a change that is pushed brings about."""
        self._drawn()

    def enters(self, name: str) -> None:
        self.types("Your name", name)
        self.presses("Enter")

    def types(self, label: str, text: str) -> None:
        [field] = [field for field in self.page.text_input if field.label == label]
        field.input(text)

    def presses(self, label: str) -> None:
        [button] = [button for button in self.page.button if button.label == plain(label)]
        button.click()
        self._drawn()

    def presses_twice(self, label: str) -> None:
        """A double click: the second press comes from the page as it was at the first one."""
        [button] = [button for button in self.page.button if button.label == plain(label)]
        button.click()
        pressed = self.widgets
        self._drawn()
        self.reports(pressed)
        self._drawn()

    def does(self, act: str, **about: object) -> dict[str, Any]:
        """What the browser's part of the page asks for; the answer to it."""
        self.acts.append(act)
        message = {"type": "act", "act": act, "id": str(len(self.acts)), **about}
        self.asks(message)
        answer: dict[str, Any] = self.data("parley_doorbell")["answers"][message["id"]]
        self.looks_again()
        return answer

    def asks(self, message: dict[str, object]) -> None:
        """The browser's part of the page sends this with a run."""
        self.says_at_the_doorbell(acts={"at": len(self.acts), "messages": [message]})

    def hears(self, kind: str) -> list[dict[str, Any]]:
        """The messages of this type that the last run has brought to a page without a line."""
        return [message for message in self.data("parley_doorbell")["messages"] if message["type"] == kind]

    def hangs_up(self) -> None:
        assert self.does("put_down", room=self.data("parley_bar")["room"])["type"] == "done"

    def calls(self, other: Person) -> dict[str, Any]:
        return self.does("call", whom=other.id)

    def invites(self, other: Person) -> dict[str, Any]:
        return self.does("invite", whom=other.id)

    def cancels_invite(self, other: Person) -> dict[str, Any]:
        return self.does("cancel_invite", whom=other.id)

    def loses_the_line(self) -> None:
        """The browser cannot reach /signal, and its page asks for news from now on."""
        self.says_at_the_doorbell(polling=True)

    def has(self, component: str) -> bool:
        """Whether the page has the component with this name."""
        return any(part.proto.component_name == component for part in self.page.get("bidi_component"))

    def says_at_the_doorbell(self, **said: object) -> None:
        self.said.update(said)
        self.reports(self.widgets)

    def chooses(self, *effects: str) -> None:
        self.page.multiselect(key="effect").set_value(list(effects))
        self._drawn()

    def starts(self, kind: str) -> None:
        """Press the bar's button of a camera ("video") or microphone ("audio") that is not captured yet."""
        [bar] = [part.proto for part in self.page.get("bidi_component") if part.proto.component_name == "parley_bar"]
        widgets = self.widgets
        widgets.widgets.add(id=bar.id, json_value=json.dumps({"start": {"kind": kind, "at": 1}}))
        self.reports(widgets)

    def reports(self, widgets: WidgetStates) -> None:
        """What the browser says of all that it shows, when it says it late."""
        self.page._run(widgets)
        assert [error.value for error in self.page.exception] == []

    # What the visitor sees

    @property
    def titles(self) -> list[str]:
        """The titles on the page; that of a room, which the browser writes, is "Room"."""
        titles = [title.value for title in (*self.page.header, *self.page.subheader)]
        return ["Room", *titles] if self.has("parley_company") else titles

    @property
    def reads(self) -> list[str]:
        """All running text."""
        texts = (*self.page.markdown, *self.page.caption, *self.page.info, *self.page.warning)
        return [element.value for element in texts]

    @property
    def buttons(self) -> list[str]:
        return [button.label for button in self.page.button]

    @property
    def typed(self) -> dict[str, str | None]:
        """The fields, and what is in them."""
        return {field.label: field.value for field in self.page.text_input}

    @property
    def chosen(self) -> dict[str, Any]:
        """What each choice of one from several shows."""
        return {group.label: group.value for group in self.page.button_group}

    @property
    def widgets(self) -> WidgetStates:
        """What the browser says of all that it shows."""
        states = self.page._tree.get_widget_states()
        for part in self.page.get("bidi_component") if self.said else ():
            if part.proto.component_name == "parley_doorbell":
                states.widgets.add(id=part.proto.id, json_value=json.dumps(self.said))
        return states

    def data(self, component: str) -> dict[str, Any]:
        """What the component with this name is given to draw."""
        [part] = [part.proto for part in self.page.get("bidi_component") if part.proto.component_name == component]
        data: dict[str, Any] = json.loads(part.json)
        return data

    @property
    def numbers(self) -> dict[str, str]:
        return {metric.label: metric.value for metric in self.page.metric}

    @property
    def drawn(self) -> list[str]:
        """All that is drawn as HTML."""
        return [element.proto.body for element in self.page.get("html")]

    @property
    def pictures(self) -> set[str]:
        """What is written below each picture that can be seen."""
        return {image.caption for element in self.page.get("image") for image in element.proto.imgs if image.url}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of the only table; none when there is no table."""
        tables: list[pd.DataFrame] = [table.value for table in self.page.dataframe]
        assert len(tables) < 2
        return [
            {str(name): value for name, value in row.items()} for table in tables for row in table.to_dict("records")
        ]

    # What this tab knows

    @property
    def tab(self) -> Tab:
        tab: Tab = self.page.session_state["tab"]
        return tab

    @property
    def chain(self) -> Chain:
        assert self.tab.feed is not None
        return self.tab.feed.chain

    def _drawn(self) -> "Visitor":
        self.told.clear()
        self._run()
        turn: Turn = self.page.session_state["turn"]
        if turn.to:  # the browser's part: it follows the link, and says that it has
            self.page.switch_page(FILES[turn.to])
            turn.to = None
            self._run()
        return self

    def _run(self) -> None:
        if self.said:
            self.page._run(self.widgets)
        else:
            self.page.run()
        assert [error.value for error in self.page.exception] == []
        shown = [toast.value for toast in self.page.toast]
        self.told.extend(line for line in shown if line not in self.shown)
        self.shown[:] = shown
