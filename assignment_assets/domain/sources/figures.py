"""The figures of a source on one page: rows, faults, owners, locks, deals, money."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TableRows:
    """Rows of one table: read, of these kept and left out, cells or rows listed, rows that a filter excluded."""

    table: str
    read: int
    kept: int
    left_out: int
    listed: int
    excluded: int


@dataclass(frozen=True)
class Example:
    """One row that was listed, as people find it in their file."""

    row_no: int | None
    record_id: str
    found: str


@dataclass(frozen=True)
class Exceptions:
    """What is wrong in one kind of way, how often, what was expected and what to do, and the first three of them."""

    table: str
    column: str
    expected: str
    remedy: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class MoneyFigures:
    """One column of money: how many cells hold some, their sum, the smallest and the largest, in cents."""

    table: str
    column: str
    filled: int
    sum_cents: int
    smallest_cents: int | None
    largest_cents: int | None


@dataclass(frozen=True)
class IdleRep:
    """A field rep who receives nothing, and the cell that says so."""

    rep_id: str
    name: str
    reason: str
    cell: str


@dataclass(frozen=True)
class Note:
    """A sentence on the reading of one table."""

    table: str
    sentence: str


@dataclass(frozen=True)
class EmptyColumn:
    """A column of the contract in which no row holds anything, and what that means."""

    table: str
    column: str
    meaning: str


@dataclass(frozen=True)
class Profile:
    """The figures of a snapshot.

    Attributes
    ----------
    rows
        By table.
    exceptions
        What was listed, the most frequent kind first.
    notes
        Sentences on what was completed, derived or left out.
    contradictions
        Sentences on columns that say different things, and on names that stand twice.
    empty_columns
        Columns that matter and hold nothing.
    owners
        Accounts by their owner's state of being, `OWNER_STATES`.
    referrals
        Accounts by referral status, `REFERRAL_STATES`.
    locks
        Locks that today's data gives, by kind; capacity is not considered.
    standings
        Accounts by why they are free, fixed or out.
    deals
        open, won, closed otherwise.
    deals_outside
        Deals of accounts that are not in the list; they are in no other figure.
    uncovered
        State → free accounts there, where no receiving rep covers it.
    num_receivers, idle_reps
        Field reps who can receive, and those who cannot.
    inside_sales
        Queue → its active members.
    money
        By column.
    """

    as_of: str
    rows: tuple[TableRows, ...]
    exceptions: tuple[Exceptions, ...]
    notes: tuple[Note, ...]
    contradictions: tuple[Note, ...]
    empty_columns: tuple[EmptyColumn, ...]
    owners: dict[str, int]
    referrals: dict[str, int]
    locks: dict[str, int]
    standings: dict[str, int]
    deals: dict[str, int]
    deals_outside: int
    uncovered: dict[str, int]
    num_receivers: int
    idle_reps: tuple[IdleRep, ...]
    inside_sales: dict[str, int]
    money: tuple[MoneyFigures, ...]
