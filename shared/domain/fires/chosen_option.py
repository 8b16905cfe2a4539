"""Which reply option somebody chose, where several mean the same and set off different things."""

from collections.abc import Sequence

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.messages.reply import Reply
from shared.domain.replies.words import words_of


def chosen_option(
    options: Sequence[ReplyOption], disposition: Disposition, reply: Reply
) -> ReplyOption | None:
    """The option of this disposition that the reply chose: by its button, its word alone, or beside others.

    The first where none of their words was said, as in "yes"; None where no option means this.
    """
    meant = [one for one in options if one.disposition is disposition]
    if len(meant) < 2:
        return meant[0] if meant else None
    said = list(words_of(reply.choice or reply.body))
    ways = [[list(words_of(word)) for word in one.words] for one in meant]
    whole = (one for one, words in zip(meant, ways, strict=True) if said in words)
    beside = (
        one for one, words in zip(meant, ways, strict=True) if any(_holds(said, word) for word in words)
    )
    return next(whole, next(beside, meant[0]))


def _holds(said: Sequence[str], word: Sequence[str]) -> bool:
    """Whether the words stand in what was said, one after the other."""
    size = len(word)
    return size > 0 and any(said[at : at + size] == word for at in range(len(said) - size + 1))
