"""Who may change an open cycle: under `[roles]` whoever has the role and gives their own token, and nobody else.

olivia: opener, and a signer by `[signers]`, as priya is. wanda: writer. adam: administrator. rob: nothing.
"""

import hashlib
import os

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import CYCLE_EVENTS
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import engine_key
from assignment_assets.io.published_cycle import read_status
from assignment_assets.io.token_check import wrong_tokens
from assignment_assets_tests.commands.test_commands import commands
from assignment_assets_tests.company import OLIVIA, PRIYA, tiny
from assignment_assets_tests.rehearsal import Cycle, copy_of, settle_in

ADAM, ROB, WANDA = "adam@example.com", "rob@example.com", "wanda@example.com"
ROLES = f"""
[roles]
"{OLIVIA}" = ["opener"]
"{WANDA}" = ["writer"]
"{ADAM}" = ["administrator"]
"""
ID = "2026q4-global"
HELD = ("--receipt", "1", "--account", "a01", "--rep", "ana", "--accept")
CHANGES = {
    ("cycle", "new", "--as-of", "2026-10-01", "--opened-by"): OLIVIA,
    ("cycle", "cancel", ID, "--reason", "no more", "--as"): ADAM,
    ("cycle", "expire", ID, "--reason", "too late", "--as"): ADAM,
    ("cycle", "reopen", ID, "--from", "assignment", "--reason", "again", "--as"): ADAM,
    ("cycle", "confirm-source", ID, "--reason", "it is so", "--as"): OLIVIA,
    ("choose", ID, "1", "--as"): PRIYA,
    ("decide", ID, *HELD, "--as"): PRIYA,
    ("sign-off", ID, "--region", "North", "--as"): PRIYA,
    ("run", "write_back", ID, "--as"): WANDA,
    ("write-back", "apply", ID, "--as"): WANDA,
    ("write-back", "apply", ID, "--second-probe", "--as"): PRIYA,
    ("write-back", "resume", ID, "--as"): WANDA,
    ("write-back", "reconcile", ID, "--repair", "--as"): WANDA,
    ("write-back", "set-aside", ID, "--retry", "S01", "--as"): WANDA,
    ("write-back", "set-aside", ID, "--accept", "S01", "--as"): PRIYA,
    ("routing", "set-aside", "--retry", "S01", "--as"): WANDA,
    ("events", "open", "2026-10-01-departure-ben", "--as"): OLIVIA,
    ("write-back", "export", ID, "--success", os.devnull, "--as"): WANDA,
    ("write-back", "confirm", ID, "--as"): PRIYA,
    ("write-back", "rollback", ID, "--reason", "wrong", "--as"): PRIYA,
    ("write-back", "approve", ID, "P1", "--as"): PRIYA,
    ("write-back", "discard", "P1", "--as"): PRIYA,
    ("write-back", "go-on", ID, "--as"): PRIYA,
    ("write-back", "accept-journal", "--as"): ADAM,
}
"""What changes an open cycle, up to the name of who does → somebody who may."""
OF_NO_CYCLE = {("routing", "accept"), ("routing", "policy")}
"""Commands that take a name for something else than an open cycle; whose token it is they judge all the same."""


@pytest.fixture(scope="module")
def story(tmp_path_factory, dagster_home):
    """The quarterly cycle, opened and no further."""
    folder = tmp_path_factory.mktemp("opened")
    with pytest.MonkeyPatch.context() as patch:
        Cycle(settle_in(folder, dagster_home, patch)).source(tiny()).open()
    return folder


@pytest.fixture
def recorded(story, tmp_path, dagster_home, monkeypatch):
    """The opened cycle, with no `[roles]` in the settings."""
    return Cycle(copy_of(story, tmp_path, dagster_home, monkeypatch))


@pytest.fixture
def demanded(recorded):
    """The opened cycle, with `[roles]`."""
    settings = recorded.folder.root.parent / "settings.toml"
    settings.write_text(settings.read_text() + ROLES)
    return recorded


def said(*words, token=""):
    """What the command line says, given this token."""
    result = CliRunner().invoke(main, words, catch_exceptions=False, env={"ASSIGNMENT_SIGNER_TOKEN": token})
    return result.exit_code, result.output


def own(person):
    """The person's own token."""
    return signer_token(engine_key(), person)


