"""The clients that stand for people in the other tests: what they send and what they claim to have received."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiortc.rtp import RtpPacket

from tests.rtc_client import Audio, Client, Clip, Colour, Tone, until

pytestmark = pytest.mark.realtime
GREEN: Colour = (40, 180, 60)


def clip(colour: Colour | None = None) -> Clip:
    return Clip.make(width=160, height=120, fps=20, bitrate=200_000, seconds=2, colour=colour)


@pytest.fixture
async def alice() -> AsyncIterator[Client]:
    """She sends."""
    client = Client(clip(GREEN), Tone.make(440))
    yield client
    await client.close()


@pytest.fixture
async def bob() -> AsyncIterator[Client]:
    """He receives, and looks at it."""
    client = Client(clip(), Tone.make(880), decode=True)
    yield client
    await client.close()


def levels(audio: Audio) -> set[int]:
    """A set into which go the levels that the packets of a stream say, from now on."""
    said: set[int] = set()
    receiver = audio._receiver
    handle = receiver._handle_rtp_packet

    async def listen(packet: RtpPacket, arrival_time_ms: int) -> None:
        said.add(-packet.extensions.audio_level[1])
        await handle(packet, arrival_time_ms)

    vars(receiver)["_handle_rtp_packet"] = listen
    return said


async def connect(sender: Client, receiver: Client) -> None:
    """One sends to the other, with nothing between them."""
    await sender.send(receiver.watch_offer)
    await asyncio.gather(sender.connected(), receiver.connected())


async def test_what_is_sent_is_seen_and_heard(alice: Client, bob: Client) -> None:
    """The numbers come back in order, the colour is the sender's, and so is the tone, and no other."""
    await connect(alice, bob)
    (video,), (audio,) = bob.videos, bob.audios
    video.source = alice.camera
    await until(lambda: len(video.delays) >= 30 and audio.hears(440))
    read = [number for number in video.numbers if number is not None]
    assert len(read) == len(video.numbers)
    assert read == [number % 40 for number in range(read[0], read[0] + len(read))]
    assert video.shows(GREEN)
    assert not video.shows((180, 40, 60))
    assert not audio.hears(880)
    assert audio.level(440) == pytest.approx(-17, abs=2)  # -20 dBov is what a sine at -17 dB has
    assert all(0 <= delay < 1 for _, delay in video.delays)


async def test_silence_is_not_heard(alice: Client, bob: Client) -> None:
    """Who stops speaking sends silence, and every packet says how loud it is, as a browser's does."""
    await connect(alice, bob)
    (audio,) = bob.audios
    said = levels(audio)
    await until(lambda: audio.hears(440) and said == {-20})
    alice.microphone.speaking = False
    await until(lambda: audio.peak < 0.01)
    assert not audio.hears(440, above=-70)
    assert said == {-20, -127}


async def test_frames_are_counted_without_a_decoder(alice: Client) -> None:
    """A client that does not decode knows how many frames came, and no more."""
    counter = Client(clip(), Tone.make())
    await connect(alice, counter)
    await until(lambda: counter.videos[0].frames > 20 and counter.audios[0].frames > 20)
    sent = alice.camera.count
    await until(lambda: counter.videos[0].frames >= sent)
    assert counter.videos[0].frames <= alice.camera.count
    assert counter.videos[0].picture is None
    assert alice.camera.asked == 0
    await counter.close()


async def test_a_keyframe_is_sent_when_asked_for(alice: Client, bob: Client) -> None:
    """The clip goes on at its next keyframe, at once, and time goes on as before."""
    await connect(alice, bob)
    await until(lambda: 5 in bob.videos[0].numbers)
    alice.camera.ask_keyframe()
    await until(lambda: 25 in bob.videos[0].numbers)
    numbers = bob.videos[0].numbers
    before = numbers[numbers.index(20) - 1]
    assert before is not None
    assert 5 <= before < 19


async def test_a_client_that_comes_into_the_middle_asks_for_a_keyframe(alice: Client, bob: Client) -> None:
    """Nothing counts as received before it can be shown; the request makes the sender go on at a keyframe."""
    bob.loss = 1.0
    await connect(alice, bob)
    await until(lambda: alice.camera.count >= 5)
    assert bob.videos[0].frames == 0
    bob.loss = 0.0
    await until(lambda: bob.videos[0].numbers)
    assert bob.videos[0].numbers[0] == 20
    assert alice.camera.asked > 0


@pytest.mark.parametrize("loss", [0.02, 0.1])
async def test_a_lossy_line_loses_that_share_and_recovers(alice: Client, bob: Client, loss: float) -> None:
    """Packets are lost, asked for again, and sent again: the picture goes on."""
    bob.loss = loss
    await connect(alice, bob)
    begin = time.monotonic()
    await until(lambda: alice.camera.count > 50)
    assert bob.lost > 0
    assert bob.videos[0].frames > 0.7 * alice.camera.count
    assert bob.videos[0].longest_gap(begin) < 1.0


async def test_a_line_that_loses_everything_brings_nothing(alice: Client, bob: Client) -> None:
    """The parameter reaches every packet of media."""
    bob.loss = 1.0
    await connect(alice, bob)
    await until(lambda: alice.camera.count > 10 and bob.lost > 10)
    assert bob.videos[0].frames == bob.audios[0].frames == 0


async def test_a_client_leaves_nothing_behind(alice: Client, bob: Client) -> None:
    """All its tasks end with it, and it can come again."""
    before = asyncio.all_tasks()
    for _ in range(2):
        await connect(alice, bob)
        await until(lambda: bob.videos[0].frames > 3)
        await alice.close()
        await bob.close()
    await until(lambda: asyncio.all_tasks() == before)
