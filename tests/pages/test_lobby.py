"""The lobby: the way in, the people, the rooms, and what is said when something cannot be done."""

import json
from dataclasses import replace

import pytest

from calls.effects import EFFECTS, Effect
from calls.registry import Registry
from calls.signaling import people_payload
from calls.states import EndReason, Status
from components import session, watch, webrtc_frontend
from components.notices import AWAY
from components.quality_picker import SIZES
from components.services import Services
from tests.pages.visitor import Visitor
from tests.people import Person
from tests.tracks import picture

# Coming in


def test_a_visitor_is_welcomed(visitor: Visitor, registry: Registry) -> None:
    """There is a field for the name, the camera can be tried, and nobody knows of the visitor yet."""
    assert visitor.titles == ["Welcome to Parley"]
    assert visitor.typed == {"Your name": ""}
    assert {"Enter", "Turn on camera"} <= set(visitor.buttons)
    assert registry.snapshot().people == ()


def test_entering_is_a_name_and_a_button(visitor: Visitor, registry: Registry, bob: Person) -> None:
    """The lobby opens, and the others see who came."""
    visitor.enters("  Ada \t Lovelace ")
    assert visitor.titles == ["Hello, Ada Lovelace", "People online"]
    assert bob.online == ["Ada Lovelace"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "Your name cannot be empty"),
        ("   ", "Your name cannot be empty"),
        ("A\u202eda", "holds characters that cannot be shown"),
    ],
)
def test_a_name_that_cannot_be_is_explained(visitor: Visitor, registry: Registry, name: str, message: str) -> None:
    """One line says why, once; what was typed is still there, and nobody came in."""
    visitor.enters(name)
    assert len(visitor.told) == 1
    assert message in visitor.told[0]
    assert visitor.typed == {"Your name": name}
    assert registry.snapshot().people == ()
    visitor.looks_again()
    assert visitor.told == []


def test_a_name_is_no_markup(visitor: Visitor) -> None:
    """Whatever Markdown is in it is escaped."""
    visitor.enters("*Ada* :red[x]")
    assert visitor.titles[0] == "Hello, \\*Ada\\* \\:\u2060red\\[x\\]"


def test_a_name_that_is_taken_is_numbered(visitor: Visitor, bob: Person) -> None:
    """Nobody is turned away for it, and nobody can be mistaken for another."""
    visitor.enters("BOB")
    assert visitor.titles[0] == "Hello, BOB 2"


def test_leaving_leads_back_to_the_welcome(ada: Visitor, registry: Registry) -> None:
    """The person is gone for all, and can come in again; the name is still in the field."""
    ada.presses("Leave")
    assert ada.titles == ["Welcome to Parley"]
    assert registry.snapshot().people == ()
    assert ada.typed == {"Your name": "Ada"}
    ada.presses("Enter")
    assert ada.titles[0] == "Hello, Ada"


# People


def test_who_is_here_comes_with_a_run_where_nothing_is_pushed(ada: Visitor, registry: Registry, bob: Person) -> None:
    """A page without a line is told the same as one with a line."""
    assert ada.data("parley_doorbell")["messages"] == []
    ada.loses_the_line()
    [told] = ada.hears("people")
    assert told | {"now": 0} == json.loads(json.dumps({**people_payload(registry.people()), "now": 0}))


def test_calling_rings(bob: Person, ada: Visitor) -> None:
    """One press, and it rings at the other side."""
    ada.calls(bob)
    assert bob.status is Status.INCOMING
    assert bob.view.other is not None
    assert (bob.view.other.name, bob.view.other.status) == ("Ada", Status.OUTGOING)


def test_a_busy_person_is_told_apart(bob: Person, ada: Visitor) -> None:
    """The one who called is told so, and can dismiss it; the other finds a missed call."""
    bob.opens_room()
    assert ada.calls(bob)["message"] == "Bob is in another call."
    assert "Busy · with Bob" in ada.reads
    assert [call.name for call in bob.view.missed] == ["Ada"]
    ada.does("dismiss")
    assert "Busy · with Bob" not in ada.reads


