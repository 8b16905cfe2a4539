"""In trial a company's messages reach verified addresses alone, and everybody else is told why not."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.companies.trial import CODE_LASTS, MOST_CODES, MOST_TRIES, MOST_VERIFIED, MOST_WAITING
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.skipping import SKIP_WORDS
from shared.usecases.answers.send_trial_code import send_trial_code
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.companies.change_trial import change_trial, verify_address
from shared.usecases.companies.enter_trial_code import enter_trial_code
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.sending.send_batch import send_batch
from tests.kit.builders import a_campaign
from tests.kit.clinic import Clinic, people

SMS, EMAIL = Channel("sms"), Channel("email")
FIRST = "(212) 555-2000"


async def _trial(clinic: Clinic, *, is_on: bool = True) -> None:
    await change_trial(clinic.runtime, clinic.company_id, is_on=is_on)


async def _verify(clinic: Clinic, address: str, channel: Channel = SMS) -> str:
    return (await verify_address(clinic.runtime, clinic.company_id, channel, address, by="a test")).address


async def test_only_verified_addresses_get_it_and_the_others_are_told_why(clinic: Clinic) -> None:
    await _trial(clinic)
    verified = await _verify(clinic, FIRST)
    await clinic.load(*people(3))
    await clinic.save(a_campaign())
    preview = await start_preview(clinic.runtime, clinic.company_id, "reminders")
    made = await clinic.stores.previews.get(clinic.company_id, preview.id)
    assert SkipReason.NOT_VERIFIED in repr(made)
    await clinic.ready()
    fire = await clinic.fire()
    assert await clinic.sent_counts() == {verified: 1}
    skipped = [one for one in await clinic.messages() if one.state is MessageState.SKIPPED]
    assert {one.reason for one in skipped} == {SkipReason.NOT_VERIFIED}
    assert len(skipped) == 2
    assert (await clinic.report(fire)).ledger.is_balanced
    assert "trial" in SKIP_WORDS[SkipReason.NOT_VERIFIED]


async def test_what_was_planned_before_the_trial_is_judged_at_the_claim(clinic: Clinic) -> None:
    await clinic.load(*people(2))
    await clinic.ready()
    _, job = await clinic.fire_and_queue()
    await _trial(clinic)
    verified = await _verify(clinic, FIRST)
    await send_batch(clinic.runtime, job)
    assert await clinic.sent_counts() == {verified: 1}
    assert {one.reason for one in await clinic.messages() if one.state is MessageState.SKIPPED} == {
        SkipReason.NOT_VERIFIED
    }


async def test_after_the_trial_everybody_gets_it(clinic: Clinic) -> None:
    await _trial(clinic)
    await _trial(clinic, is_on=False)
    await clinic.load(*people(3))
    await clinic.ready()
    await clinic.fire()
    assert len(await clinic.sent_counts()) == 3


async def test_addresses_are_verified_once_in_any_spelling_and_so_many_at_most(clinic: Clinic) -> None:
    with pytest.raises(Conflict, match="not in trial"):
        await _verify(clinic, FIRST)
    await _trial(clinic)
    for spelling in (FIRST, "+1 212 555 2000", "212-555-2000"):
        await _verify(clinic, spelling)
    company = await clinic.stores.companies.get(clinic.company_id)
    assert company.trial is not None
    assert len(company.trial.verified) == 1
    with pytest.raises(InvalidInput):
        await _verify(clinic, "nobody")
    for number in range(1, MOST_VERIFIED):
        await _verify(clinic, f"a{number}@acme.example.org", EMAIL)
    with pytest.raises(Conflict, match="at most"):
        await _verify(clinic, "more@acme.example.org", EMAIL)
    await _trial(clinic)  # on already: those that were verified stay
    company = await clinic.stores.companies.get(clinic.company_id)
    assert company.trial is not None
    assert len(company.trial.verified) == MOST_VERIFIED


NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


async def _send_code(clinic: Clinic, address: str, sender_id: str = "texts") -> str:
    """Have a code sent; what its receiver reads."""
    sent = await send_trial_code(clinic.runtime, clinic.company_id, sender_id, address)
    received = await clinic.accepted(sent.address)
    [code] = re.findall(r"\b\d{6}\b", received[-1]["body"])
    return str(code)


async def _enter(clinic: Clinic, address: str, code: str, channel: Channel = SMS) -> None:
    await enter_trial_code(clinic.runtime, clinic.company_id, channel, address, code, by="a test")


async def _verified(clinic: Clinic) -> list[str]:
    trial = (await clinic.stores.companies.get(clinic.company_id)).trial
    return [one.address for one in trial.verified] if trial else []


@pytest.mark.parametrize(
    ("address", "sender_id", "channel"), [(FIRST, "texts", SMS), ("ana@example-clinic.com", "mails", EMAIL)]
)
async def test_an_address_is_verified_by_the_code_that_reached_it(
    clinic: Clinic, address: str, sender_id: str, channel: Channel
) -> None:
    await _trial(clinic)
    code = await _send_code(clinic, address, sender_id)
    [message] = await clinic.messages()
    assert message.state is MessageState.SENT
    assert code not in message.body, "who reads the company's messages does not learn it"
    assert await _verified(clinic) == []
    await _enter(clinic, address, f"{code[:3]} {code[3:]}", channel)
    assert await _verified(clinic) == [message.address]
    with pytest.raises(Conflict, match="verified already"):
        await _send_code(clinic, address, sender_id)


async def test_a_code_has_so_many_tries_and_then_holds_no_more(clinic: Clinic) -> None:
    await _trial(clinic)
    code = await _send_code(clinic, FIRST)
    wrong = "000000" if code != "000000" else "000001"
    for left in range(MOST_TRIES - 1, 0, -1):
        with pytest.raises(InvalidInput, match=f"{left} more tries"):
            await _enter(clinic, FIRST, wrong)
    with pytest.raises(InvalidInput, match="taken no more"):
        await _enter(clinic, FIRST, wrong)
    with pytest.raises(InvalidInput, match="Have another one sent"):
        await _enter(clinic, FIRST, code)
    assert await _verified(clinic) == []


async def test_a_code_ends_and_another_takes_its_place(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await _trial(clinic)
    first = await _send_code(clinic, FIRST)
    with pytest.raises(Conflict, match="in a minute"):
        await _send_code(clinic, FIRST)
    clock.at = NOON + CODE_LASTS
    with pytest.raises(InvalidInput, match="too late"):
        await _enter(clinic, FIRST, first)
    second = await _send_code(clinic, FIRST)
    if first != second:
        with pytest.raises(InvalidInput, match="is not the one"):
            await _enter(clinic, FIRST, first)
    await _enter(clinic, FIRST, second)
    assert len(await _verified(clinic)) == 1


async def test_codes_are_bounded_and_go_to_nobody_who_refused(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    with pytest.raises(Conflict, match="not in trial"):
        await send_trial_code(clinic.runtime, clinic.company_id, "texts", FIRST)
    await _trial(clinic)
    with pytest.raises(InvalidInput):
        await send_trial_code(clinic.runtime, clinic.company_id, "texts", "nobody")
    refused = "+12125552999"
    await save_opt_out(clinic.runtime, clinic.company_id, SMS, refused)
    with pytest.raises(Conflict, match="has refused"):
        await send_trial_code(clinic.runtime, clinic.company_id, "texts", refused)
    sent = 0
    for hour in range(2):
        clock.at = NOON + hour * timedelta(hours=1)
        for number in range(MOST_WAITING):
            await _send_code(clinic, f"+1 212 555 {3000 + 100 * hour + number}")
            sent += 1
        with pytest.raises(Conflict, match=r"wait to be entered|within a day"):
            await _send_code(clinic, f"+1 212 555 {3000 + 100 * hour + MOST_WAITING}")
    assert sent == MOST_CODES
    clock.at = NOON + 2 * timedelta(hours=1)
    with pytest.raises(Conflict, match="within a day"):
        await _send_code(clinic, FIRST)
    clock.at = NOON + timedelta(days=1)
    await _send_code(clinic, FIRST)
