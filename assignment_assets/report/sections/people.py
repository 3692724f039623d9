"""What people decided: edits, refusals, sign-offs, approvals."""

import polars as pl

from assignment_assets.domain.sign_off.verdicts import signed_regions
from assignment_assets.report.grid import Column, grid, number, prose
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.section import Section, not_run
from assignment_assets.report.waterfall import still_deferred
from assignment_assets.report.wording import plural, whole, words

SHORT_DIGEST = 12
IS_AUTOMATIC = pl.col("receipt_no").is_null()  # a lock verdict that answers to nobody's list


def edits(report: ReportInput, names: Names) -> Section:
    """Directors' adds and drops with their verdicts."""
    if not report.has_run("edit_verdicts"):
        return not_run("edits", "Review edits", "The review")
    verdicts = report.frame("edit_verdicts")
    if verdicts.is_empty():
        return Section("edits", "Review edits", ["No director changed the proposal."])
    counts = dict(verdicts["verdict"].value_counts().rows())
    told = [verdict for verdict in ("accepted", "held", "refused") if verdict in counts]
    tally = ", ".join(f"{whole(counts[verdict])} {verdict}" for verdict in told)
    columns = [
        Column("director", "Director"),
        Column("edit_kind", "Edit", words),
        Column("account_id", "Account", names.account, shows_id=True),
        Column("rep_id", "Book of", names.person),
        Column("edit_reason", "Reason", words),
        Column("note", "Note"),
        Column("verdict", "Verdict", words),
        prose("message", "Why"),
    ]
    grids = [grid(verdicts, "Every edit and its verdict", columns, kept_in="edit_verdicts")]
    decisions = report.frame("decision_verdicts")
    if not decisions.is_empty():
        grids.append(
            grid(
                decisions,
                "Growth Strategy's decisions on held edits",
                [
                    Column("decided_by", "Who"),
                    Column("decision", "Decision", words),
                    Column("account_id", "Account", names.account, shows_id=True),
                    Column("rep_id", "Book of", names.person),
                    Column("verdict", "Verdict", words),
                    prose("message", "Why"),
                ],
            )
        )
    return Section("edits", "Review edits", [f"{plural(verdicts.height, 'edit')}: {tally}."], grids=grids)


def held_and_refused(report: ReportInput, names: Names) -> Section:
    """Everything that people sent and that did not count as sent."""
    rows = refusals(report)
    locks = report.frame("lock_verdicts").filter(IS_AUTOMATIC & (pl.col("verdict") == "refused")).height
    full = [f"{plural(locks, 'automatic lock')} found no seat in a full book; the accounts entered the pool."]
    sentences = full if locks else []
    if rows.is_empty():
        return Section("refused", "Held and refused", ["Nothing that people sent was held or refused.", *sentences])
    columns = [
        Column("gate", "Where", words),
        Column("person", "Who", names.person),
        Column("subject", "What", names.account),
        Column("verdict", "Verdict", words),
        Column("rule", "Rule", words),
        prose("message", "Message"),
    ]
    return Section(
        "refused",
        "Held and refused",
        [f"{plural(rows.height, 'answer')} did not count as sent; none was lost.", *sentences],
        grids=[grid(rows, "Held and refused answers", columns)],
    )


def refusals(report: ReportInput) -> pl.DataFrame:
    """gate, person, subject, verdict, rule, message of people's answers that were not accepted, gate by gate."""
    text = pl.String
    sources = (
        ("lock_verdicts", "lock list", "rep_id", "account_id", "rule"),
        ("edit_verdicts", "review", "director", "account_id", "rule"),
        ("decision_verdicts", "decision", "decided_by", "account_id", "rule"),
        ("sign_off_verdicts", "sign-off", "signed_by", "region", "rule"),
        ("submissions", "file", "person", "file_name", None),
    )
    parts = []
    for table, gate, person, subject, rule in sources:
        frame = report.frame(table)
        if table == "lock_verdicts":
            frame = frame.filter(~IS_AUTOMATIC)
        parts.append(
            frame.filter(pl.col("verdict") != "accepted").select(
                pl.lit(gate).alias("gate"),
                pl.col(person).alias("person"),
                pl.col(subject).alias("subject"),
                "verdict",
                (pl.col(rule) if rule else pl.lit(None, text)).alias("rule"),
                "message",
            )
        )
    return pl.concat(parts)


