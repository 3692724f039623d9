"""Packets and answers as Google Sheets; needs the extra `sheets`."""
