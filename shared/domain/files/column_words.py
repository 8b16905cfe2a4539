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
