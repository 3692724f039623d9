"""What the judge of a review looks up: edits, books and reps as plain values, and the frames they come from."""



from assignment_assets.domain.tables import FLAG, TEXT, TEXTS, WHOLE, Table

__all__ = ["COVERAGE_OVERRIDES", "FALLBACK", "REVIEW_BOOKS", "REVIEW_EDITS", "REVIEW_REPS", "WITHDRAWN"]

REVIEW_EDITS = Table("review_edits", ("receipt_no", "row_no", "edit_kind", "account_id", "rep_id"), {
    "receipt_no": WHOLE, "director": TEXT, "row_no": WHOLE,
    "edit_kind": TEXT,  # add, drop
    "rep_id": TEXT, "account_id": TEXT, "edit_reason": TEXT, "note": TEXT,
})
REVIEW_BOOKS = Table("review_books", ("account_id",), {
    "account_id": TEXT, "state": TEXT, "current_owner_id": TEXT, "proposed_owner_id": TEXT,
    "owner_kind": TEXT,  # field, inside_sales
    "is_locked": FLAG, "move_reason": TEXT, "reason_sentence": TEXT,
})
REVIEW_REPS = Table("review_reps", ("rep_id",), {
    "rep_id": TEXT, "name": TEXT,
    "team": TEXT,  # field, arm, growers, activators
    "region": TEXT, "director_email": TEXT, "covered_states": TEXTS, "capacity": WHOLE,
    "is_active": FLAG, "is_on_leave": FLAG, "is_receiver": FLAG, "fixed_count": WHOLE,
})
FALLBACK = Table("fallback", ("account_id",), {"account_id": TEXT, "member_id": TEXT})
COVERAGE_OVERRIDES = Table("coverage_overrides", ("account_id", "rep_id"), {
    "account_id": TEXT, "rep_id": TEXT, "reason": TEXT,
})
WITHDRAWN = Table("withdrawn", ("account_id",), {"account_id": TEXT, "other_cycle": TEXT})