def test_what_is_pressed_too_late_is_explained(registry: Registry, bob: Person, ada: Visitor) -> None:
    """Whoever has been signed out meanwhile gets no fault to see, is in again under the same name, and reads why until
    it is dismissed."""
    bob.puts_down(registry.call(bob.id, bob.finds("Ada")))
    ada.looks_again()
    registry.leave(bob.finds("Ada"))
    ada.presses("New room")
    assert ada.told[0] == "This person is not here any more\\."
    ada.looks_again()
    assert AWAY in ada.reads
    ada.does("dismiss")
    assert AWAY not in ada.reads
    assert bob.online == ["Ada"]


def test_a_person_who_has_just_left_cannot_be_called(bob: Person, ada: Visitor) -> None:
    """The button was still on the screen."""
    ada.looks_again()
    bob.leaves()
    assert ada.calls(bob)["message"] == "This person is not here any more."


def test_missed_calls_are_told_until_they_are_cleared(bob: Person, ada: Visitor) -> None:
    """A cancelled call is also told as the last one's end."""
    assert ada.has("parley_missed")
    bob.puts_down(bob.registry.call(bob.id, bob.finds("Ada")))
    ada.looks_again()
    assert "Missed call from Bob" in ada.reads
    assert ada.does("clear_missed")["type"] == "done"
    ada.loses_the_line()
    assert ada.hears("view")[0]["set"]["missed"] == []


@pytest.mark.parametrize(
    ("reason", "line"), [(EndReason.DECLINED, "Declined · with Bob"), (EndReason.HANGUP, "Call ended · with Bob")]
)
def test_the_end_of_a_call_is_told_in_one_line(bob: Person, ada: Visitor, reason: EndReason, line: str) -> None:
    """Why it is over, and with whom it was."""
    ada.calls(bob)
    code = bob.me.room or ""
    if reason is EndReason.HANGUP:
        bob.accepts(code)
        ada.looks_again()
    bob.puts_down(code)
    ada.looks_again()
    assert next(text for text in ada.reads if "with Bob" in text).startswith(line)
    assert ada.titles[0] == "Hello, Ada"


# Rooms


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("", "A room code looks like abcd\\-efgh\\-jkmn\\. Check it and try again\\."),
        ("hello", "A room code looks like abcd\\-efgh\\-jkmn\\. Check it and try again\\."),
        ("0123-4567-89ab", "No room has this code\\. It may have closed\\:\u2060 ask for a new link\\."),
    ],
)
def test_a_code_that_leads_nowhere_is_explained(ada: Visitor, registry: Registry, code: str, message: str) -> None:
    """One line says why, what was typed is still there, and one is still in the lobby."""
    ada.types("Room code", code)
    ada.presses("Join room")
    assert (ada.told, ada.typed, ada.titles[0]) == ([message], {"Room code": code}, "Hello, Ada")
    assert registry.snapshot().rooms == ()


def test_a_full_room_is_explained(ada: Visitor, registry: Registry, bob: Person) -> None:
    """It is said how many it holds."""
    code = bob.opens_room()
    for number in range(7):
        Person.enters(registry, f"Guest {number}").joins(code)
    ada.types("Room code", code)
    ada.presses("Join room")
    assert ada.told == ["This room is full\\:\u2060 it holds 8\\."]


def test_a_code_leads_into_the_room(bob: Person, ada: Visitor) -> None:
    """As it is read aloud: in capitals and with spaces. The room's page opens by itself."""
    code = bob.opens_room()
    ada.types("Room code", code.upper().replace("-", " "))
    ada.presses("Join room")
    assert "Room" in ada.titles
    assert bob.status is Status.IN_CALL
    assert bob.company == ["Ada"]


def test_a_new_room_opens(ada: Visitor, registry: Registry) -> None:
    """Its page says that nobody else is in it yet."""
    ada.presses("New room")
    assert "Room" in ada.titles
    [room] = registry.snapshot().rooms
    assert len(room.members) == 1


# Invitations


