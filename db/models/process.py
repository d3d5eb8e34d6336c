"""Values that the process keeps between runs."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base
from db.personal_data import impersonal


class Remembered(Base):
    """A named value, such as the digest of the last synced commands."""

    __tablename__ = "remembered"
    __table_args__ = ({"info": impersonal()},)

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
