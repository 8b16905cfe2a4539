"""What Twilio says when it does not do what was asked."""

from aiohttp import web

from infra.local.simulator.faults import Refusals


class TwilioRefusal(Exception):
    """An error as Twilio words it. https://www.twilio.com/docs/api/errors"""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def response(self) -> web.Response:
        """The answer that says it."""
        more_info = f"https://www.twilio.com/docs/errors/{self.code}"
        content = {"code": self.code, "message": str(self), "more_info": more_info, "status": self.status}
        return web.json_response(content, status=self.status)


AUTHENTICATE = TwilioRefusal(401, 20003, "Authenticate")
TOO_MANY = TwilioRefusal(429, 20429, "Too Many Requests")
SERVER_ERROR = TwilioRefusal(500, 20500, "Internal Server Error")
REFUSALS = Refusals(throttled=TOO_MANY.response, error=SERVER_ERROR.response)
UNSUBSCRIBED = TwilioRefusal(400, 21610, "Attempt to send to unsubscribed recipient")
NO_CHANNEL = TwilioRefusal(400, 63007, "Twilio could not find a Channel with the specified From address")
COUNTRY_MISMATCH = TwilioRefusal(
    400, 21659, "'From' is not a Twilio phone number or Short Code country mismatch"
)
# Of recipients whose outcome is a refusal, by its code.
BY_RECIPIENT = {refusal.code: refusal for refusal in (UNSUBSCRIBED, COUNTRY_MISMATCH)}