def test_a_visitor_with_a_link_enters_and_joins_in_one_step(registry: Registry, bob: Person) -> None:
    """The name is asked for, nothing happens before, and the link is used up."""
    visitor = Visitor.opens(room=bob.opens_room())
    assert visitor.titles == ["You are invited to a room"]
    assert [person.name for person in registry.snapshot().people] == ["Bob"]
    visitor.types("Your name", "Ada")
    visitor.presses("Join")
    assert "Room" in visitor.titles
    assert "room" not in visitor.page.query_params


def test_a_double_click_lets_one_person_in(registry: Registry, bob: Person) -> None:
    """Where the page comes late, a button can be pressed again: on entering, on joining, on opening a room."""
    visitor = Visitor.opens()
    visitor.types("Your name", "Ada")
    visitor.presses_twice("Enter")
    visitor.presses_twice("New room")
    assert visitor.told == []
    guest = Visitor.opens(room=bob.opens_room())
    guest.types("Your name", "Carol")
    guest.presses_twice("Join")
    assert "Room" in guest.titles
    assert sorted(person.name for person in registry.snapshot().people) == ["Ada", "Bob", "Carol"]
    assert len(registry.snapshot().rooms) == 2


def test_who_waits_in_a_room_is_brought_back_there(registry: Registry, ada: Visitor) -> None:
    """By `New room` in the lobby, too, for there is no second one, and by its own code."""
    ada.presses("New room")
    ada.goes_to("lobby")
    ada.presses("New room")
    assert "Room" in ada.titles
    [room] = registry.snapshot().rooms
    ada.goes_to("lobby")
    ada.types("Room code", room.code)
    ada.presses("Join room")
    assert "Room" in ada.titles


def test_a_visitor_with_a_link_may_look_around_first(bob: Person) -> None:
    """Whoever presses Enter is in the lobby, where the invitation waits."""
    visitor = Visitor.opens(room=bob.opens_room())
    visitor.enters("Ada")
    assert visitor.titles[0] == "Hello, Ada"
    assert "You are invited to a room." in visitor.reads
    visitor.presses("Join")
    assert "Room" in visitor.titles


def test_a_link_to_a_room_that_has_closed_is_explained(bob: Person) -> None:
    """Before a name is asked for; whoever enters reads it in the lobby, until it is dismissed."""
    code = bob.opens_room()
    bob.puts_down(code)
    visitor = Visitor.opens(room=code)
    assert visitor.titles == ["This room has closed"]
    assert "Join" not in [button.label for button in visitor.page.button]
    visitor.enters("Ada")
    assert visitor.titles[0] == "Hello, Ada"
    assert "The room that you were invited to has closed. Ask for a new link." in visitor.reads
    visitor.presses("Dismiss")
    assert not any("has closed" in line for line in visitor.reads)
    assert "room" not in visitor.page.query_params


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("code", ["nonsense", "0000-0000-0000"])
def test_a_link_that_leads_nowhere_says_so(code: str) -> None:
    """Whatever stands in it."""
    assert Visitor.opens(room=code).titles == ["This room has closed"]


def test_a_room_that_closes_while_one_types_ones_name_is_explained(bob: Person) -> None:
    """The person is in, in the lobby, and reads why there is no room."""
    code = bob.opens_room()
    visitor = Visitor.opens(room=code)
    visitor.types("Your name", "Ada")
    bob.puts_down(code)
    visitor.presses("Join")
    assert visitor.titles[0] == "Hello, Ada"
    assert len(visitor.told) == 1
    assert visitor.told[0].startswith("No room has this code")


def test_a_bad_name_does_not_use_up_the_link(bob: Person) -> None:
    """The name can be mended; the invitation stays."""
    visitor = Visitor.opens(room=bob.opens_room())
    visitor.presses("Join")
    assert visitor.told == ["Your name cannot be empty\\."]
    assert visitor.titles == ["You are invited to a room"]
    visitor.types("Your name", "Ada")
    visitor.presses("Join")
    assert "Room" in visitor.titles


