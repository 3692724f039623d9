"""Which column of the deals names their account: by its id, else by its name."""

import polars as pl

from assignment_assets.domain.sources.names import plain_names
from assignment_assets.io.proposal.columns import Proposed
from assignment_assets.io.proposal.synonyms import candidates
from assignment_assets.io.proposal.tables import Found

SEPARATOR = ";"
_ID = 15


def deals(found: dict[str, Found], chosen: dict[str, Proposed]) -> list[str]:
    """Takes that column, or leaves the deals out and says so.

    Lists of ids, as HubSpot writes associated companies, count by their first.
    """
    frame, accounts = found["opportunities"].texts.frame, found["accounts"].texts.frame
    sets = {
        "id": _keys(chosen["accounts"].cells("account_id", accounts), is_id=True),
        "name": _keys(chosen["accounts"].cells("name", accounts), is_id=False),
    }
    shares = [
        (_joined(frame[header], keys, kind == "id", is_list), kind == "id", not is_list, -rank, header)
        for rank, header in enumerate(candidates(frame.columns, "opportunities")["account_id"])
        for kind, keys in sets.items()
        for is_list in (False, True)
    ]
    share, is_id, is_single, _, header = max(shares, default=(0.0, False, True, 0, ""))
    if "opportunity_id" not in chosen["opportunities"].columns:
        share = 0.0
    if share:
        rule = {"from": header} if is_single else {"from": header, "first_of": SEPARATOR}
        kind = "id" if is_id else "name"
        chosen["opportunities"].put("account_id", rule, f"{share:.0%} of its values are an account's {kind}")
        return []
    name, where = found["opportunities"].path.name, found["accounts"].path.name
    del found["opportunities"], chosen["opportunities"]
    return [
        f"{name} is left out: none of its columns names an account by the id or the name of {where}, or nothing tells "
        "its rows apart. No deal protects its account; export the deals with their own and the account's id, or say "
        '--column opportunities.account_id="…" and --column opportunities.opportunity_id="…".'
    ]


def _keys(cells: pl.Series | None, is_id: bool) -> pl.Series:
    if cells is None:
        return pl.Series([], dtype=pl.String)
    return _plain(cells, is_id).unique()


def _joined(cells: pl.Series, keys: pl.Series, is_id: bool, is_list: bool) -> float:
    values = cells.drop_nulls().unique()
    if is_list and not values.str.contains(SEPARATOR, literal=True).any():
        return 0.0
    values = _plain(values.str.split(SEPARATOR).list.first() if is_list else values, is_id)
    return int(values.is_in(keys.implode()).sum()) / max(values.len(), 1)


def _plain(cells: pl.Series, is_id: bool) -> pl.Series:
    """Ids by the characters that do not depend on a tool's completion, names as they are compared."""
    frame = cells.drop_nulls().alias("key").to_frame()
    plain = pl.col("key").str.strip_chars().str.slice(0, _ID) if is_id else plain_names(pl.col("key"))
    return frame.select(plain)["key"].drop_nulls()
