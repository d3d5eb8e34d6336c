"""Import everything `python -m bot` imports, in the process that others are forked from; run nothing."""

from __future__ import annotations

import gc
import importlib

import yarl  # noqa: F401

import cogs

for _extension in cogs.EXTENSIONS:
    importlib.import_module(_extension)

gc.freeze()  # memory that the collector does not visit stays shared between forks
