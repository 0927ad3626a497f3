"""The numbers in the sentences of chapter 14."""

CLAIMS = {}
PLAIN = {}
