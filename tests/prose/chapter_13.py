"""The numbers in the sentences of chapter 13."""

CLAIMS = {}
PLAIN = {}
