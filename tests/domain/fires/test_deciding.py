"""One decision, one place: whatever the rows and the refusals, a preview shows what queueing writes."""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, field

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.dedupe import TEXT_DECIDES
from shared.domain.campaigns.send_again import ChosenRow, SendAgain
from shared.domain.campaigns.window import ContactWindow
from shared.domain.companies.consent_rules import CHANNEL_WIDE
from shared.domain.contacts.opt_out import OptOut, active
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import PlannedMessage, Planner
from shared.domain.fires.preview import PreviewedMessage, Verdict
from shared.domain.fires.previewing import PreviewMaking
from shared.domain.fires.queueing import Writes, arrange
from shared.domain.fires.recipient import Recipient
from shared.domain.fires.starts import Starts
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.text_claim import TextClaim
from tests.domain.campaigns.test_freezing import a_content
from tests.domain.fires.test_planning import a_recipient
from tests.kit.builders import NOON, a_campaign, a_step, an_opt_out, an_sms_sender

FIRE = Fire(id="f1", campaign_id="reminders", slot="s", content_hash="h", fired_at=NOON)
WINDOW = ContactWindow(opens=time(9), closes=time(17), time_zone_field="zone")
STEPS = (a_step(), a_step(id="second", address_field="mobile"))
SAME = {"duplicate", "already_sent"}
NUMBERS = ("+12125550101", "(212) 555-0101", "+12125550102", "12", "")

rows = st.fixed_dictionaries(
    {
        "name": st.sampled_from(("Ana", "ana", "Bo")),
        "phone": st.sampled_from(NUMBERS),
        "mobile": st.sampled_from(NUMBERS),
        "doctor": st.sampled_from(("Dr Vega", "")),
        "zone": st.sampled_from(("NY", "HI", "Eastern")),
        "until": st.sampled_from(("2026-11-23T12:30:00-05:00", "2026-11-24", "2026-11-22")),
    }
)
pieces = st.lists(st.lists(rows, max_size=4), max_size=3)
refused = st.sets(st.sampled_from(NUMBERS[:3]), max_size=2)
keys = st.sampled_from(
    (
        TEXT_DECIDES,
        ("address",),
        ("name", "address"),
        ("name",),
        ("day", "doctor", "address"),
        ("nick", "address"),
    )
)
# Which of the messages other fires had before, by their place, and what became of them there.
befores = st.dictionaries(
    st.integers(0, 11),
    st.sampled_from((MessageState.SENT, MessageState.SENDING, MessageState.UNKNOWN, MessageState.QUEUED)),
    max_size=4,
)
chosen = st.builds(
    SendAgain,
    everybody=st.sampled_from((False, False, False, True)),
    rows=st.lists(
        st.builds(ChosenRow, file_id=st.just("file"), row_number=st.integers(2, 9)), max_size=2
    ).map(tuple),
)

Outcome = tuple[str, str, str, str, str]  # verdict, kind, address, body, and what it is the same as


def _content(key: tuple[str, ...], again: SendAgain) -> CampaignContent:
    campaign = a_campaign(steps=STEPS, window=WINDOW, expires_field="until", send_again=again)
    sender = an_sms_sender(rate_per_second=1000.0)
    return a_content(
        content_hash="h",
        campaign=campaign,
        dedupe_key=key,
        senders={"texts": sender},
        text_fills_gaps=True,
    )


def _earlier(
    content: CampaignContent, parts: list[list[Recipient]], states: dict[int, MessageState]
) -> dict[str, EarlierMessage]:
    """The messages at these places, as other fires had them."""
    planners = [Planner(content, step, NOON) for step in content.campaign.steps]
    plans = [planner.plan(recipient) for part in parts for recipient in part for planner in planners]
    return {
        plan.identity: EarlierMessage(
            message_id=f"m{place}",
            fire_id="f0",
            campaign_id="others",
            campaign_name="Others",
            state=states[place],
            at=NOON,
        )
        for place, plan in enumerate(plans)
        if place in states and isinstance(plan, PlannedMessage)
    }


