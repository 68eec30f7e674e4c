"""The composition root: what all sessions of this server share, made once."""

import threading
from dataclasses import dataclass

from calls import limits
from calls.actions import Actions
from calls.clock import Time
from calls.history import History, past_call
from calls.media.dimensions import Size
from calls.media.hub import MediaHub
from calls.media.rtc import sockets
from calls.media.rtc.peers import PEERS
from calls.registry import Registry
from calls.rooms import Change
from calls.settings import Settings
from components import configuration, webrtc


@dataclass(frozen=True, slots=True)
class Services:
    """What all sessions of this server share."""

    settings: Settings
    registry: Registry
    actions: Actions
    hub: MediaHub
    history: History
    time: Time

    def follow(self, change: Change) -> None:
        """Move the media after a change, and keep the calls that ended with it."""
        self.hub.follow(self.registry.snapshot())
        for ended in change.ended:
            self.history.add(past_call(ended, self.time.date))

    def close(self) -> None:
        """Give back what outlives a session."""
        self.history.close()


def make() -> Services:
    """New services, by the settings as they are now. Raises SettingsError when one is wrong."""
    settings = configuration.settings()
    PEERS.deny(settings.denied_peers)
    sockets.configure(settings.ports, settings.public_address)
    time = Time()
    registry = Registry(
        clock=time.steady,
        ring_timeout=settings.ring_timeout,
        seat_grace=settings.seat_grace,
        capacity=settings.room_capacity,
        direct_timeout=settings.direct_timeout,
    )
    hub = MediaHub(
        webrtc.event_loop(),
        ask=registry.ask_layers,
        spoke=registry.speaks,
        slots=settings.room_capacity + limits.SCREENS,
        largest=Size.parse(settings.video_largest),
    )
    shared = Services(
        settings, registry, Actions(registry), hub, History(settings.database_url, registry.announce), time
    )
    registry.listen(shared.follow)
    return shared


class Home:
    """Where the services live while the process does. `st.cache_resource` is no place for them: any visitor may have it
    emptied, and then the sessions would share others than /signal and the clock do."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: Services | None = None

    def __call__(self) -> Services:
        """The services, made where they are asked for first: by the server, or by the first session where a runner
        leaves the server's part out. Raises SettingsError when a setting is wrong."""
        with self._lock:
            if self._made is None:
                self._made = make()
            return self._made

    def close(self) -> None:
        """Give them back; who asks next is given new ones."""
        with self._lock:
            if self._made is not None:
                self._made.close()
            self._made = None


services = Home()
