"""Who is reminded in the story of the ladder: what each one's phone does, and what it must come to."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
CHAT, TEXT, CALL = "whatsapp", "sms", "voice"
CONFIRMED, CANCELED, MOVED = "confirmed", "canceled", "reschedule_asked"
DAYS_BEFORE = 3


class Patient(Struct, frozen=True, kw_only=True):
    """One person, and by which `rungs` they are reached before they answer, if they do.

    On the last rung they press the button or key `presses`, or write `writes`; the answer must be taken for
    `ends_as`. `does_it` is False for who watches the demo: they may answer or not.
    """

    name: str
    phone: str
    language: str
    zone: ZoneInfo
    rungs: tuple[str, ...]
    presses: str = ""
    writes: str = ""
    ends_as: str | None = None
    does_it: bool = True

    @property
    def says(self) -> str:
        """What they do, in words."""
        return f"writes {self.writes!r}" if self.writes else f"presses {self.presses}"

    def handset(self, rung: str) -> str:
        """Where that rung's message arrives at the simulator."""
        return f"whatsapp:{self.phone}" if rung == CHAT else self.phone


# Numbers that end in 0020 have no WhatsApp, and nobody takes the phone that ends in 0032.
PATIENTS = (
    Patient(name="Ana", phone="+12125552391", language="en", zone=NEW_YORK, rungs=(CHAT,), presses="1",
            ends_as=CONFIRMED),
    Patient(name="Ben", phone="+12125550020", language="en", zone=NEW_YORK, rungs=(CHAT, TEXT),
            writes="Could we do another day, please?", ends_as=MOVED),
    Patient(name="Cleo", phone="+12135552393", language="en", zone=LOS_ANGELES, rungs=(CHAT, CALL),
            presses="1", ends_as=CONFIRMED),
    Patient(name="Dora", phone="+12125552394", language="es", zone=NEW_YORK, rungs=(CHAT,),
            writes="Sí, allí estaré", ends_as=CONFIRMED),
    Patient(name="Elías", phone="+13105550020", language="es", zone=LOS_ANGELES, rungs=(CHAT, TEXT),
            writes="No puedo ir", ends_as=CANCELED),
    Patient(name="Flor", phone="+12125552396", language="es", zone=NEW_YORK, rungs=(CHAT, CALL),
            presses="2", ends_as=CANCELED),
    Patient(name="Gus", phone="+12125550032", language="en", zone=NEW_YORK, rungs=(CHAT, CALL)),
    Patient(name="Wanda", phone="+12125552399", language="en", zone=NEW_YORK, rungs=(CHAT, CALL),
            does_it=False),
)  # fmt: skip


def appointments(first_day: date) -> bytes:
    """The clinic's file: each one's visit at half past ten, where they are."""
    visit = first_day + timedelta(days=DAYS_BEFORE)
    lines = ["Patient,Phone,Language,Zone,Appointment"]
    lines += [f"{one.name},{one.phone},{one.language},{one.zone.key},{visit} 10:30" for one in PATIENTS]
    return "\n".join(lines).encode()
