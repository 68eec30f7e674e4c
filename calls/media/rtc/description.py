"""What an offer of a browser may say (SDP, RFC 8866; JSEP, RFC 9429), checked before aiortc's parser reads it.

That parser runs on the event loop of everybody's media, is quadratic in places, and raises whatever a line makes of it.
"""

import re
from collections.abc import Iterator

from calls import limits
from calls.errors import OfferError

_MEDIA = re.compile(r"m=(audio|video) \d{1,5} [A-Z/]{1,40} [\d ]{1,400}")
_GROUP = re.compile(r"a=group:BUNDLE ([!-~ ]+)")
_SSRC = re.compile(r"a=ssrc:(\d{1,10}) \S.*")
_MID = re.compile(r"a=mid:([!-~]{1,16})")  # as much as a header extension of one byte holds (RFC 8285)
_EXTENSION = re.compile(r"a=extmap:(\d{1,2})(?:/\w+)? \S+(?: .*)?")
_FINGERPRINT = re.compile(r"a=fingerprint:[\w-]{1,20} [\dA-Fa-f:]{1,200}", re.ASCII)
# RFC 8839, section 5.4; aioice writes both into every check.
_UFRAG = re.compile(rf"a=ice-ufrag:[\w+/-]{{4,{limits.ICE_CREDENTIAL}}}", re.ASCII)
_PASSWORD = re.compile(rf"a=ice-pwd:[\w+/-]{{22,{limits.ICE_CREDENTIAL}}}", re.ASCII)

_WELL_FORMED = (("a=ice-ufrag:", _UFRAG), ("a=ice-pwd:", _PASSWORD), ("a=fingerprint:", _FINGERPRINT), ("a=mid:", _MID))
_FEW = (
    ("a=candidate:", limits.CANDIDATE_LINES),
    ("a=ssrc:", limits.SSRC_LINES),
    ("a=ssrc-group:", limits.SSRC_LINES),
    ("a=rtpmap:", limits.CODEC_LINES),
    ("a=rtcp-fb:", limits.FEEDBACK_LINES),
)

_CODEC = re.compile(r"a=rtpmap:(\d{1,3}) (?:VP8|H264|opus|rtx)/.*", re.IGNORECASE)
_OF_CODEC = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d{1,3}|\*) .*")


def checked(sdp: object) -> str:
    """The offer as aiortc is given it. Raises OfferError, whose message says what is wrong with it.

    Left out are codecs that Parley does not speak, feedback on all codecs at once (no browser says it so), header
    extensions that do not fit into one byte, and
    `a=end-of-candidates`: where a browser hides its addresses, it is reached only at those from which its own checks
    come, so candidates have no end before that.
    """
    if not isinstance(sdp, str) or not sdp.startswith("v=0"):
        raise refused("it is no session description")
    if len(sdp) > limits.SDP_LENGTH:
        raise refused(f"it has more than {limits.SDP_LENGTH} characters")
    session, *media = map(_lean, _sections(sdp.splitlines()))
    if not 0 < len(media) <= limits.MEDIA_SECTIONS:
        raise refused(f"it has {len(media)} streams, and may have 1 to {limits.MEDIA_SECTIONS}")
    if sum(map(len, (session, *media))) > limits.SDP_LINES:
        raise refused(f"it has more than {limits.SDP_LINES} lines")
    for section in (session, *media):
        _check_section(section)
    _check_bundle(session, media)
    return "".join(f"{line}\r\n" for section in (session, *media) for line in section)


def refused(why: str) -> OfferError:
    """The error that tells a person, in whole sentences, why the offer was refused."""
    return OfferError(f"This server refused your browser's connection: {why}. Reload the page or try another browser.")


def _sections(lines: list[str]) -> Iterator[list[str]]:
    """What is said of the session, then of each medium."""
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    for start, end in zip([0, *starts], [*starts, len(lines)], strict=True):
        yield lines[start:end]


def _check_section(lines: list[str]) -> None:
    if len(lines) > limits.SECTION_LINES:
        raise refused(f"one of its streams has more than {limits.SECTION_LINES} lines")
    if max(map(len, lines)) > limits.LINE_LENGTH:
        raise refused(f"one of its lines has more than {limits.LINE_LENGTH} characters")
    if lines[0].startswith("m=") and not _MEDIA.fullmatch(lines[0]):
        raise refused("it has something other than sound and pictures, such as a data channel")
    for start, most in _FEW:
        if sum(line.startswith(start) for line in lines) > most:
            raise refused(f"one of its streams has more than {most} lines {start}")
    for line in lines:
        _check_line(line)


def _check_line(line: str) -> None:
    formed = all(form.fullmatch(line) for start, form in _WELL_FORMED if line.startswith(start))
    if not formed or (line.startswith("a=ssrc:") and not _is_ssrc(line)):
        raise refused(f"a line {line.partition(':')[0]} is not well-formed")


def _is_ssrc(line: str) -> bool:
    found = _SSRC.fullmatch(line)
    return found is not None and int(found[1]) < 1 << 32


def _check_bundle(session: list[str], media: list[list[str]]) -> None:
    """All on one transport (BUNDLE, RFC 9143), as every browser offers it: each further one would have its sockets."""
    mids = [found[1] for section in media for line in section if (found := _MID.fullmatch(line))]
    groups = [found[1].split() for line in session if (found := _GROUP.fullmatch(line))]
    if len(set(mids)) != len(media) or [set(group) for group in groups] != [set(mids)]:
        raise refused("its streams do not share one connection")


def _lean(lines: list[str]) -> list[str]:
    """The lines that are of use here."""
    spoken = {found[1] for line in lines if (found := _CODEC.fullmatch(line))}
    return [line for line in lines if _is_wanted(line, spoken)]


def _is_wanted(line: str, spoken: set[str]) -> bool:
    if line.startswith("a=extmap:"):
        found = _EXTENSION.fullmatch(line)
        return found is not None and 0 < int(found[1]) < 15
    about = _OF_CODEC.fullmatch(line)
    return line != "a=end-of-candidates" and (about is None or about[1] in spoken)
