"""What dbt gives to templates, as far as sqlfluff needs it to see the SQL around.

The macros themselves are loaded, and vars are those of dbt_project.yml. Where a macro asks the
adapter for its engine's form, its name with its arguments stands there, which reads as a call.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

_PROJECT = yaml.safe_load((Path(__file__).parents[1] / "dbt_project.yml").read_text())
_DATA = {"ga4_columns": {"event_name": "string"}, "list_files": []}


def _written(word: Any) -> str:
    """Write an argument as SQL; patterns of text and of paths come bare and need their quotes."""
    text = str(word)
    return f"'{text}'" if any(sign in text for sign in ("[", "^", "/*")) else text


class _Calls:
    """Any attribute is a function that writes itself as a call."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in _DATA:
            return lambda *_, **__: _DATA[name]
        return lambda *words, **_: f"{name}({', '.join(map(_written, words))})"


class _Adapter:
    """The adapter, of which templates want the engine's form of a macro, or quotes."""

    def dispatch(self, name: str, _project: str) -> Callable[..., Any]:
        """Stand in for the engine's macro."""
        function: Callable[..., Any] = getattr(_Calls(), name)
        return function

    def quote(self, name: str) -> str:
        """Quote as DuckDB does."""
        return f'"{name}"'


def var(name: str, default: Any = None) -> Any:
    """Give a var its value in dbt_project.yml."""
    found = _PROJECT["vars"].get(name)
    return default if found is None else found


adapter = _Adapter()
dbt = _Calls()
execute = False
