"""What a call says, as TwiML. https://www.twilio.com/docs/voice/twiml"""

from twilio.twiml import TwiML
from twilio.twiml.voice_response import VoiceResponse

from shared.domain.messages.call_turn import CallTurn
from shared.providers.twilio.voices import voice_of

KEY_SECONDS = 7  # that a key is waited for once all is said


def turn_twiml(turn: CallTurn, keys_url: str) -> str:
    """The document for one turn. A key goes to `keys_url`; without one, what stands behind is said.

    https://www.twilio.com/docs/voice/twiml/gather
    """
    response = VoiceResponse()
    if turn.asks:
        asking = response.gather(
            input="dtmf",
            num_digits=1,
            finish_on_key="",  # else # would end it without being told
            timeout=KEY_SECONDS,
            action=keys_url,
            method="POST",
        )
        _say(asking, turn, turn.says)
    else:
        _say(response, turn, turn.says)
    _say(response, turn, turn.at_last)
    response.hangup()
    return str(response)


def _say(verb: TwiML, turn: CallTurn, sentences: tuple[str, ...]) -> None:
    voice = voice_of(turn.language)
    for sentence in sentences:
        verb.say(_speakable(sentence), language=voice.language, voice=voice.name)


def _speakable(text: str) -> str:
    """The text without what XML cannot hold: control characters, that no voice says."""
    return "".join(one for one in text if one.isprintable() or one in "\t\n\r")
