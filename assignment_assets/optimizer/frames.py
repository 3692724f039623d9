"""Between the waterfall's frames and the optimiser's arrays."""

from typing import NamedTuple

import numpy as np
import polars as pl

from assignment_assets.domain.tables import CERTIFICATE, REFERRING_FRONT, REFERRING_FRONT_BOOKS
from assignment_assets.optimizer.model.eligibility_classes import classes_of
from assignment_assets.optimizer.model.extensions import NO_CAP, Families, FamilyOutcomes, RevenueCaps
from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.optimizer.model.solution import Books
from assignment_assets.optimizer.pareto.front import ReferringFront

MEASURES = ("opp_count", "bps", "tam_cents")
LOADS = (*MEASURES, "value_cents")


class Beside(NamedTuple):
    """What is asked of the books beside seats and states; none of it, unless given.

    Parameters
    ----------
    overrides
        account_id, rep_id: single accounts that a rep may hold outside covered states; as `overrides_that_matter` gives
        them.
    families
        account_id, family_id, anchor_rep_id: accounts that go to one rep together; as `families_of` gives them.
    may_split
        Whether a family that no rep can hold whole is placed one by one.
    caps
        rep_id, revenue_cap_cents: as `revenue_caps` gives them. A rep who keeps more already has no seats.
    """

    overrides: pl.DataFrame | None = None
    families: pl.DataFrame | None = None
    may_split: bool = True
    caps: pl.DataFrame | None = None


NOTHING_BESIDE = Beside()


def instance_of(
    accounts: pl.DataFrame,
    pool: pl.DataFrame,
    locks: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    performance: pl.DataFrame,
    beside: Beside = NOTHING_BESIDE,
) -> Instance:
    """The problem of one cycle: free accounts without a lock, the receivers, what they keep and may still take.

    Rows are in id order, which fixes the optimiser's answer. A receiver's capacity is also their share of the
    targets, so that a ramping rep's fair book is smaller.

    Parameters
    ----------
    accounts, pool, locks, books, reps
        Tables `accounts`, `eligible_pool`, `locks`, `current_books`, `reps`.
    performance
        rep_id and performance without nulls.
    beside
        What is asked of the books beside seats and states.
    """
    receivers = (
        books.filter("is_receiver")
        .join(reps.select("rep_id", "latitude", "longitude"), on="rep_id")
        .join(performance, on="rep_id")
        .sort("rep_id")
    )
    kept = _kept(accounts, pool, locks)
    loads = (
        receivers.select("rep_id")
        .join(
            kept.group_by("rep_id").agg(pl.len().alias("kept_count"), *(pl.col(name).sum() for name in LOADS)),
            on="rep_id",
            how="left",
            maintain_order="left",
        )
        .fill_null(0)
    )
    free = (
        pool.filter(pl.col("standing") == "free")
        .join(locks.select("account_id"), on="account_id", how="anti")
        .select("account_id", "is_referring", "is_unowned")
        .join(accounts, on="account_id")
        .sort("account_id")
    )
    pairs = [] if beside.overrides is None else beside.overrides.select("account_id", "rep_id").rows()
    states = sorted(set(free["state"]) | set(receivers["covered_states"].explode().drop_nulls()))
    state_index = {state: number for number, state in enumerate(states)}
    rep_index = {rep_id: number for number, rep_id in enumerate(receivers["rep_id"])}
    covers = np.zeros((receivers.height, len(states)), dtype=bool)
    for row, covered in enumerate(receivers["covered_states"]):
        covers[row, [state_index[state] for state in covered]] = True
    classes = classes_of(
        states,
        np.array([state_index[state] for state in free["state"]], dtype=np.int32),
        covers,
        _places(pairs, free["account_id"], rep_index),
    )
    seats = (receivers["capacity"] - loads["kept_count"].cast(pl.Int64)).clip(lower_bound=0).to_numpy()
    capped = None
    if beside.caps is not None and beside.caps.height:
        capped = _caps(beside.caps, receivers, kept, free)
        seats = np.where(capped.above > 0, 0, seats)
    return Instance(
        account_ids=free["account_id"].to_list(),
        rep_ids=receivers["rep_id"].to_list(),
        states=classes.states,
        account_state=classes.account_class,
        covers=classes.covers,
        seats=seats,
        is_referring=free["is_referring"].to_numpy(),
        measures=free.select(MEASURES).to_numpy(),
        value=free["value_cents"].to_numpy(),
        owner=np.array([rep_index.get(owner, NO_REP) for owner in free["owner_id"]], dtype=np.int32),
        has_owner=(~free["is_unowned"]).to_numpy(),
        base_load=loads.select(LOADS).to_numpy(),
        weight=receivers["capacity"].to_numpy(),
        performance=receivers["performance"].to_numpy(),
        account_latitude=free["latitude"].to_numpy(),
        account_longitude=free["longitude"].to_numpy(),
        rep_latitude=receivers["latitude"].to_numpy(),
        rep_longitude=receivers["longitude"].to_numpy(),
        families=None if beside.families is None else _families(beside, free["account_id"], rep_index),
        caps=capped,
    )