def digests(folder):
    """Every file of the data folder but the count of wrong tokens → its content."""
    files = [path for path in folder.root.rglob("*") if path.is_file()]
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if not {"wrong_tokens", "alerts"} & set(path.relative_to(folder.root).parts)
    }


def test_the_walk_leaves_no_command_out_that_takes_a_name():
    named = {
        words
        for words, command in commands()
        if {"--as", "--opened-by"} & {flag for option in command.params for flag in option.opts}
    }
    walked = {tuple(each[:length]) for each in CHANGES for length in (1, 2)}
    assert named - OF_NO_CYCLE <= walked


def test_a_wrong_token_changes_nothing(demanded):
    before = digests(demanded.folder)
    for words, person in CHANGES.items():
        for file in (demanded.folder.root / "wrong_tokens").glob("*"):
            file.unlink()
        code, text = said(*words, person, token=own(ROB))
        assert (code, "the token is not that of" in text, "Nothing was changed" in text) == (2, True, True), words
        assert len(wrong_tokens(demanded.folder, person)) == 1
    assert digests(demanded.folder) == before


def test_a_wrong_role_is_refused_in_words(demanded):
    before = digests(demanded.folder)
    for words, person in CHANGES.items():
        others = {ROB, OLIVIA, WANDA, ADAM, PRIYA} - {person}
        if person == PRIYA:
            others -= {OLIVIA}
        if person in (OLIVIA, WANDA):
            others -= {ADAM}
        for other in others:
            code, text = said(*words, other, token=own(other))
            assert code == 2 and f"{other} is not " in text and person in text, (words, text)
    assert digests(demanded.folder) == before


def test_who_says_no_name_is_asked_for_one(demanded):
    code, text = said("write-back", "resume", ID)
    assert code == 2 and "nobody is named, expected somebody who is writer. Say who you are with --as" in text


def test_the_right_role_and_token_do_it(demanded):
    words = ("cycle", "reopen", ID, "--from", "setup", "--reason", "again", "--as", ADAM.upper())
    assert "revision 2, open again from setup. Packets withdrawn: lock_lists" in said(*words, token=own(ADAM))[1]
    _, text = said("write-back", "resume", ID, "--as", WANDA, token=own(WANDA))
    assert "is not" not in text and "token" not in text
    assert said("cycle", "cancel", ID, "--as", ADAM, "--reason", "enough", token=own(ADAM))[0] == 0
    assert read_status(demanded.folder, ID, utc_now()).state == "cancelled"
    events = demanded.table(CYCLE_EVENTS)
    assert events["actor"].to_list()[1:] == [ADAM.upper(), ADAM]


def test_a_live_cycle_is_opened_by_an_opener_and_a_draft_by_anybody(demanded):
    new = ("cycle", "new", "next", "--as-of", "2026-10-01", "--opened-by")
    assert "its pool is empty" in said(*new, ROB, "--mode", "draft")[1]
    assert said("cycle", "cancel", ID, "--as", ADAM, "--reason", "another one", token=own(ADAM))[0] == 0
    draft = Cycle(demanded.folder, "try").open(mode="draft", opened_by=ROB)
    assert said("cycle", "cancel", draft.name, "--as", ROB, "--reason", "tried")[0] == 0
    assert "is not opener" in said(*new, ROB, token=own(ROB))[1]
    assert said(*new, OLIVIA, token=own(OLIVIA))[0] == 0


def test_after_five_wrong_tokens_there_is_a_wait_that_is_said(demanded):
    words = ("cycle", "cancel", ID, "--reason", "no more", "--as", ADAM)
    told = [said(*words, token=own(ROB))[1] for _ in range(5)]
    assert ["is not that of" in each for each in told] == [True, True, True, True, False]
    assert "5 wrong tokens for adam@example.com in 15 minutes" in told[-1] and "looked at before" in told[-1]
    assert "looked at before" in said(*words, token=own(ADAM))[1]
    assert len(wrong_tokens(demanded.folder, ADAM)) == 5
    [alert] = (demanded.folder.root / "alerts").glob("*-wrong-tokens-adam@example.com.txt")
    assert "5 wrong signing tokens were given for adam@example.com" in alert.read_text()
    assert read_status(demanded.folder, ID, utc_now()).state == "open"


def test_without_roles_names_are_recorded_and_not_proven(recorded):
    assert said("cycle", "cancel", ID, "--as", ROB, "--reason", "a first try")[0] == 0
    assert recorded.table(CYCLE_EVENTS)["actor"].to_list()[1:] == [ROB]
