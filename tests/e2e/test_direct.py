"""Direct calls: from browser to browser, at two real browsers."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Playwright, WebSocketRoute, expect
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.e2e.conftest import Meet
from tests.e2e.direct import (
    connections,
    goes_direct,
    hears_directly,
    is_off_direct,
    relayed,
    rests_on_server,
    sees_directly,
    switches_to,
)
from tests.e2e.hosts import HUB, Host, apart
from tests.e2e.person import NAME, OTHER, WITHIN, Person, launch, leading, of_module, visiting
from tests.e2e.server import Server, serving
from tests.e2e.turn import needs_coturn, relaying

HAS_OFFER = "() => window.connections.at(-1)?.remoteDescription?.type === 'offer'"
# What tells one ICE session of the newest connection from the next (RFC 8839).
UFRAG = "() => window.connections.at(-1).localDescription.sdp.match(/ice-ufrag:(.+)/)[1]"


def sockets(server: Server) -> int:
    """How many sockets the server has for media."""
    return len(psutil.Process(server.pid).net_connections("udp"))


def test_direct_and_back_three_times(server: Server, talking: tuple[Person, Person]) -> None:
    """Either of the two switches; picture and sound are the other's on each path, and one path rests meanwhile: the
    server has no socket left over which media came."""
    alice, bob = talking
    assert sockets(server)
    for one, other in ((alice, bob), (bob, alice), (alice, bob)):
        switches_to(one, "Direct")
        for me, them in ((one, other), (other, one)):
            sees_directly(me, them)
            hears_directly(me, them)
            rests_on_server(me)
        for _ in range(300):
            if not sockets(server):
                break
            alice.page.wait_for_timeout(100)
        assert sockets(server) == 0
        switches_to(other, "Through server")
        for me, them in ((one, other), (other, one)):
            is_off_direct(me)
            me.sees(them)
            me.hears(them)


def test_a_page_switch_and_a_reload_keep_it_direct(direct: tuple[Person, Person]) -> None:
    """In the dock the same connection goes on; after a reload both connect anew, and the call is never gone."""
    alice, bob = direct
    before = connections(alice)
    alice.goes_to("History")
    expect(alice.page.get_by_role("heading", name="History")).to_be_visible(timeout=WITHIN)
    sees_directly(alice, bob)
    sees_directly(bob, alice)
    assert connections(alice) == before
    alice.press("Back to call")
    alice.is_in_call_with(bob)
    alice.page.reload()
    alice.is_in_call_with(bob)
    for one, other in ((alice, bob), (bob, alice)):
        sees_directly(one, other)
        hears_directly(one, other)


def test_the_buttons_do_what_they_say(direct: tuple[Person, Person]) -> None:
    """Camera and microphone, seen by the other; devices; the quality that opens into details."""
    alice, bob = direct
    rests_on_server(alice)
    bob.press("Mute")
    alice.reads("muted")
    bob.press("Turn off camera")
    alice.reads(f"{bob.name} has the camera off")
    switches_to(alice, "Through server")
    is_off_direct(alice)
    alice.reads(f"{bob.name} has the camera off")
    bob.press("Turn on camera")
    bob.press("Unmute")
    alice.sees(bob)
    goes_direct(bob, alice)
    alice.page.locator(".stage-quality summary").click()
    alice.reads("Round trip")
    alice.menu("Devices").click()
    expect(alice.page.get_by_label("Microphone", exact=True).locator("option")).not_to_have_count(0, timeout=WITHIN)
    alice.press("Share screen")
    expect(alice.button("Stop sharing")).to_be_visible(timeout=WITHIN)
    alice.press("Stop sharing")
    sees_directly(bob, alice)
    alice.press("Full screen")
    alice.page.wait_for_function("() => document.fullscreenElement?.matches('.st-key-media')", timeout=WITHIN)
    alice.press("Leave full screen")
    alice.page.wait_for_function("() => !document.fullscreenElement", timeout=WITHIN)
    alice.press("Picture-in-picture")
    alice.page.wait_for_function("() => document.pictureInPictureElement?.matches('.tile video')", timeout=WITHIN)
    alice.press("Picture-in-picture")
    alice.page.wait_for_function("() => !document.pictureInPictureElement", timeout=WITHIN)
    sees_directly(alice, bob)


def test_an_effect_brings_it_back_to_the_server(direct: tuple[Person, Person]) -> None:
    """Both are told who chose one, and Bob sees it."""
    alice, bob = direct
    alice.page.get_by_role("tab", name="Effect").click()
    alice.chooses("Grayscale")
    alice.reads("You chose an effect, so the call goes through the server")
    bob.reads(f"{alice.name} chose an effect, so the call goes through the server")
    is_off_direct(bob)
    bob.watches(OTHER, "grey")
    alice.chooses("None")
    bob.sees(alice)


def test_bad_signals_are_refused_and_nobody_notices(
    server: Server, direct: tuple[Person, Person], carol: Person
) -> None:
    """Foreign, malformed, oversized and flooding: an answer says what is wrong, and the call goes on."""
    carol.enters(server.url)
    alice, bob = direct
    made = {one: connections(one) for one in (alice, bob)}
    call, token = bob.page.evaluate("sessionStorage.getItem('parley.direct')"), "sessionStorage.getItem('parley.token')"
    bad = [
        {"type": "offer", "call": call, "sdp": 7},
        {"type": "offer", "call": call, "sdp": "x" * 40_000},
        {"type": "candidate", "call": call, "candidates": [{"candidate": "x"}] * 33},
        {"type": "hangup", "call": "another"},
        {"type": "state", "call": call, "state": "asleep"},
    ]
    origin = Origin(server.url.rstrip("/"))
    with connect(f"ws://localhost:{server.port}/signal", origin=origin) as line:

        def answer_to(message: dict[str, Any]) -> str:
            line.send(json.dumps(message))
            while (answer := json.loads(line.recv(timeout=5)))["type"] in {"changed", "people", "view"}:
                pass
            return str(answer["type"])

        assert answer_to({"type": "hello", "token": carol.page.evaluate(token)}) == "welcome"
        foreign = [
            {"type": "hangup", "call": call},
            {"type": "offer", "call": call, "sdp": "v=0"},
            {"type": "candidate", "call": call, "candidates": []},
            {"type": "state", "call": call, "state": "failed"},
        ]
        assert {answer_to(message) for message in [*foreign, *bad]} == {"error"}
    send = of_module("mail.js", "({ mail }, messages) => messages.forEach((message) => mail.send(message))")
    bob.page.evaluate(send, bad)
    with bob.page.expect_websocket(timeout=WITHIN):  # the flood closes the line, and the page opens another one
        bob.page.evaluate(send, [{"type": "candidate", "call": call, "candidates": []}] * 500)
    for one, other in ((alice, bob), (bob, alice)):
        sees_directly(one, other)
        hears_directly(one, other)
        assert connections(one) == made[one]


def test_a_third_person_brings_it_back_to_the_server(
    server: Server, direct: tuple[Person, Person], carol: Person
) -> None:
    """Carol is invited and joins: both are told, and all three are seen."""
    alice, bob = direct
    carol.enters(server.url)
    alice.press(f"Invite {carol.name}")
    carol.rings_for(alice)
    carol.accepts()
    for one in (alice, bob):
        one.reads(f"{carol.name} joined, so the call goes through the server")
    for one in (alice, bob):
        is_off_direct(one)
        expect(one.page.get_by_role("radio", name="Direct")).to_have_count(0)
        one.sees_all(alice, bob, carol)


def test_the_ring_carries_the_offer(server: Server, alice: Person, bob: Person) -> None:
    """Bob's browser has Alice's offer while it still rings, and answers only with Accept; his own preview runs. The
    first time he declines: nothing of either reaches the other, and what was prepared is closed."""
    alice.enters(server.url)
    bob.enters(server.url)
    prefers = alice.page.get_by_role("checkbox", name="Prefer direct calls")
    alice.page.get_by_text("Prefer direct calls").click()
    expect(prefers).to_be_checked()
    alice.calls(bob)
    bob.rings_for(alice)
    bob.page.wait_for_function(HAS_OFFER, timeout=WITHIN)
    bob.declines()
    alice.reads("Declined")
    for one in (alice, bob):
        one.page.wait_for_function("() => window.connections.every((c) => c.connectionState === 'closed')")

    alice.calls(bob)
    bob.rings_for(alice)
    bob.sees_self()
    bob.page.wait_for_function(HAS_OFFER, timeout=WITHIN)
    assert bob.page.evaluate("window.connections.at(-1).localDescription") is None
    assert alice.page.evaluate("window.connections.at(-1).connectionState") == "new"
    bob.accepts()
    for one, other in ((alice, bob), (bob, alice)):
        one.is_in_call_with(other)
        sees_directly(one, other)
        hears_directly(one, other)
        rests_on_server(one)
    bob.hangs_up()
    for one in (alice, bob):
        one.reads("Call ended")
        assert one.page.evaluate("window.connections.at(-1).connectionState") == "closed"
    expect(prefers).to_be_checked(timeout=WITHIN)  # back in the lobby
    alice.page.reload()
    expect(prefers).to_be_checked(timeout=WITHIN)
    alice.page.get_by_text("Prefer direct calls").click()
    expect(prefers).not_to_be_checked()


def test_early_candidates_wait(server: Server, alice: Person, meet: Meet) -> None:
    """Bob's browser gets the candidates first and the offer after them, and the call is direct all the same."""
    bob = meet("Bob", "green", 880)
    held: list[str | bytes] = []
    order: list[str] = []

    def reorder(line: WebSocketRoute) -> None:
        upstream = line.connect_to_server()

        def hand_on(message: str | bytes) -> None:
            kind = json.loads(message)["type"]
            if kind == "offer" and "candidate" not in order:
                held.append(message)
                return
            order.append(kind)
            line.send(message)
            if kind == "candidate" and held:
                order.append("offer")
                line.send(held.pop())

        upstream.on_message(hand_on)

    bob.page.route_web_socket("**/signal", reorder)
    alice.meets(bob, server.url)
    bob.sees(alice)
    goes_direct(alice, bob)
    assert order.index("candidate") < order.index("offer")


