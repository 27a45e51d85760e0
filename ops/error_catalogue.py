"""docs/errors.md, made from the code: every refusal with what was seen, why, and what to do next.

Where an error of ours is constructed is read from the syntax tree; its clauses are rendered with
what is filled in at run time in ‹ ›. A refusal that has not three clauses is told.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

from extract.errors import CxwError
from ops.alerts.kinds import kind_of
from ops.reaction import EXIT_CODES, reaction_to

FOLDERS = ("extract", "expectations", "ops")
CLAUSES = ("seen", "why", "next_step")
HEAD = """\
# Every refusal

Made by `cxw docs` from the code; a test keeps it true. An error says what was seen, why that is
refused and what to do next; ‹ › stands for what is known at run time. *Outcome* is what the attempt
is written down as, *exit* is what the command ends with, *alert* what a scheduled run sends.
"""

Known = Mapping[str, str]  # what a name stands for, rendered


@dataclass(frozen=True, slots=True)
class Refusal:
    """One place where an error is made."""

    error: str
    module: str
    line: int
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How the arguments of an error become its clauses."""

    names: tuple[str, ...] = CLAUSES
    defaults: tuple[tuple[str, ast.expr], ...] = ()
    clauses: tuple[ast.expr, ...] = tuple(ast.Name(name) for name in CLAUSES)


@dataclass(frozen=True, slots=True)
class Code:
    """The modules of the product, and the errors that they declare."""

    trees: Mapping[str, ast.Module]
    classes: Mapping[str, type[CxwError]]
    shapes: Mapping[str, Shape]