def _recipients(parts: Sequence[Sequence[dict[str, str]]]) -> list[list[Recipient]]:
    number, found = 1, []
    for part in parts:
        found.append([a_recipient(row, number + place) for place, row in enumerate(part, 1)])
        number += len(part)
    return found


def _previewed(
    content: CampaignContent,
    parts: list[list[Recipient]],
    opt_outs: Mapping[str, OptOut],
    earlier: dict[str, EarlierMessage],
) -> dict[tuple[int | None, str], Outcome]:
    making = PreviewMaking("p1", content, NOON)
    shown = [
        one
        for piece, part in enumerate(parts)
        for one in making.shown(piece, making.placed(making.plans(part)), opt_outs, earlier, {})
    ]
    return {(one.row_number, one.step_id): _of_preview(one) for one in shown}


def _of_preview(shown: PreviewedMessage) -> Outcome:
    kind = "" if shown.verdict is Verdict.WILL_WAIT else shown.kind
    same = shown.reason if kind in SAME else ""
    return shown.verdict, kind, shown.address, shown.body, same


class _Stored(Struct):
    """What queueing has written so far."""

    messages: dict[str, Message] = field(default_factory=dict)
    claims: dict[str, TextClaim] = field(default_factory=dict)
    outcomes: dict[tuple[int | None, str], Outcome] = field(default_factory=dict)

    def add(self, writes: Writes) -> None:
        self.messages |= {message.id: message for message in writes.messages}
        self.claims |= {claim.id: claim for claim in writes.claims.values()}
        for message in writes.messages:
            self.outcomes[message.row_number, message.step_id] = _of_message(message)
        for failure in writes.failures:
            outcome = (Verdict.MUST_BE_MENDED, failure.kind, "", "", "")
            self.outcomes[failure.row_number, failure.step_id or ""] = outcome


def _of_message(message: Message) -> Outcome:
    if message.state is MessageState.SKIPPED:
        same = str(message.explanation) if message.reason in SAME else ""
        return Verdict.SKIPPED, str(message.reason), message.address, message.body, same
    assert message.planned_for is not None
    waits = message.planned_for - NOON > timedelta(minutes=1)
    return Verdict.WILL_WAIT if waits else Verdict.WILL_SEND, "", message.address, message.body, ""


def _queued(
    content: CampaignContent,
    parts: list[list[Recipient]],
    opt_outs: Mapping[str, OptOut],
    earlier: dict[str, EarlierMessage],
) -> dict[tuple[int | None, str], Outcome]:
    stored = _Stored()
    for step in content.campaign.steps:
        for number, part in enumerate(parts):
            plans = map(Planner(content, step, NOON).plan, part)
            arranged = arrange("acme", FIRE, content, plans, CHANNEL_WIDE)
            starts = Starts(
                now=NOON,
                reserved_at=NOON,
                opening=NOON,
                recipients_before=0,
                chunk_id=f"c{number}",
                dispatch_until=NOON,
            )
            writes = arranged.missing(
                stored.messages, stored.claims, (), opt_outs, earlier, starts, is_canceled=False
            )
            stored.add(writes)
    return stored.outcomes


@given(pieces, refused, keys, befores, chosen)
def test_a_preview_shows_what_queueing_writes(
    parts: list[list[dict[str, str]]],
    numbers: set[str],
    key: tuple[str, ...],
    states: dict[int, MessageState],
    again: SendAgain,
) -> None:
    content, recipients = _content(key, again), _recipients(parts)
    opt_outs = active(an_opt_out(number) for number in numbers)
    earlier = _earlier(content, recipients, states)
    shown = _previewed(content, recipients, opt_outs, earlier)
    assert shown == _queued(content, recipients, opt_outs, earlier)
    assert len(shown) == sum(map(len, parts)) * len(STEPS)