# The own camera


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser says that its streamers can play; here is none."""
    monkeypatch.setattr(webrtc_frontend, "ready", lambda: True)


@pytest.mark.usefixtures("ready")
def test_who_is_invited_sees_themselves_and_can_turn_that_off(bob: Person) -> None:
    """Before a name is given; off it stays, in the room as well, until it is turned on again."""
    visitor = Visitor.opens(room=bob.opens_room())
    visitor.presses("Turn off camera")
    visitor.enters("Ada")
    visitor.presses("Join")
    assert "Room" in visitor.titles
    assert visitor.data("parley_webrtc_frontend")["captures"] == {"audio": False, "video": False}
    visitor.starts("video")
    assert visitor.data("parley_webrtc_frontend")["captures"] == {"audio": True, "video": True}


@pytest.mark.usefixtures("ready")
def test_a_ring_turns_the_camera_on_again(bob: Person, ada: Visitor) -> None:
    """Whoever has only tried it before."""
    ada.presses("Turn on camera")
    ada.presses("Turn off camera")
    ada.calls(bob)
    assert bob.status is Status.INCOMING
    assert ada.data("parley_ringing")["camera"] == "Your camera is starting…"


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("code", [None, "0000-0000-0000"])
def test_nobody_else_does_unasked(registry: Registry, code: str | None) -> None:
    """Without a link, or with one that leads nowhere, the camera waits until it is turned on."""
    visitor = Visitor.opens(room=code)
    visitor.enters("Ada")
    assert "Turn on camera" in visitor.buttons


def test_while_it_rings_one_reads_of_ones_camera(bob: Person, ada: Visitor) -> None:
    """Where the own picture is about to come."""
    ada.calls(bob)
    assert ada.data("parley_ringing")["camera"] == "Your camera is starting…"


def test_the_camera_may_be_left_off_while_it_rings(
    monkeypatch: pytest.MonkeyPatch, services: Services, bob: Person, ada: Visitor
) -> None:
    """By a setting; whoever has turned it on sees themselves all the same."""
    settings = services.settings.model_copy(update={"auto_preview": False})
    with monkeypatch.context() as patched:
        patched.setattr(session, "services", lambda: replace(services, settings=settings))
        ada.calls(bob)
        assert ada.data("parley_ringing")["camera"] == "Your camera is off."
        ada.presses("Turn on camera")
        assert ada.data("parley_ringing")["camera"] == "Your camera is starting…"


def test_a_size_that_was_never_offered_is_not_taken(visitor: Visitor) -> None:
    """A client may say any text for the chooser."""
    said = visitor.widgets
    [quality] = [widget for widget in said.widgets if widget.id == visitor.page.selectbox(key="quality").proto.id]
    quality.string_value = "9×9"
    visitor.reports(said)
    assert visitor.tab.size is None


# Effects


def test_an_effect_is_chosen_with_its_sliders(visitor: Visitor) -> None:
    """Before one has a name, too; `None` and an effect exclude each other."""
    assert visitor.page.multiselect(key="effect").value == ["None"]
    visitor.chooses("None", "Mirror", "Blur")
    assert visitor.page.multiselect(key="effect").value == ["Mirror", "Blur"]
    assert [choice.effect for choice in visitor.chain.active] == ["Mirror", "Blur"]
    assert [slider.label for slider in visitor.page.slider] == ["Blur: strength"]
    visitor.page.slider[0].set_value(30)
    visitor.looks_again()
    assert dict(visitor.chain.active[1].parameters) == {"strength": 30}
    visitor.chooses("Mirror", "Blur", "None")
    assert (visitor.page.multiselect(key="effect").value, visitor.chain.active) == (["None"], ())


def test_a_page_that_draws_them_late_shows_what_is_chosen(visitor: Visitor) -> None:
    """What a script sets is told once, and a browser that has not drawn the field by then never hears of it: so it is
    the field's first value as well."""
    visitor.chooses("Mirror")
    visitor.page.selectbox(key="quality").set_value(SIZES[1])
    visitor.looks_again()
    visitor.looks_again()
    effect, quality = visitor.page.multiselect(key="effect").proto, visitor.page.selectbox(key="quality").proto
    assert [effect.options[number] for number in effect.default] == ["Mirror"]
    assert quality.options[quality.default] == "1280×720"


