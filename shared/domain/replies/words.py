"""The words of a reply in one form, without what phones and people put around them."""

import re
import unicodedata
from typing import NamedTuple

# Letters of other alphabets that look like Latin ones: seen where somebody hides a word, or copies one.
_LOOKALIKES = str.maketrans("авекмнорстухіѕјοαει", "abekmhopctyxisjoaei")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘`´ʼ′＇", "'"))
_SIGNS = str.maketrans(
    dict.fromkeys("🛑⛔📵🖕🚫🔇🔕📴", " stop ")
    | dict.fromkeys("✅☑✔", " yes ")
    | dict.fromkeys("❌❎✖✗✘", " nope ")
)  # pictures; "nope" is a no in all languages
_THUMBS = str.maketrans({"👎": " nope ", "👍": " yes "})  # alone one may say no more than "seen"
_FOR_SOUND = (  # "2moro", "m8"
    (re.compile(r"\b2(?=(?:mor\w+|day|nite|night)\b)"), "to"),
    (re.compile(r"(?<=[a-z])8(?=r?\b)"), "ate"),
)
_DICTATED = (  # signs that a phone wrote out
    (re.compile(r"\s+(?:comma|virgule|virgula)\b"), ","),
    (re.compile(r"\s+(?:full stop|period)(?=\W*$)"), "."),
)
_INVISIBLE = frozenset("\ufe0e\ufe0f\u20e3\u3164\u115f\u1160\u2800")
_NUMBER_SIGN = re.compile(r"(?:№|\bn[º°]|#)\s*(?=\d|\W*$)|(?<=\s)#(?=\s)", re.IGNORECASE)
_ORDINAL_SIGN = re.compile(r"(\d)\s*[ºª]")
_TOKEN = re.compile(
    r"(?P<time>\b\d{1,2}\s?(?::|h|\.(?=\d\d(?!\d|[./-])))\s?\d{2}(?!\d)\s?(?:hrs?|hs|h)?\s?(?:[ap]\.?\s?m\b\.?)?"
    r"|\b\d{1,2}\s?(?:[ap]\.?\s?m\b\.?|o ?'? ?clock\b|hrs?\b|hs\b|h\b|heures?\b|horas?\b))"
    r"|(?P<date>\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\b)"
    r"|(?P<ordinal>\b\d{1,2}(?:st|nd|rd|th|er|ere|eme|nde|[aeo])\b)"
    r"|(?P<number>\d+)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<ask>[?¿؟]+)"
    r"|(?P<stop>[.!;\n\r…:|]+|\s[-–—]+\s|[-–—]{2,})"
    r"|(?P<comma>,)"
)
_LETTERS = re.compile(r"\b[^\W\d_](?:[ .\-][^\W\d_]\b){2,}(?!')")  # "S T O P"
_SPREAD = re.compile(r"([^\W\d_])\1{2,}")
_ZERO = re.compile(r"(?<=[^\W\d_])0(?=[^\W\d_])")  # "st0p"
_MOST = 2_000  # characters that are read; a longer text is a person's anyway


class Token(NamedTuple):
    """A word or sign. `kind` is word, number, ordinal, time or date; `clause` counts from 0.

    `part` counts the pieces between any signs, commas too; `asks` says that its clause ends in "?".
    """

    kind: str
    text: str
    clause: int
    part: int
    asks: bool = False


def folded(text: str) -> str:
    """The text in one form: compatibility forms, case, accents and invisible marks gone."""
    text = text[:_MOST].translate(_THUMBS if _thumbs_tell(text) else {})
    text = _NUMBER_SIGN.sub(" number ", text.translate(_APOSTROPHES).translate(_SIGNS))
    text = unicodedata.normalize("NFKD", _ORDINAL_SIGN.sub(r"\1o", text)).casefold()
    kept = [
        one for one in text if one not in _INVISIBLE and unicodedata.category(one) not in ("Mn", "Cf", "Me")
    ]
    whole = "".join(kept).translate(_LOOKALIKES).translate(_APOSTROPHES)
    for sound, letters in (*_FOR_SOUND, *_DICTATED):
        whole = sound.sub(letters, whole)
    return _LETTERS.sub(_joined, _ZERO.sub("o", whole))


def _thumbs_tell(text: str) -> bool:
    """Whether a thumb says yes or no: one that is down, beside words: "1 👍 2 👎"."""
    return "👎" in text and any(one.isalnum() for one in text)


def _joined(letters: re.Match[str]) -> str:
    return re.sub(r"[ .\-]", "", letters.group())


def words_of(text: str, *, keeps_apart: bool = False) -> list[str]:
    """The words of a text in one form, signs gone; an apostrophe joins, or parts where `keeps_apart`."""
    whole = folded(text) if keeps_apart else folded(text).replace("'", "")
    spread = (character if character.isalnum() else " " for character in whole)
    return "".join(spread).split()


def tokens_of(text: str) -> list[Token]:
    """The words of a folded text, with the clause each stands in."""
    found: list[Token] = []
    clause = part = first = 0
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind in ("stop", "ask", "comma"):
            part += 1
            if kind == "ask" and "?" in match.group():
                found[first:] = [one._replace(asks=True) for one in found[first:]]
            if kind != "comma" and found and found[-1].clause == clause:
                clause, first = clause + 1, len(found)
            continue
        for kind_of, piece in _pieces(kind, match.group()):
            found.append(Token(kind_of, piece, clause, part))
    return found


def _pieces(kind: str, text: str) -> list[tuple[str, str]]:
    if kind != "word":
        return [(kind, text)]
    return [("word", piece) for piece in _unelided(_unspread(text))]


def _unspread(word: str) -> str:
    """ "yesss" and "stoooop" are said louder, and no other words."""
    return _SPREAD.sub(r"\1", word)


_WITH_IS = frozenset({"it", "that", "what", "who", "he", "she", "there", "here", "where", "how", "when"})
_ENGLISH_ENDS = {"ll": "will", "re": "are", "ve": "have", "m": "am", "s": "is", "d": "would"}


def _unelided(word: str) -> list[str]:
    """ "don't" is "dont", "I'll" is "i will", "j'arrive" is "j arrive"."""
    if "'" not in word:
        return [word]
    head, _, tail = word.partition("'")
    if (head, tail) == ("y", "all"):
        return ["yall"]
    if head.endswith("n") and tail == "t":
        return [head + "t"]
    if tail == "s" and head not in _WITH_IS:  # "Ben's"
        return [head]
    if tail in _ENGLISH_ENDS:
        return [head, _ENGLISH_ENDS[tail]]
    return [head, *_unelided(tail)] if tail else [head]
