"""What the rules say of the toy CRM's CSMs, written from their sentences alone: no code of the engine is used here."""

LISTED = {"olga"}
ACTIVE = {f"c{number}" for number in range(1, 6)}


class Oracle:
    """Who is each account's CSM, and whom each open opportunity should show."""

    def __init__(self, csm_of):
        self.force = dict(csm_of)
        self.words = {account: {} for account in csm_of}
        self.said = dict.fromkeys(csm_of)
        self.truth, self.on_purpose = {}, {}
        self.changes = {account: [] for account in csm_of}
        self.account_of, self.overrides, self.reverted, self.left, self.waiting = {}, {}, {}, set(), []

    def hear(self, event_id, account, key, changed_at, received_at):
        """A word arrives: it counts once, when it changed, and no later than it came."""
        if all(event_id not in words for words in self.words.values()):
            self.words[account][event_id] = (min(changed_at, received_at), received_at, event_id, key)

    def edited_account(self, account, value, by, at):
        """Somebody edits the account's field."""
        if by in LISTED:
            self.waiting.append(("account", account, value, by, at, False))

    def edited(self, opportunity, value, by, at, is_closed):
        """Somebody edits an opportunity's field."""
        self.waiting.append(("opportunity", opportunity, value, by, at, is_closed))

    def look(self, closed):
        """The engine looks: what was heard and done since counts now; `closed` are the closed opportunities."""
        edits, self.waiting = sorted(self.waiting, key=lambda each: each[4]), []
        before = dict(self.force)
        for account, words in self.words.items():
            self._hear_truth(account, words)
        for kind, account, value, _, at, _ in edits:
            if kind == "account" and value != self._account_person(account):
                self.on_purpose[account] = (at, value)
        for account, old in before.items():
            new = self._account_person(account)
            if new != old:
                moment = max(each[account][0] for each in (self.truth, self.on_purpose) if account in each)
                self.changes[account].append((moment, old, new))
                self.force[account] = new
                self.left -= {each for each, of in self.account_of.items() if of == account}
        for kind, opportunity, value, by, at, was_closed in edits:
            if kind == "opportunity":
                self._judge(opportunity, value, by, at, was_closed, opportunity in closed)

    def expected(self, opportunity):
        """Whom it should show now, while it is open."""
        return self._at(opportunity, None)

    def is_left(self, opportunity):
        """Whether the last edit was reported alone."""
        return opportunity in self.left

    def _hear_truth(self, account, words):
        if not words:
            return
        moment, _, _, key = max(words.values())
        person = key.split("@")[0].lower() if key else None
        is_usable = person is None or person in ACTIVE
        if self.said[account] == (is_usable, person):
            return
        self.said[account] = (is_usable, person)
        if is_usable:
            self.truth[account] = (moment, person)

    def _account_person(self, account):
        known = [each[account] for each in (self.truth, self.on_purpose) if account in each]
        return max(known, key=lambda each: each[0])[1] if known else self.force[account]

    def _judge(self, opportunity, value, by, at, was_closed, is_closed_now):
        if value in (self._at(opportunity, at), self._at(opportunity, None)):
            self.left.discard(opportunity)
            return
        if by in LISTED:
            self.overrides[opportunity] = (at, value)
            self.left.discard(opportunity)
        elif not was_closed:
            changes = self.changes[self.account_of[opportunity]]
            since = changes[-1][0] if changes else at
            before = [each for each in self.reverted.get((opportunity, by), []) if not changes or each >= since]
            if len(before) >= 3:
                self.left.add(opportunity)
            elif not is_closed_now:
                self.left.discard(opportunity)
                self.reverted.setdefault((opportunity, by), []).append(at)

    def _at(self, opportunity, at):
        account = self.account_of[opportunity]
        past = [change for change in self.changes[account] if at is None or change[0] <= at]
        override = self.overrides.get(opportunity)
        if override and (not past or override[0] >= past[-1][0]):
            return override[1]
        if at is None or not self.changes[account]:
            return self.force[account]
        return past[-1][2] if past else self.changes[account][0][1]
