"""A straight script with httpx and tenacity: ten at a time, failures tried again, a line for each answer.

python httpx_tenacity.py LIST.csv OUT.csv
"""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from urllib.parse import quote

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential


@retry(
    retry=retry_if_exception_type(httpx.HTTPError),
    wait=wait_random_exponential(multiplier=1, max=60),
    stop=stop_after_attempt(6),
    reraise=True,
)
async def check(client: httpx.AsyncClient, phone: str) -> str:
    path = f"/whatsapp/contacts/{quote(phone, safe='')}/check"
    response = await client.get(path, params={"session_id": os.environ["SESSION"]})
    if response.status_code != 404:
        response.raise_for_status()
    return response.text


async def main(listed: str, out: str) -> None:
    with open(listed, newline="") as file:  # noqa: ASYNC230, PTH123
        rows = list(csv.DictReader(file))
    headers = {"Authorization": f"Bearer {os.environ['KEY']}"}
    ten = asyncio.Semaphore(10)
    with open(out, "w", newline="") as file:  # noqa: ASYNC230, PTH123
        writer = csv.DictWriter(file, [*rows[0], "answer"])
        writer.writeheader()
        async with httpx.AsyncClient(base_url=os.environ["BASE_URL"], headers=headers) as client:

            async def work(row: dict[str, str]) -> None:
                async with ten:
                    try:
                        answer = await check(client, row["phone"])
                    except httpx.HTTPError as failure:
                        answer = f"error {failure!r}"
                writer.writerow(row | {"answer": answer})

            await asyncio.gather(*map(work, rows))


asyncio.run(main(*sys.argv[1:]))
