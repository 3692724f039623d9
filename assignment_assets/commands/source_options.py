"""Which option of `assignment source look` answers a fault, so that every message names it."""

from dataclasses import replace

from assignment_assets.domain.errors import Fault

OPTIONS = {
    "decimal =": '--decimal "," or --decimal "."',
    "how to read it": '--dates "%m/%d/%Y" for days, --decimal "," for numbers, or --column TABLE.FIELD="…"',
    "dates =": '--dates "%m/%d/%Y"',
    "fill_down": "--fill-down or --no-fill-down",
    "a USPS state code": '--states-from-zip, or --exclude accounts.HEADER="…" ("" for empty cells)',
    "accounts' state": '--states-from-zip, or --column accounts.state="…"',
    "accounts' account_id": '--column accounts.account_id="…"',
    "accounts' name": '--column accounts.name="…"',
    "reps' region": '--constant reps.region="All", --column reps.region="…", or --roster-from-owners',
    "a region": '--constant reps.region="All", or --column reps.region="…"',
    "reps' covered_states": '--roster-from-owners, --constant reps.covered_states="NY;NJ", or --column …',
    "at least one USPS state code": '--roster-from-owners, or --constant reps.covered_states="NY;NJ"',
    "reps' team": "--constant reps.team=field",
    "one of field, arm": '--constant reps.team=field, and --inside-sales "…" for who takes the rest',
    "under [reps.columns]": '--roster-from-owners, --column reps.FIELD="…", or --constant reps.FIELD="…"',
    "where the rep lives": '--roster-from-owners, or --constant reps.postal_code="10021"',
    "coordinates, or a ZIP code": '--column accounts.city="…", or --exclude accounts.HEADER="…" ("" for empty cells)',
    "under [accounts.columns]": '--column accounts.postal_code="…", or --column accounts.city="…"',
    "Regional Director's address": '--constant reps.director_email="you@example.com"',
    "owner to the reps": '--inside-sales "…" for a queue, --roster-from-owners, or --column accounts.owner_id="…"',
    "[accounts.columns]": '--column accounts.FIELD="…"',
    "[reps.columns]": '--column reps.FIELD="…", or --constant reps.FIELD="…"',
    "[opportunities.columns]": '--column opportunities.FIELD="…"',
}
"""What a fault says → the options of `look` that answer it; the first that fits."""


def with_option(fault: Fault) -> Fault:
    """The fault with the option that answers it; as it is where its remedy names one already."""
    said = f"{fault.expected} {fault.remedy}"
    option = next((option for words, option in OPTIONS.items() if words in said), "")
    if "--" in fault.remedy or not option:
        return fault
    is_about_the_file = "under [" in fault.remedy
    remedy = f"Say {option}." if is_about_the_file else f"{fault.remedy} Here: {option}.".lstrip()
    return replace(fault, remedy=remedy)
