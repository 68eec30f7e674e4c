"""The call state machine of one participant: a table, with no clock, lock or I/O.

The table is the specification. `docs/architecture.md` draws it, `registry.py` obeys it, and whatever is not in it is
illegal. The words follow a telephone call rather than SIP's dialog states (RFC 3261, section 12), which also cover
forking and early media that Parley does not have.
"""

from enum import StrEnum

from calls.errors import IllegalTransitionError


class Status(StrEnum):
    """Where a participant is. A room is entered from IDLE and left to IDLE."""

    IDLE = "IDLE"
    OUTGOING = "OUTGOING"
    INCOMING = "INCOMING"
    IN_CALL = "IN_CALL"


class Event(StrEnum):
    """What can happen to a participant. CANCEL to LOSE happen to both sides of a call of two at once, and in a group to
    the one who goes or does not come."""

    CALL = "CALL"
    RING = "RING"
    ACCEPT = "ACCEPT"
    ANSWERED = "ANSWERED"
    JOIN = "JOIN"
    CANCEL = "CANCEL"
    DECLINE = "DECLINE"
    TIMEOUT = "TIMEOUT"
    HANG_UP = "HANG_UP"
    LOSE = "LOSE"


class EndReason(StrEnum):
    """Why a call ended."""

    HANGUP = "hangup"
    DECLINED = "declined"
    BUSY = "busy"
    CANCELLED = "cancelled"
    NO_ANSWER = "no_answer"
    CONNECTION_LOST = "connection_lost"
    ANSWERED_ELSEWHERE = "answered_elsewhere"


TRANSITIONS: dict[tuple[Status, Event], Status] = {
    (Status.IDLE, Event.CALL): Status.OUTGOING,
    (Status.IDLE, Event.RING): Status.INCOMING,
    (Status.IDLE, Event.JOIN): Status.IN_CALL,
    (Status.OUTGOING, Event.ANSWERED): Status.IN_CALL,
    (Status.OUTGOING, Event.CANCEL): Status.IDLE,
    (Status.OUTGOING, Event.DECLINE): Status.IDLE,
    (Status.OUTGOING, Event.TIMEOUT): Status.IDLE,
    (Status.OUTGOING, Event.LOSE): Status.IDLE,
    (Status.INCOMING, Event.ACCEPT): Status.IN_CALL,
    (Status.INCOMING, Event.CANCEL): Status.IDLE,
    (Status.INCOMING, Event.DECLINE): Status.IDLE,
    (Status.INCOMING, Event.TIMEOUT): Status.IDLE,
    (Status.INCOMING, Event.LOSE): Status.IDLE,
    (Status.IN_CALL, Event.HANG_UP): Status.IDLE,
    (Status.IN_CALL, Event.LOSE): Status.IDLE,
}

REASONS: dict[Event, EndReason] = {
    Event.CANCEL: EndReason.CANCELLED,
    Event.DECLINE: EndReason.DECLINED,
    Event.TIMEOUT: EndReason.NO_ANSWER,
    Event.HANG_UP: EndReason.HANGUP,
    Event.LOSE: EndReason.CONNECTION_LOST,
}

# What it means that a participant puts the receiver down, by where the participant is.
PUT_DOWN: dict[Status, Event] = {
    Status.OUTGOING: Event.CANCEL,
    Status.INCOMING: Event.DECLINE,
    Status.IN_CALL: Event.HANG_UP,
}


def after(status: Status, event: Event) -> Status:
    """The status that follows, or IllegalTransitionError where the table has no such pair."""
    try:
        return TRANSITIONS[status, event]
    except KeyError:
        raise IllegalTransitionError(f"{event} cannot happen while {status}.") from None
