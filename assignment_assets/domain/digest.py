"""The canonical digest of a table: the same rows give the same digest, whatever wrote them."""

import hashlib

import polars as pl


def table_digest(frame: pl.DataFrame) -> str:
    """sha256 over column names, types and rows in the order given (the caller sorts by key)."""
    lists = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.List)]
    flat = frame.with_columns(pl.col(name).list.join("\x1f") for name in lists)
    header = "\x1e".join(f"{name}:{dtype}" for name, dtype in frame.schema.items())
    digest = hashlib.sha256(header.encode())
    digest.update(flat.write_csv(include_header=False, quote_style="always", null_value="\x00").encode())
    return digest.hexdigest()
