"""What the hub itself runs is no module of tests."""

collect_ignore = ["hub_config.py", "visitor.py"]
