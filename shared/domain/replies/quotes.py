"""The mail that somebody answers, as mail programs put it below or around what they write.

A line says who wrote it ("On … wrote:", "Le … a écrit :"), or a block of headers does (Outlook), or a rule of
signs. Lines of the quote begin with ">" (RFC 3676, section 4.5), or it is all that follows.
"""

import re
from collections.abc import Iterable, Sequence

from shared.domain.replies.words import words_of

_WROTE = r"(?:wrote|escribió|escribio|a\s+écrit|a\s+ecrit|escreveu|schrieb|ha\s+scritto|schreef)"
_DATED = rf"(?=.*\d)(?:on|el|le|em|a|no\s+dia|am|il|op)\b.{{4,250}}\b{_WROTE}\b\s*:(?:\s*>.*)?"
_WRAPPED = re.compile(_DATED, re.IGNORECASE)
_HEAD = re.compile(
    rf"\s*(?:{_DATED}"
    rf"|.{{1,80}}<\s*[^<>\s]+@[^<>\s]+\s*>\)?\s*{_WROTE}\s*:"
    rf"|(?=.*\d).{{2,80}}\b{_WROTE}\s+(?:on|el|le|em|a|no)\b.{{4,100}}:"
    rf"|-{{2,}}\s*(?:on|el|le|em|a)\b.{{4,250}}\b{_WROTE}\s*-{{2,}}"
    r"|-{2,}\s*(?:original message|original-nachricht|forwarded message|mensaje original|mensaje reenviado"
    r"|message d'origine|message d’origine|message original|message transféré|mensagem original"
    r"|mensagem encaminhada|e-mail original)\s*-*.*"
    r"|(?:begin forwarded message|inicio del mensaje reenviado|début du message (?:réexpédié|transféré)"
    r"|início da mensagem (?:encaminhada|reencaminhada))\s*:"
    r"|_{5,}|(?:from|de)\s?:\s.*@.*"
    r")\s*",
    re.IGNORECASE,
)
_AMID = re.compile(  # a mail whose lines were lost
    rf"(?<=\S)\s(?:on|el|le|em|a)\s(?=\S{{1,10}}\s)[^\n]{{0,80}}?(?:\b20\d\d\b|\b\d\d?[:h]\d\d)[^\n]{{0,160}}?\b{_WROTE}\s*:"
    r"|(?<!\S)[*]?(?:from|de)\s?:[^\n]{1,120}?\b(?:sent|enviad[oa](?: em| el)?|envoyé|date|fecha|data)\s?:"
    r"[^\n]{1,120}?\s(?:to|para|à|a)\s?:|\s-{3,}\s?original message\s?-{3,}",
    re.IGNORECASE,
)
_SENDER = re.compile(
    r"\s*[*_]*(?:from|de|expéditeur|remitente|remetente|von)\s*[*_]*\s*:\s*\S", re.IGNORECASE
)
_HEADERS = re.compile(
    r"\s*[*_]*(?:sent|date|to|cc|subject|enviado(?: el)?|enviada(?: em)?|fecha|data|para|asunto|envoyé"
    r"|date d'envoi|à|objet|assunto|gesendet|an|betreff)\s*[*_]*\s*:",
    re.IGNORECASE,
)
_MOST_HEAD = 3  # lines over which a program wraps its head
_NEAR = 4  # lines in which a second header follows the sender
_MOST_AMID = 4_000  # characters in which a head is looked for amid a line
_PIECE = 3  # words of a line that the quote was wrapped into


def without_quotes(text: str, sent: Iterable[str]) -> list[str]:
    """The lines that quote nothing. Of a wrapped quote of what was `sent` nothing is left either."""
    lines = f"{_AMID.sub(_on_a_line, text[:_MOST_AMID])}{text[_MOST_AMID:]}".splitlines()
    kept: list[str] = []
    for at, line in enumerate(lines):
        if size := _head_at(lines, at):
            return [*kept, *_below(lines[at + size :], sent)]
        if not _is_quoted(line):
            kept.append(line)
    return kept


def _on_a_line(head: re.Match[str]) -> str:
    return f"\n{head.group().strip()}\n"


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _head_at(lines: Sequence[str], at: int) -> int:
    """How many lines the head of a quote takes that begins there; 0 where none does."""
    if _is_quoted(lines[at]) or not lines[at].strip():
        return 0
    if _SENDER.match(lines[at]) and any(_HEADERS.match(one) for one in lines[at + 1 : at + 1 + _NEAR]):
        return 1
    if _HEAD.fullmatch(lines[at]):
        return 1
    for size in range(2, _MOST_HEAD + 1):
        if _WRAPPED.fullmatch(" ".join(one.strip() for one in lines[at : at + size])):
            return size
    return 1 if _AMID.fullmatch(f"x {lines[at].strip()}", 1) else 0


def _below(lines: Sequence[str], sent: Iterable[str]) -> list[str]:
    """What stands below and between the lines of a quote; nothing where it is not marked line by line."""
    first = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    if not (lines[first:] and _is_quoted(lines[first])):
        return []
    said = [f" {' '.join(words_of(one))} " for one in sent]
    return [line for line in lines[first:] if not _is_quoted(line) and not _is_piece(line, said)]


def _is_piece(line: str, said: Sequence[str]) -> bool:
    words = words_of(line)
    return len(words) >= _PIECE and any(f" {' '.join(words)} " in one for one in said)
