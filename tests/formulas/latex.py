"""LaTeX as tokens: what only steers the typesetting is dropped, one spelling is kept of several."""

import re

TEXT = r"\\(?:text|textrm|textit|mathrm|operatorname)\*?\{[^{}]*\}"
TOKEN = re.compile(
    rf"{TEXT}|\\(?:tag|label|h?phantom|vphantom)\*?\{{[^{{}}]*\}}|\\(?:left|right)\.|\\(?:begin|end)\{{[^{{}}]*\}}"
    r"|\\\\(?:\[[^\]]*\])?|\\[A-Za-z]+|\\.|\d+(?:\{,\}\d{3})*(?:\.\d+)?|\s+|.",
    re.DOTALL,
)
UNSEEN = re.compile(
    r"\s+|\\[,;:!> ]|\\(?:left|right|middle|displaystyle|textstyle|limits|nolimits|hline)"
    r"|\\[bB]igg?[lrm]?|\\(?:tag|label|h?phantom|vphantom)\*?\{.*\}|~|\\(?:left|right)\.|\\n(?:otag|onumber)",
    re.DOTALL,
)
SPELLINGS = {
    **dict.fromkeys(["\\tfrac", "\\dfrac", "\\cfrac"], "\\frac"),
    **dict.fromkeys(["\\times", "*", "\\ast"], "\\cdot"),
    **dict.fromkeys(["\\ldots", "\\cdots"], "\\dots"),
    **dict.fromkeys(["\\to", "\\rightarrow", "\\mapsto"], "\\longrightarrow"),
    **dict.fromkeys(["\\iff", "\\Leftrightarrow"], "\\Longleftrightarrow"),
    "\\leq": "\\le",
    "\\geq": "\\ge",
    "\\neq": "\\ne",
    "\\gets": "\\leftarrow",
    "\\lt": "<",
    "\\gt": ">",
    "\\lbrace": "\\{",
    "\\rbrace": "\\}",
    "\\lbrack": "[",
    "\\rbrack": "]",
    "\\mathrm{e}": "e",
    "\\operatorname{max}": "\\max",
    "\\operatorname*{max}": "\\max",
    "\\operatorname{min}": "\\min",
    "−": "-",
}
TABLES = {"pmatrix", "bmatrix", "matrix", "array", "cases", "dcases", "smallmatrix"}
ARGUMENTS = {"\\frac": 2, "\\sqrt": 1, "^": 1, "_": 1}
RELATIONS = {"=", "\\ne", "\\le", "\\ge", "<", ">", "\\approx", "\\longrightarrow", "\\leftarrow"}
GAPS = {"\\quad", "\\qquad"}
OPERATORS = {"+", "-", "\\pm", "\\cdot", "/", "\\Longleftrightarrow", *RELATIONS}


class Unreadable(ValueError):
    """A formula that the reader does not know how to read."""


def tokens(latex):
    """Return the tokens of a formula in their one spelling, without what is not mathematics."""
    seen = [t for t in TOKEN.findall(latex) if not UNSEEN.fullmatch(t)]
    seen = [SPELLINGS.get(t, t) for t in seen]
    seen = stacked(["\\\\" if t.startswith("\\\\") else t for t in seen])
    return rows(without_empty(primes(arguments(without_braces(columns(seen))))))


def stacked(given):
    r"""Return the tokens of \substack{…\\ …} as a list with commas."""
    if "\\substack" not in given:
        return given
    start = given.index("\\substack")
    end = closing(given, start + 1)
    inside = ["," if token == "\\\\" else token for token in given[start + 2 : end]]
    return stacked(given[:start] + inside + given[end + 1 :])


def without_empty(given):
    """Return the tokens without {}, which stands for nothing."""
    out = []
    for token in given:
        if token == "}" and out and out[-1] == "{":
            out.pop()
        else:
            out.append(token)
    return out


def columns(given):
    """Return the tokens without the {cc|c} of an array."""
    out, skip = [], 0
    for place, token in enumerate(given):
        if place < skip:
            continue
        out.append(token)
        if token == "\\begin{array}":
            skip = given.index("}", place) + 1
    return out


def closing(given, start):
    """Return the place of the brace that closes the one at start."""
    depth = 0
    for place in range(start, len(given)):
        depth += {"{": 1, "}": -1}.get(given[place], 0)
        if depth == 0:
            return place
    raise Unreadable("a brace is not closed")


def without_braces(given):
    """Return the tokens without underbraces; what stands below as a value is a statement more."""
    if "\\underbrace" not in given and "\\overbrace" not in given:
        return given
    start = min(given.index(t) for t in ("\\underbrace", "\\overbrace") if t in given)
    end = closing(given, start + 1)
    inside, rest, value = given[start + 1 : end + 1], end + 1, []
    if given[rest : rest + 1] in (["_"], ["^"]):
        end = closing(given, rest + 1)
        value, rest = [t for t in given[rest + 2 : end] if not re.fullmatch(TEXT, t)], end + 1
    more = ["BREAK", *inside, "=", *value] if value else []
    return without_braces(given[:start] + inside + given[rest:] + more)