def _places(pairs: list[tuple[str, str]], account_ids: pl.Series, rep_index: dict[str, int]) -> list[tuple[int, int]]:
    """The pairs of account and rep as indices, those outside this problem left out."""
    accounts = {account_id: row for row, account_id in enumerate(account_ids)} if pairs else {}
    return [(accounts[account], rep_index[rep]) for account, rep in pairs if account in accounts and rep in rep_index]


def family_ids(families: pl.DataFrame) -> list[str]:
    """The families in the order in which the optimiser numbers them."""
    return sorted(set(families["family_id"]))


def _families(beside: Beside, account_ids: pl.Series, rep_index: dict[str, int]) -> Families:
    families = beside.families
    number = {family_id: place for place, family_id in enumerate(family_ids(families))}
    family_of = {account_id: number[family] for account_id, family in families.select("account_id", "family_id").rows()}
    anchor = np.full(len(number), NO_REP)
    for family, rep_id in families.select("family_id", "anchor_rep_id").drop_nulls().unique().rows():
        anchor[number[family]] = rep_index[rep_id]
    member = np.array([family_of.get(account_id, -1) for account_id in account_ids], dtype=np.int32)
    return Families(member, anchor, beside.may_split)


def families_frame(books: Books, instance: Instance, families: pl.DataFrame) -> pl.DataFrame:
    """family_id, outcome, rep_id: what became of each family; without rows where families are apart."""
    found = books.families or FamilyOutcomes((), np.empty(0, dtype=np.int32))
    return pl.DataFrame(
        {
            "family_id": family_ids(families) if books.families else [],
            "outcome": list(found.outcome),
            "rep_id": [instance.rep_ids[rep] if rep >= 0 else None for rep in found.rep],
        },
        schema={"family_id": pl.String, "outcome": pl.String, "rep_id": pl.String},
    )


def _caps(caps: pl.DataFrame, receivers: pl.DataFrame, kept: pl.DataFrame, free: pl.DataFrame) -> RevenueCaps:
    """The caps of the receivers, less the revenue that each keeps; one without a cap has room for everything."""
    held = kept.group_by("rep_id").agg(pl.col("revenue_cents").sum())
    rows = (
        receivers.select("rep_id")
        .join(caps, on="rep_id", how="left", maintain_order="left")
        .join(held, on="rep_id", how="left", maintain_order="left")
    )
    cap = rows["revenue_cap_cents"].fill_null(NO_CAP).to_numpy()
    room = cap - rows["revenue_cents"].fill_null(0).to_numpy()
    return RevenueCaps(free["revenue_cents"].fill_null(0).to_numpy(), np.maximum(room, 0), cap, np.maximum(-room, 0))


def _kept(accounts: pl.DataFrame, pool: pl.DataFrame, locks: pl.DataFrame) -> pl.DataFrame:
    """Accounts that stay with a rep whatever is proposed: locked or fixed, with their loads.

    An account whose row was left out of the source takes its seat, and its loads are unknown.
    """
    fixed = pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id")
    return pl.concat([fixed, locks.select("account_id", "rep_id")]).join(accounts, on="account_id", how="left")


