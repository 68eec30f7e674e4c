"""The room's page, and the call on every other page."""

import re
from html import unescape

import pytest

from calls.registry import Registry
from calls.states import EndReason, Status
from components import chat
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


def new(count: int) -> str:
    return f":red-badge[{count} new message{'s' if count > 1 else ''}]"


def test_without_a_call_the_page_says_where_to_find_one(visitor: Visitor) -> None:
    """For a visitor, and for somebody who has entered."""
    visitor.goes_to("room")
    assert visitor.titles == ["No call"]
    visitor.goes_to("lobby")
    visitor.enters("Ada")
    visitor.goes_to("room")
    assert visitor.titles == ["No call"]
    assert any("You are in no room" in text for text in visitor.reads)
    assert "Hang up" not in visitor.buttons


def test_a_call_that_rings_is_no_room_yet(bob: Person, ada: Visitor) -> None:
    """Its page is not opened, and would be empty."""
    ada.calls(bob)
    assert ada.titles[0] == "Hello, Ada"
    ada.goes_to("room")
    assert ada.titles == ["No call"]


def test_the_page_opens_with_the_answer(calling: Visitor) -> None:
    """It names the other person and all who are in the room, oneself first."""
    assert calling.titles == ["In call with Bob"]
    [roster] = [text for text in calling.reads if "Ada (you)" in text]
    assert roster.index("Ada (you)") < roster.index("Bob")


def test_the_others_name_is_no_markup(registry: Registry, ada: Visitor) -> None:
    """Neither in the title nor in the roster."""
    Person.enters(registry, "*Eve* :red[x]").joins(opens(ada, registry))
    ada.looks_again()
    escaped = "\\*Eve\\* \\:\u2060red\\[x\\]"
    assert ada.titles == [f"In call with {escaped}"]
    assert any(f":gray-badge[{escaped}" in text for text in ada.reads)


def test_the_link_leads_here(ada: Visitor, registry: Registry) -> None:
    """It is the app's own address with the room's code, and there is a QR code of it."""
    code = opens(ada, registry)
    assert ada.titles == ["Waiting for somebody to join"]
    [link] = re.findall("<code[^>]*>(.*)</code>", " ".join(ada.drawn))
    assert unescape(link) == f"https://calls.example.org/?room={code}"
    assert ada.pictures == {"Scan it to open the room's link"}
    guest = Person.enters(registry, "Guest")
    guest.joins(link.partition("=")[2])
    assert guest.status is Status.IN_CALL


def test_somebody_who_waits_is_told_what_to_do(ada: Visitor, registry: Registry) -> None:
    """Over the empty stage."""
    opens(ada, registry)
    assert any("Nobody else is here yet. Share the link." in text for text in ada.reads)


# Chat


def test_what_is_said_is_read_by_both(calling: Visitor, bob: Person) -> None:
    """In order, with the names, and as text: whatever HTML is in it is shown as it was typed."""
    calling.says("Hello <b>Bob</b> & all")
    bob.says("Hi\n*Ada*")
    calling.looks_again()
    assert bob.heard == ["Hello <b>Bob</b> & all", "Hi\n*Ada*"]
    [log] = [html for html in calling.drawn if 'role="log"' in html]
    assert "<b>Ada</b>" in log
    assert "<span>Hello &lt;b&gt;Bob&lt;/b&gt; &amp; all</span>" in log
    assert log.index("Hello") < log.index("Hi\n*Ada*</span>")


def said(visitor: Visitor) -> str:
    """The messages that are drawn, without what is around them."""
    [log] = [html for html in visitor.drawn if 'role="log"' in html]
    return " ".join(part.partition("</span>")[0] for part in log.split("<span>")[1:])


