from __future__ import annotations

import threading

import anyio
import pytest

from castanea.api.gate import Gate
from castanea.kit.errors import Busy


def test_few_run_at_once_some_wait_and_the_rest_are_told_to_come_again() -> None:
    gate, release = Gate(2, 1, "server.too_many_sign_ins"), threading.Event()
    running: list[int] = []
    done: list[int] = []

    def work(number: int) -> int:
        running.append(number)
        assert release.wait(10)
        return number

    async def enter(number: int) -> None:
        done.append(await gate.run(work, number))

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for number in range(3):
                group.start_soon(enter, number)
            with anyio.fail_after(10):
                while len(running) < 2:
                    await anyio.lowlevel.checkpoint()
            with pytest.raises(Busy) as caught:
                await gate.run(work, 9)
            assert caught.value.retry_after > 0
            assert len(running) == 2
            release.set()

    anyio.run(main)
    assert sorted(done) == [0, 1, 2]
    assert 9 not in running
