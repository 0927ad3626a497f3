"""The numbers in the sentences of chapter 10."""

CLAIMS = {}
PLAIN = {}
