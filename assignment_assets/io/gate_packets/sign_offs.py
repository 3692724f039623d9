"""Sign-offs out: a workbook a signer and region, written again only where it would say something else."""

from functools import cache

from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.sign_off_packets import SignOffPackets
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.outbox import issue
from assignment_assets.io.workbooks.packets import REVIEW_BOOKS, SIGN_OFF_MOVES, SignOffPacket, packet_content
from assignment_assets.io.workbooks.sign_off_book import LAYOUT, write_sign_off_book


def issue_sign_offs(
    folder: DataFolder, manifest: GateManifest, packets: SignOffPackets, config: RunConfig
) -> GateManifest:
    """Writes every workbook that says something else than the one that lies there, then the manifest in force."""
    key = engine_key()

    @cache
    def packet(person: str, region: str) -> SignOffPacket:
        shown = packets.of(region)
        return SignOffPacket(
            cycle=manifest.cycle,
            revision=manifest.revision,
            region=region,
            signer=person,
            as_of=config.as_of_on,
            code=packet_code(key, manifest.cycle, manifest.revision, manifest.gate, person),
            digest=shown.digest,
            books=shown.books.select(list(REVIEW_BOOKS)),
            moves=shown.moves.select(list(SIGN_OFF_MOVES)),
            how_to_sign=f"assignment sign-off {manifest.cycle} --region '{region}' --as {person} "
            f"--digest {shown.digest[:12]}",
        )

    return issue(
        folder,
        manifest,
        lambda person, region, path: write_sign_off_book(packet(person, region), path),
        lambda person, region: packet_content(packet(person, region), LAYOUT),
    )
