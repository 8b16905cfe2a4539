"""Which of Twilio's voices reads a text in a language: Amazon Polly's standard ones, part of every account.

https://www.twilio.com/docs/voice/twiml/say/text-speech#available-voices-and-languages
"""

from typing import NamedTuple


class Voice(NamedTuple):
    """A voice, with the language as Twilio writes it."""

    language: str
    name: str


_VOICES = {
    voice.language: voice
    for voice in (
        Voice("en-US", "Polly.Joanna"),
        Voice("en-GB", "Polly.Amy"),
        Voice("en-AU", "Polly.Nicole"),
        Voice("en-IN", "Polly.Raveena"),
        Voice("es-US", "Polly.Penelope"),
        Voice("es-MX", "Polly.Mia"),
        Voice("es-ES", "Polly.Conchita"),
        Voice("fr-FR", "Polly.Celine"),
        Voice("fr-CA", "Polly.Chantal"),
        Voice("pt-BR", "Polly.Vitoria"),
        Voice("pt-PT", "Polly.Ines"),
        Voice("de-DE", "Polly.Marlene"),
        Voice("it-IT", "Polly.Carla"),
    )
}
# Of a language without its country, or in a country that has no voice of its own, the first one above.
_BY_LANGUAGE = {voice.language[:2]: voice for voice in reversed(_VOICES.values())}


def voice_of(tag: str) -> Voice:
    """The voice for a BCP 47 tag such as es-MX. Raises KeyError for a language that none speaks."""
    language, _, region = tag.partition("-")
    exact = _VOICES.get(f"{language.lower()}-{region.upper()}")
    return exact or _BY_LANGUAGE[language.lower()]
