"""A cycle whose people know only a share: packets come from there, answers go there, receipts come back."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.io.workbooks.filled_in import fill_lock_list


def test_packets_answers_and_receipts_go_by_a_share(cycle, tmp_path):
    share = tmp_path / "share"
    for name in ("inbox", "outbox"):
        (share / name).mkdir(parents=True)
    with Path(os.environ["ASSIGNMENT_SETTINGS"]).open("a") as settings:
        settings.write(f'[files]\ninbox = "file://{share}/inbox"\noutbox = "file://{share}/outbox"\n')
    cycle.now = datetime.now(UTC).replace(tzinfo=None)
    cycle.open()
    packet = share / "outbox" / cycle.name / "lock_lists" / "ana" / "lock_list.xlsx"
    assert packet.with_name("lock_list.xlsx.ready").read_text() == hashlib.sha256(packet.read_bytes()).hexdigest()
    mine = share / "inbox" / cycle.name / "lock_lists" / "ana"
    assert mine.is_dir()
    fill_lock_list(packet, mine / "lock_list.xlsx", {"a06": "keep"})
    for _ in range(2):
        done = CliRunner().invoke(main, ["intake", cycle.name])
        assert done.exit_code == 0, done.output
    assert "lock_lists ana: accepted. lock_list.xlsx: 1 keep, 0 release, 11 blank" in done.output
    receipt = share / "outbox" / cycle.name / "receipts" / "ana" / "lock_lists-1.txt"
    assert receipt.read_text().startswith("Receipt 1,")
