"""Files, logs and locks when processes die or meet: real ones, killed by the operating system."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from assignment_assets.domain.errors import WarehouseBusy
from assignment_assets.io.durable import append_lines, locked, read_whole_lines, write_whole

START = """
import os, signal, sys, time
from pathlib import Path
from assignment_assets.io.durable import append_lines, locked, write_whole
path = Path(sys.argv[1])
"""
HOLD = """
with locked(path, holder=f"process {os.getpid()} (propose)"):
    print("held", flush=True)
    time.sleep(300)
"""
APPEND = """
for number in range(40):
    append_lines(path, "".join(f"{sys.argv[2]} {number} {part} " + sys.argv[2] * 3000 + "\\n" for part in range(3)))
"""
DIE_WRITING = """
def die(partial):
    partial.write_text("half of the n")
    os.kill(os.getpid(), signal.SIGKILL)
write_whole(path, die)
"""


def start(program: str, *words: str | Path) -> subprocess.Popen:
    """A process of its own that runs this with these arguments."""
    command = [sys.executable, "-c", START + program, *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def busy(holder: str) -> WarehouseBusy:
    """The error whose words are the holder's."""
    return WarehouseBusy(f"held by {holder or 'nobody known'}")


@pytest.fixture
def held(tmp_path):
    """A lock that another process holds, and that process."""
    with start(HOLD, tmp_path / "a.lock") as other:
        assert other.stdout.readline() == "held\n"
        try:
            yield tmp_path / "a.lock", other
        finally:
            other.kill()


def test_who_waits_too_long_is_told_what_the_holder_wrote(held):
    path, other = held
    with pytest.raises(WarehouseBusy, match=rf"^held by process {other.pid} \(propose\)$"), locked(path, busy, 0.1):
        pass


def test_a_process_killed_with_its_lock_frees_it_for_who_waits_and_for_who_comes_after(held):
    path, other = held
    inside = threading.Event()

    def wait() -> None:
        with locked(path):
            inside.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not inside.wait(0.3)
    other.send_signal(signal.SIGKILL)
    assert inside.wait(30)
    waiting.join()
    assert path.is_file()
    with locked(path, busy, holder="the next"):
        assert path.read_text() == "the next"


def test_threads_of_one_process_exclude_each_other_too(tmp_path):
    found = []

    def look() -> None:
        try:
            with locked(tmp_path / "a.lock", busy):
                found.append("inside")
        except WarehouseBusy as error:
            found.append(str(error))

    for _ in range(2):
        with locked(tmp_path / "a.lock", busy, holder="the first"):
            thread = threading.Thread(target=look)
            thread.start()
            thread.join()
    look()
    assert found == ["held by the first", "held by the first", "inside"]


def test_a_block_that_fails_frees_its_lock(tmp_path):
    with pytest.raises(ZeroDivisionError), locked(tmp_path / "a.lock"):
        raise ZeroDivisionError
    with locked(tmp_path / "a.lock", busy):
        pass


def test_a_line_that_a_crash_cut_short_counts_for_nobody_and_is_cut_off_before_the_next(tmp_path):
    path = tmp_path / "logs" / "a.jsonl"
    append_lines(path, '{"no":1}\n{"no":2}\n')
    path.write_bytes(path.read_bytes() + '{"no":3,"what":"café'.encode()[:-1])
    assert read_whole_lines(path) == ['{"no":1}', '{"no":2}']
    append_lines(path, '{"no":3}\n')
    assert path.read_text() == '{"no":1}\n{"no":2}\n{"no":3}\n'
    path.write_text('{"no":')
    assert read_whole_lines(path) == []
    append_lines(path, '{"no":1}\n')
    assert path.read_text() == '{"no":1}\n'


def test_a_line_ends_where_its_writer_ended_it_and_nowhere_else(tmp_path):
    append_lines(tmp_path / "a.jsonl", "a\u2028b\x85c\n")
    assert read_whole_lines(tmp_path / "a.jsonl") == ["a\u2028b\x85c"]


def test_two_processes_that_append_at_once_cut_no_line(tmp_path):
    path = tmp_path / "a.jsonl"
    writers = [start(APPEND, path, name) for name in "ab"]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    for writer in writers:
        writer.stdout.close()
    lines = read_whole_lines(path)
    for name in "ab":
        mine = [f"{name} {number} {part} {name * 3000}" for number in range(40) for part in range(3)]
        assert [line for line in lines if line.startswith(name)] == mine
    assert len(lines) == 240


def test_a_writer_killed_half_way_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.parquet"
    write_whole(path, "the old")
    with start(DIE_WRITING, path) as writer:
        assert writer.wait(60) == -signal.SIGKILL
    assert path.read_text() == "the old"
    write_whole(path, b"the new", lasting=True)
    assert path.read_text() == "the new"


def test_a_writer_that_fails_leaves_the_old_file_and_no_part(tmp_path):
    path = tmp_path / "a.parquet"
    write_whole(path, lambda partial: partial.write_text("the old"))

    def fail(partial: Path) -> None:
        partial.write_text("half of the n")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_whole(path, fail)
    assert path.read_text() == "the old" and os.listdir(tmp_path) == ["a.parquet"]
