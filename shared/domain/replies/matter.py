"""The one appointment that a part of a reply is about, and which senses matter there."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.replies.asked import Appointment
from shared.domain.replies.sense import Mark, Sense

CONFIRMED, CANCELED, MOVED = Disposition.CONFIRMED, Disposition.CANCELED, Disposition.RESCHEDULE_ASKED
SILENT = frozenset({Sense.GREETING, Sense.COMMON, Sense.OPTION, Sense.UNIT})
NOTS = frozenset({"nao", "no", "not", "pas"})  # deny what stands beside them
_NO_WORDS = frozenset({"n", "no", "non", "nao", "não", "nop"})
Votes = Sequence[tuple[Mark, Disposition]]  # what each part says
CODES = (Sense.NUMBER, Sense.CHOICE, Sense.ORDINAL)  # what options are answered by
CLOCK = (Sense.TIME, Sense.DAY, Sense.OTHER)


class Matter(Struct, frozen=True, kw_only=True):
    """The one appointment a part of a reply is about, and what may be answered."""

    options: tuple[ReplyOption, ...]
    appointment: Appointment
    written_at: datetime

    def offers(self, disposition: Disposition) -> bool:
        """Whether one of the options means it."""
        return any(option.disposition is disposition for option in self.options)

    def numbered(self, number: object) -> Disposition | None:
        """What the digit means among the options."""
        return next(
            (one.disposition for one in self.options if str(number) in (w.strip() for w in one.words)), None
        )

    def has_word(self, disposition: Disposition, words: frozenset[str]) -> bool:
        """Whether one of these words is offered for it."""
        return any(
            word.strip().casefold() in words
            for option in self.options
            if option.disposition is disposition
            for word in option.words
        )

    def no_cancels(self) -> bool:
        """Whether a bare "no" cancels: where it is offered, or nothing else but to cancel is left."""
        return self.has_word(CANCELED, _NO_WORDS) or not self.offers(MOVED)
