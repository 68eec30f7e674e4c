"""Offers and candidates that no browser makes, sent as the streamer's front end reports them."""

import asyncio
import json
import time

import pytest
from streamlit_webrtc import component

from calls import limits
from tests.e2e.server import Server
from tests.hostile.page import Page
from tests.hostile.visitor import Visitor
from tests.test_rtc_description import OFFER, candidates, made, with_lines

PREVIEW = component.generate_frontend_component_key("preview")
REFUSED = "This server refused your browser's connection: "


def written(page: Page) -> str:
    """What the page says, without what keeps it from being read as Markdown."""
    return page.reads.replace("\\", "").replace("\u2060", "")


def offering(sdp: object, **said: object) -> dict[str, object]:
    """What the front end says when it has an offer."""
    return {"playing": False, "sdpOffer": {"type": "offer", "sdp": sdp}, "iceCandidates": {}} | said


def answered(page: Page) -> bool:
    """Whether the preview's front end has been given an answer."""
    return bool(json.loads(page.find(PREVIEW).json_args)["sdp_answer_json"])


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (with_lines(*candidates(4_000)), "it has more than"),
        (made(channel=True), "it has something other than sound and pictures"),
        (OFFER.replace("a=setup:actpass", "a=setup:sideways"), "it could not be understood"),
        (OFFER.replace("a=sendrecv", "a=x"), "it could not be understood"),
        (7, "it is no session description"),
    ],
)
async def test_an_offer_that_is_refused_has_an_answer(server: Server, offer: object, why: str) -> None:
    """The person reads why, on a page that goes on to work, and a good offer is taken afterwards."""
    async with Visitor.opens(server.url) as mallory:
        await mallory.reports(PREVIEW, offering(offer))
        assert REFUSED + why in written(mallory.page)
        await mallory.enters(f"Mallory {why[:12]}{type(offer).__name__}")
        await mallory.reports(PREVIEW, offering(OFFER))
        await mallory.sees(answered)
        await mallory.sees(lambda page: REFUSED not in written(page))


@pytest.mark.parametrize(
    "said",
    [
        [],
        "playing",
        {"sdpOffer": 5, "playing": 1},
        {"sdpOffer": {"type": "offer"}},
        {"sdpOffer": {"type": "answer", "sdp": OFFER}},
        offering(OFFER, iceCandidates=[1, 2]),
        offering(OFFER, iceCandidates={"a": 1, "b": {"candidate": []}, "c": {}, "d": {"candidate": "x" * 5_000}}),
        offering(OFFER, iceCandidates={"a": {"candidate": "candidate:1 1 udp 5 198.51.100.7 99999999 typ host"}}),
    ],
)
async def test_what_makes_no_sense_breaks_nothing(server: Server, said: object) -> None:
    """The run goes on to its end, and shows no error of a program."""
    async with Visitor.opens(server.url) as mallory:
        await mallory.reports(PREVIEW, said)
        await mallory.runs()
        assert [*mallory.page.elements("exception")] == []
        assert mallory.page.shows("Your name")


async def test_offers_without_end_are_refused(server: Server) -> None:
    """Each costs a run, and a good one a certificate, threads and sockets. After a while, one is looked at again."""
    async with Visitor.opens(server.url) as mallory:

        async def is_refused() -> bool:
            await mallory.reports(PREVIEW, offering(f"{time.monotonic()}"))
            return "That was too often." in written(mallory.page)

        taken = 0
        while not await is_refused():
            taken += 1
            assert taken < 10 * limits.OFFERS.at_once
        assert taken >= limits.OFFERS.at_once
        while await is_refused():
            await asyncio.sleep(0.5)
