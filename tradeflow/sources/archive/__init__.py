"""Unpacking archives from outside: bounded, into a folder that goes away, and nowhere else."""

from tradeflow.sources.archive.member import LIMITS, ArchiveLimits, Member
from tradeflow.sources.archive.unpack import members, unpacked

__all__ = ["LIMITS", "ArchiveLimits", "Member", "members", "unpacked"]
