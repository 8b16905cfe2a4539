"""Sends email through version 2 of the API of Amazon SES: one SendEmail for each message.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
"""

import asyncio
import base64
from collections.abc import Sequence
from email.utils import formataddr

from shared.domain.messages.sending import Attachment, OutgoingMessage, SendResult
from shared.providers.kit import http
from shared.providers.ses import codes, signing
from shared.providers.ses.credentials import SesCredentials
from shared.providers.ses.events import MESSAGE_ID_TAG

PATH = "/v2/email/outbound-emails"


class SesSender:
    """Sends email with one access key."""

    def __init__(self, credentials: SesCredentials, base_url: str, timeout_seconds: float) -> None:
        self._credentials, self._base_url = credentials, base_url
        self._timeout_seconds = timeout_seconds

    async def send(self, messages: Sequence[OutgoingMessage]) -> dict[str, SendResult]:
        """Send all messages at once; pacing is the caller's. One result per message id."""
        results = await asyncio.gather(*map(self._send, messages))
        return {message.message_id: result for message, result in zip(messages, results, strict=True)}

    async def _send(self, message: OutgoingMessage) -> SendResult:
        body = request_of(message, self._credentials.configuration_set)
        try:
            answer = await signing.post(self._base_url, PATH, self._credentials, self._timeout_seconds, body)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, it may have gone out
            return http.failure(error)
        return codes.result(answer, message.from_address)


def request_of(message: OutgoingMessage, configuration_set: str) -> dict[str, object]:
    """The body of SendEmail. Our id goes along as a tag, which events repeat."""
    text = {"Text": _data(message.body)}
    content: dict[str, object] = {
        "Subject": _data(message.subject),
        "Body": text | ({"Html": _data(message.html)} if message.html else {}),
    }
    if message.headers:
        content["Headers"] = [{"Name": name, "Value": value} for name, value in message.headers.items()]
    if message.attachments:
        content["Attachments"] = [_attachment(one) for one in message.attachments]
    request: dict[str, object] = {
        "FromEmailAddress": formataddr((message.from_name, message.from_address)),
        "Destination": {"ToAddresses": [message.to_address]},
        "Content": {"Simple": content},
        "EmailTags": [{"Name": MESSAGE_ID_TAG, "Value": message.message_id}],
    }
    if message.reply_to:
        request["ReplyToAddresses"] = [message.reply_to]
    if configuration_set:
        request["ConfigurationSetName"] = configuration_set
    return request


def _attachment(attachment: Attachment) -> dict[str, str]:
    return {
        "FileName": attachment.name,
        "ContentType": attachment.media_type,
        "ContentDisposition": "ATTACHMENT",
        "ContentTransferEncoding": "BASE64",
        "RawContent": base64.b64encode(attachment.content).decode(),
    }


def _data(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