def arguments(given):
    r"""Return the tokens with a brace around each argument, as TeX reads them: \frac12 is ½."""
    out, rest, wanted = [], list(given), 0
    while rest:
        token = rest.pop(0)
        if wanted and token == "{":
            end = closing([token, *rest], 0)
            out += ["{", *arguments(rest[: end - 1]), "}"]
            rest, wanted = rest[end:], wanted - 1
        elif wanted and token != "'":
            if token[0].isdigit():
                rest[:0] = [token[1:]] if token[1:] else []
                token = token[0]
            if token in ARGUMENTS:
                raise Unreadable(f"{token} as an argument without braces")
            out += ["{", token, "}"]
            wanted -= 1
        else:
            out.append(token)
            wanted = ARGUMENTS.get(token, 0) or wanted
    return out


def primes(given):
    r"""Return the tokens with every prime written as ', those of ^{\prime} and ^{'} too."""
    out = []
    for token in given:
        out.append("'" if token == "\\prime" else token)
        if out[-3:-1] == ["{", "'"] and out[-4:-3] == ["^"] and token == "}":
            out[-4:] = ["'"]
    return out


def rows(given):
    r"""Return the tokens without the marks of aligned, and BREAK where a line begins anew."""
    out, inside = [], []
    for place, token in enumerate(given):
        if token.startswith("\\begin"):
            inside.append(token[7:-1].rstrip("*"))
        table = bool(inside) and inside[-1] in TABLES
        if token.startswith("\\end"):
            inside.pop()
        if table or not (token in ("&", "\\\\") or token.startswith(("\\begin", "\\end"))):
            out.append(token)
        elif token == "\\\\":
            after = next((t for t in given[place + 1 :] if t != "&"), "BREAK")
            goes_on = after in OPERATORS or (out and out[-1] in OPERATORS)
            out += [] if goes_on else ["BREAK"]
    return out


def depths(given):
    """Return for each token how many brackets are open around it."""
    opening = {"{", "(", "[", "\\{", "\\lfloor", "\\lceil"}
    shut = {"}", ")", "]", "\\}", "\\rfloor", "\\rceil"}
    out, depth = [], 0
    for token in given:
        depth -= token in shut or token.startswith("\\end")
        out.append(depth)
        depth += token in opening or token.startswith("\\begin")
    return out


def statements(latex):
    """Return the statements of a formula, each a list of tokens: what gaps, words, commas part."""
    given = tokens(latex)
    level = depths(given)
    ends, start = [], 0
    for place in range(len(given)):
        if level[place] == 0 and parts(given, level, place, start):
            ends.append((start, place))
            start = place + 1
    pieces = [trimmed(given[start:end]) for start, end in [*ends, (start, len(given))]]
    return [piece for piece in pieces if piece]


def trimmed(piece):
    """Return a statement without gaps, the stop that ends its sentence, and brackets around it."""
    piece = [token for token in piece if token not in GAPS]
    if piece[:1] == ["("] and RELATIONS & set(piece) and depths(piece).count(0) == 2:
        return trimmed(piece[1:-1])
    while piece and piece[-1] in (".", ",", ";", ":"):
        piece = piece[:-1]
    return piece


def parts(given, level, place, start):
    """Return whether the token at a place, outside all brackets, ends the statement from start."""
    token = given[place]
    before, after = given[place - 1] if place else "", (given[place + 1 :] or [""])[0]
    if token in ("BREAK", ";", ":"):
        return True
    if token in GAPS:
        return before not in OPERATORS and after not in OPERATORS
    if re.fullmatch(TEXT, token):
        return before in GAPS or after in GAPS or bool(re.search(r"\{\s*[a-z]+ ", token))
    return token == "," and parts_comma(given, level, place, start)


def parts_comma(given, level, place, start):
    r"""Return whether a comma ends a statement; not that of 0 \le j,k \le 23 and of 0, \dots, 4."""
    before = [t for t, d in zip(given[start:place], level[start:], strict=False) if d == 0]
    after = [t for t, d in zip(given[place + 1 :], level[place + 1 :], strict=True) if d == 0]
    if "\\dots" in (before[-1:] + after[:1]):
        return False
    if after[:1] and after[0] in GAPS:
        return True
    names = re.compile(r"[a-z]|'|,")
    left = list(before)
    while left and names.fullmatch(left[-1]):
        left.pop()
    while after and names.fullmatch(after[0]):
        after.pop(0)
    if not left and after[:1] == ["="] and "\\dots" in after:
        return False
    return not (left and after and left[-1] in ("\\le", "<") and after[0] in ("\\le", "<"))
