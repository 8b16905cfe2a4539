"""A list of refusals out of a file: where in it the addresses stand, and which of its cells are none."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import InvalidInput
from shared.domain.files.cell import shown
from shared.domain.files.characters import trim
from shared.domain.files.column_names import column_key, column_letters

LOOKED_AT = 50  # rows by whose cells the columns with addresses are found
SHOWN_VALUE = 100
Row = tuple[int, Sequence[str]]  # its number, as spreadsheets count, and its cells


class ListedAddress(Struct, frozen=True, kw_only=True):
    """An address of the list, under the id of its refusal."""

    opt_out_id: str
    address: str


class RefusedCell(Struct, frozen=True, kw_only=True):
    """A cell that holds no address: where it stands, and why it is none."""

    row: int
    column: str
    value: str
    reason: str


class AddressColumns(Struct, frozen=True, kw_only=True):
    """Where the addresses stand: below row `header_row` (0: there is none), in these columns by index.

    A list without a header has addresses in all columns but those that hold something else.
    """

    header_row: int
    names: dict[int, str]
    others: frozenset[int] = frozenset()

    def cells(self, row: Row) -> Iterator[tuple[str, str]]:
        """The cells in which an address should stand, each with its column's name."""
        number, cells = row
        if number <= self.header_row:
            return
        if self.names:
            for index, name in self.names.items():
                yield name, cells[index] if index < len(cells) else ""
            return
        for index, cell in enumerate(cells):
            if index not in self.others and trim(cell):
                yield column_letters(index), cell


Reader = Callable[[str], str]


def reader_of(channel: Channel, region: str) -> Reader:
    """Reads the address in a cell, as a single refusal is read. It raises AddressInvalid."""

    def read(cell: str) -> str:
        return normalize(channel, shown(cell), region, allows_possible=True)

    return read


def find_columns(head: Sequence[Row], read: Reader, column: str | None) -> AddressColumns:
    """Where the addresses are: in the column of that name, or where the cells of the first rows are some.

    Raises InvalidInput, naming the columns there are, when that cannot be told.
    """
    if column is not None:
        return _named(head, column)
    valid = [{i for i, cell in enumerate(cells) if _is_address(cell, read)} for _, cells in head]
    first = next((place for place, found in enumerate(valid) if found), None)
    if first is None:
        raise InvalidInput.at("column", f"none of the first rows holds an address; {_columns(head[:1])}")
    width = max(len(cells) for _, cells in head)
    below = range(first, len(head))
    filled = [sum(1 for n in below if trim(_cell(head[n][1], index))) for index in range(width)]
    right = [sum(1 for n in below if index in valid[n]) for index in range(width)]
    columns = [index for index in range(width) if right[index] and 2 * right[index] >= filled[index]]
    if first == 0:
        others = frozenset(index for index in range(width) if filled[index] and index not in columns)
        return AddressColumns(header_row=0, names={}, others=others)
    number, names = head[first - 1]
    if len(columns) != 1:
        chosen = ", ".join(repr(_name(names, index)) for index in columns) or "none"
        reason = (
            f"name the one with the addresses; they seem to be in: {chosen}; {_columns([head[first - 1]])}"
        )
        raise InvalidInput.at("column", reason)
    return AddressColumns(header_row=number, names={columns[0]: _name(names, columns[0])})


def read_row(
    row: Row, columns: AddressColumns, channel: Channel, read: Reader
) -> Iterator[ListedAddress | RefusedCell]:
    """The addresses of a row, and the cells in which there should be one."""
    for name, cell in columns.cells(row):
        try:
            address = read(cell)
        except AddressInvalid as invalid:
            value = shown(cell)[:SHOWN_VALUE]
            yield RefusedCell(row=row[0], column=name, value=value, reason=invalid.reason)
        else:
            yield ListedAddress(opt_out_id=opt_out_id(channel, address), address=address)


def _named(head: Sequence[Row], column: str) -> AddressColumns:
    for number, cells in head:
        found = [i for i, cell in enumerate(cells) if column_key(shown(cell)) == column_key(column)]
        if len(found) > 1:
            raise InvalidInput.at("column", f"{column[:SHOWN_VALUE]!r} is there more than once; rename one")
        if found:
            return AddressColumns(header_row=number, names={found[0]: _name(cells, found[0])})
    raise InvalidInput.at("column", f"the file has no column {column[:SHOWN_VALUE]!r}; {_columns(head[:1])}")


def _columns(rows: Sequence[Row]) -> str:
    names = [_name(cells, index) for _, cells in rows for index in range(min(len(cells), 30))]
    return f"its columns are: {', '.join(map(repr, names)) or 'none'}"


def _name(cells: Sequence[str], index: int) -> str:
    return trim(shown(_cell(cells, index)))[:SHOWN_VALUE] or column_letters(index)


def _cell(cells: Sequence[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _is_address(cell: str, read: Reader) -> bool:
    try:
        read(cell)
    except AddressInvalid:
        return False
    return True
