"""How fast new accounts find their owner, day by day, and by which rule."""

import polars as pl

from assignment_assets.report.pictures import canvas

TARGET_MINUTES = 5


def hours_picture(timed: pl.DataFrame) -> bytes:
    """Median and worst minutes from a record to its owner, a point a day.

    Parameters
    ----------
    timed
        decided_at and minutes, a row a decision; null minutes are not drawn.
    """
    days = (
        timed.drop_nulls("minutes")
        .group_by(day=pl.col("decided_at").dt.date())
        .agg(median=pl.col("minutes").median(), worst=pl.col("minutes").max())
        .sort("day")
    )
    if days.is_empty():
        return canvas.nothing_to_show("No new account has been written yet.")
    late = days.filter(pl.col("worst") > TARGET_MINUTES).height
    headline = (
        f"On {late} of {days.height} days an account waited more than {TARGET_MINUTES} minutes"
        if late
        else f"No account waited more than {TARGET_MINUTES} minutes on {days.height} days"
    )
    with canvas.paper():
        sheet = canvas.figure(2.6, headline)
        axes = sheet.add_subplot()
        axes.plot(days["day"], days["worst"], color=canvas.WARNING, marker="o", markersize=2.5, label="worst")
        axes.plot(days["day"], days["median"], color=canvas.AFTER, marker="o", markersize=2.5, label="median")
        axes.axhline(TARGET_MINUTES, color=canvas.RULE)
        axes.set_ylim(bottom=0)
        axes.set_ylabel("minutes")
        axes.tick_params(axis="x", labelrotation=30)
        axes.grid(axis="y")
        axes.legend()
        return canvas.png(sheet)


def rules_picture(summary: pl.DataFrame) -> bytes:
    """Decisions of the last 30 days by rule, conflicts beside them.

    Parameters
    ----------
    summary
        Table `routing_summary`.
    """
    month = summary.filter((pl.col("span") == "month") & (pl.col("rule") != "all")).sort("decisions", "rule")
    if month.is_empty():
        return canvas.nothing_to_show("Nothing was routed in 30 days.")
    top = month.row(-1, named=True)
    with canvas.paper():
        sheet = canvas.figure(1.2 + 0.25 * month.height, f"{top['rule']} decides {top['share_pct']:.0f} % of accounts")
        axes = sheet.add_subplot()
        axes.barh(month["rule"], month["decisions"], color=canvas.BEFORE, label="decisions")
        axes.barh(month["rule"], month["conflicts"], height=0.4, color=canvas.WARNING, label="with a conflict")
        axes.set_xlabel("accounts in 30 days")
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.legend(loc="lower right")
        return canvas.png(sheet)
