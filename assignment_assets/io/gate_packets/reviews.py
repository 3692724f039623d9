"""Reviews out: a workbook a Regional Director, and its Sheet where Sheets are on."""

from pathlib import Path

from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.domain.review.review_packets import ReviewPackets
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.outbox import issue
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sheets.packets import save_packet
from assignment_assets.io.workbooks.packets import REVIEW_BOOKS, REVIEW_BOOKS_ROWS, REVIEW_MOVES, ReviewPacket
from assignment_assets.io.workbooks.review_book import compose_review_book, write_review_book


def issue_reviews(
    folder: DataFolder, manifest: GateManifest, packets: ReviewPackets, config: RunConfig
) -> GateManifest:
    """Writes every review and then the manifest; returns the manifest in force."""
    key, has_sheets = engine_key(), bool(read_settings().sheets.folder)

    def write(email: str, _: str, path: Path) -> None:
        shown = packets.of(email)
        packet = ReviewPacket(
            cycle=manifest.cycle,
            revision=manifest.revision,
            director=email,
            director_name=shown.name,
            code=packet_code(key, manifest.cycle, manifest.revision, manifest.gate, email),
            region=", ".join(shown.regions),
            as_of=config.as_of_on,
            deadline=manifest.deadline,
            max_adds=config.max_adds,
            max_drops=config.max_drops,
            books=shown.books.select(list(REVIEW_BOOKS)),
            moves=shown.moves.select(list(REVIEW_MOVES)),
            candidates=shown.candidates,
            books_rows=shown.books_rows.select(list(REVIEW_BOOKS_ROWS)),
        )
        write_review_book(packet, path)
        if has_sheets:
            save_packet(folder, manifest.gate, email, packet, compose_review_book)

    return issue(folder, manifest, write)
