"""`python -m assignment_assets.sandbox --state DIR --port N` serves the local org until Ctrl-C."""

from pathlib import Path

import click

from assignment_assets.sandbox.access import Access, Feature
from assignment_assets.sandbox.server import serve

FEATURES = click.Choice([feature.value for feature in Feature])


@click.command()
@click.option("--state", required=True, type=click.Path(file_okay=False, path_type=Path), help="The org's folder.")
@click.option("--port", default=8443, show_default=True, help="Port on loopback; 0 takes a free one.")
@click.option("--without", multiple=True, type=FEATURES, help="A feature that the org or its user is without.")
@click.option("--hide", multiple=True, metavar="OBJECT.FIELD", help="A field that the user does not see.")
@click.option("--read-only", multiple=True, metavar="OBJECT.FIELD", help="A field that the user may not set.")
def main(state: Path, port: int, without: tuple[str, ...], hide: tuple[str, ...], read_only: tuple[str, ...]) -> None:
    """Serve the local Salesforce org over HTTPS on loopback."""
    serve(state, port, access=Access.of(without, hide, read_only))


if __name__ == "__main__":
    main()
