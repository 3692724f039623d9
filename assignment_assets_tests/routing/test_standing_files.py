"""Odd files in the folders of policies and acceptances are refused one by one; the pass goes on."""

from datetime import date

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.standing import Acceptance, signed_text
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.standing_files import acceptances, policies_in_force

KEY = b"a key of the tests"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b"[1]",
        b"{}",
        b'{"kind": []}',
        b"\xff\xfe",
        b'{"kind": "standing_policy", "kinds": [NaN]}',
        b'{"kind": "acceptance", "note": "\\ud800"}',
        None,
    ],
)
def test_an_odd_file_is_refused_by_name_and_the_others_count(tmp_path, content):
    folder = DataFolder(tmp_path)
    mine = tmp_path / "inbox" / "acceptances" / "ana@example.com"
    mine.mkdir(parents=True)
    given = Acceptance(1, "a1", "ana", "accepted", "ana@example.com")
    (mine / "good.json").write_text(signed_text(given, signer_token(KEY, "ana@example.com")))
    odd = mine / "odd.json"
    if content is None:
        odd.mkdir()
    else:
        odd.write_bytes(content)
    found, [refused] = acceptances(folder, KEY)
    assert found == [given] and refused.file == "ana@example.com/odd.json"
    assert refused.why.startswith("it cannot be read: ")
    assert policies_in_force(folder, KEY, date(2026, 11, 1)) == ({}, [])
