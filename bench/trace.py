# SPDX-License-Identifier: GPL-3.0-or-later
"""What the message trace costs. Part one: millions of steps made up, written and asked for (bench_trace). Part two: the
same deliveries to a server with the trace on and off, in turns; CPU of the server for each message, and the ratio.

    bench/trace.py --build build/release [--steps 10000000] [--days 90] [--count 20000] [--turns 3] [--only store|deliveries]
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tests.support import kontor

LOADS = ('lmtp', 'smtp')


def cpu_seconds(pid):
    """User and system time of the process."""
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def one_turn(is_on, count):
    """{load: microseconds of CPU of kontord for a message}"""
    out = {}
    with kontor.Server({'message_trace.enabled': is_on, 'smtp.max_messages_per_minute': 0,
                        'server.max_connections_per_address': 1000}) as server:
        for load in LOADS:
            command = [kontor.program('kontor-load'), load, '--port-base', str(server.port_base), '--json',
                       '--count', str(count), '--connections', '16']
            subprocess.run([*command[:-3], '500', *command[-2:]], check=True, capture_output=True)  # warm
            if is_on:
                server.ctl('trace', '--limit', '1')
            before = cpu_seconds(server.pid)
            subprocess.run(command, check=True, capture_output=True)
            if is_on:  # what is written belongs to it
                server.ctl('trace', '--limit', '1')
            out[load] = (cpu_seconds(server.pid) - before) / count * 1e6
        if is_on:
            lost = server.ctl('trace', 'status')['steps_lost']
            print(f'steps lost: {lost}')
    return out


def deliveries(count, turns):
    figures = {(load, is_on): [] for load in LOADS for is_on in (True, False)}
    for turn in range(turns):
        for is_on in (True, False) if turn % 2 == 0 else (False, True):
            for load, value in one_turn(is_on, count).items():
                figures[load, is_on].append(value)
    for load in LOADS:
        with_it, without = (statistics.median(figures[load, is_on]) for is_on in (True, False))
        print(f'{load}: {with_it:.0f} us CPU a message with the trace, {without:.0f} us without: {with_it / without:.2f}x '
              f'({json.dumps({"on": figures[load, True], "off": figures[load, False]})})', flush=True)


def store(build, steps, days):
    folder = tempfile.mkdtemp(prefix='kontor-trace-')
    try:
        subprocess.run([f'{build}/bench/bench_trace', f'{folder}/message-trace', str(steps), str(days)], check=True)
    finally:
        shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord, kontor-load and bench_trace')
    parser.add_argument('--steps', type=int, default=10_000_000)
    parser.add_argument('--days', type=int, default=90)
    parser.add_argument('--count', type=int, default=20_000)
    parser.add_argument('--turns', type=int, default=3)
    parser.add_argument('--only', choices=['store', 'deliveries'])
    wish = parser.parse_args()
    if wish.only != 'deliveries':
        store(kontor.build_folder(), wish.steps, wish.days)
    if wish.only != 'store':
        deliveries(wish.count, wish.turns)


if __name__ == '__main__':
    main()
