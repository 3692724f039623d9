"""Inbox and outbox in a bucket or on a share: what people return is fetched, what they are sent is delivered."""
