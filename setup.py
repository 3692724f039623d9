"""What pyproject.toml cannot say: ``sql/`` stands beside the package and is installed inside it."""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["assignment_assets*"]), "assignment_assets.sql"],
    package_dir={"assignment_assets.sql": "sql"},
)
