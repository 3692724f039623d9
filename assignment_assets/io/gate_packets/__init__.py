"""Packets of the gates on their way out: keep-lists, reviews, sign-offs as workbooks in the outbox."""
