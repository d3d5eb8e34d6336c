"""Everything `python -m bot` imports, for the process that others are forked from; nothing is run."""

from __future__ import annotations

import gc
import importlib

import yarl  # noqa: F401

import cogs

for _extension in cogs.EXTENSIONS:
    importlib.import_module(_extension)

gc.freeze()  # what is not walked stays shared