def read(project: Path) -> Code:
    """Parse the product and find every class that stands for an error of ours."""
    trees = {
        path.relative_to(project).as_posix(): ast.parse(path.read_text())
        for folder in FOLDERS
        for path in sorted((project / folder).rglob("*.py"))
    }
    declared = {
        node.name: (module, node)
        for module, tree in trees.items()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    ours, before = {"CxwError"}, 0
    while len(ours) > before:
        before = len(ours)
        for name, (_, node) in declared.items():
            if any(isinstance(base, ast.Name) and base.id in ours for base in node.bases):
                ours.add(name)
    classes = {
        name: getattr(import_module(declared[name][0][:-3].replace("/", ".")), name)
        for name in sorted(ours)
    }
    shapes = {name: _shape(declared[name][1]) for name in ours - {"CxwError"}}
    return Code(trees, classes, {**shapes, "CxwError": Shape()})


def refusals(code: Code) -> Iterator[Refusal]:
    """Yield each place where an error is made, in the order of modules and lines."""
    for module, tree in code.trees.items():
        seen: set[int] = set()
        constants = _assigned(
            ast.Module([one for one in tree.body if isinstance(one, ast.Assign)], [])
        )
        for scope in (*_functions(tree), tree):
            local = constants | _assigned(scope)
            for node in ast.walk(scope):
                if isinstance(node, ast.Call) and id(node) not in seen:
                    seen.add(id(node))
                    for name in _errors(node.func, local, code):
                        clauses = _clauses(node, code.shapes[name], local)
                        yield Refusal(name, module, node.lineno, clauses)


def flaws(code: Code) -> list[str]:
    """Say which errors nobody makes, and which refusals have not three clauses."""
    made = list(refusals(code))
    used = {one.error for one in made}
    parents = {base.__name__ for found in code.classes.values() for base in found.__mro__[1:]}
    unused = [f"{name} is never raised" for name in code.classes if name not in used | parents]
    short = [
        f"{one.module}:{one.line} {one.error} has not three clauses"
        for one in made
        if len(one.clauses) != len(CLAUSES) or not all(one.clauses)
    ]
    vague = [f"{one.module}:{one.line} says no kind" for one in made if one.error == "CxwError"]
    return unused + short + vague


def render(project: Path) -> str:
    """Return the page: each error with its consequences and the places that make it."""
    code = read(project)
    made: dict[str, list[Refusal]] = {}
    for one in refusals(code):
        made.setdefault(one.error, []).append(one)
    parts = [HEAD]
    for name in sorted(made):
        error = code.classes[name]
        parts.append(f"## {name}\n\n{cleandoc(error.__doc__ or '')}\n\n{_consequences(error)}\n")
        rows = ["| seen | why | next | made in |", "| --- | --- | --- | --- |"]
        for one in made[name]:
            cells = (*one.clauses, f"`{one.module}`")
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("\n".join(dict.fromkeys(rows)) + "\n")
    return "\n".join(parts)


def _consequences(error: type[CxwError]) -> str:
    bare = error.__new__(error)  # what follows depends on the class alone
    slug = kind_of(bare).slug
    alert = f"[`{slug}`](runbooks/{slug}.md)"
    if error.outcome == "skipped":
        alert = "none"
    return f"Outcome `{error.outcome}` · exit {EXIT_CODES[reaction_to(bare)]} · alert {alert}"


def _functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return the functions, inner ones first: a name means what the nearest one says."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)][::-1]


def _assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what is assigned to each name of a function."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=one, value=ast.expr() as value):
                targets = [one]
            case _:
                continue
        for target in targets:
            if isinstance(target, ast.Name):
                found.setdefault(target.id, []).append(value)
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                for name, part in zip(target.elts, value.elts, strict=False):
                    if isinstance(name, ast.Name):
                        found.setdefault(name.id, []).append(part)
    return found


def _errors(called: ast.expr, local: Mapping[str, list[ast.expr]], code: Code) -> list[str]:
    """Return which errors a call makes: several when the class stands in a variable."""
    if isinstance(called, ast.Attribute):
        called = ast.Name(called.attr)
    if not isinstance(called, ast.Name):
        return []
    if called.id in code.classes:
        return [called.id]
    values = local.get(called.id, [])
    names = [value.id for value in values if isinstance(value, ast.Name)]
    return list(dict.fromkeys(name for name in names if name in code.classes))


def _shape(node: ast.ClassDef) -> Shape:
    """Read the constructor of an error, where it has one of its own."""
    made = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
    if not made:
        return Shape()
    arguments = made[0].args
    names = tuple(one.arg for one in arguments.args[1:])
    optional = names[len(names) - len(arguments.defaults) :]
    defaults = tuple(zip(optional, arguments.defaults, strict=True))
    for call in ast.walk(made[0]):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
            return Shape(names, defaults, tuple(call.args))
    return Shape(names, defaults)


def _clauses(call: ast.Call, shape: Shape, local: Mapping[str, list[ast.expr]]) -> tuple[str, ...]:
    """Render the clauses of one refusal."""
    known = {
        name: " / ".join(dict.fromkeys(_text(value, {}) for value in values))
        for name, values in local.items()
        if all(_is_text(value) for value in values)
    }
    given = dict(shape.defaults) | dict(zip(shape.names, call.args, strict=False))
    given |= {one.arg: one.value for one in call.keywords if one.arg}
    filled = {name: _text(value, known) for name, value in given.items()}
    told = (
        filled.get(part.id, "") if isinstance(part, ast.Name) else _text(part, filled)
        for part in shape.clauses
    )
    return tuple(" ".join(clause.split()) for clause in told)


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _text(node: ast.expr, known: Known) -> str:  # noqa: PLR0911  (one line a kind)
    """Render an expression as people read it."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, known) for part in parts)
        case ast.FormattedValue(value=value):
            return _text(value, known)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, known) + _text(right, known)
        case ast.IfExp(body=one, orelse=other) if _is_text(one) or _is_text(other):
            return f"{_text(one, known)} / {_text(other, known)}"
        case ast.Name(id=name) if name in known:
            return known[name]
    return f"‹{_named(node)}›"


def _named(node: ast.AST) -> str:  # noqa: PLR0911  (one line a kind of expression)
    """Name what an expression stands for: its last word, or that of what it is made from."""
    match node:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="type"), args=[one]), attr="__name__"):
            return f"kind of {_named(one)}"
        case ast.Attribute(value=ast.Name(id=owner), attr="name" | "id" | "value" as name):
            return name if owner == "self" else f"{owner.replace('_', ' ')} {name}"
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").replace("_", " ")
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[one]):
            return _named(one)
        case ast.Call(func=ast.Attribute(value=value), args=arguments):
            is_plain = all(isinstance(one, ast.Constant) for one in arguments)
            return _named(value if is_plain else arguments[0])
        case ast.Call(func=ast.Name(id="len"), args=[one]):
            return f"number of {_named(one)}"
        case ast.Call(func=ast.Name(), args=[one, *_]):
            return _named(one)
        case ast.Call(func=called):
            return _named(called)
        case ast.GeneratorExp(elt=one) | ast.ListComp(elt=one) | ast.Starred(value=one):
            return _named(one)
        case ast.JoinedStr(values=parts):
            return ", ".join(_named(p.value) for p in parts if isinstance(p, ast.FormattedValue))
        case ast.IfExp(body=one, orelse=other):
            return _named(other if isinstance(one, ast.Constant) else one)
    inner = next(ast.iter_child_nodes(node), None)
    return _named(inner) if inner is not None else ast.unparse(node).strip("'\"")
