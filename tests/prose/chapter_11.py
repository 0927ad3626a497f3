"""The numbers in the sentences of chapter 11."""

CLAIMS = {}
PLAIN = {}
