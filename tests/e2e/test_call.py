"""A call between two people, at two real browsers: by ring and by link, in every way that it can go."""

from playwright.sync_api import expect

from tests.e2e.conftest import Meet
from tests.e2e.person import NO_NOTICES, NOTE_NOTICES, OTHER, PREVIEW, STAGE, WITHIN, Person
from tests.e2e.server import Server

# Whether a name is asked for at any moment from the page's first one on.
WATCH_FIELDS = """() => {
  window.asked = false;
  const look = () => {
    const field = document.querySelector("input[aria-label='Your name']");
    window.asked ||= field?.checkVisibility({ opacityProperty: true }) ?? false;
    requestAnimationFrame(look);
  };
  look();
}"""
# The pages that are opened from now on.
NOTE_PAGES = """() => {
  window.pages = [];
  const look = () => {
    if (window.pages.at(-1) !== location.pathname) window.pages.push(location.pathname);
    requestAnimationFrame(look);
  };
  look();
}"""

# What begins or ends outside of the window, which nobody can scroll to the side.
TOO_WIDE = """() => [...document.querySelectorAll("[data-testid=stMain] *")].filter((element) => {
  const { left, right, width, height } = element.getBoundingClientRect();
  const inside = left >= -1 && right <= innerWidth + 1;
  const scrolls = element.closest("[data-testid=stDataFrame], [data-testid=stVegaLiteChart], [role=tablist]");
  return width && height && !inside && !scrolls && element.checkVisibility({ visibilityProperty: true });
}).map((element) => element.outerHTML.slice(0, 200))"""
# The links to other places than this server.
WAYS_OUT = """() => [...document.links].filter(({ origin }) => origin !== location.origin).map(({ href }) => href)"""
# The controls that a screen reader could only call "button".
NAMELESS = """() => [document, ...[...document.querySelectorAll("iframe")].map((frame) => frame.contentDocument)]
  .flatMap((page) => [...(page?.querySelectorAll("button, input, textarea, select, a[href], [role=button]") ?? [])])
  .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.closest("[inert]"))
  .filter((control) => !(control.ariaLabel || control.innerText?.trim() || control.title || control.labels?.length
    || control.getAttribute("aria-labelledby")))
  .map((control) => control.outerHTML.slice(0, 200))"""
# Whether no sound of the page's own is on, beside that through which a test listens.
QUIET = """() => window.sounds.filter(({ isOfTheTest }) => !isOfTheTest)
  .every(({ state }) => ["suspended", "closed"].includes(state))"""
# What is not named is refused from then on.
GRANTED = ["camera", "microphone", "notifications"]


def test_a_ring_is_answered(server: Server, alice: Person, bob: Person) -> None:
    """Bob's own preview plays before he answers, on whichever page and in however low a window, and nothing of Alice
    does; then both see and hear each other. It is to be heard that it rings, and no loudspeaker is kept open for it
    when it rings no more. Accept counts also where the page moves under the pressing hand."""
    alice.enters(server.url)
    bob.enters(server.url)
    bob.goes_to("History")
    expect(bob.page.get_by_role("heading", name="History")).to_be_visible(timeout=WITHIN)
    bob.page.context.grant_permissions(GRANTED)
    bob.page.evaluate(NOTE_NOTICES)
    alice.calls(bob)
    bob.rings_for(alice)
    expect(bob.page).to_have_title(f"{alice.name} is calling", timeout=WITHIN)
    bob.page.wait_for_function("body => window.notices[0]?.body === body", arg=f"{alice.name} is calling")
    for one in (alice, bob):
        one.page.wait_for_function("() => window.sounds.some(({ state }) => state === 'running')", timeout=WITHIN)
    expect(alice.dialog("Outgoing call")).to_contain_text(f"Calling {bob.name}…")
    alice.sees_self_in_the_dialog()
    bob.turns_to(844, 390)
    bob.sees_self_in_the_dialog()
    for label in ("Accept", "Decline"):
        expect(bob.button(label)).to_be_in_viewport(ratio=1)
    bob.turns_to(1280, 800)
    assert alice.stage_is_empty()
    assert bob.stage_is_empty()

    bob.presses_while_it_is_covered("Accept")
    alice.sees(bob)
    bob.sees(alice)
    for one in (alice, bob):
        one.page.wait_for_function(QUIET, timeout=WITHIN)
    alice.hears(bob)
    bob.hears(alice)
    expect(bob.page).to_have_title("Parley", timeout=WITHIN)

    alice.hangs_up()
    alice.reads("Call ended")
    bob.reads("Call ended")


