"""`python -m assignment_assets.sandbox.customer_success --org DIR --port N` serves the system until Ctrl-C."""

from pathlib import Path

import click

from assignment_assets.sandbox.customer_success.org_companies import companies_of
from assignment_assets.sandbox.customer_success.server import serve

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--org", type=FOLDER, help="A loaded org's folder: its accounts with a CSM are the companies.")
@click.option("--folder", type=FOLDER, help="Serve HTTPS; ca.pem, the authority to trust, is put here.")
@click.option("--port", default=8444, show_default=True, help="Port on loopback; 0 takes a free one.")
@click.option("--webhook", default="", metavar="URL", help="Where changes are posted, on loopback.")
def main(org: Path | None, folder: Path | None, port: int, webhook: str) -> None:
    """Serve a customer-success system on loopback."""
    serve(folder, companies_of(org) if org else (), port, webhook)


if __name__ == "__main__":
    main()
