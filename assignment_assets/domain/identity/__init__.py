"""Who is meant: codes on files, tokens of signers, personal links."""
