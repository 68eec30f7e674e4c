"""What a stranger may send, and how much of it: every bound on input from the network, in one place.

Each name says what it bounds; its comment says in which unit, and what is usual. Bounds that the person who runs a
server may move are settings, in `calls/settings.py`.
"""

from typing import NamedTuple


class Rate(NamedTuple):
    """How often something may be done: so often at once, and so often a minute over time."""

    what: str
    at_once: int
    per_minute: int

    def times(self, people: int) -> "Rate":
        """The same for so many people."""
        return Rate(f"{self.what} of {people}", self.at_once * people, self.per_minute * people)


# What people type

NAME_LENGTH = 40  # characters
MESSAGE_LENGTH = 2_000  # characters
CHAT_LENGTH = 5_000  # messages that one room keeps
MISSED_LENGTH = 20  # missed calls that one participant is told of

# Messages on /signal

MESSAGE_BYTES = 64 * 1024  # of UTF-8, in one message
MESSAGES = Rate("messages", 40, 1_200)  # from one participant, or one line of nobody's
OUTBOX = 64  # signals that wait for a slow tab; older ones are lost
KEPT_SIGNALS = 16  # signals of a direct call that wait for a participant who has not answered

# Descriptions and candidates (SDP, RFC 8866; ICE, RFC 8445)

SIGNAL_SDP = 32 * 1024  # characters between two browsers; an offer of one picture and one sound has about 6,000
CANDIDATES = 32  # in one message
CANDIDATE_LENGTH = 1024  # characters; they have about 120

# Packets of media (RTP, RFC 3550) and what is said of them (RTCP, RFC 4585)

LOST_PACKETS = 256  # packets; more in a row, or older ones, are not asked for: a second or two of a good picture
LATE_PACKETS = 3_000  # packets; one further behind is no late one, but from a stream that counts anew (RFC 3550, A.1)

# What people do, each of them. One address may do as much as ADDRESS_PEOPLE of them: an office, a school.

ADDRESS_PEOPLE = 30  # people
ALLOWANCE_KEYS = 20_000  # people, addresses and lines whose use is remembered
ENTERS = Rate("enters", 10, 20)
RINGS = Rate("rings", 10, 20)  # calls and invitations
JOINS = Rate("joins", 10, 20)  # by a code, right or wrong
ROOMS = Rate("rooms", 10, 20)  # opened
SAYINGS = Rate("sayings", 20, 60)  # in the chat
