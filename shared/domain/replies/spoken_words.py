"""What a call says around its text: which keys there are, and what became of an answer."""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition


class SpokenWords(Struct, frozen=True, kw_only=True):
    """The sentences in one language. In `keys`, `repeat` and `no_more` {key} is the key's name."""

    keys: Mapping[Disposition, str]
    repeat: str
    no_more: str
    star: str
    outcomes: Mapping[Disposition, str]
    opted_out: str
    not_taken: str
    wrong_key: str
    no_answer: str
    goodbye: str


_CONFIRMED, _CANCELED, _MOVED = Disposition.CONFIRMED, Disposition.CANCELED, Disposition.RESCHEDULE_ASKED


def _three(confirmed: str, canceled: str, moved: str) -> Mapping[Disposition, str]:
    return MappingProxyType({_CONFIRMED: confirmed, _CANCELED: canceled, _MOVED: moved})


SPOKEN_WORDS: Mapping[str, SpokenWords] = MappingProxyType({
    "en": SpokenWords(
        keys=_three("To confirm, press {key}.", "To cancel, press {key}.", "For another time, press {key}."),
        repeat="To hear this again, press {key}.",
        no_more="To get no more calls, press {key}.",
        star="star",
        outcomes=_three(
            "Thank you, your appointment is confirmed.",
            "Your appointment is canceled. Thank you for telling us.",
            "Thank you. We will get in touch about another time.",
        ),
        opted_out="You will get no more calls from us.",
        not_taken="We could not take your answer. Please call us.",
        wrong_key="That key is not one of the choices.",
        no_answer="We did not get an answer.",
        goodbye="Goodbye.",
    ),
    "es": SpokenWords(
        keys=_three(
            "Para confirmar, pulse {key}.", "Para cancelar, pulse {key}.", "Para otra hora, pulse {key}."
        ),
        repeat="Para escuchar esto otra vez, pulse {key}.",
        no_more="Para no recibir más llamadas, pulse {key}.",
        star="asterisco",
        outcomes=_three(
            "Gracias, su cita está confirmada.",
            "Su cita está cancelada. Gracias por avisarnos.",
            "Gracias. Nos pondremos en contacto para buscar otra hora.",
        ),
        opted_out="No recibirá más llamadas nuestras.",
        not_taken="No hemos podido registrar su respuesta. Por favor, llámenos.",
        wrong_key="Esa tecla no es una de las opciones.",
        no_answer="No hemos recibido respuesta.",
        goodbye="Adiós.",
    ),
    "fr": SpokenWords(
        keys=_three(
            "Pour confirmer, appuyez sur {key}.",
            "Pour annuler, appuyez sur {key}.",
            "Pour un autre horaire, appuyez sur {key}.",
        ),
        repeat="Pour réécouter ce message, appuyez sur {key}.",
        no_more="Pour ne plus recevoir d'appels, appuyez sur {key}.",
        star="étoile",
        outcomes=_three(
            "Merci, votre rendez-vous est confirmé.",
            "Votre rendez-vous est annulé. Merci de nous avoir prévenus.",
            "Merci. Nous vous contacterons pour convenir d'un autre horaire.",
        ),
        opted_out="Vous ne recevrez plus d'appels de notre part.",
        not_taken="Nous n'avons pas pu enregistrer votre réponse. Veuillez nous appeler.",
        wrong_key="Cette touche ne fait pas partie des choix.",
        no_answer="Nous n'avons pas reçu de réponse.",
        goodbye="Au revoir.",
    ),
    "pt": SpokenWords(
        keys=_three(
            "Para confirmar, pressione {key}.",
            "Para cancelar, pressione {key}.",
            "Para outro horário, pressione {key}.",
        ),
        repeat="Para ouvir de novo, pressione {key}.",
        no_more="Para não receber mais chamadas, pressione {key}.",
        star="asterisco",
        outcomes=_three(
            "Obrigado, a sua consulta está confirmada.",
            "A sua consulta está cancelada. Obrigado por avisar.",
            "Obrigado. Entraremos em contato para marcar outro horário.",
        ),
        opted_out="Não receberá mais chamadas nossas.",
        not_taken="Não foi possível registrar a sua resposta. Por favor, ligue para nós.",
        wrong_key="Essa tecla não é uma das opções.",
        no_answer="Não recebemos resposta.",
        goodbye="Até logo.",
    ),
    "de": SpokenWords(
        keys=_three(
            "Zum Bestätigen drücken Sie die {key}.",
            "Zum Absagen drücken Sie die {key}.",
            "Für einen anderen Termin drücken Sie die {key}.",
        ),
        repeat="Um dies noch einmal zu hören, drücken Sie die {key}.",
        no_more="Um keine Anrufe mehr zu erhalten, drücken Sie die {key}.",
        star="Sterntaste",
        outcomes=_three(
            "Danke, Ihr Termin ist bestätigt.",
            "Ihr Termin ist abgesagt. Danke, dass Sie Bescheid gesagt haben.",
            "Danke. Wir melden uns wegen eines anderen Termins.",
        ),
        opted_out="Sie erhalten keine Anrufe mehr von uns.",
        not_taken="Wir konnten Ihre Antwort nicht aufnehmen. Bitte rufen Sie uns an.",
        wrong_key="Diese Taste steht nicht zur Wahl.",
        no_answer="Wir haben keine Antwort erhalten.",
        goodbye="Auf Wiederhören.",
    ),
    "it": SpokenWords(
        keys=_three(
            "Per confermare, prema {key}.", "Per annullare, prema {key}.", "Per un altro orario, prema {key}."
        ),
        repeat="Per riascoltare, prema {key}.",
        no_more="Per non ricevere altre chiamate, prema {key}.",
        star="asterisco",
        outcomes=_three(
            "Grazie, il suo appuntamento è confermato.",
            "Il suo appuntamento è annullato. Grazie per averci avvisato.",
            "Grazie. La contatteremo per un altro orario.",
        ),
        opted_out="Non riceverà altre chiamate da noi.",
        not_taken="Non abbiamo potuto registrare la sua risposta. La preghiamo di chiamarci.",
        wrong_key="Questo tasto non è tra le scelte.",
        no_answer="Non abbiamo ricevuto risposta.",
        goodbye="Arrivederci.",
    ),
})  # fmt: skip


def spoken_words(tag: str) -> SpokenWords:
    """The sentences in the language of a BCP 47 tag. Raises KeyError for one that calls are not made in."""
    return SPOKEN_WORDS[tag.split("-")[0].lower()]
