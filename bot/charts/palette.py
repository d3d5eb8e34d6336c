"""The colours of all pictures, on a ground of their own, so that they are the same in Discord's dark and light themes.

`tests/charts/test_palette.py` checks the contrasts, and simulates protanopia, deuteranopia and tritanopia.
"""

from __future__ import annotations

GROUND = "#1f2027"
"""The background; every other colour is chosen for its contrast with it."""
PANEL = "#2c2e38"
"""Surfaces on the ground that carry text, and the empty part of a bar."""
RULE = "#454854"
TEXT = "#f4f4f7"
FAINT = "#b9bdc9"
"""Text of lower rank: axis labels, explanations."""

BACKWARD = "#8b5cf6"
FORWARD = "#1fc4b0"
"""The cards' colours for the two directions; forward is lighter, so that the two differ without hue as well."""
BOTH = "#93b4ff"
"""Both directions together."""
MARK = "#fbbf24"
"""What the reader looks for: the goal, one's own bar, today."""

BACKWARD_STEPS = ("#4a3a86", "#6b4fc4", "#9370f8", "#c4b5fd")
FORWARD_STEPS = ("#1d5c5a", "#21897f", "#2cc9b5", "#a7f3e4")
"""Steps of an amount, from little to much, each lighter than the one before."""

LOOK: dict[str, str | list[str]] = {
    "ground": GROUND,
    "panel": PANEL,
    "rule": RULE,
    "text": TEXT,
    "faint": FAINT,
    "backward": BACKWARD,
    "forward": FORWARD,
    "both": BOTH,
    "mark": MARK,
    "backward_steps": list(BACKWARD_STEPS),
    "forward_steps": list(FORWARD_STEPS),
}
"""What the templates know as `look`."""
