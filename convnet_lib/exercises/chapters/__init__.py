"""The exercises themselves, one file a chapter; `catalogue` finds each by its id."""
