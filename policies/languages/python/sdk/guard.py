"""Errors with a text where they would be traps without one."""

import functools
from typing import Any

from componentize_py_types import Err


def guarded(interface: type) -> type:
    """A class whose methods answer with an error where they raise another exception than `Err`: what went wrong, and
    where. Otherwise the host would see a trap, and nothing of either.
    """
    for name, method in list(vars(interface).items()):
        if callable(method) and not name.startswith("_"):
            setattr(interface, name, _guarded(method))
    return interface


def _guarded(method: Any) -> Any:
    @functools.wraps(method)
    def outer(*given: Any) -> Any:
        try:
            return method(*given)
        except Err:
            raise
        except Exception as error:
            raise Err(f"{type(error).__name__}: {error}{_place(error)}") from error

    return outer


def _place(error: Exception) -> str:
    """The innermost place, as `policy.py:12`."""
    trace = error.__traceback__
    if trace is None:
        return ""
    while trace.tb_next is not None:
        trace = trace.tb_next
    file = trace.tb_frame.f_code.co_filename.rpartition("/")[2]
    return f" ({file}:{trace.tb_lineno})"
