"""The routing log's file: what is kept in memory between two transactions is what stands in the file."""

import polars as pl
import pytest

from assignment_assets.domain.routing.tables import ALERTS, SEEN_ACCOUNTS, TERRITORY_POOL
from assignment_assets.domain.tables import Table
from assignment_assets.io.folders import DataFolder
from assignment_assets.routing.log import RoutingLog
from assignment_assets_tests.company import tiny


def stored(log: RoutingLog, table: Table):
    with RoutingLog(log.folder).open() as transaction:
        return transaction.table(table)


@pytest.fixture
def log(tmp_path) -> RoutingLog:
    return RoutingLog(DataFolder(tmp_path))


def test_what_was_read_once_follows_every_change_of_the_file(log):
    accounts = SEEN_ACCOUNTS.conform(tiny().accounts)
    with log.kept():
        with log.open() as transaction:
            transaction.replace(SEEN_ACCOUNTS, accounts.tail(30))
        with log.open() as transaction:
            assert transaction.table(SEEN_ACCOUNTS).height == 30
            transaction.merge(SEEN_ACCOUNTS, accounts.head(20).with_columns(owner_id=None, latitude=1.5))
            transaction.forget(SEEN_ACCOUNTS, accounts["account_id"].tail(3).to_list())
        with log.kept(), log.open() as transaction:
            known = transaction.table(SEEN_ACCOUNTS)
    assert known.height == accounts.height - 3
    assert known.equals(stored(log, SEEN_ACCOUNTS)) and known.schema == SEEN_ACCOUNTS.empty().schema


def test_what_failed_is_neither_in_the_file_nor_in_memory(log):
    row = dict.fromkeys(TERRITORY_POOL.columns) | {"account_id": "a1"}
    with log.kept():
        with pytest.raises(RuntimeError), log.open() as transaction:
            transaction.append(TERRITORY_POOL, pl.DataFrame([row], schema=TERRITORY_POOL.columns))
            assert transaction.table(TERRITORY_POOL).height == 1
            raise RuntimeError
        with log.open() as transaction:
            assert transaction.table(TERRITORY_POOL).height == 0
    assert stored(log, ALERTS).height == stored(log, TERRITORY_POOL).height == 0
