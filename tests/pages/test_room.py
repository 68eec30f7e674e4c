"""The room's page, and the call on every other page."""

import re
from html import unescape

import pytest

from calls.registry import Registry
from calls.states import EndReason, Status
from tests.pages.visitor import Visitor
from tests.people import Person


@pytest.fixture
def calling(bob: Person, ada: Visitor) -> Visitor:
    """Ada, in a call with Bob."""
    ada.calls(bob)
    bob.accepts(bob.me.room or "")
    ada.looks_again()
    return ada


def opens(visitor: Visitor, registry: Registry) -> str:
    """Open a room; returns its code."""
    visitor.presses("New room")
    [room] = registry.snapshot().rooms
    return room.code


def test_without_a_call_the_page_says_where_to_find_one(visitor: Visitor) -> None:
    """For a visitor, and for somebody who has entered."""
    visitor.goes_to("room")
    assert visitor.titles == ["No call"]
    visitor.goes_to("lobby")
    visitor.enters("Ada")
    visitor.goes_to("room")
    assert visitor.titles == ["No call"]
    assert any("You are in no room" in text for text in visitor.reads)
    assert not visitor.has("parley_bar")


def test_a_call_that_rings_is_no_room_yet(bob: Person, ada: Visitor) -> None:
    """Its page is not opened, and would be empty."""
    ada.calls(bob)
    assert ada.titles[0] == "Hello, Ada"
    ada.goes_to("room")
    assert ada.titles == ["No call"]


def test_the_page_opens_with_the_answer(calling: Visitor) -> None:
    """It names the other person, and has the place for all who are in the room."""
    assert calling.titles == ["Room"]
    assert calling.has("parley_roster")


def test_the_link_leads_here(ada: Visitor, registry: Registry) -> None:
    """It is the app's own address with the room's code, and there is a QR code of it."""
    code = opens(ada, registry)
    assert ada.titles == ["Room"]
    [link] = re.findall("<code[^>]*>(.*)</code>", " ".join(ada.drawn))
    assert unescape(link) == f"https://calls.example.org/?room={code}"
    assert ada.pictures == {"Scan it to open the room's link"}
    guest = Person.enters(registry, "Guest")
    guest.joins(link.partition("=")[2])
    assert guest.status is Status.IN_CALL


def test_over_the_stage_it_is_said_how_it_is(calling: Visitor) -> None:
    """The browser has been told who is on it; the page knows of the path, and of what was refused."""
    assert calling.data("parley_tiles") == {"docked": False, "direct": False, "refusal": ""}


# Chat


def test_what_is_said_is_read_by_both(calling: Visitor, bob: Person) -> None:
    """As it was typed. A page without a line gets it with its runs, and what was said before when it asks."""
    room = calling.data("parley_chat")["room"]
    assert calling.does("say", room=room, text="Hello <b>Bob</b> & all")["type"] == "done"
    bob.says("Hi\n*Ada*")
    assert bob.heard == ["Hello <b>Bob</b> & all", "Hi\n*Ada*"]
    calling.loses_the_line()
    [chat] = calling.hears("chat")
    assert [(message["name"], message["text"]) for message in chat["messages"]] == [
        ("Ada", "Hello <b>Bob</b> & all"),
        ("Bob", "Hi\n*Ada*"),
    ]
    calling.asks({"type": "chat", "before": 1})
    assert sorted(len(chat["messages"]) for chat in calling.hears("chat")) == [1, 2]
    calling.looks_again()


def test_a_message_of_nothing_is_refused(calling: Visitor, bob: Person) -> None:
    """The answer says why, and nobody reads anything."""
    answer = calling.does("say", room=calling.data("parley_chat")["room"], text="   ")
    assert (answer["code"], answer["message"]) == ("invalid", "A message cannot be empty.")
    assert bob.heard == []


def test_unread_messages_are_counted_in_the_room_and_beside_it(calling: Visitor, bob: Person) -> None:
    """Until the page says that they have been seen."""
    bob.says("Hello?")
    bob.says("Are you there?")
    calling.loses_the_line()
    for page in ("history", "room"):
        calling.goes_to(page)
        assert calling.has("parley_unread")
        assert calling.hears("view")[0]["set"]["unread"] == 2
    assert calling.does("read", room=calling.data("parley_chat")["room"], count=2)["type"] == "done"
    assert calling.hears("view")[0]["set"]["unread"] == 0


# The call


def test_the_call_goes_on_on_every_page(calling: Visitor, bob: Person) -> None:
    """With `Hang up`, and a way back, which the room itself does not need."""
    assert "Back to call" not in calling.buttons
    for name in ("lobby", "dashboard", "history"):
        calling.goes_to(name)
        assert calling.has("parley_bar")
        assert "Back to call" in calling.buttons
        assert bob.status is Status.IN_CALL
    calling.presses("Back to call")
    assert calling.titles == ["Room"]


@pytest.mark.parametrize("name", ["room", "history"])
def test_hanging_up_ends_the_call_for_both(calling: Visitor, bob: Person, name: str) -> None:
    """From any page. From the room one comes back to the lobby, from another page nowhere; the end is told once."""
    calling.goes_to(name)
    calling.hangs_up()
    assert (bob.status, bob.reason) == (Status.IDLE, EndReason.HANGUP)
    assert calling.titles[0] == ("Hello, Ada" if name == "room" else "History")
    [line] = [text for text in calling.reads if "with Bob" in text]
    assert line.startswith("Call ended · with Bob, 0:0")
    assert not calling.has("parley_bar")


def test_effects_can_be_changed_during_the_call(calling: Visitor) -> None:
    """The chooser of the lobby stands in the room as well, with what was chosen."""
    calling.chooses("None", "Sepia")
    assert [choice.effect for choice in calling.chain.active] == ["Sepia"]
    calling.hangs_up()
    assert calling.page.multiselect(key="effect").value == ["Sepia"]
