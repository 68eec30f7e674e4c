"""The preview streamer: what this person sends. The browser captures it, and shows it as others see it."""

import streamlit as st
from streamlit_webrtc import WebRtcMode

from calls.rooms import View
from calls.settings import Settings
from components import quality_picker, session, webrtc, webrtc_frontend
from components.devices import Devices
from components.session import Size

KEY = "preview"
HD_ABOVE = 480  # lines
# Lower than the frame: in a page that is as high as its frame or higher, the library measures without end, and a call
# takes six times as long to come up.
FILL = {"width": "100%", "height": "calc(100vh - 62px)", "objectFit": "contain", "borderRadius": "8px"}


def show(view: View | None, *, wanted: bool) -> None:
    """Draw the streamer, connected when `wanted`, and hand what it sends to the person's feed."""
    settings = session.services().settings
    feed = session.feed()
    feed.chain.name = view.me.name if view else ""
    with st.container(key=KEY):
        context = webrtc.streamer(
            KEY,
            wanted=wanted,
            mode=WebRtcMode.SENDRECV,
            ice=session.ice_servers(view),
            source_video_track=feed.preview.open(),
            sendback_audio=False,
            video_html_attrs={"autoPlay": True, "playsInline": True, "muted": True, "controls": False, "style": FILL},
            media_toggle_controls=False,
        )
    feed.carry(webrtc.received(context), _bitrate(settings))
    if view:
        session.services().hub.send(view.me.id, feed)


def prepare(view: View | None, devices: Devices, *, films: bool) -> None:
    """Draw what the streamers need beside them: what the browser captures of a person who is to be filmed. The own
    picture comes back from the server while effects change it."""
    feed = session.feed()
    returned = bool(feed.chain.active)
    feed.send_back(returned)
    call, slots = (view.me.room or "") if view else None, session.services().hub.slots
    webrtc_frontend.show(_camera(), devices.kinds if films else (), returned=returned, call=call, slots=slots)


def _camera() -> dict[str, object]:
    """What is asked of the camera, as MediaTrackConstraints (W3C)."""
    settings = session.services().settings
    size = _size(settings)
    return {
        "width": {"ideal": size.width},
        "height": {"ideal": size.height},
        "frameRate": {"ideal": settings.video_fps},
    }


def _size(settings: Settings) -> Size:
    return session.tab().size or quality_picker.usual_size(settings)


def _bitrate(settings: Settings) -> int:
    return settings.video_bitrate_hd if _size(settings).height > HD_ABOVE else settings.video_bitrate
