"""Fields of an HL7 message, whatever its delimiters, escapes and character set."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from types import MappingProxyType

import hl7

from shared.domain.files.cell import LOST, UNREADABLE
from shared.tabular.appointments.hl7_messages import RawMessage

# HL7 table 0211, as MSH-18 names them. Without a name it is UTF-8 if it can be, else cp1252.
_CHARACTER_SETS = MappingProxyType(
    {
        "": "utf-8",
        "ASCII": "utf-8",
        "UNICODE UTF-8": "utf-8",
        "UNICODE": "utf-8",
        "UTF-8": "utf-8",
        "8859/1": "cp1252",
        **{f"8859/{part}": f"iso8859_{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 15)},
        "GB 18030-2000": "gb18030",
        "BIG-5": "big5",
        "KS X 1001": "euc_kr",
        "ISO IR87": "iso2022_jp",
    }
)
_READ = ("MSH", "SCH", "TQ1", "PID", "PV1", "AIS", "AIG", "AIL", "AIP")
_MOMENT = re.compile(
    r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.\d{1,6})?)?)?)?([+-]\d{4})?(?:[^\w.+-]\w?)?",
    re.ASCII,
)
_NULL = '""'  # says that a value is to be deleted


class MessageUnreadable(Exception):
    """A message cannot be read; the text says why and how to mend it."""


class Hl7Message:
    """A parsed message, asked by segment and number as the standard counts them."""

    def __init__(self, raw: RawMessage) -> None:
        """Parse what is read of it. Raises MessageUnreadable."""
        separators = raw.segments[0][3:9]
        if len(raw.segments[0]) < 9 or separators[:1] not in separators[4:6]:
            raise MessageUnreadable(
                "MSH-2 does not name the delimiters, as in MSH|^~\\&|; export the messages again"
            )
        field = separators[:1]
        wanted = [segment for segment in raw.segments if segment[:3].decode("latin-1") in _READ]
        charset = _charset(raw.segments[0].split(field))
        text = UNREADABLE.sub(LOST, b"\r".join(wanted).decode(charset, "surrogateescape"))
        if charset == "utf-8" and LOST in text:
            text = b"\r".join(wanted).decode("cp1252", "replace")
        try:
            self._message = hl7.parse(text)
        except (hl7.HL7Exception, AssertionError, ValueError, IndexError) as error:
            raise MessageUnreadable(f"it cannot be read as HL7 version 2 ({error})") from None
        self._segments: dict[str, list[hl7.Segment]] = {}
        for segment in self._message:
            self._segments.setdefault(str(segment[0]), []).append(segment)

    def segments(self, name: str) -> list[hl7.Segment]:
        """The segments of that name."""
        return self._segments.get(name, [])

    def first(self, name: str) -> hl7.Segment | None:
        """The first segment of that name."""
        return next(iter(self.segments(name)), None)

    def repetitions(self, segment: hl7.Segment | None, number: int) -> list[Sequence[str]]:
        """The components of each repetition of a field, unescaped."""
        if segment is None or len(segment) <= number:
            return []
        return [list(self._components(repetition)) for repetition in segment[number]]

    def _components(self, repetition: object) -> Iterator[str]:
        for component in [repetition] if isinstance(repetition, str) else repetition:  # type: ignore[attr-defined]
            text = str(self._message.unescape(str(component))).strip()
            yield "" if text == _NULL else text

    def value(self, segment: hl7.Segment | None, number: int, component: int = 1) -> str:
        """A component of the first repetition of a field; "" where there is none."""
        repetitions = self.repetitions(segment, number)
        return part(repetitions[0], component) if repetitions else ""


def part(components: Sequence[str], number: int) -> str:
    """A component by its number in the standard; "" where there is none."""
    return components[number - 1] if len(components) >= number else ""


def _charset(header: Sequence[bytes]) -> str:
    name = header[17].decode("latin-1").strip().upper() if len(header) > 17 else ""
    name = re.split(r"[^A-Z0-9/ -]", name)[0].strip()
    charset = _CHARACTER_SETS.get(name)
    if charset is None:
        raise MessageUnreadable(
            f"its character set {name!r} (MSH-18) is not read; export it as UNICODE UTF-8"
        )
    return charset


def moment_of(text: str) -> date:
    """The day or moment of an HL7 time; a moment without an offset has no zone. Raises MessageUnreadable."""
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(one or 0) for one in found.groups()[:6])
        if found[4] is None:
            return date(year, month, day)
        return datetime(year, month, day, hour, minute, second, tzinfo=_offset(found[7]))
    except ValueError:
        raise MessageUnreadable(
            f"its time {text[:30]!r} is not a day or time such as 20270614 or 202706140900-0400"
        ) from None


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]))
    return timezone(-size if text[0] == "-" else size) if size else UTC
