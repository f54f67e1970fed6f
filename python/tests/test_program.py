"""The console script, interruptions, and threads and processes."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

import orders


def test_the_program_comes_with_the_package(program):
    assert program("--version").stdout.startswith("orders-cli ")
    assert program("schedule", "--grid", "2x2", "--steps", 2).stdout == "1,3\n"
    wrong = program("gen", "--grid", "2x2", "--stpes", 2)
    assert wrong.returncode == 2 and wrong.stderr.startswith("error: ")
    assert program("gne").returncode == 2 and "did you mean 'gen'" in program("gne").stderr
    assert "--features" in program("sweep", "x.toml").stderr


@pytest.mark.skipif(os.name == "nt", reason="signals are sent")
@pytest.mark.parametrize(
    "work",
    [
        "orders.generate(res=512, steps=48, num=400_000)",
        "orders.search('exp:5', res=256, steps=20, rounds=10**9)",
        "orders.sample(lambda t, k, a, l: np.zeros((*t.shape, 2), np.float32), grid=(64, 64), num=10**4, shape='one-by-one')",
    ],
)
def test_interruptions(work):
    script = textwrap.dedent(f"""
        import numpy as np, orders, sys
        print("ready", flush=True)
        try:
            {work}
        except KeyboardInterrupt:
            sys.exit(42)
    """)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"ready\n"
    time.sleep(0.7)
    start = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert child.wait(timeout=20) == 42
    assert time.monotonic() - start < 10


def test_the_interpreter_is_free_meanwhile():
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.005)

    clock = threading.Thread(target=tick)
    clock.start()
    start = time.monotonic()
    orders.generate(res=512, steps=48, num=6000)
    end = time.monotonic()
    done.set()
    clock.join()
    within = sum(start < when < end for when in ticks)
    assert within > (end - start) / 0.05, (within, end - start)


def test_threads_of_python_may_work_at_once():
    found = {}

    def work(seed):
        found[seed] = orders.generate(res=256, steps=20, num=500, seed=seed).cells

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    for seed, cells in found.items():
        assert np.array_equal(cells, orders.generate(res=256, steps=20, num=500, seed=seed).cells)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_fork_has_threads_of_its_own():
    """As the workers of data loaders are made."""
    script = textwrap.dedent("""
        import os, orders
        made = orders.generate(res=256, steps=20, num=500).cells.sum(axis=1)
        child = os.fork()
        again = orders.generate(res=256, steps=20, num=500).cells.sum(axis=1)
        assert (again == made).all()
        if child:
            assert os.waitpid(child, 0)[1] == 0
    """)
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], timeout=60)
    assert done.returncode == 0
