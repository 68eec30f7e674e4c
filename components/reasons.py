"""Why a call ended, as people are told."""

from calls.states import EndReason

REASONS: dict[str, str] = {
    EndReason.HANGUP: "Call ended",
    EndReason.DECLINED: "Declined",
    EndReason.BUSY: "Busy",
    EndReason.CANCELLED: "Cancelled",
    EndReason.NO_ANSWER: "No answer",
    EndReason.CONNECTION_LOST: "Connection lost",
    EndReason.ANSWERED_ELSEWHERE: "Answered elsewhere",
}
