"""After a restore: what the provider's list proves about each message to one address."""

from datetime import UTC, datetime

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.evidence.reconciling import ProviderMessage
from shared.domain.evidence.restoring import SentSince, Since
from shared.domain.messages.message import Message
from shared.domain.messages.sending import ReceiptKind
from tests.kit.builders import a_message

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADDRESS = "+12125550187"


def listed(body: str, to: str = ADDRESS, number: int = 1) -> ProviderMessage:
    return ProviderMessage(
        provider_id=f"SM{number}",
        to_address=to,
        body=body,
        created_at=NOW,
        sent_at=NOW,
        kind=ReceiptKind.DELIVERED,
    )


def ours(*bodies: str) -> list[Message]:
    return [a_message(id=f"m{number}", address=ADDRESS, body=body) for number, body in enumerate(bodies)]


@pytest.mark.parametrize(
    ("bodies", "shown", "is_over", "expected"),
    [
        (("Hi",), [listed("Hi")], False, ["sent"]),
        (("Hi\r\nAna ",), [listed("Hi\nAna")], False, ["sent"]),  # as the provider shows it
        (("Hi",), [listed("Hi", to="12125550187")], False, ["sent"]),
        (("Hi",), [], False, ["waiting"]),  # the list may lag
        (("Hi",), [], True, ["not_sent"]),
        (("Hi",), [listed("Hi", to="+12125550188")], True, ["not_sent"]),
        (("Hi",), [listed("Ho")], True, ["unclear"]),  # it may show texts otherwise
        (("Hi", "Hi"), [listed("Hi")], True, ["unclear", "unclear"]),  # which of the two?
        (("Hi", "Hi"), [listed("Hi"), listed("Hi", number=2)], True, ["sent", "sent"]),
        (("Hi",), [listed("Hi"), listed("Hi", number=2)], True, ["unclear"]),
        (("Hi", "Ho"), [listed("Hi")], True, ["sent", "not_sent"]),
    ],
)
def test_what_became_of_the_messages_to_an_address(
    bodies: tuple[str, ...], shown: list[ProviderMessage], is_over: bool, expected: list[str]
) -> None:
    became = SentSince(Channel("sms"), shown).became(ours(*bodies), is_over=is_over)
    assert [became[f"m{number}"][0] for number in range(len(bodies))] == [Since(one) for one in expected]
    found = [one.provider_id for _, one in became.values() if one is not None]
    assert len(found) == len(set(found)) == expected.count("sent")
