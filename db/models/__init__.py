"""All tables; importing this module completes the metadata."""

from db.models.badges import BadgeCount, BadgeRole, BadgeRoleGrant, EarnedBadge
from db.models.boards import BoardWindow, Follow, LiveBoard, Standing
from db.models.challenges import Challenge, ChallengePlace, ChallengeTeam
from db.models.clubs import Guild
from db.models.members import Member, User
from db.models.messages import Delivery, Due
from db.models.nudges import NudgeChoice, Pause, Repair, WeeklyGoal
from db.models.outings import Companion, MeetingPoint, Outing, OutingPress
from db.models.partners import Availability, NoShow, Question, Spotting, Tie
from db.models.process import Remembered
from db.models.records import BestEffort
from db.models.reminders import Reminder, ReminderDone
from db.models.rounds import Round, RoundPlace
from db.models.runs import Cheer, Recording, Revision, Run, RunCard, RunReview, StretchRow
from db.models.safety import Contact, UnsafeAlarm
from db.models.table_imports import TableImport

__all__ = [
    "Availability",
    "BadgeCount",
    "BadgeRole",
    "BadgeRoleGrant",
    "BestEffort",
    "BoardWindow",
    "Challenge",
    "ChallengePlace",
    "ChallengeTeam",
    "Cheer",
    "Companion",
    "Contact",
    "Delivery",
    "Due",
    "EarnedBadge",
    "Follow",
    "Guild",
    "LiveBoard",
    "MeetingPoint",
    "Member",
    "NoShow",
    "NudgeChoice",
    "Outing",
    "OutingPress",
    "Pause",
    "Question",
    "Recording",
    "Remembered",
    "Reminder",
    "ReminderDone",
    "Repair",
    "Revision",
    "Round",
    "RoundPlace",
    "Run",
    "RunCard",
    "RunReview",
    "Spotting",
    "Standing",
    "StretchRow",
    "TableImport",
    "Tie",
    "UnsafeAlarm",
    "User",
    "WeeklyGoal",
]
