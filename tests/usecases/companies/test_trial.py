"""In trial a company's messages reach verified addresses alone, and everybody else is told why not."""

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.companies.trial import MOST_VERIFIED
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.skipping import SKIP_WORDS
from shared.usecases.campaigns.start_preview import start_preview
from shared.usecases.companies.change_trial import change_trial, verify_address
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