def test_of_a_long_chat_the_last_messages_are_drawn(
    calling: Visitor, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each new one has them drawn for everybody. One may turn back to earlier ones, page by page, and forth again."""
    monkeypatch.setattr(chat, "PAGE", 3)
    for word in ("one", "two", "three", "four", "five", "six", "seven"):
        bob.says(word)
    calling.looks_again()
    assert said(calling) == "five six seven"
    calling.presses("Show earlier messages")
    bob.says("eight")
    calling.looks_again()
    assert said(calling) == "two three four"
    calling.presses("Show earlier messages")
    assert said(calling) == "one"
    assert "Show earlier messages" not in calling.buttons
    calling.presses("Show later messages")
    assert said(calling) == "two three four"
    for _ in range(2):
        calling.presses("Show later messages")
    assert said(calling) == "six seven eight"
    assert "Show later messages" not in calling.buttons
    calling.presses("Show earlier messages")
    calling.says("nine")
    assert said(calling) == "seven eight nine"


def test_a_message_of_nothing_is_explained(calling: Visitor, bob: Person) -> None:
    """One line says why, and nobody reads anything."""
    calling.says("   ")
    assert calling.told == ["A message cannot be empty\\."]
    assert bob.heard == []


def test_unread_messages_are_counted_on_other_pages(calling: Visitor, bob: Person) -> None:
    """Until the chat has been drawn; one's own do not count."""
    calling.goes_to("history")
    assert not any("new message" in text for text in calling.reads)
    for expected in (1, 2):
        bob.says("Hello?")
        calling.looks_again()
        assert new(expected) in calling.reads
    calling.goes_to("room")
    calling.says("Yes")
    calling.goes_to("history")
    assert not any("new message" in text for text in calling.reads)


def test_unread_messages_are_counted_beside_the_chat(calling: Visitor, bob: Person) -> None:
    """On the room's own page, while it shows something else than the chat, and until it does."""
    bob.says("Hello?")
    calling.looks_again()
    assert not any("new message" in text for text in calling.reads)
    calling.page.session_state["tabs"] = "Link"
    for expected in (1, 2):
        bob.says("Are you there?")
        calling.looks_again()
        calling.looks_again()
        assert new(expected) in calling.reads
    calling.page.session_state["tabs"] = "Chat"
    calling.looks_again()
    assert not any("new message" in text for text in calling.reads)


# The call


def test_the_call_goes_on_on_every_page(calling: Visitor, bob: Person) -> None:
    """With `Hang up`, and a way back, which the room itself does not need."""
    assert "Back to call" not in calling.buttons
    for name in ("lobby", "dashboard", "history"):
        calling.goes_to(name)
        assert {"Hang up", "Back to call"} <= set(calling.buttons)
        assert bob.status is Status.IN_CALL
    calling.presses("Back to call")
    assert calling.titles == ["In call with Bob"]


@pytest.mark.parametrize("name", ["room", "history"])
def test_hanging_up_ends_the_call_for_both(calling: Visitor, bob: Person, name: str) -> None:
    """From any page. From the room one comes back to the lobby, from another page nowhere; the end is told once."""
    calling.goes_to(name)
    calling.presses("Hang up")
    assert (bob.status, bob.reason) == (Status.IDLE, EndReason.HANGUP)
    assert calling.titles[0] == ("Hello, Ada" if name == "room" else "History")
    [line] = [text for text in calling.reads if "with Bob" in text]
    assert line.startswith("Call ended · with Bob, 0:0")
    assert "Hang up" not in calling.buttons


def test_the_other_may_be_lost_for_a_moment(calling: Visitor, bob: Person, registry: Registry) -> None:
    """The call is kept, and over the stage it is said why there is no picture."""
    registry.detach(bob.seat)
    calling.looks_again()
    assert any("Bob lost the connection" in text for text in calling.reads)
    registry.attach(bob.seat.token)
    calling.looks_again()
    assert not any("lost the connection" in text for text in calling.reads)


def test_effects_can_be_changed_during_the_call(calling: Visitor) -> None:
    """The chooser of the lobby stands in the room as well, with what was chosen."""
    calling.chooses("None", "Sepia")
    assert [choice.effect for choice in calling.chain.active] == ["Sepia"]
    calling.presses("Hang up")
    assert calling.page.multiselect(key="effect").value == ["Sepia"]
