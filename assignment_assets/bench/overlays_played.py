"""A quarter that is being played, beside the oracle that says what the CRM must show by now."""

import tomllib
from dataclasses import dataclass, field, replace

import polars as pl

from assignment_assets.bench.overlays_oracle import Oracle, Row
from assignment_assets.bench.overlays_play import Player
from assignment_assets.bench.overlays_stage import ROLES, Stage
from assignment_assets.domain.overlays.roles import overlays
from assignment_assets.domain.overlays.tables import OverlayHistoryFrame
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.overlay_records import OverlayRecords
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.overlays.reports import grow_history
from assignment_assets.sandbox import write_log
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT


@dataclass
class Played:
    """Everything that judges it; `planted` are opportunities that differed from their account before the first look,
    `passes` what the writer told of its passes."""

    stage: Stage
    player: Player
    oracle: Oracle
    deals: pl.DataFrame
    planted: set[str]
    passes: list[dict] = field(default_factory=list)

    def log(self) -> list[Row]:
        """The org's own log of writes."""
        return write_log(self.stage.org.state_dir).to_dicts()

    def judged(self) -> Oracle:
        """The oracle, with all that has happened by now."""
        oracle = replace(self.oracle, csm=dict(self.oracle.csm), architect=dict(self.oracle.architect), changed_at={})
        oracle.deals = {deal_id: replace(deal) for deal_id, deal in self.oracle.deals.items()}
        oracle.follow(self.log(), self.player.changes, self.player.creations)
        return oracle

    def connection(self) -> Org:
        """A connection to the org, as the engine's."""
        return Org(SalesforceSettings.from_environment(environment=self.stage.environment))

    def history(self) -> OverlayHistoryFrame:
        """The ownership history as of now, grown from what it was the last time."""
        roles = overlays(tomllib.loads(ROLES.format(poll_seconds=1)))
        return grow_history(self.stage.folder, roles, OverlayRecords(self.connection(), roles))

    def other_than_wanted(self) -> list[str]:
        """Accounts and open opportunities that the org shows otherwise than the oracle says."""
        org, oracle = self.connection(), self.judged()
        wanted = oracle.wanted()
        found = [
            f"account {record['Id']}: {record[ACCOUNT_CSM]}, expected {oracle.csm[record['Id']]}"
            for record in org.query(f"SELECT Id, {ACCOUNT_CSM} FROM Account")
            if record[ACCOUNT_CSM] != oracle.csm[record["Id"]]
        ]
        fields = f"Id, {OPPORTUNITY_CSM}, {SOLUTIONS_ARCHITECT}"
        shown = {
            record["Id"]: (record[OPPORTUNITY_CSM], record[SOLUTIONS_ARCHITECT])
            for record in org.query(f"SELECT {fields} FROM Opportunity WHERE IsClosed = FALSE")
        }
        found += [
            f"opportunity {deal}: {shown.get(deal)}, expected {wanted.get(deal)}"
            for deal in sorted(shown.keys() | wanted.keys())
            if shown.get(deal) != wanted.get(deal)
        ]
        return found
