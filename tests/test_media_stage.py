"""What a participant watches and hears: whatever is shown reaches every connection that is open for it."""

import asyncio
import re

import aiortc
import pytest
from aiortc.mediastreams import MediaStreamError

from calls.media.allotment import Layers
from calls.media.outgoing import OutgoingTrack
from calls.media.rtc.connection import RTCPeerConnection
from calls.media.stage import Slot, Stage
from tests.tracks import Asked, piece, publish, settled, tick


@pytest.fixture
async def slot() -> Slot:
    return Slot(asyncio.get_running_loop(), "video")


def opened(slot: Slot) -> tuple[OutgoingTrack, list[int]]:
    """A track with a connection, and the timestamps that it sends."""
    track, sent = slot.open(), list[int]()
    track.begin(lambda packet, *_: sent.append(packet.timestamp))
    return track, sent


async def test_every_connection_shows_the_same(slot: Slot) -> None:
    """A second tab, or one that comes back, is shown what is on: from the next keyframe on, which is asked for."""
    source = Asked()
    slot.show(source)
    _, first = opened(slot)
    publish(source, piece(0, entry=True))
    _, second = opened(slot)
    publish(source, piece(1), piece(2, entry=True))
    assert (len(first), len(second)) == (3, 1)
    assert source.keyframes >= 1


async def test_what_is_shown_changes_for_all(slot: Slot) -> None:
    """Without any doing of theirs: the tracks stay the same."""
    sources, (_, first), (_, second) = [Asked(), Asked()], opened(slot), opened(slot)
    for number, source in enumerate(sources):
        slot.show(source)
        publish(source, piece(number, entry=True))
    assert first == second
    assert len(first) == 2
    assert (slot.source, sources[0].readers) == (sources[1], ())


async def test_a_track_without_a_connection_costs_nothing(slot: Slot) -> None:
    """A page opens one at every run, and the connection takes the first."""
    source = Asked()
    slot.show(source)
    for _ in range(3):
        slot.open()
    assert source.readers == ()
    assert source.keyframes == 0


async def test_a_connection_that_ends_is_forgotten(slot: Slot) -> None:
    """The others go on, and what is shown later is not shown to it."""
    first, second = Asked(), Asked()
    slot.show(first)
    (track, gone), (_, here) = opened(slot), opened(slot)
    track.stop()
    await settled()
    slot.show(second)
    publish(second, piece(0, entry=True))
    assert (len(gone), len(here)) == (0, 1)
    assert (first.readers, len(second.readers)) == ((), 1)


async def test_a_slot_has_a_picture_and_a_sound() -> None:
    """Each goes its own way; sound needs no keyframe."""
    stage, video, audio = Stage(asyncio.get_running_loop(), 2), Asked("video"), Asked("audio")
    (_, seen), (_, heard) = opened(stage.video[1]), opened(stage.audio[1])
    stage.show(1, Layers(video), audio)
    publish(video, piece(1))
    publish(audio, tick(1), tick(2))
    assert (len(seen), len(heard)) == (0, 2)
    assert stage.video[0].source is stage.audio[0].source is None
    stage.clear()
    assert video.readers == audio.readers == ()


async def test_a_connection_takes_the_slots_one_by_one() -> None:
    """Each run of a page opens the tracks anew, and only a connection makes use of them."""
    stage = Stage(asyncio.get_running_loop(), 2)
    video, audio = stage.open()
    assert (video.kind, audio.kind) == ("video", "audio")
    taken = [video.next(), video.next(), video.next()]
    assert [found and found[0] for found in taken] == [0, 1, None]
    sources = [Asked(), Asked()]
    for number, (found, source) in enumerate(zip(taken, sources, strict=False)):
        assert found
        found[1].begin(lambda *_: None)
        stage.show(number, Layers(source), None)
        assert source.readers == (found[1],)
    with pytest.raises(MediaStreamError):
        await video.recv()


async def test_an_answer_says_which_picture_and_sound_belong_together() -> None:
    """A slot's two are one stream (MSID, RFC 8830). All go over one transport, also those that come later."""
    stage, configuration = Stage(asyncio.get_running_loop(), 2), aiortc.RTCConfiguration(iceServers=[])
    viewer, server = aiortc.RTCPeerConnection(configuration), RTCPeerConnection(configuration)
    for kind in ("video", "audio", "video", "audio", "video"):
        viewer.addTransceiver(kind, direction="recvonly")
    await viewer.setLocalDescription(await viewer.createOffer())
    await server.setRemoteDescription(viewer.localDescription)
    tracks = {track.kind: track for track in stage.open()}
    for transceiver in server.getTransceivers():
        server.addTrack(tracks[transceiver.kind])
    answer = await server.createAnswer()
    streams = re.findall(r"a=msid:(\S+) ", answer.sdp)
    assert streams[:4] == ["slot-0", "slot-0", "slot-1", "slot-1"]
    senders = [transceiver.sender for transceiver in server.getTransceivers()]
    assert [sender.track is not None for sender in senders] == [True, True, True, True, False]  # there is no third slot
    assert len({id(sender.transport) for sender in senders}) == 1
    await viewer.close()
    await server.close()


async def test_the_own_picture_goes_back_in_one_line_and_what_comes_is_in_order() -> None:
    """The library adds the one track that goes back for each picture that comes."""
    configuration = aiortc.RTCConfiguration(iceServers=[])
    browser, server = aiortc.RTCPeerConnection(configuration), RTCPeerConnection(configuration)
    browser.addTransceiver("video", direction="recvonly")
    for kind in ("audio", "video", "video", "audio"):
        browser.addTransceiver(kind, direction="sendonly")
    back = Slot(asyncio.get_running_loop(), "video").open()
    server.on("track", lambda track: server.addTrack(back) if track.kind == "video" else None)
    await browser.setLocalDescription(await browser.createOffer())
    await server.setRemoteDescription(browser.localDescription)
    assert [sender.track for sender in server.getSenders()] == [back, None, None, None, None]
    assert [track.kind for track in server.received] == ["audio", "video", "video", "audio"]
    answer = await server.createAnswer()
    assert re.findall(r"a=(sendonly|recvonly|inactive|sendrecv)", answer.sdp) == ["sendonly", *["recvonly"] * 4]
    assert re.findall(r"a=fmtp:\d+ (\S*usedtx\S*)", answer.sdp) == ["minptime=10;useinbandfec=1;usedtx=1"] * 2
    await browser.close()
    await server.close()
