"""What Twilio posts of a call, and how it is told what the call says next."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from multidict import MultiDict

from shared.domain.ids import computed_id
from shared.domain.messages.call_turn import Answerer, CallHeard, CallTurn
from shared.domain.messages.sending import Receipt
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.providers.twilio.call_codes import call_end
from shared.providers.twilio.call_routes import KEYS_PATH, ROUND, WRONG
from shared.providers.twilio.twiml import turn_twiml
from shared.providers.twilio.webhook import STATUS_URL_OVERRIDES, Form, require

MACHINES = ("machine", "fax")  # how AnsweredBy begins for who is no person
LONGEST_KEYS = 20


def parse_call_status(form: Form, message_id: str) -> Receipt:
    """A status callback of a call as a receipt for `message_id` (ours, out of the callback's address).

    Raises InvalidInput when it lacks its sid or status.
    https://www.twilio.com/docs/voice/api/call-resource#statuscallback
    """
    fields = MultiDict(form)
    require(fields, "CallSid", "CallStatus")
    sid, status = fields["CallSid"], fields["CallStatus"]
    end = call_end(status, fields.get("AnsweredBy", ""), fields.get("SipResponseCode", ""))
    return Receipt(
        message_id=message_id,
        kind=end.kind,
        event_id=computed_id(sid, status),
        provider_id=sid,
        code=end.code,
        reason=end.reason,
        address=fields.get("To"),
        lesson=end.lesson,
    )


def parse_call(form: Form, request: WebhookRequest) -> CallHeard:
    """A call that was taken, or a key that was pressed in it. Raises InvalidInput when it names no call.

    Of a call that we make, `To` is the person.
    https://www.twilio.com/docs/voice/twiml#request-parameters
    """
    fields = MultiDict(form)
    require(fields, "CallSid", "From", "To")
    is_machine = fields.get("AnsweredBy", "").startswith(MACHINES)
    keys = fields.get("Digits")
    return CallHeard(
        message_id=request.query.get("message", ""),
        call_id=fields["CallSid"],
        person=fields["To"],
        sender=fields["From"],
        answerer=Answerer.MACHINE if is_machine else Answerer.PERSON,
        keys=keys[:LONGEST_KEYS] if keys is not None else None,
        round=_count(request, ROUND),
        wrong=_count(request, WRONG),
    )


def answer_call(request: WebhookRequest, turn: CallTurn) -> WebhookAnswer:
    """What the call says next; the keys go to the address beside the one that was posted to."""
    document = turn_twiml(turn, _keys_url(request, turn))
    return WebhookAnswer(status=200, body=document, media_type="application/xml")


def _keys_url(request: WebhookRequest, turn: CallTurn) -> str:
    asked = urlsplit(request.url)
    home = asked.path.rpartition("/messages/")[0]
    counts = {ROUND: str(turn.round), WRONG: str(turn.wrong)}
    query = urlencode(dict(parse_qsl(asked.query)) | counts)
    return asked._replace(path=f"{home}/messages/{KEYS_PATH}", query=query).geturl() + STATUS_URL_OVERRIDES


def _count(request: WebhookRequest, name: str) -> int:
    """A number that we put into the address ourselves; 0 where it is none."""
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 3 else 0
