"""Lists as the cells of imports and exports name them: by a name that one list alone has, or by id."""

from collections import Counter
from collections.abc import Mapping

from shared.domain.contacts.import_cells import CellFault, text_in


class ListNames:
    """The company's lists."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names` are by the lists' ids."""
        counts = Counter(name.casefold() for name in names.values())
        single = {name.casefold(): one for one, name in names.items() if counts[name.casefold()] == 1}
        self._by_word = single | {list_id: list_id for list_id in names}
        self._words = {list_id: self._word(list_id, name) for list_id, name in names.items()}

    def _word(self, list_id: str, name: str) -> str:
        try:
            is_clear = self.find(text_in(name)) == list_id
        except CellFault:
            is_clear = False
        return name if is_clear else list_id

    def find(self, word: str) -> str | None:
        """The id of the list that is meant; None when there is none, or several."""
        return self._by_word.get(word) or self._by_word.get(word.casefold())

    def words(self, list_ids: tuple[str, ...]) -> tuple[str, ...]:
        """How an export names the lists. Those that are no longer there are left out."""
        return tuple(self._words[one] for one in list_ids if one in self._words)
