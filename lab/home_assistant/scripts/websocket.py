"""Sends commands to Home Assistant by a websocket, one after the other; prints their results.

The root's Python runs it. The argument is a JSON object: `url`, `token`, `commands`.
"""

import asyncio
import json
import sys
from typing import Any

import aiohttp  # type: ignore[import-not-found]


async def ask(url: str, token: str, commands: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answer to each command."""
    answers = []
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": token})
        await socket.receive_json()
        for number, command in enumerate(commands, start=1):
            await socket.send_json({"id": number, **command})
            answer: dict[str, Any] = {}
            while answer.get("type") != "result" or answer["id"] != number:
                answer = await socket.receive_json()
            answers.append(answer)
    return answers


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask(**json.loads(sys.argv[1])))))
