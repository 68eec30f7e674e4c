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


# Connections: TCP, HTTP, WebSockets. How many there may be are settings.

REQUEST_WITHIN = 10.0  # seconds from a connection's beginning to the end of its request's headers
BODY_WITHIN = 10.0  # seconds for the body of a request
BODY_BYTES = 64 * 1024  # of a request's body; nothing is uploaded
HELLO_WITHIN = 10.0  # seconds in which a WebSocket has to say something
FRAME_BYTES = 512 * 1024  # of a message on a WebSocket; both streamers' offers together have about 100,000
UNREAD_BYTES = 256 * 1024  # that one side of a WebSocket has not read; beyond that its pings have no answer
CONNECTS = Rate("connects", 300, 900)  # WebSockets from one address
LINE_MESSAGES = Rate("messages of a line", 200, 600)  # beyond that they wait
ADDRESS_MESSAGES = Rate("messages of an address", 2_000, 6_000)  # beyond that they wait
LOG_LINES = Rate("log lines", 5, 6)  # from one place in the code; beyond that they are counted

# What people type

NAME_LENGTH = 40  # characters
MESSAGE_LENGTH = 2_000  # characters
CHAT_LENGTH = 5_000  # messages that one room keeps
CHAT_PAGE = 100  # messages that a page is told at once
MISSED_LENGTH = 20  # missed calls that one participant is told of

# Messages on /signal

MESSAGE_BYTES = 64 * 1024  # of UTF-8, in one message
MESSAGES = Rate("messages", 40, 1_200)  # from one participant, or one line of nobody's
ACT_ID_LENGTH = 64  # characters of the name that a browser gives to an act
ACTS_REMEMBERED = 32  # answered acts of one participant, for when they are sent again
SNAPSHOTS = Rate("snapshots", 10, 20)  # of who is here, for one participant: with 1,000 people one has 80 kB
CHAT_PAGES = Rate("pages of a chat", 20, 60)  # of up to 800 kB, for one participant
PAGE_KEY_LENGTH = 64  # characters by which a tab says what its script has drawn
GATHER = 0.1  # seconds in which it is gathered who comes, goes and changes, before everybody is told
OVERVIEW_EVERY = 1.0  # seconds between two times that it is told what goes on in all of Parley
PING_SOONEST = 1.0  # seconds until its next ping that a tab may promise at least; ours promises 4
PING_AGAIN = 60.0  # the same at most
GONE_PEOPLE = 1_000  # people who have left that are remembered, for pages that have still to hear of it
OUTBOX = 64  # signals that wait for a slow tab; older ones are lost
KEPT_SIGNALS = 16  # signals of a direct call that wait for a participant who has not answered

# Descriptions and candidates (SDP, RFC 8866; ICE, RFC 8445)

SIGNAL_SDP = 32 * 1024  # characters between two browsers; an offer of one picture and one sound has about 6,000
CANDIDATES = 32  # in one message
CANDIDATE_LENGTH = 1024  # characters; they have about 120

# Packets of media (RTP, RFC 3550) and what is said of them (RTCP, RFC 4585)

PACKETS_PER_SECOND = 4_000  # from one connection, over time; 20 Mbit/s, the most that a setting allows, are 2,100
PACKETS_AT_ONCE = 4_000  # from one connection
STREAMS = 32  # SSRCs of one connection; a picture and a sound have four, with what is sent again
WAITING_PACKETS = 4_096  # packets of pictures that are not whole; a large keyframe has 800
WAITING_BYTES = 4 * 1024 * 1024  # bytes in them; a large keyframe has one million
PARAMETER_SETS = 16  # sequence parameter sets of H.264 in one picture; there are one or two
PARAMETER_SET_BYTES = 512  # bytes of one that are looked at; it has about 30
LOST_PACKETS = 256  # packets; more in a row, or older ones, are not asked for: a second or two of a good picture
LATE_PACKETS = 3_000  # packets; one further behind is no late one, but from a stream that counts anew (RFC 3550, A.1)
RTCP_BYTES = 32_000  # bytes a second that one connection may say of its packets; on a bad line it is about half of that
RTCP_BURST = 64_000  # bytes that it may say at once
RTCP_MESSAGE = 100  # bytes that each message counts on top, for what it costs to open one
NACKED_PACKETS = 256  # packets that one request for lost ones may name; further ones are passed over

# What people do, each of them. One address may do as much as ADDRESS_PEOPLE of them: an office, a school.

ADDRESS_PEOPLE = 30  # people
ALLOWANCE_KEYS = 20_000  # people, addresses and lines whose use is remembered
ENTERS = Rate("enters", 10, 20)
RINGS = Rate("rings", 10, 20)  # calls and invitations
JOINS = Rate("joins", 10, 20)  # by a code, right or wrong
ROOMS = Rate("rooms", 10, 20)  # opened
SAYINGS = Rate("sayings", 20, 60)  # in the chat
RETURNS = Rate("returns", 10, 6)  # after a broken promise to be heard again: each is told to everybody

# Connections to this server (aiortc parses on the event loop, and aioice pairs each candidate with all)

SDP_LENGTH = 64 * 1024  # characters of an offer; Chromium's with a camera and a microphone has about 8,000
ROOM_PEOPLE = 16  # in one room at most: each has two m-lines in everybody's offer
SCREENS = 2  # that are shared at once in one room: each has two m-lines, too
TILES = ROOM_PEOPLE + SCREENS  # in one room at most
MEDIA_SECTIONS = 2 * TILES  # m-lines
SDP_LINES = (
    2_400  # in all of an offer, without the codecs that Parley does not speak; ours for 16 people have about 900
)
SECTION_LINES = 300  # in one m-line's section, without the codecs that Parley does not speak; Chromium has about 120
CODEC_LINES = 32  # of these codecs in one section; Chromium has about 20, since H.264 is listed by profile
FEEDBACK_LINES = 80  # for these codecs in one section; Chromium has about 55
LINE_LENGTH = 1024  # characters
CANDIDATE_LINES = 100  # in one section; what has several networks and addresses has about 20
SSRC_LINES = 32  # in one section; there are two SSRCs with up to four lines each
ICE_CREDENTIAL = 256  # characters of a user name or a password (RFC 8839, section 5.4)
REMOTE_CANDIDATES = 32  # that one connection asks, whether signalled or peer-reflexive; further ones are left out
MDNS_NAMES = 4  # `.local` names that one connection tries to resolve
EARLY_DATAGRAMS = 256  # that wait to be read, of one connection: a handshake has about ten
OFFERS = Rate("offers", 20, 30)  # of one session, two a call: each costs a certificate, threads and sockets
CONNECT_WITHIN = 30  # seconds; a connection that does not come about is given up then

# Datagrams

DATAGRAM_BYTES = 2048  # a longer one is dropped; what browsers send fits an Ethernet frame

# The database

WRITES = 10_000  # entries that wait while it cannot be written; later ones are lost
SUMMARIES = 64  # sums of past calls that are remembered, each for a range of days and a time zone
