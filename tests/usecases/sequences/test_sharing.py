"""What mailboxes really send, day after day: by their ramp, in fair parts, on the next day with room."""

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.sequences.mailbox import WarmUp
from shared.domain.sequences.sequence import SequenceState
from tests.kit.sequence_records import NEW_YORK, STEPS, a_mailbox, a_sequence
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY

DAYS = [MONDAY.date() + timedelta(days=count) for count in range(9)]


async def sent_by_day(office: PostOffice) -> Counter[tuple[date, str]]:
    """How many went out on each day, of each sequence."""
    assert {one.state for one in await office.messages()} == {MessageState.SENT}
    zone = ZoneInfo(NEW_YORK)
    return Counter(
        (one.sent_at.astimezone(zone).date(), one.campaign_id)
        for one in await office.messages()
        if one.sent_at
    )


async def test_a_new_mailbox_sends_by_its_ramp_up_to_its_capacity(office: PostOffice) -> None:
    ramp = WarmUp(begins_on=DAYS[0], first_day=2, more_each_day=3)
    await office.open(a_mailbox(warm_up=ramp, daily_capacity=7), steps=STEPS[:1])
    await office.enroll(*await office.know(*(f"p{place:02}@example.com" for place in range(25))))
    await office.go_to(MONDAY + timedelta(days=8))
    sent = await sent_by_day(office)
    assert [sent[day, "welcome"] for day in DAYS[:8]] == [2, 5, 7, 7, 4, 0, 0, 0]


async def test_two_sequences_get_equal_parts_of_a_mailbox(office: PostOffice) -> None:
    waiting = await office.open(a_mailbox(daily_capacity=5), steps=STEPS[:1], state=SequenceState.PAUSED)
    other = a_sequence(id="other", steps=STEPS[:1], state=SequenceState.PAUSED)
    await office.stores.sequences.save(office.company_id, other.id, other)
    many = await office.know(*(f"p{place:02}@example.com" for place in range(12)))
    await office.enroll(*many)
    await office.enroll(
        *await office.know(*(f"q{place}@example.com" for place in range(5))), sequence_id="other"
    )
    for one in (waiting, other):
        active = replace(one, state=SequenceState.ACTIVE)
        await office.stores.sequences.save(office.company_id, one.id, active)
    await office.go_to(MONDAY + timedelta(days=8))
    sent = await sent_by_day(office)
    totals = [sent[day, "welcome"] + sent[day, "other"] for day in DAYS[:4]]
    assert totals == [5, 5, 5, 2]
    assert sorted((sent[DAYS[0], "welcome"], sent[DAYS[0], "other"])) == [2, 3]
    assert sorted((sent[DAYS[1], "welcome"], sent[DAYS[1], "other"])) == [2, 3]


async def test_a_follow_up_whose_day_is_full_goes_out_on_the_next_with_room(office: PostOffice) -> None:
    """Wednesday is closed, so Ana's second is due on Thursday, as Ben's is: the mailbox has room for one."""
    steps = (STEPS[0], replace(STEPS[1], wait_days=2))
    await office.open(a_mailbox(daily_capacity=1), steps=steps, closed_days=(DAYS[2],))
    await office.enroll(*await office.know("ana@example.com"))
    await office.enroll(*await office.know("ben@example.com"))
    await office.go_to(MONDAY + timedelta(days=8))
    sent = [(one.address[:3], one.sent_at.date()) for one in await office.messages() if one.sent_at]
    assert sent == [("ana", DAYS[0]), ("ben", DAYS[1]), ("ana", DAYS[3]), ("ben", DAYS[4])]
    assert {one.completed_at for one in await office.enrollments()} == {
        one.sent_at for one in (await office.messages())[2:]
    }
