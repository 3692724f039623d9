"""What people who cannot use a mouse, or see well, would stumble over on a page, found in a real browser."""

import json
import os
from pathlib import Path

from assignment_assets_tests.chromium import Window

CHECKS = (Path(__file__).with_suffix(".js")).read_text(encoding="utf-8")
AXE = os.environ.get("ASSIGNMENT_AXE", "")
"""Where axe-core's file lies, for whoever has it: then its rules are asked too."""


def obstacles(window: Window) -> list[str]:
    """A sentence for each; the browser's own complaints are among them."""
    found = [*window.run(CHECKS), *window.complaints()]
    if AXE:
        window.run(Path(AXE).read_text(encoding="utf-8") + ";0")
        answer = json.loads(window.run("axe.run().then((found) => JSON.stringify(found.violations))"))
        found += [f"axe, {each['id']}: {each['nodes'][0]['html'][:160]}" for each in answer]
    return found
