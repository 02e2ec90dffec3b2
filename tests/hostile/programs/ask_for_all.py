"""Ask a hostile provider once for each path named, and print by how much the memory in use has peaked.

Usage: ask_for_all.py BASE_URL NUMBER...
"""

import asyncio
import json
import resource
import sys

from validator.errors import ApiError
from validator.sendapi import AsyncSendAPI


def peak_kb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def ask_all(base_url, warm_up, *numbers):
    endings = {}
    async with AsyncSendAPI("sk_test_0123", base_url=base_url, timeout_s=20.0) as client:
        await client.whatsapp.contacts.check(warm_up, session_id="s")
        before_kb = peak_kb()
        for number in numbers:
            try:
                await client.whatsapp.contacts.check(number, session_id="s")
            except ApiError as error:
                endings[number] = type(error).__name__
    sys.stdout.write(json.dumps({"grown_kb": peak_kb() - before_kb, "endings": endings}))


asyncio.run(ask_all(*sys.argv[1:]))
