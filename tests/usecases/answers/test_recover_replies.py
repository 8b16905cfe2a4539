"""What people wrote while nobody listened is taken from the provider's list, once and completely."""

from datetime import datetime, timedelta

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.usecases.answers.recover_replies import recover_replies
from tests.kit.clinic import Clinic

STOPPED = "+12125550123"


async def recover(clinic: Clinic, since: datetime) -> int:
    sender = await clinic.stores.senders.get("acme", "texts")
    history = clinic.runtime.provider_history(sender, await clinic.runtime.credentials("acme", sender))
    assert history is not None
    return await recover_replies(clinic.runtime, "acme", sender, history, since)


async def test_a_refusal_that_the_list_dates_a_second_earlier_is_taken_once(clinic: Clinic) -> None:
    """The list has whole seconds, by the provider's clock: what it dates earlier may have come later."""
    await clinic.simulator.reply(STOPPED, "STOP", sender="+12125550100")
    since = clinic.runtime.now() + timedelta(seconds=1)
    assert await recover(clinic, since) == 1
    assert await clinic.stores.opt_outs.find("acme", opt_out_id(Channel("sms"), STOPPED))
    assert await recover(clinic, since) == 0


async def test_what_is_older_than_the_outage_is_left_alone(clinic: Clinic) -> None:
    await clinic.simulator.reply(STOPPED, "STOP", sender="+12125550100")
    assert await recover(clinic, clinic.runtime.now() + timedelta(hours=1)) == 0
    assert await clinic.stores.opt_outs.find("acme", opt_out_id(Channel("sms"), STOPPED)) is None