def test_a_room_link_brings_two_together(server: Server, alice: Person, meet: Meet) -> None:
    """Alice opens a room; Bob opens its link, is asked for his name, and joins. When he opens the link of her next one,
    he is never taken for a stranger: the first thing that can be pressed is `Join`, and no name is asked for. When he
    closes the tab, Alice is told at once that he is gone, and after the grace period why the call ended."""
    bob = meet("Bob", "green", 880)
    alice.enters(server.url)
    alice.press("New room")
    alice.reads("Waiting for somebody to join")
    alice.page.get_by_role("tab", name="Link").click()
    link = alice.page.get_by_text("?room=").inner_text()
    assert link.startswith(f"{server.url}?room=")
    assert alice.reads_code() == link

    bob.opens(link)
    bob.page.get_by_label("Your name").fill(bob.name)
    bob.press("Join")
    alice.is_in_call_with(bob)
    bob.is_in_call_with(alice)
    alice.sees(bob)
    bob.sees(alice)
    bob.hangs_up()
    bob.reads("Call ended")
    expect(bob.button("Notify me when somebody calls")).to_be_visible()

    alice.press("New room")
    alice.page.get_by_role("tab", name="Link").click()
    bob.page.add_init_script(f"({WATCH_FIELDS})()")
    bob.opens(alice.page.get_by_text("?room=").inner_text())
    bob.press("Join")
    bob.is_in_call_with(alice)
    assert bob.page.evaluate("window.asked") is False

    bob.page.close()
    alice.reads(f"{bob.name} lost the connection")
    alice.reads("Connection lost")


def test_an_unknown_room_is_named(server: Server, alice: Person) -> None:
    """A code of no room, and a text that is no code, are each answered with what to do."""
    alice.enters(server.url)
    for typed, answer in (("0000-0000-0000", "No room has this code"), ("<b>", "A room code looks like")):
        alice.page.get_by_label("Room code").fill(typed)
        alice.press("Join room")
        alice.reads(answer)


def test_declined_and_cancelled(server: Server, alice: Person, bob: Person) -> None:
    """Each of the two says so in its own words, on both sides. A phone's browser, which may show no notification, rings
    all the same."""
    alice.enters(server.url)
    bob.enters(server.url)
    alice.calls(bob)
    bob.rings_for(alice)
    bob.declines()
    alice.reads("Declined")
    bob.reads("Declined")

    alice.page.context.grant_permissions(GRANTED)
    alice.page.evaluate(NO_NOTICES)
    bob.calls(alice)
    alice.rings_for(bob)
    expect(alice.page).to_have_title(f"{bob.name} is calling", timeout=WITHIN)
    bob.press("Cancel")
    bob.reads("Cancelled")
    alice.reads(f"Missed call from {bob.name}")


def test_two_who_call_each_other_talk(server: Server, alice: Person, bob: Person) -> None:
    """Glare: Bob's own call, made while Alice's rings, is the answer to it."""
    alice.enters(server.url)
    bob.enters(server.url)
    # Both press within one round trip: neither browser has drawn the other's ring when it sends its own.
    bob_button, alice_button = alice.button(f"Call {bob.name}"), bob.button(f"Call {alice.name}")
    expect(bob_button).to_be_visible(timeout=WITHIN)
    expect(alice_button).to_be_visible(timeout=WITHIN)
    bob_button.evaluate("button => button.click()")
    alice_button.evaluate("button => button.click()")
    alice.is_in_call_with(bob)
    bob.is_in_call_with(alice)
    alice.sees(bob)


def test_words_are_shown_as_typed(server: Server, alice: Person, carol: Person) -> None:
    """HTML, Markdown and addresses in the chat and in a name, such as Carol's, are text: no link leads out of here."""
    alice.enters(server.url)
    carol.enters(server.url)
    alice.finds(alice.button(f"Call {carol.name}"))
    assert alice.page.evaluate(WAYS_OUT) == []
    alice.calls(carol)
    assert alice.page.evaluate(WAYS_OUT) == []
    carol.accepts()
    alice.is_in_call_with(carol)
    assert alice.page.evaluate(WAYS_OUT) == []
    said = "<b>bold</b> <img src=x onerror=alert(1)> **stars** :tada:\nsecond line at www.evil.com"
    field = carol.page.get_by_role("textbox", name="Message")
    field.fill(said)
    field.press("Enter")
    expect(alice.page.get_by_role("log")).to_contain_text(said, timeout=WITHIN)
    assert alice.page.get_by_role("log").locator("img").count() == 0


