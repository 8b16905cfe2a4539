"""Which reply option somebody chose, where several mean the same and set off different things."""

from collections.abc import Iterable, Sequence

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.messages.reply import Reply
from shared.domain.replies.kinds import own_words
from shared.domain.replies.words import words_of

NOWHERE = -1


def chosen_option(
    options: Sequence[ReplyOption], disposition: Disposition, reply: Reply, sent: Iterable[str] = ()
) -> ReplyOption | None:
    """The option of this disposition that the reply chose: by its button, or by the word that it said last.

    `sent` are the texts that it may quote. The first where no word of theirs was said, as in "yes"; None
    where no option means this.
    """
    meant = [one for one in options if one.disposition is disposition]
    if len(meant) < 2:
        return meant[0] if meant else None
    said = _said(reply, sent)
    return max(meant, key=lambda one: _named_at(one, said))


def is_named(option: ReplyOption, reply: Reply, sent: Iterable[str] = ()) -> bool:
    """Whether the reply says one of the option's words, or pressed its button: "yes" names none."""
    return _named_at(option, _said(reply, sent)) > NOWHERE


def _said(reply: Reply, sent: Iterable[str]) -> list[str]:
    return words_of(reply.choice or own_words(reply.body, sent))


def _named_at(option: ReplyOption, said: Sequence[str]) -> int:
    return max(_last(said, words_of(word)) for word in option.words)


def _last(said: Sequence[str], word: Sequence[str]) -> int:
    """Where the words end that were said last, one after the other."""
    size = len(word)
    ends = (end for end in range(len(said), size - 1, -1) if said[end - size : end] == word)
    return next(ends, NOWHERE) if size else NOWHERE
