"""What can go wrong in a call, as one small tree. Each message can be shown to a person as it is.

ParleyError
├── InputError            what a person typed cannot be used
├── IllegalTransitionError  an event that the participant's status does not allow
├── BusyError             the other participant is ringing or in a call
├── UnknownError          no such participant, room or call (any more)
├── RoomFullError         the room holds as many as it may
├── ScreensError          as many screens are shared in the room as may be
├── RateLimitError        somebody does something too often
├── StorageError          what is kept cannot be read just now
├── SettingsError         a setting is wrong; the message names it and the fix
├── SignalError           a message on /signal is refused; `code` says why, for programs
├── OfferError            a browser's offer of a connection is refused
├── PictureError          a picture is larger than what this server decodes
└── EffectError           an effect is unknown, or its parameters are out of range
"""


class ParleyError(Exception):
    """The root of all errors that Parley raises on purpose."""


class InputError(ParleyError):
    """A name, a message or a room code that cannot be used; nothing was changed."""


class IllegalTransitionError(ParleyError):
    """An event that the participant's status does not allow; nothing was changed."""


class BusyError(ParleyError):
    """The other participant is already ringing or in a call."""


class UnknownError(ParleyError):
    """No such participant, room or call, or it is gone by now."""


class RoomFullError(ParleyError):
    """The room already holds as many participants as it may."""


class ScreensError(ParleyError):
    """As many screens are shared in the room as may be."""


class RateLimitError(ParleyError):
    """Somebody does something too often; nothing was changed. The message says how long to wait."""


class StorageError(ParleyError):
    """The database does not answer, or not as it should."""


class SettingsError(ParleyError):
    """A setting is wrong. The message names the setting and what to do."""


class EffectError(ParleyError):
    """An effect that is not registered, or parameters that it does not take."""


class OfferError(ParleyError):
    """A browser's offer of a connection (SDP) that is refused; nothing was begun."""


class PictureError(ParleyError):
    """A picture that is larger than what this server decodes; it was not decoded."""


class SignalError(ParleyError):
    """A message on /signal that is refused.

    `code` is one of the codes in docs/protocol.md: stable, for programs; the message is for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
