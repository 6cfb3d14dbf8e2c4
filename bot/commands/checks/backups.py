"""Backups by themselves: how old the newest is, and whether the next one finds room."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.backups.folder import LATE_MILLISECONDS, BackupFolder
from bot.clock import Clock
from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.config.amounts import HOUR
from bot.config.folders import room_for_backup
from bot.config.settings import Settings


def check_backups(settings: Settings, clock: Clock) -> list[Finding]:
    """Look at BACKUP_DIR, if it is set; what is wrong there keeps no bot from running."""
    if settings.backup_dir is None:
        return [ok("backups: none are made by themselves (BACKUP_DIR)")]
    folder = BackupFolder(settings.backup_dir, settings.bot_id)
    fault = folder.fault()
    if fault is not None:
        return [problem(f"backups: {fault}")]
    room = _room(settings.database_path, folder.path)
    return [_age(folder, clock.now_milliseconds()), *room]


def _age(folder: BackupFolder, now: int) -> Finding:
    newest = folder.newest(now)
    if newest is None:
        return ok(f"backups: the first will be made in {folder.path} when the bot starts")
    told = f"backups: the newest in {folder.path} is {(now - newest) // HOUR} hours old"
    if now - newest > LATE_MILLISECONDS:
        return warning(told, "the bot makes one when it runs; its log says what is in the way")
    return ok(told)


def _room(database: Path, folder: Path) -> list[Finding]:
    if not database.exists():
        return []
    findings = []
    if folder.stat().st_dev == database.stat().st_dev:
        told = "backups: they are on the disk of the database, and are lost with it"
        findings.append(warning(told, "have BACKUP_DIR lead to another disk"))
    if shutil.disk_usage(folder).free < room_for_backup(database, folder):
        findings.append(problem("backups: the next one will not find room", "make room there"))
    return findings
