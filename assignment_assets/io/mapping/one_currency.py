"""Whether all money of a table is in one currency; where it is not, a person is asked."""

from collections.abc import Iterator, Mapping

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.fields import IN_CENTS
from assignment_assets.io.mapping.column_rule import ColumnRule
from assignment_assets.io.mapping.headers import plain_name
from assignment_assets.io.mapping.numbers import currencies

HEADERS = frozenset(
    {"currency", "currency code", "currency iso code", "currencyisocode", "account currency", "deal currency"}
    | {"opportunity currency", "transactioncurrencyid", "currency_code", "iso currency"}
)
SHOWN = 5


def currency_faults(texts: pl.DataFrame, rules: Mapping[str, ColumnRule], origin: str) -> Iterator[Fault]:
    """Columns of money that disagree, and a column of currencies with several; one with a `scale` is converted."""
    money = {
        rule.source: found
        for name, rule in rules.items()
        if name in IN_CENTS and rule.source in texts.columns and rule.scale is None
        if len(found := currencies(texts[rule.source].drop_nulls())) == 1
    }
    codes = sorted({code for found in money.values() for code in found})
    if len(codes) > 1:
        yield Fault(
            f"{origin}, columns {', '.join(money)}",
            ", ".join(f"{column} in {found[0]}" for column, found in money.items()),
            "one currency in the whole table",
            "Say scale = (the rate) for the columns to convert, or export one currency.",
        )
    if not any(name in IN_CENTS for name in rules):
        return
    for column in texts.columns:
        if plain_name(column).replace("_", " ") not in HEADERS and plain_name(column) not in HEADERS:
            continue
        met = texts[column].drop_nulls().str.to_uppercase().value_counts().sort("count", descending=True)
        if met.height > 1:
            commonest = met[column][0]
            yield Fault(
                f"{origin}, column {column}",
                ", ".join(f"{code[:20]} in {count} rows" for code, count in met.head(SHOWN).iter_rows()),
                "one currency in the whole table",
                f'Convert the amounts first, or keep one currency with only = {{"{column}" = ["{commonest}"]}}.',
            )
