"""What each of many hears: the others, without the own voice, without clipping, and no later than need be."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from calls.media import mixer as module
from calls.media.mixer import AHEAD, LOUDEST, MOST, SAMPLES, Ear, Mixer, Sound, Voice, _mix
from calls.media.packet import Packet
from calls.media.source import Source
from calls.media.workers import WORKERS
from tests.rtc_client import until
from tests.tracks import TICK, Asked, Kept, Ticking, count_work, opus, publish, tick

TONES = {"ada": 400, "bob": 900, "carol": 1_500}


def loudness(sound: NDArray[np.int16], hertz: int) -> float:
    """The amplitude of a tone in the second half of the samples, 1.0 the loudest."""
    mono = sound.reshape(-1, 2).mean(axis=1)[len(sound) // 2 :] / 32_768
    window = np.hanning(len(mono))
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(mono)) / 48_000)
    return float(2 * abs(np.sum(mono * window * turns)) / window.sum())


def decoded(packets: list[Packet]) -> Sound:
    """What a listener hears of these packets."""
    voice = Voice()
    sounds = []
    for packet in packets:
        voice.add([packet])
        sounds.append(voice.next())
    return np.concatenate(sounds)


def played(voice: Voice, ticks: int) -> Sound:
    return np.concatenate([voice.next() for _ in range(ticks)])


# A voice


def test_a_voice_sounds_as_it_was_spoken() -> None:
    """The same tone, as loud, in both ears."""
    sound = decoded(opus(440, 0.3))
    assert loudness(sound, 440) == pytest.approx(0.3, rel=0.1)
    assert loudness(sound, 880) < 0.01
    assert np.array_equal(sound[:, 0], sound[:, 1])


def test_a_voice_begins_with_something_in_reserve() -> None:
    """Packets come unevenly: it waits for 40 ms of them, and then plays each at its time."""
    voice, packets = Voice(), opus(440, ticks=10)
    voice.add(packets[:1])
    assert not voice.next().any()
    voice.add(packets[1:3])
    assert voice.next().any()
    voice.add([])
    assert voice.next().any()


def test_a_voice_that_stops_falls_silent_and_begins_anew() -> None:
    """Silence, not noise, and the reserve is made again."""
    voice, packets = Voice(), opus(440, ticks=20)
    voice.add(packets[:2])
    played(voice, 2)
    assert not played(voice, 5).any()
    voice.add(packets[10:11])
    assert not voice.next().any()
    voice.add(packets[11:13])
    assert voice.next().any()


def test_what_makes_a_delay_is_left_out() -> None:
    """A second of packets at once, after a pause of the network: at most 100 ms of them are played."""
    voice = Voice()
    voice.add(opus(440, ticks=50))
    assert np.any(played(voice, MOST // SAMPLES), axis=1).mean() > 0.9
    assert not played(voice, 5).any()


def test_a_late_packet_is_left_out() -> None:
    """And one that came twice: both would be heard as a jump. Sequence numbers may begin anew meanwhile."""
    packets = [each._replace(sequence=(each.sequence + 65_530) & 0xFFFF) for each in opus(440, ticks=20)]
    plain, disturbed = Voice(), Voice()
    for number in range(0, 20, 2):
        pair = packets[number : number + 2]
        plain.add(pair)
        disturbed.add([*packets[max(number - 3, 0) : number], *pair, pair[0]])
        assert np.array_equal(played(plain, 2), played(disturbed, 2))


def test_what_is_no_sound_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Garbage is logged, and the next packet is heard."""
    voice, packets = Voice(), opus(440, ticks=6)
    with caplog.at_level(logging.WARNING, logger=module.__name__):
        voice.add([packets[0], tick(1, b"\xff" * 40), tick(2, b""), *packets[3:]])
    assert voice.next().any()
    assert caplog.records


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_no_packet_is_too_strange(payloads: list[bytes]) -> None:
    """Anything may come from the network: it is played or left out."""
    voice = Voice()
    voice.add(tick(number, payload) for number, payload in enumerate(payloads))
    assert voice.next().shape == (SAMPLES, 2)


# An ear