def front_frame(front: ReferringFront, chosen: int) -> pl.DataFrame:
    """Table `referring_front`: one row a point, the knee and the chosen point marked."""
    points = np.arange(front.num_points)
    return REFERRING_FRONT.conform(
        pl.DataFrame(
            {
                "point": points,
                "referring_imbalance": front.objectives[:, 0],
                "drive_minutes": front.objectives[:, 1],
                "moves_pct": front.objectives[:, 2],
                "worst_book": front.worst_book,
                "is_knee": points == front.knee,
                "is_chosen": points == chosen,
            }
        )
    )


def front_books_frame(front: ReferringFront, instance: Instance) -> pl.DataFrame:
    """Table `referring_front_books`: who holds which referring account at each point; unplaced ones left out."""
    ids = np.array(instance.account_ids, dtype=object)[instance.referring_accounts]
    frames = [
        pl.DataFrame(
            {
                "point": np.full(int(placed.sum()), point),
                "account_id": ids[placed].tolist(),
                "rep_id": [instance.rep_ids[rep] for rep in row[placed]],
            },
            schema=REFERRING_FRONT_BOOKS.columns,
        )
        for point, row in enumerate(front.assignments)
        for placed in [row != NO_REP]
    ]
    return pl.concat([REFERRING_FRONT_BOOKS.empty(), *frames])


def referring_assignment(point_books: pl.DataFrame, instance: Instance) -> np.ndarray:
    """int32[n_referring]: a stored point's books as the optimiser takes them."""
    rep_index = {rep_id: number for number, rep_id in enumerate(instance.rep_ids)}
    held = dict(point_books.select("account_id", "rep_id").iter_rows())
    return np.array(
        [rep_index.get(held.get(instance.account_ids[row]), NO_REP) for row in instance.referring_accounts],
        dtype=np.int32,
    )


def books_frame(books: Books, instance: Instance) -> pl.DataFrame:
    """One row a free account: rep_id (null: overflow), phase, minutes, runner-up, what keeping would cost, the tie.

    Where a better performer took a tied account, `tie_rep_id`, `tie_minutes` and `tie_performance` say from whom.
    """
    reasons = books.explanations
    rep_ids = np.array([*instance.rep_ids, None], dtype=object)
    performance = np.array([*instance.performance, np.nan])
    return pl.DataFrame(
        {
            "account_id": list(instance.account_ids),
            "rep_id": rep_ids[books.assignment].tolist(),
            "phase": [{0: None, 2: "referring", 3: "value"}[int(phase)] for phase in books.phase],
            "drive_minutes": books.drive_minutes.astype(np.int64),
            "runner_up_rep_id": rep_ids[reasons.runner_up].tolist(),
            "is_capped": books.is_capped,
            "keep_blocked": [str(code) for code in reasons.keep_blocked],
            "keep_cost_imbalance": reasons.keep_balance,
            "keep_cost_minutes": reasons.keep_minutes,
            "keep_cost_moves": reasons.keep_moves,
            "tie_rep_id": rep_ids[reasons.tie_with].tolist(),
            "tie_minutes": reasons.tie_minutes.astype(np.int64),
            "tie_performance": performance[reasons.tie_with],
            "performance": performance[books.assignment],
        },
        schema_overrides={
            "rep_id": pl.String,
            "phase": pl.String,
            "runner_up_rep_id": pl.String,
            "account_id": pl.String,
            "keep_blocked": pl.String,
            "tie_rep_id": pl.String,
        },
    ).with_columns(drive_minutes=pl.when(pl.col("rep_id").is_not_null()).then("drive_minutes"))


def certificate_frame(books: Books) -> pl.DataFrame:
    """Table `certificate`."""
    lines = [
        {
            "line_no": number,
            "phase": line.phase,
            "metric": line.metric,
            "state": line.state,
            "value": line.value,
            "bound": line.bound,
            "gap_pct": line.gap_pct,
            "sentence": line.sentence,
        }
        for number, line in enumerate(books.certificate, 1)
    ]
    return CERTIFICATE.conform(pl.DataFrame(lines, schema=CERTIFICATE.columns))
