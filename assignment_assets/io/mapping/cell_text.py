"""The text that a cell means, without what tools put around it: signs that nobody sees, quotes, apostrophes, links."""

import polars as pl

UNSEEN = r"[\x00-\x08\u200b-\u200d\u2060\ufeff]"
AS_TEXT = r'^="(.*)"$'
PERSONS = frozenset({"owner_id", "rep_id", "email", "director_email"})


def plain_cells(texts: pl.Series, name: str) -> pl.Series:
    """The cells of the contract's column `name` without signs of no width, `="…"`, and outer blanks.

    Ids and ZIP codes lose the apostrophe that marks text in a spreadsheet; people's columns lose `mailto:` and what
    stands around an address in angle brackets.
    """
    cell = pl.col("text").str.replace_all(UNSEEN, "").str.strip_chars().str.replace(AS_TEXT, "$1")
    if name.endswith("_id") or name == "postal_code":
        cell = cell.str.replace(r"^['\u2018\u2019`]+", "")
    if name in PERSONS:
        cell = cell.str.replace(r"^(?i:mailto:)", "").str.replace(r"^[^<>]*<([^<>@\s]+@[^<>\s]+)>$", "$1")
    return pl.DataFrame({"text": texts}).select(cell.str.strip_chars())["text"]
