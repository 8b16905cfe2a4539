"""TwiML as a call performs it: Say, Pause, Gather, Redirect and Hangup.

https://www.twilio.com/docs/voice/twiml
"""

from urllib.parse import urljoin
from xml.etree import ElementTree

from msgspec import Struct

from infra.local.simulator.call_line import Line

GATHER_SECONDS = 5  # unless it says otherwise
MOST_PAUSE = 10.0


class BadTwiml(Exception):
    """The document is none that a call could perform; the text says why."""


class Ask(Struct, frozen=True, kw_only=True):
    """Where to ask for the next document, and what was pressed."""

    url: str
    keys: str = ""


async def perform(line: Line, document: str, base_url: str, *, speed: float) -> Ask | None:
    """Perform a document; what is to be asked for next, or None at the end of the call.

    `speed` is how long speech takes for who attends, 1 being as long as it does. Raises BadTwiml, HungUp.
    """
    try:
        response = ElementTree.fromstring(document)  # noqa: S314  # our own application's
    except ElementTree.ParseError as error:
        raise BadTwiml(f"not XML: {error}") from None
    if response.tag != "Response":
        raise BadTwiml(f"<{response.tag}> is no <Response>")
    for verb in response:
        if verb.tag == "Hangup":
            return None
        if verb.tag == "Redirect":
            return Ask(url=urljoin(base_url, (verb.text or "").strip()))
        if verb.tag == "Gather":
            key = await _gather(line, verb, speed)
            if key:
                return Ask(url=urljoin(base_url, verb.get("action") or base_url), keys=key)
            continue
        await _speak(line, verb, speed)
    return None


async def _gather(line: Line, gather: ElementTree.Element, speed: float) -> str:
    """What is pressed while it speaks, or within its time thereafter."""
    if gather.get("numDigits") != "1":
        raise BadTwiml("this simulator gathers one digit at a time: numDigits must be 1")
    for verb in gather:
        await _speak(line, verb, speed)
    return await line.key(float(gather.get("timeout") or GATHER_SECONDS))


async def _speak(line: Line, verb: ElementTree.Element, speed: float) -> None:
    if verb.tag == "Say":
        text = "".join(verb.itertext()).strip()
        if not text:
            raise BadTwiml("<Say> without a text")
        await line.say(text, verb.get("language", "en-US"), verb.get("voice", "man"), seconds_a_text=speed)
    elif verb.tag == "Pause":
        await line.pause(min(float(verb.get("length") or 1), MOST_PAUSE) * speed)
    else:
        raise BadTwiml(f"<{verb.tag}> is not performed here")
