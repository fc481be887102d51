# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mailbox costs as it grows: its opening, a delivery with and without it in memory, its memory; and what many idle
sessions cost. Prints a table; --markdown FILE puts it between the two marker lines of FILE.

    bench/growth.py --build build/release [--sizes 1000,100000,1000000] [--sessions 10000] [--markdown docs/performance.md]

The messages are small (about 400 bytes), so that a million of them fit on any disk; no figure here depends on their size."""
import argparse
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import ours, report, sides
from tests.support import kontor

BEGIN, END = '<!-- bench/growth.py: begin -->', '<!-- bench/growth.py: end -->'
BYTES = 400
DELIVERIES = 500
OPENINGS = 5


def say(text):
    print(text, file=sys.stderr, flush=True)


def memory_kb(pid):
    """Anonymous memory of the process: what it holds, not what it maps."""
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('RssAnon'))


def kernel_kb():
    """The kernel's tables (sockets, files, epoll entries) of the whole machine."""
    with open('/proc/meminfo', encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('Slab:'))


class Highest(threading.Thread):
    """The highest value of `probe` while it is running."""

    def __init__(self, probe):
        super().__init__(daemon=True)
        self.probe, self.value, self.done = probe, probe(), threading.Event()

    def run(self):
        while not self.done.wait(0.1):
            self.value = max(self.value, self.probe())

    def stop(self):
        self.done.set()
        self.join()
        return self.value


def cpu_ms(pid):
    with open(f'/proc/{pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf('SC_CLK_TCK')


def deliveries(side):
    return side.load('lmtp', '--connections', '1', '--count', str(DELIVERIES), '--size', str(BYTES), users='big', people=1)['lmtp']


class Grown:
    """One mailbox of `size` messages; the figures of its row."""

    def __init__(self, side, size):
        self.side, self.size = side, size

    def fill(self):
        say(f'filling a mailbox with {self.size:,} messages')
        self.side.start()
        self.side.load('lmtp', '--count', str(sides.PEOPLE * 2))  # with a mailbox each, upkeep begins with one of them
        self.side.load('fill', '--count', str(self.size), '--size', str(BYTES), users='big')
        self.side.stop()

    def opening(self):
        """ms, CPU and memory that signing in and SELECT take more than with an empty mailbox, on a server that has just started."""
        self.side.start()
        clients = [self.side.server.imap('u0')]  # so that the first TLS session is not counted
        clients[0].select('INBOX')
        small, large = (self.entering(name, clients) for name in ('u1', 'big'))
        for client in clients:
            client.logout()
        self.side.stop()
        return tuple(mine - theirs for mine, theirs in zip(large, small))

    def entering(self, name, clients):
        pid = self.side.server.pid
        memory, cpu, begin = memory_kb(pid), cpu_ms(pid), time.monotonic()
        clients.append(self.side.server.imap(name))
        clients[-1].select('INBOX')
        return (time.monotonic() - begin) * 1000, cpu_ms(pid) - cpu, memory_kb(pid) - memory

    def delivering(self, loaded):
        self.side.start()
        client = self.side.server.imap('big') if loaded else None
        if client:
            client.select('INBOX')
        figures = deliveries(self.side)
        if client:
            client.logout()
        self.side.stop()
        return figures['p50_ms'], figures['cpu_ms_each']

    def row(self):
        self.fill()
        openings = [self.opening() for _ in range(OPENINGS)]
        took, cpu, memory = (statistics.median(one[i] for one in openings) for i in range(3))
        loaded, unloaded = self.delivering(True), self.delivering(False)
        return (f'| {self.size:,} | {took:,.1f} ms ({cpu:,.0f} ms) | {memory:,.0f} KB ({memory * 1024 / self.size:,.0f} bytes) | '
                f'{loaded[0]:.2f} ms ({loaded[1]:.3f} ms) | {unloaded[0]:.2f} ms ({unloaded[1]:.3f} ms) |')


def grown(size):
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-growth-', dir='/var/tmp'))
    work.chmod(0o755)
    side = ours.Kontor(work)
    try:
        return Grown(side, size).row()
    finally:
        side.close()
        shutil.rmtree(work, ignore_errors=True)


def idle(sessions):
    """KB a session for that many TLS sessions in IDLE over all people, in the server and in the kernel."""
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-growth-', dir='/var/tmp'))
    work.chmod(0o755)
    side = ours.Kontor(work)
    try:
        side.start()
        side.load('lmtp', '--count', str(sides.PEOPLE * 5), '--connections', '4')
        before = kernel_kb()
        highest = Highest(kernel_kb)
        highest.start()
        figures = side.load('idle', '--count', str(sessions), '--deliveries', '100')
        return figures['idle'], figures['notification'], (highest.stop() - before) / sessions
    finally:
        side.close()
        shutil.rmtree(work, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord and kontor-load')
    parser.add_argument('--sizes', default='1000,100000,1000000')
    parser.add_argument('--sessions', type=int, default=10_000, help='0: none')
    parser.add_argument('--markdown', metavar='FILE')
    chosen = parser.parse_args()
    lines = [f'{report.machine()}.', '',
             '| messages | opening (CPU) | memory (each message) | a delivery while it is open, p50 (CPU) | while it is not |', '|---|---|---|---|---|']
    for size in chosen.sizes.split(','):
        if size:
            lines.append(grown(int(size)))
            say(lines[-1])
    if chosen.sessions:
        held, told, kernel = idle(chosen.sessions)
        lines += ['', f'{chosen.sessions:,} TLS sessions in IDLE on {sides.PEOPLE} mailboxes: {held["kb_each"]:.1f} KB each in the server, and '
                      f'{kernel:.1f} KB in the tables of the kernel, which has both ends of each here; '
                      f'a delivery reaches the {chosen.sessions // sides.PEOPLE} sessions of its mailbox within p50 {told["p50_ms"]:.2f} ms, '
                      f'p99 {told["p99_ms"]:.2f} ms of the 250.']
    table = '\n'.join(lines)
    print(table)
    if chosen.markdown:
        report.rewrite(pathlib.Path(chosen.markdown), table, (BEGIN, END))


if __name__ == '__main__':
    main()
