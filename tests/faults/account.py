"""What a trial's company has at the providers, whom it writes to, and by which steps."""

from msgspec import Struct

from infra.local.simulator.client import MetaAccount, SendGridKey, TwilioAccount
from shared.domain.campaigns.broadcast import Wave
from shared.domain.campaigns.step import Step
from shared.domain.channels.channel import Channel
from shared.domain.senders.run_limits import RunLimits
from tests.kit.builders import a_broadcast, a_chat_step, a_page_step, a_step

TEXTS_SENDER, CALLS_SENDER = "texts", "calls"
PHONES = (Channel("sms"), Channel("voice"), Channel("whatsapp"))
PAGES = Channel("messenger")
STEPS = {
    Channel("sms"): a_step(),
    Channel("email"): a_step(
        id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
    ),
    Channel("voice"): a_step(id="call", channel=Channel("voice"), template_id="call", sender_id=CALLS_SENDER),
    Channel("whatsapp"): a_chat_step(),
    PAGES: a_page_step(),
}
# A run sends its four in a second and a third.
BROADCAST = a_broadcast(time_zone="UTC", runs=RunLimits(size=4, seconds=2, per_second=1_000), pause_seconds=2)


class Account(Struct, frozen=True, kw_only=True):
    """What a company has at the providers. With `ses` its mails go out by Amazon SES: that signs in to it."""

    company_id: str
    twilio: TwilioAccount
    sendgrid: SendGridKey
    number: str
    incoming_url: str
    page: MetaAccount
    ses: dict[str, str] | None = None

    @property
    def mails(self) -> str:
        """Whose mails are its own, in the simulator's books."""
        return self.ses["access_key_id"] if self.ses is not None else self.sendgrid.key


def person_of(number: str) -> str:
    """The page-scoped id of somebody with this number: its last four digits say what becomes of messages."""
    return f"5551{number.removeprefix('+')}"


def number_of(place: int) -> str:
    """A number whose last four digits mean nothing to the simulator."""
    return f"+1212{555 + place // 8000}{2000 + place % 8000:04}"


def wave_of(step: Step) -> Wave:
    """The step as a wave."""
    return Wave(
        channel=step.channel,
        template_id=step.template_id,
        sender_id=step.sender_id,
        address_field=step.address_field,
    )