@needs_coturn
def test_a_turn_server_relays_a_call(tmp_path: Path, strangers: tuple[Person, Person]) -> None:
    """Browsers that may use TURN only, and find it away, do not find each other: the call goes on through the server,
    and says why. When it is back, coturn accepts the time-limited credentials that the server makes of their secret,
    and carries all of it. When it goes and comes back, as a network does, there are new candidates on the same
    connection, and the call is on."""
    alice, bob = strangers
    both = ((alice, bob), (bob, alice))
    with (
        relaying(tmp_path) as coturn,
        serving(tmp_path, ice_transport_policy="relay", direct_timeout="4", **coturn.settings()) as server,
    ):
        alice.meets(bob, server.url)
        alice.sees(bob)
        coturn.stop()
        switches_to(alice, "Direct")
        bob.reads("Looking for a direct path")
        bob.sees(alice)
        for one, other in both:
            one.reads("No direct path was found within 4 seconds, so the call stays on the server.")
            one.sees(other)
            one.hears(other)

        coturn.start()
        goes_direct(alice, bob)
        for one, other in both:
            hears_directly(one, other)
            rests_on_server(one)
            assert relayed(one)
        alice.reads("relayed by TURN")
        made, before = connections(alice), alice.page.evaluate(UFRAG)
        coturn.stop()
        alice.page.wait_for_function(
            "() => window.connections.at(-1).iceConnectionState !== 'connected'", timeout=WITHIN
        )
        coturn.start()
        alice.page.wait_for_function(f"() => ({UFRAG})() !== '{before}'", timeout=WITHIN)
        for one, other in both:
            sees_directly(one, other)
        assert connections(alice) == made


