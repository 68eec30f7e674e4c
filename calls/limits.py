"""What a stranger may send, and how much of it: every bound on input from the network, in one place.

Each name says what it bounds; its comment says in which unit, and what is usual. Bounds that the person who runs a
server may move are settings, in `calls/settings.py`.
"""

# What people type

NAME_LENGTH = 40  # characters
MESSAGE_LENGTH = 2_000  # characters
CHAT_LENGTH = 5_000  # messages that one room keeps
MISSED_LENGTH = 20  # missed calls that one participant is told of

# Messages on /signal

MESSAGE_BYTES = 64 * 1024  # of UTF-8, in one message
MESSAGE_RATE = 20.0  # messages a second from one line, over time
MESSAGE_BURST = 40.0  # messages at once from one line
OUTBOX = 64  # signals that wait for a slow tab; older ones are lost
KEPT_SIGNALS = 16  # signals of a direct call that wait for a participant who has not answered

# Descriptions and candidates (SDP, RFC 8866; ICE, RFC 8445)

SIGNAL_SDP = 32 * 1024  # characters between two browsers; an offer of one picture and one sound has about 6,000
CANDIDATES = 32  # in one message
CANDIDATE_LENGTH = 1024  # characters; they have about 120

# Packets of media (RTP, RFC 3550) and what is said of them (RTCP, RFC 4585)

LOST_PACKETS = 256  # packets; more in a row, or older ones, are not asked for: a second or two of a good picture
LATE_PACKETS = 3_000  # packets; one further behind is no late one, but from a stream that counts anew (RFC 3550, A.1)