def tone(hertz: int, amplitude: float, ticks: int = 50) -> list[NDArray[np.int32]]:
    """Ticks of a tone; above 1.0 it is louder than can be sent."""
    turns = 2 * np.pi * hertz * np.arange(ticks * SAMPLES) / 48_000
    mono = (LOUDEST * amplitude * np.sin(turns)).astype(np.int32)
    return list(np.stack([mono, mono], axis=1).reshape(ticks, SAMPLES, 2))


def test_what_is_too_loud_is_made_quieter() -> None:
    """Five loud voices at once are three times too loud: the sum keeps its form, where clipping would add harmonics."""
    ear = Ear()
    limited = np.concatenate([ear._limited(sound) for sound in tone(400, 3.0)])
    assert np.abs(limited).max() <= LOUDEST
    assert loudness(limited, 400) > 0.9
    assert max(loudness(limited, 400 * harmonic) for harmonic in (3, 5, 7)) < 0.01


def test_what_is_not_too_loud_is_left_alone() -> None:
    """Sample by sample."""
    ear = Ear()
    for sound in tone(400, 0.99, ticks=5):
        assert np.abs(ear._limited(sound) - sound).max() <= 1


def test_after_something_loud_it_gets_loud_again_slowly() -> None:
    """Within two seconds, without a step that would be heard as a click."""
    ear = Ear()
    ear._limited(tone(400, 4.0, ticks=1)[0])
    flat = np.full((SAMPLES, 2), 10_000, dtype=np.int32)
    after = np.concatenate([ear._limited(flat) for _ in range(100)])[:, 0].astype(int)
    assert after[0] < 3_000
    assert after[-1] > 9_900
    assert 0 <= np.diff(after).min() <= np.diff(after).max() < 20


@given(st.lists(st.integers(-8 * LOUDEST, 8 * LOUDEST), min_size=1, max_size=8))
def test_nothing_clips(peaks: list[int]) -> None:
    """Whatever comes after whatever: the sign stays, and the limit is held."""
    ear = Ear()
    for peak in peaks:
        limited = ear._limited(np.full((SAMPLES, 2), peak, dtype=np.int32))
        assert np.abs(limited.astype(int)).max() <= LOUDEST
        assert (np.sign(limited) * np.sign(peak) >= 0).all()


def test_an_ear_gives_packets_of_20_ms() -> None:
    """Each can be entered; they are counted, and dated by their tick: what was missed is a gap in time."""
    ear = Ear()
    numbers = [70_000, 70_001, 70_005]
    packets = [packet for number in numbers for packet in ear.encode(tone(400, 0.5, ticks=1)[0], number)]
    assert [packet.timestamp for packet in packets] == [number * TICK for number in numbers]
    assert [after.sequence - before.sequence for before, after in pairwise(packets)] == [1, 1]
    assert all(packet.entry and packet.codec == "opus" for packet in packets)


# The mix


def test_each_hears_the_others_and_not_the_own_voice() -> None:
    """Who is no voice, as without a microphone, hears everybody."""
    sources: dict[Source, str] = {Asked("audio"): who for who in TONES}
    voices = {source: Voice() for source in sources}
    came = {source: opus(TONES[who], 0.2) for source, who in sources.items()}
    ears = {who: Ear() for who in (*TONES, "dave")}
    heard: dict[str, list[Packet]] = {who: [] for who in ears}
    names = {ear: who for who, ear in ears.items()}
    for number in range(50):
        packets = {source: [each[number]] for source, each in came.items()}
        for ear, made in _mix(sources, voices, packets, ears, number):
            heard[names[ear]] += made
    for who, sent in heard.items():
        sound = decoded(sent)
        levels = {other: loudness(sound, hertz) for other, hertz in TONES.items()}
        assert levels == {other: pytest.approx(0.0 if other == who else 0.2, abs=0.03) for other in TONES}


# The work


@pytest.fixture
async def mixer() -> AsyncIterator[Mixer]:
    made = Mixer()
    yield made
    made.listen({}, ())


def working() -> int:
    return sum(task.get_name() == "mixer" and not task.done() for task in asyncio.all_tasks())


