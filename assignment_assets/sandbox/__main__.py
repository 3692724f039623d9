"""`python -m assignment_assets.sandbox --state DIR --port N` serves the local org until Ctrl-C."""

from pathlib import Path

import click

from assignment_assets.sandbox.server import serve


@click.command()
@click.option("--state", required=True, type=click.Path(file_okay=False, path_type=Path), help="The org's folder.")
@click.option("--port", default=8443, show_default=True, help="Port on loopback; 0 takes a free one.")
def main(state: Path, port: int) -> None:
    """Serve the local Salesforce org over HTTPS on loopback."""
    serve(state, port)


if __name__ == "__main__":
    main()
