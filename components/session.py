"""This tab's participant: who it is, what it remembers, and what its buttons do."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from calls import ice, signaling
from calls.allowance import network
from calls.errors import ParleyError, UnknownError
from calls.media.feed import Feed
from calls.registry import Seat
from calls.rooms import View
from calls.states import EndReason, Status
from components import page_turner, toasts, webrtc
from components.services import services as services
from components.text import plain


class Size(NamedTuple):
    """Of a picture, in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


@dataclass(slots=True)
class Tab:
    """What this session remembers between two runs. Everything else is in the registry."""

    id: str = field(default_factory=lambda: secrets.token_hex(4))
    """Tells this session from an earlier one of the same page."""
    token: str | None = None
    heard: bool = False
    """The doorbell has said who this tab was."""
    name: str = ""
    """The name last used in this browser."""
    polls_since: float | None = None
    """Since when this session has had to ask for news, on the monotonic clock; None while it is told."""
    told_polling: bool = False
    camera: bool | None = None
    """The person has turned the camera on, or off, which holds until it rings; None while it is left to Parley."""
    microphone_only: bool = False
    """The camera does not start, and the person is content to be heard."""
    camera_errors: int = 0
    """How many times the camera had failed when it was last turned on: one more, and it rests."""
    room: str | None = None
    """The room of the call that this tab has followed last."""
    left: str | None = None
    """The room that the person was lost from, and may come back to."""
    prefer_direct: bool | None = None
    """Calls should be direct from the ring on; None until the browser has said what it remembers."""
    feed: Feed | None = None
    replies: signaling.Replies = field(default_factory=lambda: signaling.Replies({}, None))
    """To what came last with a run, from a page without a line."""
    size: Size | None = None
    """How large the person's picture should be; None for the server's usual size."""

    @property
    def belongs(self) -> str | None:
        """The room to come back to, for the browser to remember."""
        return self.room or self.left

    @property
    def sends(self) -> str | None:
        """What the person has chosen to send, for the browser to remember over a reload; None for what is usual."""
        return "nothing" if self.camera is False else "microphone" if self.microphone_only else None


def tab() -> Tab:
    """What this session remembers."""
    return st.session_state.setdefault("tab", Tab())  # type: ignore[no-any-return]


@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=lambda seat: _release(seat))
def _seat(token: str) -> Seat:
    return services().registry.attach(token)


def _release(seat: Seat) -> None:
    services().registry.detach(seat)


def view() -> View | None:
    """What this tab's participant sees now; None for a visitor who has not entered. Whoever was away for too long is
    back in the lobby, under the same name."""
    token = tab().token
    if token is None:
        return None
    try:
        return services().registry.view(_seat(token).id)
    except UnknownError:
        forget()
        _come_back(tab().name, tab().room)
        return view()


def taken_over(view: View | None) -> bool:
    """Whether another tab speaks for this participant now."""
    token = tab().token
    return view is not None and token is not None and view.epoch != _seat(token).epoch


def take_back() -> None:
    """Let this tab speak for the participant again."""
    _seat.clear()


def enter(name: str) -> None:
    """Come in under this name; nothing where one is in already, by the first of two clicks. Raises InputError and
    RateLimitError."""
    if not view():
        _come_in(name)


def _come_in(name: str) -> str:
    seat = services().registry.enter(name, network(st.context.ip_address))
    tab().token, tab().name = seat.token, name
    return seat.id


def resume(token: str | None, name: str | None, sends: str | None, room: str | None) -> None:
    """The doorbell says who this tab was and in which room: take the seat again, or come in again where the server
    knows it no more."""
    here = tab()
    here.heard, here.name = True, here.name or name or ""
    if sends:
        here.camera, here.microphone_only = sends == "microphone", sends == "microphone"
    if token is None or here.token is not None:
        return
    try:
        services().registry.identify(token)
        here.token, here.room = token, None
        if seen := view():  # after a reload, the call goes on where the person left it
            here.room = seen.me.room if seen.me.status is Status.IN_CALL else None
            here.left = room if is_lost(seen) else None
            here.feed = services().hub.feed(seen.me.id) or here.feed
    except UnknownError:
        _come_back(here.name, room)


def _come_back(name: str, room: str | None) -> None:
    if name:
        attempt(lambda: _enter_again(name, room))


def _enter_again(name: str, room: str | None) -> None:
    services().registry.tell_lost(_come_in(name))
    tab().room, tab().left = None, room
    page_turner.head_for("Lobby")


def is_lost(view: View) -> bool:
    """Whether the person has to read yet that they were lost from their last call."""
    return view.ending is not None and view.ending.reason is EndReason.CONNECTION_LOST


def leave(who: str) -> None:
    """Sign out."""
    services().registry.leave(who)
    forget()


def forget() -> None:
    """This tab is nobody's."""
    tab().token = None


def perform(messages: object) -> None:
    """Do what a page without a line asks for; it is answered with this run."""
    if seen := view():
        tab().replies = signaling.answer_all(services().actions, seen.me.id, messages)


def messages(*, watches: bool) -> list[signaling.Payload]:
    """What /signal would tell a page without a line, one that `watches` all that goes on, say."""
    return signaling.whole(services().registry, view(), watches=watches, before=tab().replies.before)


def ice_servers(view: View | None) -> webrtc.IceServers:
    """The ICE servers for this person's browser, and those for this server."""
    who = view.me.id if view else None
    return ice.servers(services().settings, who, webrtc.resolve_turn)


def timezone() -> tzinfo:
    """The person's time zone, as the browser says."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):  # a name that this server's time zones do not have
        return UTC


def feed() -> Feed:
    """What this tab sends."""
    here = tab()
    if here.feed is None:
        here.feed = services().hub.open_feed()
    return here.feed


def attempt(action: Callable[[], object]) -> None:
    """Do what a button says; an error is shown to the person, once."""
    try:
        action()
    except ParleyError as error:
        _tell(str(error))


def _tell(line: str) -> None:
    toasts.tell(plain(line), icon=":material/info:", duration="long")
