"""The known way to relay video in Python, which is what Parley's engine is measured against.

As in the public samples: streamlit-webrtc's video chat gives every viewer a connection's worth of each other person's
output track, and aiortc's server example subscribes each to a `MediaRelay`. So every incoming stream is decoded, and
every outgoing one encoded, N·(N-1) times for N people. A frame callback runs once for each person who sends, in
streamlit-webrtc's own track for it. The person's own preview, which costs the samples one encoder more, is left out.
"""

from collections import defaultdict
from contextlib import redirect_stderr
from io import StringIO

from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.codecs import vpx
from aiortc.contrib.media import MediaRelay
from av import VideoFrame

from bench.relay_engine import Engine, Setup, answer
from calls.effects.chain import Chain, Choice


class KnownPattern(Engine):
    """Decode, `MediaRelay`, one encoder for each sender and viewer."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        # aiortc begins at 500 kbit/s and goes no higher than 1.5: all engines shall send the same.
        vpx.MIN_BITRATE = vpx.DEFAULT_BITRATE = vpx.MAX_BITRATE = setup.bitrate
        self._relay = MediaRelay()
        self._connections: list[RTCPeerConnection] = []
        self._rooms: dict[str, dict[str, list[MediaStreamTrack]]] = defaultdict(lambda: defaultdict(list))

    def streams_per_viewer(self, people: int) -> int:
        """Everybody else's."""
        return people - 1

    async def send(self, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:
        """Decode it, and let it through the callback."""
        connection = self._connection()
        await connection.setRemoteDescription(offer)
        tracks = [transceiver.receiver.track for transceiver in connection.getTransceivers()]
        self._rooms[room][who] = [self._processed(track) for track in tracks]
        return await answer(connection)

    async def watch(self, room: str, who: str, offer: RTCSessionDescription) -> RTCSessionDescription:
        """Add each other person's tracks, through the relay."""
        connection = self._connection()
        await connection.setRemoteDescription(offer)
        for other, tracks in self._rooms[room].items():
            for track in tracks if other != who else ():
                connection.addTrack(self._relay.subscribe(track))
        return await answer(connection)

    def _connection(self) -> RTCPeerConnection:
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self._connections.append(RTCPeerConnection(configuration))
        return self._connections[-1]

    def _processed(self, track: MediaStreamTrack) -> MediaStreamTrack:
        if track.kind != "video" or not self.setup.effect:
            return track
        # Imported here alone: it brings Streamlit, for which no run without an effect has to wait, and which complains
        # that there is no server of its own.
        with redirect_stderr(StringIO()):
            from streamlit_webrtc.models import CallbackAttachableProcessor
            from streamlit_webrtc.process import AsyncVideoProcessTrack

        chain = Chain()
        chain.choose([Choice(self.setup.effect)])
        processor: CallbackAttachableProcessor[VideoFrame] = CallbackAttachableProcessor(chain, None, None)
        return AsyncVideoProcessTrack(self._relay.subscribe(track), processor)
