"""What a column's name says of its cells, in the languages offices here write: en, es, de, fr, it, pt, nl."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from shared.domain.files.source import FieldType

_MOMENTS = (FieldType.DATETIME, FieldType.DATE, FieldType.TIME)
# Stems of words, as names are written here: small letters without accents. A dot stands for any ending,
# or for any beginning, as German and Dutch join words: Rechnungsbetrag, Geburtsdatum.
_WORDS: Mapping[tuple[FieldType, ...], str] = MappingProxyType(
    {
        (FieldType.EMAIL,): "email. e mail mail correo. courriel.",
        (FieldType.PHONE,): (
            "phone. telephone. mobile mobiles cell cellphone. cellular. tel .telefon. telefoon. handy. mobil "
            "mobilnummer mobilfunk. mobiel. movil. celular. portable. cellulare. telemovel. fax. sms "
            "whatsapp. rufnummer."
        ),
        _MOMENTS: (
            "date. datetime. time when at on dob start. end birthday. day due appointment. appt visit "
            "fecha. hora. horario. cita. dia vencimiento. nacimiento. "
            ".datum. uhrzeit. zeit. .termin. tag geburts. beginn. "
            "heure. jour. rendez rdv naissance. echeance. "
            "ora orario. appuntamento. giorno. scadenza. nascita. "
            "horas consulta. nascimento. vencimento. tijd. afspraak. dag geboorte."
        ),
        (FieldType.TIME_ZONE,): "timezone. zone tz zeitzone. fuseau. fuso. tijdzone. huso.",
        (FieldType.NUMBER,): (
            "amount. total. price. balance. cost. fee. quantity. count rating age due owed copay. "
            "importe. monto. saldo. precio. cantidad. cuota. .betrag. summe. preis. menge. anzahl. "
            "montant. solde. prix. somme. importo. prezzo. quantita. valor. preco. quantia. "
            ".bedrag. prijs. aantal."
        ),
        (
            FieldType.BOOLEAN,
        ): "is has may consent. yes flag active. activo. aktiv. actif. attivo. ativo. actief.",
    }
)


def _pattern(words: str) -> re.Pattern[str]:
    parts = (word.replace(".", r"\w*") for word in words.split())
    return re.compile(rf"\b(?:{'|'.join(parts)})\b")


_PATTERNS: Sequence[tuple[re.Pattern[str], tuple[FieldType, ...]]] = tuple(
    (_pattern(words), types) for types, words in _WORDS.items()
)


def types_by_name(words: str) -> list[FieldType]:
    """The types that the words of a column's name suggest, the likeliest first."""
    return [kind for pattern, types in _PATTERNS if pattern.search(words) for kind in types]


_DURATION = _pattern("duration. length. minutes mins duracion. dauer. duree. durata. duracao. duur.")


def is_duration(words: str) -> bool:
    """Whether the words of a column's name, as above, say how long something lasts."""
    return _DURATION.search(words) is not None


# Words of columns that stay text: those of one line mean the same.
_MEANINGS: Sequence[re.Pattern[str]] = tuple(
    map(
        _pattern,
        (
            "name nombre nom nome naam patient. patienten. paciente. patiente client. cliente. kunde. klant. "
            "customer. member. guest. fullname. vorname nachname voornaam achternaam apellido. cognome "
            "student. parent. contact person",
            "doctor. dr physician. provider. clinician. practitioner. therapist. medico. medica doctora "
            "arzt. .arzt behandler. medecin. docteur. praticien. dottore. dottoressa arts behandelaar. "
            "profesional",
            "note. notes comment. remark. nota. notiz. bemerkung. anmerkung. remarque. commentaire. "
            "observacion. comentario. osservazion. observac. opmerking.",
            "state province. region. estado. provincia. bundesland etat staat stato",
            "location. office. clinic site branch. sede. sucursal. clinica. standort. praxis filiale. "
            "lieu cabinet. ubicacion. locatie. vestiging. unidade.",
            "service. treatment. procedure. reason. type servicio. tratamiento. motivo. leistung. "
            "behandlung. prestation. motif. traitement. servizio. trattamento. servico. behandeling. dienst.",
            "id number. no nr numero. nummer. account. reference. ref cuenta. referencia. konto. compte. "
            "conto conta rekening. invoice. factura. rechnung. facture. fattura. fatura. factuur.",
            "language. idioma. sprache langue. lingua. taal",
            "address. street. direccion. adresse. indirizzo. endereco. adres.",
        ),
    )
)


def means_the_same(words: str, other: str) -> bool:
    """Whether the words of two columns' names, small letters without accents, mean the same kind of text."""
    return any(pattern.search(words) and pattern.search(other) for pattern in _MEANINGS)
