"""What several texts have in common is said once; what each has of its own replaces a tag in it.

Texts of one template differ in a few places. Cut at their tags and lines they have as many pieces, and a
piece that is the same in all need not be repeated for each recipient.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from shared.domain.ids import random_id

_CUTS = re.compile(r"(?<=[>\n])|(?=<)")


def pieces_of(text: str) -> list[str]:
    """The text, cut at the tags of HTML and at line ends."""
    return _CUTS.split(text)


class SharedText:
    """Several texts as one text with tags, and for each what stands in their place.

    Texts of unequally many pieces have nothing in common; one text alone has nothing of its own. The tags are
    random, so that no text holds one.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        cut = [pieces_of(text) for text in texts]
        if len({len(pieces) for pieces in cut}) > 1:
            cut = [[text] for text in texts]
        columns = list(zip(*cut, strict=True))
        runs = groupby(range(len(columns)), key=lambda column: len(set(columns[column])) == 1)
        shared: list[str] = []
        self._own: list[tuple[str, tuple[str, ...]]] = []  # by tag, what each text has there
        for is_same, run in runs:
            places = list(run)
            if is_same:
                shared += [columns[place][0] for place in places]
                continue
            tag = f"-{random_id()}-"
            shared.append(tag)
            self._own.append((tag, tuple("".join(row[place] for place in places) for row in cut)))
        self.text = "".join(shared)

    def own(self, index: int) -> dict[str, str]:
        """What the text at `index` has in place of each tag."""
        return {tag: values[index] for tag, values in self._own}

    def own_bytes(self, index: int) -> int:
        """How long that is together, with the tags."""
        return sum(bytes_of(f"{tag}{value}") for tag, value in self.own(index).items())


def bytes_of(text: str) -> int:
    """The length of a text as it is sent."""
    return len(text.encode(errors="surrogatepass"))
