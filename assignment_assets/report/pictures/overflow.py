"""Where field capacity or coverage runs out."""

import polars as pl

from assignment_assets.report import headlines as headlines
from assignment_assets.report.pictures import canvas
from assignment_assets.report.wording import whole

QUEUES = {"arm": ("ARM", "#0b5cad"), "growers": ("Growers", "#1b7f4b"), "activators": ("Activators", "#d97706")}
MOST_STATES = 15


def overflow_by_state(overflow: pl.DataFrame, accounts: pl.DataFrame) -> bytes:
    """Accounts that go to Inside Sales by state and queue; the 15 states with the most, the others as one bar.

    Parameters
    ----------
    overflow, accounts
        The tables of those names; the state is the account's.
    """
    headline = headlines.of_overflow(overflow, accounts)
    if overflow.is_empty():
        return canvas.nothing_to_show(headline)
    counts = state_counts(overflow, accounts)
    with canvas.paper():
        sheet = canvas.figure(1.4 + 0.2 * counts.height, headline)
        axes = sheet.add_subplot()
        left = pl.zeros(counts.height, dtype=pl.Int64, eager=True)
        for queue, (label, colour) in QUEUES.items():
            axes.barh(counts["state"], counts[queue], left=left, height=0.74, color=colour, label=label)
            left = left + counts[queue]
        for place, total in enumerate(left):
            axes.text(total, place, f" {whole(total)}", va="center", fontsize=8)
        axes.invert_yaxis()
        axes.set_xlabel("accounts")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.margins(x=0.08, y=0.02)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0)
        return canvas.png(sheet)


def state_counts(overflow: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """state, arm, growers, activators, most first; beyond `MOST_STATES` they are summed as *other*."""
    placed = overflow.select("account_id", "inside_sales_queue").join(
        accounts.select("account_id", pl.col("state").fill_null("none")), on="account_id", how="left"
    )
    ranked = placed["state"].value_counts(name="count").sort(["count", "state"], descending=[True, False])
    named = ranked["state"].head(MOST_STATES).to_list()
    state = pl.when(pl.col("state").is_in(named)).then("state").otherwise(pl.lit("other"))
    queues = [(pl.col("inside_sales_queue") == queue).sum().cast(pl.Int64).alias(queue) for queue in QUEUES]
    counts = placed.with_columns(state=state).group_by("state").agg(queues)
    order = {name: rank for rank, name in enumerate([*named, "other"])}
    return counts.sort(pl.col("state").replace_strict(order, return_dtype=pl.Int64))