def sign_offs(report: ReportInput, names: Names) -> Section:
    """Each region's diff, its digest, and who signed it."""
    if not report.has_run("region_digests"):
        return not_run("sign-offs", "Sign-offs", "The packet for sign-off")
    regions, verdicts = report.frame("region_digests"), report.frame("sign_off_verdicts")
    if regions.is_empty():
        return Section("sign-offs", "Sign-offs", ["No region has anything to sign."])
    accepted = verdicts.filter(pl.col("verdict") == "accepted").sort("receipt_no")
    last = accepted.unique("region", keep="last").select("region", "signed_by", "decision", was_digest="digest")
    signed = signed_regions(verdicts, regions)["region"].to_list()
    is_same = pl.col("was_digest") == pl.col("digest")
    overview = (
        regions.join(last, on="region", how="left", maintain_order="left")
        .with_columns(
            standing=pl.when(pl.col("region").is_in(signed))
            .then(pl.lit("signed"))
            .when((pl.col("decision") == "reject") & is_same)
            .then(pl.lit("rejected"))
            .when(pl.col("decision") == "reject")
            .then(pl.lit("changed since it was rejected"))
            .when(pl.col("decision") == "approve")
            .then(pl.lit("changed since it was signed"))
            .otherwise(pl.lit("not signed")),
        )
        .with_columns(digest=pl.col("digest").str.slice(0, SHORT_DIGEST))
    )
    done = overview.filter(pl.col("standing") == "signed").height
    told = [f"{done} of {plural(regions.height, 'region')} signed."]
    told += [
        f"{row['region']} is rejected by {row['signed_by']}."
        for row in overview.filter(pl.col("standing") == "rejected").to_dicts()
    ]
    columns = [
        Column("region", "Region"),
        number("move_count", "Owner changes", has_bar=True),
        number("held_count", "Held edits"),
        Column("standing", "Standing"),
        Column("signed_by", "Last answer by"),
        Column("digest", "Digest of what was shown"),
    ]
    grids = [grid(overview, "Regions", columns)]
    if not verdicts.is_empty():
        answer_columns = [
            number("receipt_no", "Receipt"),
            Column("region", "Region"),
            Column("signed_by", "By"),
            Column("decision", "Decision", words),
            Column("verdict", "Verdict", words),
            prose("message", "Why"),
        ]
        grids.append(grid(verdicts, "Every answer at this gate", answer_columns))
    return Section("sign-offs", "Sign-offs", told, grids=grids)


def approved(report: ReportInput, names: Names) -> Section:
    """What may be written, what is deferred and why, and the moves themselves."""
    if not report.has_run("approved_diff"):
        return not_run("approved", "Approved and deferred", "The approval")
    diff = report.frame("approved_diff")
    if diff.is_empty():
        return Section("approved", "Approved and deferred", ["Nothing is approved yet."])
    is_approved = pl.col("status") == "approved"
    by_sign_off = (
        diff.group_by("sign_off_no", "region", "signed_by")
        .agg(approved=is_approved.sum(), deferred=(~is_approved).sum())
        .sort("sign_off_no", "region")
    )
    deferred, moves = still_deferred(diff), diff.filter(is_approved)
    move_columns = [
        Column("account_id", "Account", names.account, shows_id=True),
        Column("region", "Region"),
        Column("old_owner_id", "From", names.person),
        Column("new_owner_id", "To", names.person),
    ]
    grids = [
        grid(
            by_sign_off,
            "By sign-off",
            [
                number("sign_off_no", "No."),
                Column("region", "Region"),
                Column("signed_by", "Signed by"),
                number("approved", "Approved", has_bar=True),
                number("deferred", "Deferred", has_bar=True),
            ],
        )
    ]
    if not deferred.is_empty():
        grids.append(
            grid(
                deferred,
                "Still deferred, and why",
                [*move_columns, prose("deferred_because", "Because")],
                kept_in="approved_diff",
            )
        )
    if not moves.is_empty():
        grids.append(
            grid(
                moves,
                "Approved owner changes",
                [*move_columns, prose("reason_sentence", "Reason")],
                most=200,
                is_folded=True,
                kept_in="approved_diff",
            )
        )
    once = diff.filter(~is_approved)["account_id"].n_unique() - deferred.height
    sentences = [f"{plural(moves.height, 'owner change')} approved, {whole(deferred.height)} deferred."]
    if once:
        sentences.append(f"{whole(once)} of the approved were deferred until a seat was free.")
    return Section("approved", "Approved and deferred", sentences, grids=grids)
