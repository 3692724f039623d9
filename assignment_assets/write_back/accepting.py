"""A journal that a person takes as it is, although more was known of it: signed, and set down in it."""

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.codes import is_token_of, sign
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.publishing import publish, publish_head
from assignment_assets.write_back.states import Event
from assignment_assets.write_back.witnesses import OutsideHead, set_copies_aside
from assignment_assets.write_back.writer import Tools

ACCEPTED = "JOURNAL_ACCEPTED"


def accept_journal(folder: DataFolder, person: str, token: str, tools: Tools) -> int:
    """How many events the journal has that counts from now on: the one that lies there, or a new one where none does.

    Published copies that know of more are set aside beside the new ones.

    Raises
    ------
    NotEntitled
    Tampered
        The journal itself was changed; that nobody can accept.
    """
    if person not in tools.signers or not is_token_of(tools.key, person, token):
        raise NotEntitled(
            f"journal: {person or 'nobody'} may not accept it with this token, expected one of "
            f"{', '.join(tools.signers) or 'the signers of all regions, of whom there are none'} and their own token. "
            "Nothing was changed."
        )
    key, head = engine_key(), folder.journal_head
    outside = OutsideHead(head, key) if head else None
    with opened(folder.journal, key, outside, takes_as_it_is=True) as journal:
        content = {"accepts": "journal", **{name: journal.anchor()[name] for name in ("seq", "hash")}}
        signature = sign(token, content | {"signed_by": person})
        journal.record([Event("", "", 0, ACCEPTED, tools.clock(), code=person, sentence=signature)])
        journal.commit()
        aside = {path.parent.name for path in set_copies_aside(folder.journal)}
        publish_head(journal, folder.journal)
        for cycle in sorted(aside | {plan.cycle for plan in journal.plans()}):
            publish(journal, folder.journal, folder.published(cycle), cycle)
        return journal.seq
