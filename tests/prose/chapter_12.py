"""The numbers in the sentences of chapter 12."""

CLAIMS = {}
PLAIN = {}
