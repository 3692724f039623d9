"""A cycle whose people know only a share, or only Google Sheets: packets and answers go by these."""

import hashlib
import os
from pathlib import Path

from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.io.clock import utc_now
from assignment_assets.io.workbooks.filled_in import fill_lock_list
from assignment_assets_tests.servers.google import FOLDER, account_file, serve_google


def test_packets_answers_and_receipts_go_by_a_share(cycle, tmp_path):
    share = tmp_path / "share"
    for name in ("inbox", "outbox"):
        (share / name).mkdir(parents=True)
    with Path(os.environ["ASSIGNMENT_SETTINGS"]).open("a") as settings:
        settings.write(f'[files]\ninbox = "file://{share}/inbox"\noutbox = "file://{share}/outbox"\n')
    cycle.now = utc_now()
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


def test_packets_and_answers_go_by_google_sheets(cycle, tmp_path, monkeypatch, httpserver_ipv4):
    with Path(os.environ["ASSIGNMENT_SETTINGS"]).open("a") as settings:
        settings.write(f'[sheets]\nfolder = "{FOLDER}"\n')
    cycle.now = utc_now()
    cycle.open()
    google = serve_google(httpserver_ipv4)
    monkeypatch.setenv("ASSIGNMENT_GOOGLE_ACCOUNT_FILE", account_file(tmp_path / "account.json", httpserver_ipv4))
    monkeypatch.setenv("ASSIGNMENT_GOOGLE_URL", google.url)

    def intake():
        done = CliRunner().invoke(main, ["intake", cycle.name])
        assert done.exit_code == 0, done.output
        return done.output

    assert "lock_lists: gus: no e-mail" not in intake()
    google.types("ana@example.com", "Accounts", 4, 2, "keep")
    google.types("ana@example.com", "Summary", 5, 1, "yes")
    assert "accepted" not in intake()
    assert "lock_lists ana: accepted. google.sheet: 1 keep, 0 release, 11 blank" in intake()
