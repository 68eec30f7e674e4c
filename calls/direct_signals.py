"""What browsers in a direct call say to each other through /signal: parsed, limited, and rid of what nobody expects.

The words are those of W3C's WebRTC and of JSEP (RFC 8829); docs/protocol.md is the specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from calls import limits
from calls.errors import SignalError
from calls.paths import DirectState

KINDS = frozenset({"offer", "answer", "candidate", "hangup"})
"""Each is handed on to the other browser."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A message from one browser for the other."""

    kind: str
    call: str
    content: Mapping[str, Any]

    def payload(self) -> dict[str, Any]:
        """What the other one gets."""
        return {"type": self.kind, "call": self.call, **self.content}


@dataclass(frozen=True, slots=True)
class Report:
    """A browser tells the server how its end of the connection is."""

    call: str
    state: DirectState


def read(message: Mapping[str, Any]) -> Signal | Report | None:
    """What a message says; None where its type is not one of these. Raises SignalError: malformed or too_large."""
    match message:
        case {"type": "offer" | "answer" as kind, "call": str(call), "sdp": str(sdp)}:
            return Signal(kind, call, {"sdp": _short(sdp, limits.SIGNAL_SDP)})
        case {"type": "candidate", "call": str(call), "candidates": list(found)}:
            return Signal("candidate", call, {"candidates": [_candidate(one) for one in _few(found)]})
        case {"type": "hangup", "call": str(call)}:
            return Signal("hangup", call, {})
        case {"type": "state", "call": str(call), "state": "up" | "failed" | "restart" as state}:
            return Report(call, DirectState(state))
        case {"type": "offer" | "answer" | "candidate" | "hangup" | "state" as kind}:
            raise SignalError("malformed", f"This is not what a message of type {kind!r} looks like.")
    return None


def _candidate(found: object) -> dict[str, str | int | None]:
    """RTCIceCandidateInit (W3C WebRTC, section 4.8.1)."""
    match found:
        case {"candidate": str(text), **more}:
            line, mid, fragment = (more.get(name) for name in ("sdpMLineIndex", "sdpMid", "usernameFragment"))
            return {
                "candidate": _short(text, limits.CANDIDATE_LENGTH),
                "sdpMLineIndex": line if type(line) is int and 0 <= line < 65536 else None,
                "sdpMid": _short(mid, limits.CANDIDATE_LENGTH) if isinstance(mid, str) else None,
                "usernameFragment": _short(fragment, limits.CANDIDATE_LENGTH) if isinstance(fragment, str) else None,
            }
    raise SignalError("malformed", "A candidate is an RTCIceCandidateInit.")


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise SignalError("too_large", f"This may have at most {most:,} characters.")
    return text


def _few(found: list[object]) -> list[object]:
    if len(found) > limits.CANDIDATES:
        raise SignalError("too_large", f"A message carries at most {limits.CANDIDATES} candidates.")
    return found