@pytest.fixture
def distant(tmp_path: Path, playwright: Playwright) -> Iterator[tuple[Host, Person, Person]]:
    """Alice and Bob in a call, each in a network of their own, with a TURN server between them; and Alice's host."""
    with ExitStack() as stack:
        hosts = stack.enter_context(apart())
        coturn = stack.enter_context(relaying(tmp_path, HUB))
        server = stack.enter_context(serving(tmp_path, direct_timeout="30", **coturn.settings()))
        people = (("Alice", "red", 440), ("Bob", "green", 880))

        def arrive(host: Host, name: str, colour: str, hertz: int) -> Person:
            browser = launch(playwright, tmp_path, colour, hertz, flags=leading(HUB), program=host.browser(tmp_path))
            stack.callback(browser.close)
            return stack.enter_context(visiting(browser, name, colour, hertz))

        alice, bob = (arrive(host, *person) for host, person in zip(hosts, people, strict=True))
        alice.meets(bob, f"http://{NAME}:{server.port}")
        alice.sees(bob)
        yield hosts[0], alice, bob


@needs_coturn
def test_hosts_that_cannot_reach_each_other_are_relayed(distant: tuple[Host, Person, Person]) -> None:
    """The browsers find the way over the TURN server by themselves. When one of the two moves into another network, its
    address and all that went over it are gone: an ICE restart brings the same connection back, and the page as well."""
    host, alice, bob = distant
    goes_direct(alice, bob)
    for one, other in ((alice, bob), (bob, alice)):
        hears_directly(one, other)
        assert relayed(one)
        rests_on_server(one)
    before = alice.page.evaluate(UFRAG)
    with alice.page.expect_websocket(lambda line: line.url.endswith("/_stcore/stream"), timeout=WITHIN):
        host.move()
    alice.page.wait_for_function(f"() => ({UFRAG})() !== '{before}'", timeout=WITHIN)
    for one, other in ((alice, bob), (bob, alice)):
        sees_directly(one, other)
        hears_directly(one, other)
        assert connections(one) == 1
    alice.hangs_up()
    for one in (alice, bob):
        one.reads("Call ended")
