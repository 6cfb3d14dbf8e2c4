"""Jobs about which nothing is to be said between the beginning and the end."""

from __future__ import annotations

from storage.database import Queryable


async def quiet_jobs(database: Queryable) -> frozenset[int]:
    """The ids of the open jobs whose person, or whose group, wants it so."""
    rows = await database.fetch_all(
        """
        SELECT jobs.id FROM jobs
        LEFT JOIN preferences ON preferences.user_id = jobs.user_id
        LEFT JOIN groups ON groups.chat_id = jobs.chat_id
        WHERE jobs.state NOT IN ('done', 'failed', 'cancelled', 'undeliverable', 'kept')
            AND (preferences.quiet = 1 OR groups.quiet = 1)
        """
    )
    return frozenset(int(row["id"]) for row in rows)