def test_an_effect_outlives_the_page(ada: Visitor) -> None:
    """It is part of what others see, so no page switches it off."""
    ada.chooses("Blur")
    ada.page.slider[0].set_value(7)
    ada.looks_again()
    ada.goes_to("history")
    assert [dict(choice.parameters) for choice in ada.chain.active] == [{"strength": 7}]
    ada.goes_to("lobby")
    assert ada.page.multiselect(key="effect").value == ["Blur"]
    assert [slider.value for slider in ada.page.slider] == [7]
    assert [dict(choice.parameters) for choice in ada.chain.active] == [{"strength": 7}]


def test_an_effect_that_failed_is_told(ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner reads which one it was, and it stays off until it is chosen again."""
    monkeypatch.setitem(EFFECTS, "Broken", Effect("Broken", lambda image: image[1:]))
    ada.chooses("Broken")
    ada.chain(picture())
    assert ada.chain.active == ()
    ada.looks_again()
    assert "The effect Broken failed and was switched off\\." in ada.reads
    assert ada.told == ["The effect Broken failed and was switched off\\."]
    assert ada.chain.active == ()


def test_an_effect_that_failed_on_another_page_is_told_there(ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once; back in the lobby nothing is chosen."""
    monkeypatch.setitem(EFFECTS, "Broken", Effect("Broken", lambda image: image[1:]))
    ada.chooses("Broken")
    ada.goes_to("history")
    ada.chain(picture())
    ada.looks_again()
    assert ada.told == ["The effect Broken failed and was switched off\\."]
    ada.goes_to("lobby")
    assert ada.told == []
    assert ada.page.multiselect(key="effect").value == ["None"]


@pytest.mark.parametrize("label", ["Join room", "New room"])
def test_a_press_that_comes_late_is_no_error(ada: Visitor, label: str) -> None:
    """The page has moved on, and what was typed is gone with its field; a stranger's client may press what it likes."""
    [button] = [button for button in ada.page.button if button.label == label]
    button.click()
    pressed = ada.widgets
    for widget in [each for each in pressed.widgets if each.WhichOneof("value") == "string_value"]:
        pressed.widgets.remove(widget)
    ada.goes_to("history")
    ada.reports(pressed)


def lost(room: str) -> Visitor:
    """Whose browser remembers a seat and a room that the server knows nothing of."""
    visitor = Visitor.opens()
    hello = {"session": visitor.tab.id, "token": "gone", "name": "Ada", "sends": None, "room": room}
    visitor.says_at_the_doorbell(hello=hello)
    visitor.looks_again()
    return visitor


def test_who_was_lost_from_a_call_may_go_back(bob: Person) -> None:
    """By one press, after a restart of the server say; the browser remembers the room until it is settled."""
    code = bob.opens_room()
    ada = lost(code)
    assert any(text.startswith("The connection was lost for too long") for text in ada.reads)
    assert ada.data("parley_doorbell")["room"] == code
    assert ada.data("parley_ending")["room"] == code
    ada.does("rejoin", room=code)
    assert ada.titles == ["Room"]
    assert bob.company == ["Ada"]


def test_who_was_lost_from_a_call_may_stay_out(registry: Registry) -> None:
    """Then nothing is remembered of it."""
    ada = lost("abcd-efgh-jkmn")
    ada.does("dismiss")
    assert not ada.has("parley_ending")
    assert ada.data("parley_doorbell")["room"] is None


@pytest.mark.parametrize("room", ["no code", "x" * 100_000, "<b>"])
def test_a_room_that_is_none_is_refused(registry: Registry, room: str) -> None:
    """What a browser remembers is a stranger's word."""
    ada = lost(room)
    assert ada.does("rejoin", room=ada.data("parley_ending")["room"])["code"] == "invalid"
    assert registry.snapshot().rooms == ()


def test_that_the_page_asks_is_told_once_and_not_at_once(ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line may be about to come back."""
    ada.loses_the_line()
    ada.looks_again()
    assert ada.told == []
    monkeypatch.setattr(watch, "TELL_AFTER", 0.0)
    ada.looks_again()
    assert ada.told == ["Live updates are not reachable; this page looks for news every 2 seconds."]
    ada.looks_again()
    assert ada.told == []
