"""All tables, so that the metadata is whole once this is imported."""

from db.models.people import Guild, Member, User
from db.models.process import Remembered
from db.models.runs import Card, Recording, Revision, Run, Stretch
from db.models.standings import Standing

__all__ = [
    "Card",
    "Guild",
    "Member",
    "Recording",
    "Remembered",
    "Revision",
    "Run",
    "Standing",
    "Stretch",
    "User",
]
