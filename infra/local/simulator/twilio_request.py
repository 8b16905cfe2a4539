"""What Twilio checks of a request to send before anything else."""

import re
from collections.abc import Mapping

from infra.local.simulator.twilio_address import channel_of
from infra.local.simulator.twilio_refusal import TwilioRefusal

ADDRESS = re.compile(r"(whatsapp:)?\+[1-9]\d{6,14}|messenger:\d{5,25}")
BODY_LIMIT = 1600
MAX_VALIDITY_SECONDS = 36_000


def check_message(form: Mapping[str, str]) -> None:
    """Raise TwilioRefusal when the request names no valid recipient, text or validity."""
    to_address, body, validity = form.get("To", ""), form.get("Body", ""), form.get("ValidityPeriod")
    if not to_address:
        raise TwilioRefusal(400, 21604, "A 'To' phone number is required.")
    if not ADDRESS.fullmatch(to_address):
        raise TwilioRefusal(400, 21211, f"Invalid 'To' Phone Number: {to_address}")
    if channel_of(to_address) != channel_of(form.get("From") or to_address):
        raise TwilioRefusal(400, 21910, "Invalid 'From' and 'To' pair. They should be of the same channel")
    if not body and not form.get("ContentSid"):
        raise TwilioRefusal(400, 21602, "Message body is required.")
    if len(body) > BODY_LIMIT:
        raise TwilioRefusal(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    if validity and not (validity.isdigit() and 1 <= int(validity) <= MAX_VALIDITY_SECONDS):
        raise TwilioRefusal(400, 21624, "The ValidityPeriod parameter is invalid")
    callback = form.get("StatusCallback", "")
    if callback and not callback.startswith(("http://", "https://")):
        raise TwilioRefusal(400, 21609, f"The 'StatusCallback' URL {callback} is not a valid URL.")
