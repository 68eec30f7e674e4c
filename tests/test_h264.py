"""H.264 is forwarded like VP8, where both browsers have negotiated it."""

import asyncio

from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpSender, VideoStreamTrack
from av import VideoFrame

from calls.media.allotment import Layers
from calls.media.rtc import connection
from calls.media.rtc.receiver import source_of
from calls.media.stage import Stage

NO_SERVERS = RTCConfiguration(iceServers=[])


async def test_h264_reaches_who_can_do_it() -> None:
    """The packets of a browser that sends H.264 arrive, and are H.264 still."""
    stage = Stage(asyncio.get_running_loop(), 1)
    tracks: list[MediaStreamTrack] = []
    sender, receiver = RTCPeerConnection(NO_SERVERS), RTCPeerConnection(NO_SERVERS)
    incoming, outgoing = connection.RTCPeerConnection(NO_SERVERS), connection.RTCPeerConnection(NO_SERVERS)
    async with asyncio.timeout(20):
        sender.addTrack(VideoStreamTrack())
        receiver.addTransceiver("video", "recvonly")
        receiver.on("track", tracks.append)
        await _negotiate(sender, incoming)
        await _negotiate(receiver, outgoing, stage)
        source = source_of(incoming.getReceivers()[0].track)
        stage.show(0, Layers(source), None)
        frame = await tracks[0].recv()
        for each in (sender, incoming, receiver, outgoing):
            await each.close()
    assert isinstance(frame, VideoFrame)
    assert (frame.width, frame.height) == (640, 480)


async def _negotiate(client: RTCPeerConnection, server: RTCPeerConnection, stage: Stage | None = None) -> None:
    codecs = [codec for codec in RTCRtpSender.getCapabilities("video").codecs if codec.mimeType == "video/H264"]
    client.getTransceivers()[0].setCodecPreferences(codecs)
    await client.setLocalDescription(await client.createOffer())
    assert "VP8" not in client.localDescription.sdp
    await server.setRemoteDescription(client.localDescription)
    if stage:
        server.addTrack(stage.open()[0])
    await server.setLocalDescription(await server.createAnswer())
    await client.setRemoteDescription(server.localDescription)
