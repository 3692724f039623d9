"""Words that people and tools write where a cell holds nothing: n/a, a dash, `--None--`, keine."""

import polars as pl

NOTHING = frozenset(
    {
        *(
            "n/a",
            "na",
            "n.a.",
            "n. a.",
            "nan",
            "nil",
            "null",
            "none",
            "-none-",
            "--none--",
            "(none)",
            "<none>",
            "[none]",
        ),
        *(
            "(null)",
            "<null>",
            "(blank)",
            "-",
            "--",
            "---",
            "\u2013",
            "\u2014",
            "\u2212",
            ".",
            "?",
            "unknown",
            "(unknown)",
        ),
        *(
            "not applicable",
            "not available",
            "unassigned",
            "(unassigned)",
            "not assigned",
            "no owner",
            "no value",
            "tbd",
        ),
        *(
            "keine",
            "keiner",
            "kein",
            "k.a.",
            "k. a.",
            "entf\u00e4llt",
            "ninguno",
            "ninguna",
            "aucun",
            "aucune",
            "nessuno",
        ),
        *("nessuna", "nenhum", "nenhuma", "geen", "ingen"),
    }
)
"""In small letters."""
SPOKEN = frozenset({"name", "stage", "team", "city"})
"""Columns of texts in which such a word is a value: they are left alone."""
NO_CARVE_OUT = frozenset(
    {
        *(
            "nein",
            "non",
            "nej",
            "nee",
            "n\u00e3o",
            "nie",
            "ne",
            "falsch",
            "faux",
            "falso",
            "falsk",
            "0.00",
            "0,0",
            "nicht",
        ),
        *("\u2717", "\u2718", "\u2610", "[ ]", "( )", "not excluded", "not carved out", "no carve-out", "no carve out"),
        *("no exclusion", "no exclusions", "not restricted", "in scope", "included"),
    }
)
"""What a column of carve-outs says of accounts that are none, besides no and false."""
_EXAMPLES = 3


def without_no_values(cells: pl.Series, name: str, spelled: frozenset[str]) -> tuple[pl.Series, tuple[str, ...]]:
    """The cells of a column of texts, empty where such a word stands, and a sentence on them.

    Words in `spelled` have a meaning of their own. Numbers, days and flags are no texts: there the word is listed.
    """
    if name in SPOKEN:
        return cells, ()
    is_nothing = cells.str.to_lowercase().is_in(sorted(NOTHING - spelled)).fill_null(False)
    count = int(is_nothing.sum())
    if not count:
        return cells, ()
    words = ", ".join(cells.filter(is_nothing).unique(maintain_order=True).head(_EXAMPLES))
    kept = pl.DataFrame({"text": cells, "is_nothing": is_nothing}).select(
        pl.when(~pl.col("is_nothing")).then(pl.col("text")).alias("text")
    )["text"]
    return kept, (f"{count} cells of {name} say that there is nothing ({words}), and are read as empty.",)
