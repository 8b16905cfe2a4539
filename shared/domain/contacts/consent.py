"""What a person's words do to their consent. Which words do is in shared/domain/replies."""

from enum import StrEnum


class WordMeaning(StrEnum):
    """What a carrier word does."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