async def test_it_works_while_it_has_listeners(mixer: Mixer) -> None:
    """An empty room, or one of two, costs nothing; nothing is left when it ends."""
    source = Asked("audio")
    mixer.listen({source: "ada"}, ["ada", "bob"])
    mixer.listen({source: "ada"}, ["ada", "bob", "carol"])
    assert (working(), source.readers) == (1, (mixer,))
    mixer.listen({}, ())
    await until(lambda: working() == 0)
    assert (source.readers, mixer.ear("ada")) == ((), None)


async def test_what_nobody_hears_is_neither_decoded_nor_encoded(mixer: Mixer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ears without a connection cost nothing, and the one that is heard is encoded alone."""
    work = count_work(monkeypatch)
    source, reader = Asked("audio"), Kept()
    mixer.listen({source: "ada"}, ["ada", "bob"])
    publish(source, *opus(400, ticks=2))
    await until(lambda: not vars(mixer)["_came"])
    assert not work
    ear = mixer.ear("bob")
    assert ear
    ear.add(reader)
    await until(lambda: len(reader.packets) > 3)
    assert work["sound encoded"] <= len(reader.packets) + 1


async def test_who_stays_hears_on(mixer: Mixer) -> None:
    """Others come and go, and the stream that one person hears is the same."""
    source = Asked("audio")
    mixer.listen({source: "ada"}, ["ada", "bob"])
    ear = mixer.ear("ada")
    mixer.listen({source: "ada", Asked("audio"): "carol"}, ["ada", "carol"])
    assert (mixer.ear("ada"), mixer.ear("bob")) == (ear, None)


async def test_who_comes_back_on_another_connection_is_heard(mixer: Mixer) -> None:
    """The new one counts its packets from another number, which is not taken for lateness."""
    reader, sources = Kept(), [Asked("audio"), Asked("audio")]
    for number, source in enumerate(sources):
        mixer.listen({source: "ada"}, ["ada", "bob", "carol"])
        ear = mixer.ear("bob")
        assert ear
        ear.add(reader)
        reader.packets.clear()
        for packet in opus(400, 0.3):
            publish(source, packet._replace(sequence=packet.sequence + 1_000 * (2 - number)))
            await asyncio.sleep(0.004)  # faster than it is played: what is too much is left out
        await until(lambda: len(decoded(reader.packets)) > 10 * SAMPLES and loudness(decoded(reader.packets), 400) > 0)
        assert np.abs(decoded(reader.packets)).max() > 5_000


async def test_packets_come_as_time_passes(mixer: Mixer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One each 20 ms; a server that was too busy leaves some out, and the timestamps say how many."""
    reader, clock = Kept(), Ticking()
    monkeypatch.setattr(module, "time", clock)
    mixer.listen({Asked("audio"): "ada"}, ["bob"])
    ear: Source | None = mixer.ear("bob")
    assert ear
    ear.add(reader)
    for late in (0.02, 0.02, 0.02, 1.0, 0.02, 0.02):
        clock.advance(late)
        count = len(reader.packets)
        await until(lambda count=count: len(reader.packets) > count)  # type: ignore[misc]
    passed = reader.packets[-1].timestamp - reader.packets[0].timestamp
    assert passed / 48_000 == pytest.approx(clock.now - 1_000, abs=0.1)
    assert len(reader.packets) < 15


async def test_a_slow_effect_is_not_heard(mixer: Mixer) -> None:
    """Every thread that changes pictures may be busy for long: the sound has its own."""
    free, reader = threading.Event(), Kept()
    slow = [WORKERS.submit(free.wait, 10) for _ in range(100)]
    try:
        mixer.listen({Asked("audio"): "ada"}, ["bob"])
        ear = mixer.ear("bob")
        assert ear
        ear.add(reader)
        await until(lambda: len(reader.packets) > 5)
        assert not any(work.done() for work in slow)
    finally:
        free.set()


def test_the_reserve_is_small() -> None:
    """What is kept of a voice is delay: two packets, and five at most."""
    assert (AHEAD / 48_000, MOST / 48_000) == (0.04, 0.1)
