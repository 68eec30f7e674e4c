"""The preview streamer: what this person sends, shown back after the effects, as others see it."""

import streamlit as st
from calls.effects.chain import Chain
from streamlit_webrtc import WebRtcMode

from calls.rooms import View
from calls.settings import Settings
from components import session, webrtc
from components.devices import Devices

KEY = "preview"
# components/devices/devices.js reads the toggles by these names.
LABELS = {
    "turn_camera_on": "Turn camera on",
    "turn_camera_off": "Turn camera off",
    "mute_microphone": "Mute microphone",
    "unmute_microphone": "Unmute microphone",
}
FILL = {"width": "100%", "height": "calc(100vh - 62px)", "objectFit": "contain", "borderRadius": "8px"}


def show(view: View | None, devices: Devices, chain: Chain, *, wanted: bool) -> None:
    """Draw the streamer, playing when `wanted`, and hand what it sends to the person's feed."""
    settings = session.services().settings
    who = view.me.id if view else "visitor"
    with st.container(key=KEY):
        context = webrtc.streamer(
            KEY,
            wanted=wanted and devices.usable,
            mode=WebRtcMode.SENDRECV,
            ice=session.ice_servers(who),
            media_stream_constraints=_constraints(settings, devices),
            video_frame_callback=chain,
            sendback_audio=False,
            video_html_attrs={"autoPlay": True, "playsInline": True, "muted": True, "controls": False, "style": FILL},
            translations=LABELS,
        )
    if view:
        hub = session.services().hub
        hub.feed(view.me.id).carry(context.output_video_track, context.input_audio_track)


def _constraints(settings: Settings, devices: Devices) -> dict[str, object]:
    video = {
        "width": {"ideal": settings.video_width},
        "height": {"ideal": settings.video_height},
        "frameRate": {"ideal": settings.video_fps},
    }
    return {"video": video if devices.camera_usable else False, "audio": devices.microphone_usable}
