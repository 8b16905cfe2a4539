"""A company's WhatsApp number on the stack, and a format that WhatsApp approved."""

from collections.abc import Mapping

from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import Provider, Sender
from shared.usecases.senders.save_sender import save_sender
from tests.kit.stack.office import Office, stack_runtime

CHAT_NUMBER = "+12125550177"


async def add_chat_sender(office: Office, buttons: Mapping[str, str]) -> tuple[str, str]:
    """Give the company a WhatsApp sender; its id and that of a format with the person's name in {{1}}."""
    sender = Sender(
        id="chats",
        channel=Channel("whatsapp"),
        provider=Provider("twilio"),
        address=CHAT_NUMBER,
        rate_per_second=25.0,
    )
    account = await office.simulator.add_account()
    async with stack_runtime(office.stack) as runtime:
        fields = {"account_sid": account.sid, "auth_token": account.token}
        await save_sender(runtime, office.company.company_id, sender, fields)
    public = office.stack.settings_env["ROLLCALL_PUBLIC_URL"]
    url = f"{public}/messages/incoming?company={office.company.company_id}&sender={sender.id}"
    await office.simulator.add_number(account, f"whatsapp:{CHAT_NUMBER}", webhook_url=url)
    content = await office.simulator.add_content(
        account, "Hello {{1}}, will you come?", buttons=dict(buttons)
    )
    return sender.id, content
