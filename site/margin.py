"""The parts of the book, and their names in the margin of each page."""

import re

#: The parts of the book by their first chapters, and the margin's entries of these.
PARTS = {1: "Part I: The question", 11: "Part II: At work", 16: "Part III: Beyond the exercise"}
CHAPTER = re.compile(
    rf'<li class="toctree-l1[^"]*"><a [^>]*>(?P<number>{"|".join(map(str, PARTS))})\. '
)


def with_parts(tree):
    """Return the margin's list of chapters with a line before the first one of each part."""

    def headed(entry):
        return f'<li class="part">{PARTS[int(entry["number"])]}</li>{entry[0]}'

    return CHAPTER.sub(headed, tree)
