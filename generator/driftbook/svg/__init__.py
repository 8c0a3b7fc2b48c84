"""Pictures as SVG: plain shapes and text, readable without colour or scripts.

They are drawn narrow, for phones, and grow with the room that they get; then their text does not
grow with them. Every line has a pattern and a sign of its own, every bar says which stage it is,
and the description tells all of it in words.
"""

from driftbook.svg.frame import Picture
from driftbook.svg.ladder import ladder
from driftbook.svg.scene import described, scene
from driftbook.svg.strips import reached, strips

__all__ = ["Picture", "described", "ladder", "reached", "scene", "strips"]
