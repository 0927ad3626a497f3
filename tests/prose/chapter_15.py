"""The numbers in the sentences of chapter 15."""

CLAIMS = {}
PLAIN = {}
