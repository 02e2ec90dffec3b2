"""A straight script with aiohttp and aiolimiter: everything at once, so many a minute, written at the end.

python aiohttp_aiolimiter.py LIST.csv OUT.csv
"""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from urllib.parse import quote

import aiohttp
from aiolimiter import AsyncLimiter


async def check(session: aiohttp.ClientSession, limiter: AsyncLimiter, phone: str) -> str:
    path = f"whatsapp/contacts/{quote(phone, safe='')}/check"
    async with limiter, session.get(path, params={"session_id": os.environ["SESSION"]}) as response:
        return await response.text() if response.status == 200 else f"error {response.status}"


async def main(listed: str, out: str) -> None:
    with open(listed, newline="") as file:  # noqa: ASYNC230, PTH123
        rows = list(csv.DictReader(file))
    limiter = AsyncLimiter(int(os.environ["PER_MIN"]), 60)
    headers = {"Authorization": f"Bearer {os.environ['KEY']}"}
    async with aiohttp.ClientSession(os.environ["BASE_URL"] + "/", headers=headers) as session:
        answers = await asyncio.gather(*(check(session, limiter, row["phone"]) for row in rows))
    with open(out, "w", newline="") as file:  # noqa: ASYNC230, PTH123
        writer = csv.DictWriter(file, [*rows[0], "answer"])
        writer.writeheader()
        writer.writerows(row | {"answer": answer} for row, answer in zip(rows, answers, strict=True))


asyncio.run(main(*sys.argv[1:]))
