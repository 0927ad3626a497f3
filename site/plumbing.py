"""Which lines of a cell are plumbing: imports, set-up, calls that only draw.

A page folds them to a line that opens, and leaves open what computes. The rule reads the source
alone. Plumbing is an import; a call of `figures`, of `widgets` or of a function `draw…`; the
definition of such a function; `inspect.getsource`; and an assignment, where a cell is nothing but
imports and assignments, or assignments and a live figure. One line is not folded to a line.
"""

import ast
import html
import itertools

ROOMS_THAT_DRAW = ("figures", "widgets")


def parts(source):
    """Return [(folded, lines)] of a cell from above to below, whose lines are those of the cell."""
    runs = [(folded and _length(lines) > 1, lines) for folded, lines in _joined(_runs(source))]
    return [(folded, "\n".join(lines).strip("\n")) for folded, lines in _joined(runs)]


def _joined(runs):
    """Return runs of lines with neighbours of one kind as one."""
    return [
        (folded, [line for _, lines in alike for line in lines])
        for folded, alike in itertools.groupby(runs, lambda run: run[0])
    ]


def _length(lines):
    return sum(bool(line.strip()) for line in lines)


def summary(source):
    """Return the HTML of the line that folded lines become."""
    statements = ast.parse(source).body
    if isinstance(statements[0], ast.Import | ast.ImportFrom):
        return "Imports and set-up"
    names = [name for statement in statements if (name := _drawn_by(statement))]
    once = dict.fromkeys(html.escape(name) for name in names)
    return f"Code that draws: {', '.join(f'<code>{name}(…)</code>' for name in once)}"


def _runs(source):
    """Yield each statement with the lines between it and the one before: plumbing or not."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a line that is IPython's alone
        statements = []
    lines = source.split("\n")
    if not statements:
        yield False, lines
        return
    sets_up, at = _sets_up(statements), 0
    for n, statement in enumerate(statements):
        end = statement.end_lineno if n < len(statements) - 1 else len(lines)
        yield _is_plumbing(statement, sets_up), lines[at:end]
        at = end


def _sets_up(statements):
    """Whether all that a cell assigns is for what it imports, or for its live figure."""
    others = [one for one in statements if not isinstance(one, ast.Assign)]
    imports = [one for one in others if isinstance(one, ast.Import | ast.ImportFrom)]
    if imports and statements[0] is imports[0]:
        return imports == others
    return len(others) == 1 and (_drawn_by(statements[-1]) or "").startswith(("widgets", "explore"))


def _is_plumbing(statement, sets_up):
    if isinstance(statement, ast.Assign):
        return sets_up
    imported = isinstance(statement, ast.Import | ast.ImportFrom)
    return imported or _drawn_by(statement) is not None


def _drawn_by(statement):
    """Return the name of the function by which a statement draws, or prints source, or None."""
    match statement:
        case ast.FunctionDef(name=name):
            return name if name.startswith("draw") else None
        case ast.Expr(ast.Call(func=ast.Name("print"), args=[ast.Call() as call])):
            name = ast.unparse(call.func)
            return name if name == "inspect.getsource" else None
        case ast.Expr(ast.Call(func=function)):
            name = ast.unparse(function)
            room, *_ = name.split(".")
            draws = room in ROOMS_THAT_DRAW or name == "explore" or name.startswith("draw")
            return name if draws else None
    return None
