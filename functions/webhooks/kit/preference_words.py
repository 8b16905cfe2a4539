"""The words of the preference page, in the languages of the replies."""

from collections.abc import Mapping

from msgspec import Struct


class PageWords(Struct, frozen=True, kw_only=True):
    """All texts of the page in one language. {company}, {address} and {topic} are filled in."""

    title: str
    which: str
    unsubscribe: str
    unsubscribe_topic: str
    stop_topic: str
    stop_all: str
    choose: str
    save: str
    saved: str
    start_too: str
    gets_all: str
    gets_nothing: str
    gets_some: str
    again: str
    ask_company: str
    other_settings: str
    to_confirm: str
    confirm: str
    invalid_title: str
    invalid: str


WORDS: Mapping[str, PageWords] = {
    "en": PageWords(
        title="Messages from {company}",
        which="For {address}",
        unsubscribe="Do you want to stop getting messages from {company}?",
        unsubscribe_topic="Do you want to stop getting messages about “{topic}”?",
        stop_topic="Stop “{topic}”",
        stop_all="Stop all messages",
        choose="Which messages do you want to get?",
        save="Save",
        saved="Saved.",
        start_too="If you sent STOP, send START to the same number too: until then texts may be held back.",
        gets_all="You get messages from {company}.",
        gets_nothing="You get no messages from {company} at this address.",
        gets_some="You have stopped the messages that come from one of {company}’s numbers or mailboxes.",
        again="Get messages again",
        ask_company="To get messages again, please contact {company}.",
        other_settings="Choose which messages to get",
        to_confirm="Do you want to get “{topic}” from {company}?",
        confirm="Yes, send me these messages",
        invalid_title="This link does not work",
        invalid="It may have been cut on its way. Open it once more from the message, or answer the message "
        "with STOP.",
    ),
    "es": PageWords(
        title="Mensajes de {company}",
        which="Para {address}",
        unsubscribe="¿Quiere dejar de recibir mensajes de {company}?",
        unsubscribe_topic="¿Quiere dejar de recibir mensajes sobre «{topic}»?",
        stop_topic="Dejar de recibir «{topic}»",
        stop_all="Dejar de recibir todos los mensajes",
        choose="¿Qué mensajes quiere recibir?",
        save="Guardar",
        saved="Guardado.",
        start_too="Si envió STOP, envíe también START al mismo número: hasta entonces, los mensajes pueden "
        "quedar retenidos.",
        gets_all="Usted recibe mensajes de {company}.",
        gets_nothing="Usted no recibe mensajes de {company} en esta dirección.",
        gets_some="Usted ha dejado de recibir los mensajes de uno de los números o buzones de {company}.",
        again="Volver a recibir mensajes",
        ask_company="Para volver a recibir mensajes, póngase en contacto con {company}.",
        other_settings="Elegir qué mensajes recibir",
        to_confirm="¿Quiere recibir «{topic}» de {company}?",
        confirm="Sí, quiero recibirlos",
        invalid_title="Este enlace no funciona",
        invalid="Puede que se haya cortado. Ábralo otra vez desde el mensaje, o responda al mensaje con "
        "STOP.",
    ),
    "fr": PageWords(
        title="Messages de {company}",
        which="Pour {address}",
        unsubscribe="Voulez-vous ne plus recevoir de messages de {company} ?",
        unsubscribe_topic="Voulez-vous ne plus recevoir de messages sur « {topic} » ?",
        stop_topic="Ne plus recevoir « {topic} »",
        stop_all="Ne plus recevoir aucun message",
        choose="Quels messages souhaitez-vous recevoir ?",
        save="Enregistrer",
        saved="C’est enregistré.",
        start_too="Si vous aviez envoyé STOP, envoyez aussi START au même numéro : d’ici là, les messages "
        "peuvent être retenus.",
        gets_all="Vous recevez des messages de {company}.",
        gets_nothing="Vous ne recevez aucun message de {company} à cette adresse.",
        gets_some="Vous ne recevez plus les messages d’un des numéros ou d’une des adresses de {company}.",
        again="Recevoir de nouveau les messages",
        ask_company="Pour recevoir de nouveau les messages, veuillez contacter {company}.",
        other_settings="Choisir les messages à recevoir",
        to_confirm="Voulez-vous recevoir « {topic} » de {company} ?",
        confirm="Oui, je veux les recevoir",
        invalid_title="Ce lien ne fonctionne pas",
        invalid="Il a peut-être été coupé. Ouvrez-le de nouveau depuis le message, ou répondez STOP au "
        "message.",
    ),
    "pt": PageWords(
        title="Mensagens de {company}",
        which="Para {address}",
        unsubscribe="Quer deixar de receber mensagens de {company}?",
        unsubscribe_topic="Quer deixar de receber mensagens sobre “{topic}”?",
        stop_topic="Deixar de receber “{topic}”",
        stop_all="Deixar de receber todas as mensagens",
        choose="Quais mensagens você quer receber?",
        save="Salvar",
        saved="Salvo.",
        start_too="Se você enviou STOP, envie também START ao mesmo número: até lá, as mensagens podem ficar "
        "retidas.",
        gets_all="Você recebe mensagens de {company}.",
        gets_nothing="Você não recebe mensagens de {company} neste endereço.",
        gets_some="Você deixou de receber as mensagens de um dos números ou endereços de {company}.",
        again="Voltar a receber mensagens",
        ask_company="Para voltar a receber mensagens, entre em contato com {company}.",
        other_settings="Escolher quais mensagens receber",
        to_confirm="Quer receber “{topic}” de {company}?",
        confirm="Sim, quero receber",
        invalid_title="Este link não funciona",
        invalid="Ele pode ter sido cortado. Abra-o de novo na mensagem ou responda STOP à mensagem.",
    ),
}


def language_of(accepted: str) -> str:
    """The first language that a browser asks for (Accept-Language) and the page has; else English.

    Browsers write them in their order, so the weights are not read.
    """
    for part in accepted[:500].split(","):
        tag = part.split(";")[0].strip()[:2].lower()
        if tag in WORDS:
            return tag
    return "en"
