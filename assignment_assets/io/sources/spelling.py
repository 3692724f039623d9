"""How the imported files spell ids and owners, so that what goes back to the user's system is what came from it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.domain.tables import RepsFrame
from assignment_assets.io.mapping.mapping import SourceMapping, read_mapping
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.mapped_texts import table_texts

FORMS = {"id": "rep_id", "email": "email", "name": "name"}
"""How an accounts file may name owners, and the roster's column for it."""
_KEYS = FORMS | {"id": "id"}
"""The same, with the id as the source has it."""


@dataclass(frozen=True)
class Spelling:
    """As the files have it.

    Attributes
    ----------
    accounts, reps
        Our id → the file's; ids that are not named are spelled alike.
    owners
        Rep id → the accounts file's word for them.
    owner_form
        What that word is: id, email or name.
    note
        A sentence where the files could not be read again; empty else.
    """

    accounts: dict[str, str] = field(default_factory=dict)
    reps: dict[str, str] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    owner_form: str = "id"
    note: str = ""


def read_spelling(setting: SourceSetting, reps: RepsFrame) -> Spelling:
    """The spelling of the source's files as they lie there now; ours where it is no file, or cannot be read again.

    Parameters
    ----------
    reps
        The cycle's roster: owners are found in it by id, else by e-mail address or name, as they were at the import.
    """
    if setting.kind != "files":
        return Spelling()
    try:
        mapping = read_mapping(Path(setting.path))
        accounts, owners = (_texts(mapping, "accounts", column) for column in ("account_id", "owner_id"))
        roster = _texts(mapping, "reps", "rep_id")
    except (SourceUnavailable, InvalidInput) as error:
        what = str(error).splitlines()[0]
        return Spelling(note=f"the source's files cannot be read again ({what}); ids are spelled as the engine does")
    roster_ids = reps.with_columns(id=pl.coalesce("source_id", "rep_id"))
    form = _form(owners, roster_ids)
    key = _KEYS[form]
    known = dict(roster_ids.select(pl.col(key).pipe(_plain), ours="rep_id").drop_nulls().iter_rows())
    named = {known[_folded(text)]: text for text in owners if _folded(text) in known}
    keyed = dict(reps.select("rep_id", "source_id").drop_nulls().iter_rows())
    return Spelling(_respelled(accounts), _respelled([*roster, *owners]) | keyed, named, form)


def _texts(mapping: SourceMapping, name: str, column: str) -> list[str]:
    table = mapping.tables()[name]
    texts, _ = table_texts(mapping, name, table)
    rule = table.rules(name, texts.frame.columns).get(column)
    if rule is None or rule.source not in texts.frame.columns:
        return []
    return list(texts.frame[rule.source].drop_nulls().unique(maintain_order=True))


def _respelled(texts: Iterable[str]) -> dict[str, str]:
    return {ours: text for text in texts if (ours := complete_id(text)) != text}


def _form(owners: Iterable[str], reps: pl.DataFrame) -> str:
    """Which of the roster's columns knows most of the owners' words; the id's where that is even."""
    words = {_folded(text) for text in owners}
    met = Counter({form: len(words & set(reps.select(_plain(pl.col(key)))[key])) for form, key in _KEYS.items()})
    return met.most_common(1)[0][0]


def _plain(column: pl.Expr) -> pl.Expr:
    return column.map_elements(_folded, return_dtype=pl.String)


def _folded(text: str) -> str:
    return " ".join(complete_id(text).lower().split())
