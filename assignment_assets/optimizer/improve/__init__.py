"""A phase on one scale, and what is done to its books: round, dive, burst, exchange, settle."""