def test_a_busy_person_is_not_rung(server: Server, talking: tuple[Person, Person], carol: Person) -> None:
    """A third caller reads that Bob is busy, stays in the lobby, and Bob's call goes on."""
    alice, bob = talking
    carol.enters(server.url)
    carol.calls(bob)
    carol.reads("Busy")
    expect(bob.dialog("Incoming call")).to_have_count(0)
    bob.sees(alice)


def test_a_page_switch_and_a_reload_keep_the_call(talking: tuple[Person, Person]) -> None:
    """On another page the call goes on in the dock without a new connection; a reload comes back into it, and what
    others see is changed by the same effects as before."""
    alice, bob = talking
    alice.page.evaluate(f"document.querySelector('{STAGE}').contentWindow.kept = true")
    alice.page.evaluate(f"document.querySelector('{PREVIEW}').contentWindow.kept = true")
    alice.goes_to("History")
    expect(alice.page.get_by_role("heading", name="History")).to_be_visible(timeout=WITHIN)
    alice.sees(bob)
    bob.sees(alice)
    for streamer in (STAGE, PREVIEW):
        assert alice.page.evaluate(f"document.querySelector('{streamer}').contentWindow.kept")

    alice.press("Back to call")
    alice.is_in_call_with(bob)
    alice.page.get_by_role("tab", name="Effect").click()
    alice.chooses("Grayscale")
    bob.watches(OTHER, "grey")
    alice.page.reload()
    alice.is_in_call_with(bob)
    alice.sees(bob)
    alice.sees_self("grey")
    bob.watches(OTHER, "grey")
    alice.page.get_by_role("tab", name="Effect").click()
    alice.chooses("None")
    bob.sees(alice)


def test_a_phone_reaches_everything(talking: tuple[Person, Person]) -> None:
    """In a call, on every page, at a phone's width: nothing is wider than the window, and each control has a name."""
    alice, _ = talking
    alice.turns_to(390, 844)
    for page, title in (("Dashboard", "Dashboard"), ("History", "History"), ("Lobby", "People online"), ("Room", "")):
        alice.finds(alice.page.get_by_test_id("stExpandSidebarButton")).click()
        alice.page.get_by_test_id("stSidebarNavLink").filter(has_text=page).click()
        alice.press("Collapse sidebar")  # on a real phone Streamlit does this by itself
        heading = alice.page.get_by_role("heading", name=title or "In call with")
        expect(heading).to_be_visible(timeout=WITHIN)
        assert alice.page.evaluate(TOO_WIDE) == []
        assert alice.page.evaluate(NAMELESS) == []
        for label in ("Hang up", "Back to call")[: 1 if page == "Room" else 2]:
            expect(alice.button(label)).to_be_in_viewport()
    alice.turns_to(1280, 800)


def test_the_chat_counts_what_is_unread(talking: tuple[Person, Person]) -> None:
    """What is said while one is on another page waits with a badge."""
    alice, bob = talking
    alice.goes_to("History")
    expect(alice.page.get_by_role("heading", name="History")).to_be_visible(timeout=WITHIN)
    bob.writes("Are you there?")
    alice.reads("1 new message")
    alice.press("Back to call")
    alice.reads("Are you there?")


def test_a_page_that_is_chosen_just_as_the_room_opens_is_kept(talking: tuple[Person, Person]) -> None:
    """The room opens by itself and does not come back over where the person goes next; what is said there is unread."""
    alice, bob = talking
    alice.goes_to("Dashboard")
    for _ in range(4):  # it depended on what was a few hundredths of a second earlier
        alice.press("Back to call")
        alice.page.wait_for_url("**/room", wait_until="commit")
        alice.page.evaluate(NOTE_PAGES)
        alice.goes_to("Dashboard")
        alice.page.wait_for_url("**/dashboard", wait_until="commit")
        expect(alice.page.get_by_role("heading", name="Dashboard")).to_be_visible(timeout=WITHIN)
    bob.writes("Gone again?")
    alice.reads("1 new message")
    assert alice.page.evaluate("window.pages") == ["/room", "/dashboard"]
    alice.press("Back to call")
    alice.reads("Gone again?")
