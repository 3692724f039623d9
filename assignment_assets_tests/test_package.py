"""What is installed: the package with its SQL, found without the checkout."""

import os
import subprocess
import sys

from assignment_assets.io.folders import PROJECT
from assignment_assets.io.warehouse.queries import query_text

NAME = "current_books/book_facts"
ASKED = f"from assignment_assets.io.warehouse.queries import query_text; print(query_text({NAME!r}), end='')"


def test_an_installed_package_brings_every_query_and_finds_it(tmp_path):
    built = tmp_path / "built"
    steps = ("egg_info", "--egg-base", str(tmp_path), "build_py", "--build-lib", str(built))
    subprocess.run([sys.executable, "setup.py", "-q", *steps], cwd=PROJECT, check=True, capture_output=True)
    for folder in (PROJECT / "sql", built / "assignment_assets" / "sql"):
        assert (folder / f"{NAME}.sql").is_file()
    files = [
        {path.relative_to(folder) for path in folder.rglob("*.sql")}
        for folder in (PROJECT / "sql", built / "assignment_assets" / "sql")
    ]
    assert files[0] == files[1]
    asked = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(built)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert asked.stdout == query_text(NAME)
