# SPDX-License-Identifier: GPL-3.0-or-later
"""How often Kontor calls the kernel for one operation of its hottest paths, counted by strace while a load of bench/compare.py
runs; what no machine's noise changes. Prints a table; --markdown FILE puts it between the two marker lines of FILE.

    bench/calls.py --build build/release [--messages 20000] [--only lmtp16,fetch] [--markdown docs/performance.md]"""
import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import compare, ours, report
from bench.loads import LOADS, Run

BEGIN, END = '<!-- bench/calls.py: begin -->', '<!-- bench/calls.py: end -->'
COUNTS = {'lmtp16': 4_000, 'smtp': 4_000, 'append': 2_000, 'login': 400, 'store16': 4_000, 'fetch': 1}
SHOWN = 0.02  # of all calls: what is less often is counted and not named


def counted(side, load, count):
    """{call: how often}, of all threads of kontord, while the load runs; and what the load says of itself."""
    log = side.work / f'{load.name}.strace'
    tracer = subprocess.Popen(['strace', '-f', '-c', '-U', 'calls,name', '-o', str(log), '-p', str(side.server.process.pid)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    for line in tracer.stderr:  # "strace: Process N attached"
        if b'attached' in line:
            break
    try:
        figures = side.load(*load.arguments, '--count', str(count), users=load.users, people=load.people)
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate(timeout=60)
    calls = {}
    for line in log.read_text().splitlines():
        if found := re.fullmatch(r'\s*(\d+)\s+([a-z0-9_]+)', line):
            calls[found[2]] = int(found[1])
    if not calls:
        raise RuntimeError(f'strace counted nothing: {log.read_text()[:300]}')
    calls.pop('total', None)
    return calls, figures


def syncs(folder, files, seconds=2.0):
    """Appends of 4 KB with fdatasync in a second, by as many threads as files: what the disk allows."""
    done, end = [0] * files, time.monotonic() + seconds

    def append(which):
        file = os.open(folder / f'sync{which}', os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        piece = bytes(4096)
        while time.monotonic() < end:
            os.write(file, piece)
            os.fdatasync(file)
            done[which] += 1
        os.close(file)
    threads = [threading.Thread(target=append, args=(which,)) for which in range(files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / seconds


def row(text, operations, calls):
    total = sum(calls.values())
    shown = ', '.join(f'{name} {count / operations:.3g}' for name, count in sorted(calls.items(), key=lambda one: -one[1]) if count >= SHOWN * total)
    return f'| {text} | {operations:,} | {total / operations:.3g} | {shown} |'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord and kontor-load')
    parser.add_argument('--messages', type=int, default=20_000, help='in the large mailbox')
    parser.add_argument('--only', default=','.join(COUNTS))
    parser.add_argument('--markdown', metavar='FILE')
    chosen = parser.parse_args()
    if shutil.which('strace') is None:
        sys.exit('strace is not installed: apt-get install strace')
    lines = [f'{report.machine()}.', '', '| operation | counted | calls each | of them |', '|---|---|---|---|']
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-bench-', dir='/var/tmp'))
    work.chmod(0o755)
    lines[0] += f' The disk: {syncs(work, 1):,.0f} appends of 4 KB with fdatasync in a second to one file, {syncs(work, 16):,.0f} to 16 files.'
    side = ours.Kontor(work, search_enabled=False)
    try:
        compare.prepare(side, chosen.messages, side.start)
        compare.start(side, Run(rounds=1, seconds=1, quick=False))
        for load in LOADS:
            if load.name not in chosen.only.split(',') or load.name not in COUNTS:
                continue
            compare.say(f'counting: {load.name}')
            count = COUNTS[load.name]
            calls, figures = counted(side, load, count)
            operations = sum(one.get('messages', one['count']) * (one['count'] if 'messages' in one else 1)
                             for one in figures.values())
            lines.append(row(load.lines[0].text if load.name != 'fetch' else 'a message of FETCH 1:*, once with FLAGS, once in full',
                             operations, calls))
            compare.say(lines[-1])
    finally:
        side.close()
        shutil.rmtree(work, ignore_errors=True)
    table = '\n'.join(lines)
    print(table)
    if chosen.markdown:
        report.rewrite(pathlib.Path(chosen.markdown), table, (BEGIN, END))


if __name__ == '__main__':
    main()
