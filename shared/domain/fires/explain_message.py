"""What became of a person's message, or of what could not become one, in words and with what to do."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field

from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.company import Company
from shared.domain.companies.consent_rules import Narrowing
from shared.domain.contacts.opt_out import OptOut, OptOutSource
from shared.domain.contacts.past import changes_of
from shared.domain.fires.explanation import Explanation, Stage, Verdict
from shared.domain.fires.fire import Fire, FireState
from shared.domain.fires.waiting import wait_of
from shared.domain.hold import Hold
from shared.domain.local_time import clock_words
from shared.domain.messages.failure import Failure, FailureStep
from shared.domain.messages.forbidding import forbidding_message
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.messages.skip_reason import REFUSED, SkipReason
from shared.domain.messages.skipping import skip_words
from shared.domain.senders.sender import Sender

SKIP_ADVICE: Mapping[SkipReason, str] = {
    SkipReason.OPTED_OUT: "Send nothing more. If the person agrees again, end the opt-out and note how.",
    SkipReason.BOUNCED: "Ask for another address; if it was put right, end the opt-out.",
    SkipReason.WINDOW_CLOSED: "Fire earlier, or widen the campaign's contact window.",
    SkipReason.EXPIRED: "Fire earlier, before what it is about has passed.",
    SkipReason.CANCELED: "If it is still to go out, make a new campaign for those who did not get it.",
    SkipReason.ANSWERED: "Nothing is to be done: the answer is in the replies.",
    SkipReason.DUPLICATE: (
        "Look at the other message. If both were meant, its dedupe key must name a field that differs."
    ),
    SkipReason.ALREADY_SENT: "Nothing is to be done, or send it again to this person on purpose.",
    SkipReason.CONVERSATION_CLOSED: (
        "Use an approved template, or another channel; or ask the person to write first."
    ),
    SkipReason.TOO_MANY: "Wait, or change the frequency cap of the campaign or the company.",
    SkipReason.FORGOTTEN: "Nothing is to be done, and nothing more is kept of the person.",
    SkipReason.NOT_INVITED: "Nothing is to be done: see the message that it invites to.",
    SkipReason.CHANGED: "Fire a campaign for the newest file: it says what holds now.",
    SkipReason.WITHDRAWN: "Ask who withdrew it. If it is still to go out, send it by a campaign of its own.",
    SkipReason.ASKED_TOGETHER: "Look at the other row's message: it asks for this one, too.",
    SkipReason.TOO_LATE: "Fire earlier, or set the step's if_late to send_at_once.",
    SkipReason.ALREADY_REACHED: "Nothing is to be done. If all should get this step, change its only_if.",
    SkipReason.NOT_REACHED: "Look at the earlier step's message. To send to all, change this step's only_if.",
    SkipReason.NOT_VERIFIED: "Have this address verified, or the trial ended; then send it again.",
    SkipReason.NOT_CANCELED: "Nothing is to be done: there was no cancelation to tell of.",
    SkipReason.OTHER_ANSWER: "Nothing is to be done. If others should get this step, change its answers.",
}
FAILURE_ADVICE: Mapping[FailureStep, str] = {
    FailureStep.INGEST: "Correct the row, and upload the file of rejected rows again.",
    FailureStep.ADDRESS: "Correct the address, and queue the failure again.",
    FailureStep.EXPIRY: "Correct the date or time, and queue the failure again.",
    FailureStep.TIME_ZONE: "Correct the time zone, and queue the failure again.",
    FailureStep.TIMING: "Correct the date or time, and queue the failure again.",
    FailureStep.RENDER: "Fill in the field, and queue the failure again.",
    FailureStep.FILTER: "Correct the value, and queue the failure again.",
    FailureStep.SEND: "Look at the provider's reason: correct the address, or reach the person another way.",
}
FAILURE_WORDS: Mapping[FailureStep, str] = {
    FailureStep.INGEST: "The row was rejected when the file was loaded.",
    FailureStep.ADDRESS: "There is no address to send to.",
    FailureStep.EXPIRY: "Until when the message is of use cannot be read.",
    FailureStep.TIME_ZONE: "The time zone cannot be read.",
    FailureStep.TIMING: "When the step is due cannot be read.",
    FailureStep.RENDER: "The text could not be made.",
    FailureStep.FILTER: "A filter could not be applied.",
    FailureStep.SEND: "It was refused when it was sent.",
}
_DELIVERED = "It was delivered. Not every channel tells whether it was read."
DELIVERIES: Mapping[Delivery, tuple[Verdict, str, str]] = {
    Delivery.SENDING: (Verdict.SENT, "The provider is passing it on.", "Look again in a few minutes."),
    Delivery.SENT: (
        Verdict.SENT,
        "The network has it; that it arrived is not told.",
        "Ask the person: some networks tell nothing more.",
    ),
    Delivery.DELIVERED: (Verdict.GOT_IT, _DELIVERED, "Nothing is to be done."),
    Delivery.UNDELIVERED: (
        Verdict.NOT_DELIVERED,
        "It did not arrive.",
        "Check the address, or reach the person another way.",
    ),
    Delivery.FAILED: (
        Verdict.NOT_DELIVERED,
        "It failed on the way.",
        "Check the address, or reach the person another way.",
    ),
    Delivery.READ: (Verdict.GOT_IT, "It was read.", "Nothing is to be done."),
}
_NO_RECEIPT = (Verdict.SENT, "The provider has told nothing more yet.", "Look again in a few minutes.")
SOURCES: Mapping[OptOutSource, str] = {
    OptOutSource.REPLY: "by a reply",
    OptOutSource.PROVIDER: "as the provider told",
    OptOutSource.COMPLAINT: "by a complaint",
    OptOutSource.API: "by somebody of the company",
    OptOutSource.FILE: "by an uploaded list",
    OptOutSource.PAGE: "by the person, through a link in a message",
    OptOutSource.BOUNCE: "by a message that came back",
}


class Circumstances(Struct, frozen=True, kw_only=True):
    """What is around a fire's messages `now`. `opt_outs` are the person's by id, ended ones too.

    `topic` is the campaign's, as it was frozen. With the fire's `content` it is told what those that wait are
    waiting for.
    """

    company: Company
    fire: Fire
    senders: Mapping[str, Sender] = field(default_factory=dict)
    opt_outs: Mapping[str, OptOut] = field(default_factory=dict)
    hold: Hold | None = None
    topic: str = ""
    content: CampaignContent | None = None
    now: datetime | None = None

    def when(self, message: Message) -> str:
        """When the message was sent, or was to be, in words."""
        at = message.sent_at or message.sending_at or message.planned_for or message.created_at
        return clock_words(at, self.company.time_zone)

    def holds(self, message: Message) -> list[str]:
        """Why nothing leaves at the moment: sentences."""
        sender = self.senders.get(message.sender_id)
        said = ["The campaign is paused."] if self.fire.state is FireState.PAUSED else []
        if self.hold is not None:
            said.append(f"All sending is held: {self.hold.reason}")
        if not self.company.sending_enabled:
            said.append(f"Sending is disabled for {self.company.name}.")
        if sender is not None and sender.is_paused:
            said.append(f"The sender {sender.address} is paused: {sender.paused_reason}")
        return said


def explain_message(message: Message, around: Circumstances) -> Explanation:
    """What became of the message."""
    match message.state:
        case MessageState.QUEUED:
            return _queued(message, around)
        case MessageState.SENDING:
            words = f"It is just being sent, since {around.when(message)}."
            return _told(message, Verdict.WAITING, Stage.SENDING, words, "Look again in a minute.")
        case MessageState.SENT:
            return _sent(message, around)
        case MessageState.FAILED:
            words = f"{FAILURE_WORDS[FailureStep.SEND]} {_coded(message.reason, message.code)}"
            advice = FAILURE_ADVICE[FailureStep.SEND]
            return _told(message, Verdict.NOT_SENT, Stage.SENDING, words, advice)
        case MessageState.UNKNOWN:
            return _unknown(message, around)
        case MessageState.SKIPPED:
            return _skipped(message, around)


def explain_failure(failure: Failure) -> Explanation:
    """What is wrong with what could not become a sent message."""
    is_sending = failure.step is FailureStep.SEND
    where = (
        f" The value of {failure.field!r} is {failure.value!r}." if failure.value and not is_sending else ""
    )
    return Explanation(
        verdict=Verdict.NOT_SENT,
        stage=Stage.SENDING if is_sending else Stage.PREPARING,
        kind=failure.step,
        words=f"{FAILURE_WORDS[failure.step]} {failure.reason}{where}",
        advice=FAILURE_ADVICE[failure.step],
        step_id=failure.step_id,
        failure_id=failure.id,
        message_id=failure.message_id,
    )


def explain_rejected(reason: str) -> Explanation:
    """That a row was rejected when its file was loaded, for this reason."""
    return Explanation(
        verdict=Verdict.NOT_SENT,
        stage=Stage.PREPARING,
        kind=FailureStep.INGEST,
        words=f"{FAILURE_WORDS[FailureStep.INGEST]} {reason}",
        advice=FAILURE_ADVICE[FailureStep.INGEST],
    )


def _queued(message: Message, around: Circumstances) -> Explanation:
    holds = around.holds(message)
    tried = f"It was tried before: {message.reason}" if message.reason else ""
    planned = (
        f"It is queued, and waits until {around.when(message)}." if message.planned_for else "It is queued."
    )
    waits = _waits(message, around)
    words = " ".join(text for text in (planned, waits, *holds, tried) if text)
    advice = "Resume what is paused, or put right what it says." if holds else "Nothing is to be done: wait."
    return _told(message, Verdict.WAITING, Stage.QUEUE, words, advice)


def _waits(message: Message, around: Circumstances) -> str:
    """Why it does not go out before, beside what is held."""
    if around.content is None or around.now is None:
        return ""
    wait = wait_of(message, around.content, [], around.now)
    return wait.words if wait else ""


def _sent(message: Message, around: Circumstances) -> Explanation:
    delivery = message.delivery
    verdict, words, advice = _NO_RECEIPT if delivery is None else DELIVERIES[delivery]
    if verdict is Verdict.NOT_DELIVERED:
        words = f"{words} {_coded(message.delivery_reason, message.delivery_code)}".strip()
    again = f" It is sent again for {message.resend_of}." if message.resend_of else ""
    said = f"It was sent on {around.when(message)}.{again} {words}"
    return _told(message, verdict, Stage.DELIVERY, said, advice, delivery or MessageState.SENT)


def _unknown(message: Message, around: Circumstances) -> Explanation:
    searched = "The provider's history was searched in vain." if message.searched_at else ""
    said = [
        f"It was sent on {around.when(message)}, perhaps: nobody knows the outcome.",
        message.reason,
        searched,
    ]
    advice = "Ask the person, then settle the message as sent or not sent, or send it again."
    words = " ".join(text for text in said if text)
    return _told(message, Verdict.UNKNOWN, Stage.SENDING, words, advice)


def _skipped(message: Message, around: Circumstances) -> Explanation:
    reason = SkipReason(message.reason or SkipReason.CANCELED)
    words = skip_words(message) or ""
    if reason in REFUSED and message.address:
        words = f"{words} {_refusal(message, around)}".strip()
    advice = SKIP_ADVICE[reason]
    return _told(message, Verdict.NOT_SENT, Stage.QUEUE, words, advice, reason)


def _refusal(message: Message, around: Circumstances) -> str:
    """When and how the address refused, and whether that is over since."""
    every = Narrowing(topic=around.topic, by_sender=True)
    theirs = [around.opt_outs[one] for one in forbidding_message(message, every) if one in around.opt_outs]
    for opt_out in sorted(theirs, key=lambda one: not one.is_active):  # what still holds comes first
        changes, zone = changes_of(opt_out), around.company.time_zone
        refused = next((one for one in changes if one.is_active), None)
        if refused is None:
            continue
        at, source = clock_words(refused.changed_at, zone), SOURCES[refused.source]
        text = f": {refused.text!r}" if refused.text else ""
        over = "" if opt_out.is_active else f" It ended on {clock_words(opt_out.changed_at, zone)}."
        return f"That was noted on {at}, {source}{text}.{_reach(opt_out, around)}{over}"
    return ""


def _reach(opt_out: OptOut, around: Circumstances) -> str:
    """What alone was refused, as a sentence; nothing for all messages of the channel."""
    if opt_out.topic is not None:
        return f" It is about {opt_out.topic!r} alone."
    if opt_out.sender_id is not None:
        sender = around.senders.get(opt_out.sender_id)
        return f" It is about messages from {sender.address if sender else opt_out.sender_id} alone."
    return ""


def _coded(reason: str | None, code: str | None) -> str:
    said = reason or "The provider gives no reason."
    return f"{said.rstrip('.')} ({code})." if code else said


def _told(
    message: Message, verdict: Verdict, stage: Stage, words: str, advice: str, kind: str | None = None
) -> Explanation:
    return Explanation(
        verdict=verdict,
        stage=stage,
        kind=kind or message.state,
        words=words,
        advice=advice,
        at=message.sent_at or (message.planned_for if message.state is MessageState.QUEUED else None),
        step_id=message.step_id,
        address=message.address,
        message_id=message.id,
        duplicate_of=message.duplicate_of,
    )
