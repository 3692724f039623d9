"""Builders of small companies: frames as the review takes them, from one line an account or a rep."""

from dataclasses import dataclass, replace

import polars as pl

from assignment_assets.domain.review.facts import FALLBACK, REVIEW_BOOKS, REVIEW_EDITS, REVIEW_REPS
from assignment_assets.domain.review.rule import PLUS_MINUS_FIVE, Bounds, Verdicts, judge

DANA, LEE = "dana@example.com", "lee@example.com"
DIRECTORS = {"North": DANA, "South": LEE}


def rep(rep_id, name, region, states, capacity, team="field", **changes):
    """A row of REVIEW_REPS: an active receiver unless told otherwise."""
    row = {
        "rep_id": rep_id,
        "name": name,
        "team": team,
        "region": region,
        "director_email": DIRECTORS.get(region),
        "covered_states": states.split(),
        "capacity": capacity,
        "is_active": True,
        "is_on_leave": False,
        "is_receiver": team == "field",
        "fixed_count": 0,
    }
    return row | changes


def account(account_id, state, proposed, current, **changes):
    """A row of REVIEW_BOOKS, of a field book unless told otherwise."""
    row = {
        "account_id": account_id,
        "state": state,
        "proposed_owner_id": proposed,
        "current_owner_id": current,
        "owner_kind": "field",
        "is_locked": False,
        "move_reason": "rebalance",
        "reason_sentence": "The engine says so",
    }
    return row | changes


def add(account_id, rep_id, row_no=1, receipt_no=1, director=DANA, **changes):
    """An add by a director, with a reason."""
    return _edit("add", account_id, rep_id, row_no, receipt_no, director) | changes


def drop(account_id, rep_id, row_no=1, receipt_no=1, director=DANA, **changes):
    """A drop by a director, with a reason."""
    return _edit("drop", account_id, rep_id, row_no, receipt_no, director) | changes


def _edit(kind, account_id, rep_id, row_no, receipt_no, director):
    return {
        "receipt_no": receipt_no,
        "director": director,
        "row_no": row_no,
        "edit_kind": kind,
        "rep_id": rep_id,
        "account_id": account_id,
        "edit_reason": "morale",
        "note": "they ask for it",
    }


@dataclass(frozen=True)
class Company:
    """Books, reps and each account's Inside Sales member."""

    books: pl.DataFrame
    reps: pl.DataFrame

    @classmethod
    def of(cls, accounts, reps):
        """From rows of `account` and `rep`."""
        return cls(
            REVIEW_BOOKS.conform(pl.DataFrame(accounts, schema=REVIEW_BOOKS.columns)),
            REVIEW_REPS.conform(pl.DataFrame(reps, schema=REVIEW_REPS.columns)),
        )

    @classmethod
    def tiny(cls):
        """The company drawn in conftest."""
        return cls.of(
            [
                account("a1", "TX", "ana", "ana", is_locked=True),
                account("a2", "TX", "ana", "ben"),
                account("a3", "TX", "ana", "cleo"),
                account("a4", "OK", "ana", "ana"),
                account("b1", "TX", "ben", "ana"),
                account("b2", "TX", "ben", "ben"),
                account("b3", "NM", "ben", "max"),
                account("b4", "TX", "ben", "ben"),
                account("c1", "TX", "cleo", "cleo"),
                account("c2", "TX", "cleo", "ana"),
                account("c3", "LA", "cleo", "cleo"),
                account("o1", "TX", "iris", "iris", owner_kind="inside_sales"),
            ],
            [
                rep("ana", "Ana Ruiz", "North", "TX OK NM", 6),
                rep("ben", "Ben Ode", "North", "TX NM", 4),
                rep("cleo", "Cleo Park", "South", "TX LA", 3),
                rep("iris", "Iris Lane", None, "", 0, team="arm"),
                rep("max", "Max Orr", "North", "TX NM", 4, is_active=False, is_receiver=False),
            ],
        )

    @property
    def fallback(self):
        """Every account's Inside Sales member: the first one."""
        member = self.reps.filter(pl.col("team") == "arm")["rep_id"][0]
        return FALLBACK.conform(self.books.select("account_id", member_id=pl.lit(member)))

    def with_rep(self, rep_id, **changes):
        """The company with one rep's row changed."""
        rows = [row | changes if row["rep_id"] == rep_id else row for row in self.reps.to_dicts()]
        return replace(self, reps=pl.DataFrame(rows, schema=REVIEW_REPS.columns))

    def with_account(self, account_id, **changes):
        """The company with one account's row changed."""
        rows = [row | changes if row["account_id"] == account_id else row for row in self.books.to_dicts()]
        return replace(self, books=pl.DataFrame(rows, schema=REVIEW_BOOKS.columns))

    def judge(self, *edits, bounds: Bounds = PLUS_MINUS_FIVE, **more) -> Verdicts:
        """The review of rows of `add` and `drop`."""
        frame = pl.DataFrame(list(edits), schema=REVIEW_EDITS.columns)
        return judge(frame, self.books, self.reps, self.fallback, bounds=bounds, **more)


def verdict_of(verdicts: Verdicts, account_id, kind="add", receipt_no=None):
    """(verdict, rule, message) of the one edit on an account."""
    rows = verdicts.edit_verdicts.filter((pl.col("account_id") == account_id) & (pl.col("edit_kind") == kind))
    if receipt_no is not None:
        rows = rows.filter(pl.col("receipt_no") == receipt_no)
    return rows.select("verdict", "rule", "message").row(0)


def owner_of(books: pl.DataFrame, account_id):
    """(owner after review, review change) of an account."""
    return books.filter(pl.col("account_id") == account_id).select("reviewed_owner_id", "review_change").row(0)


def big_book(size=12):
    """Ana with `size` accounts that were Ben's, Ben with seats for all of them and as many in overflow."""
    accounts = [account(f"a{i:02}", "TX", "ana", "ben") for i in range(1, size + 1)]
    overflow = [account(f"o{i:02}", "TX", "iris", "iris", owner_kind="inside_sales") for i in range(1, size + 1)]
    return Company.of(
        accounts + overflow,
        [
            rep("ana", "Ana Ruiz", "North", "TX", 100),
            rep("ben", "Ben Ode", "North", "TX", 100),
            rep("iris", "Iris Lane", None, "", 0, team="arm"),
        ],
    )
