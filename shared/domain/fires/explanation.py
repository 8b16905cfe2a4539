"""Why a person did not get a campaign's message, or that they did: where they dropped out, and what to do.

Every reason that the ledger knows has its words and its advice here; a test goes through all of them.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.fires.fire import Fire


class Verdict(StrEnum):
    """What became of the message that somebody misses."""

    GOT_IT = "got_it"
    SENT = "sent"  # the provider has it; that it arrived is not told, or not yet
    WAITING = "waiting"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    NOT_DELIVERED = "not_delivered"


class Stage(StrEnum):
    """How far a person came, in the order in which a campaign goes."""

    CAMPAIGN = "campaign"  # it has not fired, or no more
    AUDIENCE = "audience"
    ROW_FILTER = "row_filter"
    PREPARING = "preparing"  # a row becomes a message: address, time zone, expiry, template
    QUEUE = "queue"  # duplicates, opt-outs, what was sent before, the contact window
    SENDING = "sending"
    DELIVERY = "delivery"


class Explanation(Struct, frozen=True, kw_only=True):
    """What became of one message, or why there is none. `words` say it, `advice` what to do about it.

    `kind` names the reason for programs. `at` is when it was sent or will be, where that is known. A
    `duplicate_of` is the message it is the same as.
    """

    verdict: Verdict
    stage: Stage
    kind: str
    words: str
    advice: str
    at: datetime | None = None
    step_id: str | None = None
    address: str = ""
    message_id: str | None = None
    failure_id: str | None = None
    duplicate_of: str | None = None


class Absence(StrEnum):
    """Why there is neither a message nor a failure of a person in a fire."""

    NOT_FIRED = "not_fired"
    NO_MORE_KEPT = "no_more_kept"
    FORGOTTEN = "forgotten"
    GATHERING = "gathering"
    FIRE_CANCELED = "fire_canceled"
    NO_RECIPIENTS = "no_recipients"
    NOT_PLANNED_YET = "not_planned_yet"
    NO_CONTACT_THEN = "no_contact_then"
    NOT_INCLUDED = "not_included"
    EXCLUDED = "excluded"
    SEGMENT_GONE = "segment_gone"
    FILTERED_OUT = "filtered_out"
    NOT_IN_FILES = "not_in_files"
    NOT_TOLD = "not_told"
    STEP_TO_COME = "step_to_come"


class _Told(Struct, frozen=True):
    stage: Stage
    verdict: Verdict
    advice: str


_NOT, _WAITS = Verdict.NOT_SENT, Verdict.WAITING
ABSENCES: Mapping[Absence, _Told] = {
    Absence.NOT_FIRED: _Told(Stage.CAMPAIGN, _WAITS, ""),  # what the campaign's state says
    Absence.NO_MORE_KEPT: _Told(
        Stage.CAMPAIGN, _NOT, "Its numbers are in the fire's report. Keep messages longer if you need them."
    ),
    Absence.FORGOTTEN: _Told(
        Stage.CAMPAIGN, Verdict.UNKNOWN, "Nothing is to be done: what was deleted does not come back."
    ),
    Absence.GATHERING: _Told(Stage.AUDIENCE, _WAITS, "Look again in a few minutes."),
    Absence.FIRE_CANCELED: _Told(Stage.CAMPAIGN, _NOT, "Make a new campaign for those who did not get it."),
    Absence.NO_RECIPIENTS: _Told(Stage.AUDIENCE, _NOT, "Put right what the fire says, and fire again."),
    Absence.NOT_PLANNED_YET: _Told(Stage.PREPARING, _WAITS, "Look again in a few minutes."),
    Absence.STEP_TO_COME: _Told(Stage.CAMPAIGN, _WAITS, "Nothing is to be done: wait."),
    Absence.NO_CONTACT_THEN: _Told(
        Stage.AUDIENCE, _NOT, "Fire the campaign again: who had it already does not get it twice."
    ),
    Absence.NOT_INCLUDED: _Told(
        Stage.AUDIENCE,
        _NOT,
        "Put the person on a list of it, pick them by hand, or change the criteria; then fire again.",
    ),
    Absence.EXCLUDED: _Told(
        Stage.AUDIENCE, _NOT, "If that is not meant, take the person out of it, and fire again."
    ),
    Absence.SEGMENT_GONE: _Told(Stage.AUDIENCE, _NOT, "Take the segment out of the campaign's audience."),
    Absence.FILTERED_OUT: _Told(
        Stage.ROW_FILTER, _NOT, "If the filter is not meant to leave them out, change it in a new campaign."
    ),
    Absence.NOT_IN_FILES: _Told(
        Stage.AUDIENCE, _NOT, "Look whether the file has another address for the person, or is another day's."
    ),
    Absence.NOT_TOLD: _Told(
        Stage.AUDIENCE,
        _NOT,
        "Fire the campaign again: who had it already does not get it twice. If it happens again, tell ops.",
    ),
}

_S = CampaignState
NOT_FIRED: Mapping[CampaignState, tuple[str, str]] = {
    _S.DRAFT: ("The campaign is a draft: it was never marked ready.", "Mark it ready, and fire it."),
    _S.READY: ("The campaign is ready, and waits for somebody to fire it.", "Fire it."),
    _S.SCHEDULED: ("The campaign is scheduled, and its time has not come.", "Wait, or fire it now."),
    _S.FIRING: ("The campaign is just being started.", "Look again in a few minutes."),
    _S.PAUSED: ("The campaign was paused before it was fired.", "Resume it."),
    _S.SENT: ("The campaign is over, and its fires are no longer kept.", "Make a new one."),
    _S.NEEDS_ATTENTION: ("The campaign could not be started.", "Put right what it says, and fire it."),
    _S.CANCELED: ("The campaign was canceled before it was fired.", "Make a new one."),
}


def absent(absence: Absence, words: str, *, step_id: str | None = None) -> Explanation:
    """There is no message, for this reason."""
    told = ABSENCES[absence]
    return Explanation(
        verdict=told.verdict,
        stage=told.stage,
        kind=absence,
        words=words,
        advice=told.advice,
        step_id=step_id,
    )


def to_come(fire: Fire) -> list[Explanation]:
    """The fire's steps that are planned when their time has come: nobody has a message of them yet."""
    if not fire.has_more:
        return []
    said = {
        one.step_id: f"It is planned for {one.due_at:%Y-%m-%d %H:%M} UTC."
        if one.due_at is not None
        else "It follows when the sending of the step before has ended."
        for one in fire.later
    }
    words = "The step is still to come, for whom it is by then."
    return [absent(Absence.STEP_TO_COME, f"{words} {text}", step_id=step) for step, text in said.items()]


def not_fired(state: CampaignState, refusal: str, next_at: str) -> Explanation:
    """The campaign has not fired. `refusal` is why it did not start; `next_at` when it will, in words."""
    words, advice = NOT_FIRED[state]
    said = [words, refusal, f"It fires on {next_at}." if next_at else ""]
    is_over = state in (_S.CANCELED, _S.SENT)
    return Explanation(
        verdict=Verdict.NOT_SENT if is_over else Verdict.WAITING,
        stage=Stage.CAMPAIGN,
        kind=Absence.NOT_FIRED,
        words=" ".join(text for text in said if text),
        advice=advice,
    )
