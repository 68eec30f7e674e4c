"""What two people do and find in a direct call: verbs beside those of tests/e2e/person.py."""

from typing import Any

from playwright.sync_api import expect

from tests.e2e.person import LOUDEST, WITHIN, Person

OTHER = ".stage[data-direct] .tile:not([data-self]) video"

# Whether the streamers of the server's path are at rest in this browser.
RESTS = """() => [".st-key-stage iframe", ".st-key-preview iframe"].every((selector) => {
  const { last } = document.querySelector(selector).contentWindow.RTCPeerConnection;
  return !last || last.connectionState === "closed";
})"""


def switches_to(person: Person, label: str) -> None:
    """Press `Direct` or `Through server`."""
    person.page.get_by_test_id("stButtonGroup").get_by_role("radio", name=label).or_(
        person.page.get_by_test_id("stButtonGroup").get_by_role("button", name=label)
    ).first.click(timeout=WITHIN)


def sees_directly(person: Person, other: Person) -> None:
    """The other's tile shows what comes from their browser, and it moves."""
    person.watches(OTHER, other.colour)


def hears_directly(person: Person, other: Person) -> None:
    """The loudest tone of the direct call is the other's."""
    near = f"async s => Math.abs(await ({LOUDEST})(s) - {other.hertz}) < 25"
    person.until(near, OTHER)


def rests_on_server(person: Person) -> None:
    """This browser has no connection to the server any more."""
    person.until(RESTS)


def is_off_direct(person: Person) -> None:
    """What comes through the server is shown, and can be heard."""
    expect(person.page.locator(".stage[data-direct]")).to_have_count(0, timeout=WITHIN)
    person.until("s => document.querySelector(s)?.muted === false", ".tile:not([data-self]) video")


def statistics(person: Person) -> list[dict[str, Any]]:
    """getStats of the newest connection that the page has made."""
    found = person.page.evaluate("async () => [...(await window.connections.at(-1).getStats()).values()]")
    return list(found)


def goes_direct(one: Person, other: Person) -> None:
    """One of the two switches, and both see each other."""
    switches_to(one, "Direct")
    sees_directly(one, other)
    sees_directly(other, one)


def connections(person: Person) -> int:
    """How many direct connections the page has made."""
    return int(person.page.evaluate("window.connections.length"))


def relayed(person: Person) -> bool:
    """Whether the connection in use has an end at a TURN server."""
    found = {entry["id"]: entry for entry in statistics(person)}
    transport = next(entry for entry in found.values() if entry["type"] == "transport")
    pair = found[transport["selectedCandidatePairId"]]
    return any(found[pair[f"{end}CandidateId"]]["candidateType"] == "relay" for end in ("local", "remote"))
