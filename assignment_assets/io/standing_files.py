"""What people have signed between the cycles: standing policies and acceptances, as signed JSON files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.standing import Acceptance, StandingPolicy, is_signed, read_standing
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import read_settings


@dataclass(frozen=True)
class RefusedFile:
    """A signed file that does not count, and why."""

    file: str
    why: str


def policies_in_force(
    folder: DataFolder, key: bytes, day: date
) -> tuple[dict[str, tuple[StandingPolicy, str]], list[RefusedFile]]:
    """Kind → the policy in force on this day and its digest, the most careful first; and the files refused.

    A policy counts where it is signed by the person whose folder it lies in and who may sign for every region.
    """
    signers = {person.lower() for person, regions in read_settings().signers.items() if "*" in regions}
    found: dict[str, tuple[StandingPolicy, str]] = {}
    refused = []
    for path, person, decision in _signed(folder.root / "inbox" / "policies", key):
        if not isinstance(decision, StandingPolicy):
            why = decision if isinstance(decision, str) else "it is an acceptance, expected a standing policy"
            refused.append(RefusedFile(f"{person}/{path.name}", why))
            continue
        if person.lower() not in signers:
            refused.append(RefusedFile(f"{person}/{path.name}", f"{person} may not sign for every region"))
            continue
        for kind in decision.kinds:
            standing = found.get(kind)
            is_narrower = standing is None or decision.max_moves < standing[0].max_moves
            if decision.is_in_force(kind, day) and is_narrower:
                found[kind] = decision, decision.digest()
    return found, refused


def acceptances(folder: DataFolder, key: bytes) -> tuple[list[Acceptance], list[RefusedFile]]:
    """Every signed answer to a routed account, and the files refused."""
    answers, refused = [], []
    for path, person, decision in _signed(folder.root / "inbox" / "acceptances", key):
        if isinstance(decision, Acceptance):
            answers.append(decision)
        else:
            why = decision if isinstance(decision, str) else "it is a standing policy, expected an acceptance"
            refused.append(RefusedFile(f"{person}/{path.name}", why))
    return answers, refused


def _signed(root: Path, key: bytes) -> Iterator[tuple[Path, str, StandingPolicy | Acceptance | str]]:
    """Each JSON file, the person of its folder, and the decision or why there is none."""
    for path in sorted(root.glob("*/*.json")):
        person = path.parent.name
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            decision = read_standing(content)
        except (ValueError, RecursionError, OSError) as error:  # brackets nested without end; a folder of that name
            yield path, person, f"it cannot be read: {error}"
            continue
        except InvalidInput as error:
            yield path, person, f"it cannot be read: {' '.join(map(str, error.faults))}"
            continue
        if decision.signed_by != person or not is_signed(content, signer_token(key, person)):
            yield path, person, f"it is not signed by {person}"
            continue
        yield path, person, decision
