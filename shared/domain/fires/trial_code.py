"""The message that brings a code to an address which a company in trial wants to send to."""

from shared.domain.channels.channel import Channel
from shared.domain.companies.company import Company
from shared.domain.companies.trial import CODE_LASTS, SentCode, code_of
from shared.domain.fires.standing import Answer, answer_subject
from shared.domain.messages.message import Message
from shared.domain.messages.purpose import Purpose

# The stored text has this in the code's place: whoever of the company reads it must not learn the code.
HIDDEN_CODE = "••••••"


def code_answer(company: Company, code: SentCode) -> Answer:
    """The message, without its code."""
    minutes = CODE_LASTS.total_seconds() / 60
    text = (
        f"{company.name} would like to send you trial messages. If you agree, tell them this code: "
        f"{HIDDEN_CODE}. It holds for {minutes:.0f} minutes."
    )
    return Answer(
        id=code.message_id,
        purpose=Purpose.TRIAL_CODE,
        text=text,
        not_after=code.expires_at,
        subject=answer_subject(Channel(code.channel), [], f"a code from {company.name}"),
    )


def with_code_shown(message: Message, key: str) -> str:
    """The text as it goes out: of a message that brings a code, with the code."""
    if message.purpose is not Purpose.TRIAL_CODE:
        return message.body
    return message.body.replace(HIDDEN_CODE, code_of(message.id, key))
