"""Twilio's webhooks as the record offers them: proved whole, then read."""

from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from shared.domain.messages.sending import IncomingMessage, Receipt, ReceiptKind
from shared.domain.messages.webhook import WebhookRequest
from shared.domain.record import replace
from shared.providers.kit.record import WebhookRoute
from shared.providers.kit.signature import BadSignature
from shared.providers.registry import find_webhook
from shared.providers.twilio.credentials import TwilioCredentials
from tests.kit.builders import NOON, an_sms_sender

CREDENTIALS = TwilioCredentials(account_sid="AC1", auth_token="token")
URL = "https://rollcall.example/messages/incoming/acme/texts"
FORM = {"AccountSid": "AC1", "MessageSid": "SM1", "From": "+12125550187", "To": "+12125550100", "Body": "Yes"}


def request(
    form: dict[str, str], signed_with: str = CREDENTIALS.auth_token, query: dict[str, str] | None = None
) -> WebhookRequest:
    return WebhookRequest(
        url=URL,
        body=urlencode(form).encode(),
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": RequestValidator(signed_with).compute_signature(URL, form),
        },
        query=query or {},
        received_at=NOON,
    )


def route(path: str) -> WebhookRoute[TwilioCredentials]:
    found = find_webhook(an_sms_sender(), path)
    assert found is not None
    return found


@pytest.mark.parametrize("path", ["incoming", "status"])
def test_what_twilio_signed_for_this_account_is_proved(path: str) -> None:
    route(path).verify(request(FORM), CREDENTIALS)


@pytest.mark.parametrize("path", ["incoming", "status"])
@pytest.mark.parametrize(
    "wrong",
    [
        request(FORM, signed_with="another"),
        request(FORM | {"AccountSid": "AC2"}),  # signed, but about another account
        request({key: value for key, value in FORM.items() if key != "AccountSid"}),
        replace(request(FORM), body=urlencode(FORM | {"Body": "No"}).encode()),
        replace(request(FORM), url=URL.replace("texts", "other")),
        replace(request(FORM), headers={"content-type": "application/x-www-form-urlencoded"}),
        replace(request(FORM), headers={"x-twilio-signature": request(FORM).headers["x-twilio-signature"]}),
        replace(request(FORM), body=b"\xff"),
    ],
    ids=["token", "account", "no account", "body", "address", "no signature", "no type", "no form"],
)
def test_anything_else_is_not(path: str, wrong: WebhookRequest) -> None:
    with pytest.raises(BadSignature):
        route(path).verify(wrong, CREDENTIALS)


def test_what_somebody_wrote_is_read() -> None:
    assert route("incoming").read(request(FORM)) == [
        IncomingMessage(provider_id="SM1", from_address="+12125550187", to_address="+12125550100", body="Yes")
    ]


def test_a_status_is_about_the_message_its_address_names() -> None:
    (receipt,) = route("status").read(request(FORM | {"MessageStatus": "delivered"}, query={"message": "m1"}))
    assert isinstance(receipt, Receipt)
    assert (receipt.message_id, receipt.kind, receipt.provider_id) == ("m1", ReceiptKind.DELIVERED, "SM1")
    (nobodys,) = route("status").read(request(FORM | {"MessageStatus": "delivered"}))
    assert isinstance(nobodys, Receipt)
    assert nobodys.message_id == ""


def test_who_writes_gets_no_answer_of_ours() -> None:
    answer = route("incoming").answer
    assert answer is not None
    assert (answer.status, answer.media_type) == (200, "application/xml")
    assert answer.body.endswith("<Response></Response>")


def test_no_other_path_is_twilios() -> None:
    assert find_webhook(an_sms_sender(), "events") is None
