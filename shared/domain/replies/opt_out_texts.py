"""The text that confirms a refusal, where the company has none of its own."""

_TEXTS = {
    "en": "{name}: You are unsubscribed and will get no more messages. Reply START to get them again.",
    "es": "{name}: Cancelamos su suscripción y no recibirá más mensajes. Responda START para volver a "
    "recibirlos.",
    "fr": "{name} : vous êtes désabonné et ne recevrez plus de messages. Répondez START pour les recevoir de "
    "nouveau.",
    "pt": "{name}: Sua inscrição foi cancelada e você não receberá mais mensagens. Responda START para "
    "voltar a receber.",
}


def opt_out_text(name: str, language: str) -> str:
    """The confirmation in the language, or in English. `name` says who writes."""
    return _TEXTS.get(language[:2], _TEXTS["en"]).format(name=name)
