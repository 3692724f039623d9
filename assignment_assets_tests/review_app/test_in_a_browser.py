"""The pages in a real browser: its policy lets the counter's script run, and nothing else."""

import shutil
import subprocess
from datetime import timedelta

import pytest

from assignment_assets.io.folders import engine_key
from assignment_assets_tests.review_app.browser import link

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_the_counter_counts_what_is_ticked_under_the_pages_own_policy(serve, opened, tmp_path):
    desk = serve(opened)
    opened.keep("ana", {"a06": "keep", "a07": "keep", "a09": "keep"})
    opened.look("lock_lists")
    address = link(desk.address, engine_key(), "rep", "ana", opened.now + timedelta(days=3650))
    shown = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
         "--virtual-time-budget=2000", "--dump-dom", address],
        capture_output=True, text=True, timeout=90, check=True,
    ).stdout
    assert "Which accounts do you keep, Ana?" in shown
    assert 'data-counter="dormant"' in shown and "<output>2</output>" in shown and "<output>1</output>" in shown
    assert 'class="counter"' in shown and "too-many" not in shown
