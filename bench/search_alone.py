# SPDX-License-Identifier: GPL-3.0-or-later
"""What search costs a running server, and how it looks from outside; Kontor alone. Prints a table for docs/performance.md.

    bench/search_alone.py --build build/release [--messages 100000] [--accounts 3000] [--only deliveries,fresh,cold,columns,accounts]

deliveries  LMTP by 4 connections: a server whose index is being made beside one that searches nothing, in turns; who has not the turn
            stands still (SIGSTOP)
fresh       from the 250 of LMTP until IMAP's SEARCH finds the message, in the large mailbox, while 16 connections deliver to others
cold        the first question after a start, with nothing of the data folder in the system's cache
columns     SEARCH by what no index has, with and without search.enabled, in turns
accounts    memory and open files before and after a search in each of many mailboxes"""
import argparse
import os
import pathlib
import shutil
import signal
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import meter, ours, report, sides
from bench.search_mail import Imap, Words
from tests.support import kontor

TURNS, SECONDS = 6, 5
FRESH = 100
COLD = 5
QUESTIONS = 20
EACH = 20  # messages of each of many mailboxes


def say(text):
    print(text, file=sys.stderr, flush=True)


def ms(values):
    values = sorted(value * 1e3 for value in values)
    return f'p50 {statistics.median(values):.2f}, p99 {values[len(values) * 99 // 100]:.2f} ms'


class Side(ours.Kontor):
    def __init__(self, work, name='kontor', people=sides.NAMES, **settings):
        self.name, self.people = name, people
        super().__init__(work, **settings)

    def directory(self):
        return ours.directory(self.people)

    def fill(self, count):
        client = Imap(self)
        client.fill(count)
        client.close()

    def rebuild(self):
        return subprocess.Popen([kontor.program('kontorctl'), '--data', str(self.data), 'search', 'rebuild', f'big@{sides.DOMAIN}'],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def state(self):
        return self.server.ctl('search', 'status', f'big@{sides.DOMAIN}')[0]['state']

    def wait_indexed(self):
        Imap(self).ask(b'SELECT INBOX')  # who has it open waits less
        kontor.wait_until(lambda: self.state() == 'complete', 'the index', 3_000)

    def indexing_cpu(self):
        """Seconds of the thread that writes indexes."""
        total = 0
        for task in pathlib.Path(f'/proc/{self.server.pid}/task').iterdir():
            if (task / 'comm').read_text().startswith('kontor-index'):
                fields = (task / 'stat').read_text().rsplit(')', 1)[1].split()
                total += int(fields[11]) + int(fields[12])
        return total / os.sysconf('SC_CLK_TCK')

    def status(self, name):
        lines = pathlib.Path(f'/proc/{self.server.pid}/status').read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name + ':')) / 1024

    def open_files(self):
        """All of them, and those of indexes."""
        links = []
        for link in pathlib.Path(f'/proc/{self.server.pid}/fd').iterdir():
            try:
                links.append(os.readlink(link))
            except OSError:
                pass
        return len(links), sum('/fts/' in link for link in links)


def deliveries(work, chosen):
    indexing, quiet = Side(work, 'indexing'), Side(work, 'quiet', search_enabled=False)
    figures = {indexing.name: [], quiet.name: []}
    try:
        for side in (indexing, quiet):
            side.start()
            side.load('lmtp', '--count', '400', '--connections', '4')
        indexing.fill(chosen.messages)  # which is enough to index for a while
        os.kill(quiet.server.pid, signal.SIGSTOP)
        running, written = [], 0.0
        for turn in range(TURNS):
            for side in (indexing, quiet) if turn % 2 else (quiet, indexing):
                other = quiet if side is indexing else indexing
                os.kill(other.server.pid, signal.SIGSTOP)
                os.kill(side.server.pid, signal.SIGCONT)
                if side is indexing and side.state() == 'complete':
                    running.append(side.rebuild())
                before = side.indexing_cpu()
                cpu = meter.cpu_of(side)
                got = side.load('lmtp', '--connections', '4', '--count', '10000000', '--seconds', str(SECONDS))['lmtp']
                writing = side.indexing_cpu() - before
                each = (meter.cpu_of(side) - cpu - writing) * 1e3 / (got['per_second'] * SECONDS)
                written += writing
                figures[side.name].append((got['per_second'], got['p50_ms'], each))
                say(f'{side.name}: {got["per_second"]:.0f}/s, p50 {got["p50_ms"]:.2f} ms, {each:.3f} ms of CPU each, {writing:.1f} s of CPU for the index')
        os.kill(indexing.server.pid, signal.SIGCONT)
        for one in running:
            one.terminate()
            one.wait()
        os.kill(quiet.server.pid, signal.SIGCONT)
    finally:
        for side in (indexing, quiet):
            side.close()
    rate, p50, cpu = (tuple(statistics.mean(turn[i] for turn in figures[name]) for name in ('indexing', 'quiet')) for i in range(3))
    return [(f'deliveries by LMTP, 4 connections: while an index is made / without search ({written / TURNS / SECONDS:.2f} of a processor made the index)',
             f'{rate[0]:,.0f} / {rate[1]:,.0f} a second ({(rate[0] / rate[1] - 1) * 100:+.1f} %), p50 {p50[0]:.2f} / {p50[1]:.2f} ms, '
             f'CPU of each but for the index {cpu[0]:.3f} / {cpu[1]:.3f} ms')]


def fresh(side):
    """Seconds from the 250 on."""
    took, ended = [], threading.Event()

    def deliver_to_others():
        while not ended.is_set():
            side.load('lmtp', '--connections', '16', '--count', '10000000', '--seconds', '3')

    others = threading.Thread(target=deliver_to_others)
    others.start()
    client = Imap(side)
    client.ask(b'SELECT INBOX')
    with smtplib.LMTP('127.0.0.1', side.ports['lmtp']) as sender:
        for number in range(FRESH):
            mark = f'mark{number}x{os.getpid()}'
            sender.sendmail('', [f'big@{sides.DOMAIN}'], f'Subject: {mark}\r\n\r\nA text with {mark}body in it.\r\n')
            begin = time.monotonic()
            while client.count(f'TEXT "{mark}body"') == 0:
                pass
            took.append(time.monotonic() - begin)
    ended.set()
    others.join()
    return took


def drop_cache(folder):
    for path in pathlib.Path(folder).rglob('*'):
        if path.is_file():
            with open(path, 'rb') as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cold(side, keys):
    """Seconds of the SELECT and of the first question."""
    side.stop()
    drop_cache(side.data)
    side.start()
    client = Imap(side)
    begin = time.monotonic()
    client.ask(b'SELECT INBOX')
    selected = time.monotonic()
    client.count(keys)
    end = time.monotonic()
    client.close()
    return selected - begin, end - selected


def one_mailbox(work, chosen):
    wanted = set(chosen.only) & {'fresh', 'cold', 'columns'}
    words = Words(4_000)
    side = Side(work, 'searched')
    out = []
    try:
        side.start()
        side.fill(chosen.messages)
        side.wait_indexed()
        if 'columns' in wanted:
            out += columns(side, work)
        if 'cold' in wanted:
            for name, keys in (('a word', 'FUZZY TEXT "{}"'), ('part of a word', 'TEXT "{}"')):
                times = [cold(side, keys.format(word[1:] if 'part' in name else word)) for word in words.of_rank(500, 2_000, COLD, 4)]
                out.append((f'first question after a cold start: SELECT / {name}, median of {COLD}',
                            ' / '.join(f'{statistics.median(one[i] for one in times) * 1e3:.0f} ms' for i in (0, 1))))
                say(str(out[-1]))
        if 'fresh' in wanted:
            out.append((f'from the 250 until SEARCH finds it, in {chosen.messages:,} messages, 16 connections delivering to others', ms(fresh(side))))
    finally:
        side.close()
    return out


def columns(side, work):
    other = Side(work, 'unindexed', search_enabled=False)
    out = []
    try:
        side.stop()
        side.save(other.data)
        both = (side.start(), other.start())
        clients = [Imap(one) for one in both]
        for client in clients:
            client.ask(b'SELECT INBOX')
        for keys in ('UNSEEN', 'SINCE 1-Mar-2025 BEFORE 1-Apr-2025 LARGER 3500', 'OR UNSEEN FLAGGED UID 1:5000'):
            times, cpu = ([], []), ([], [])
            for turn in range(QUESTIONS):
                for i in (0, 1) if turn % 2 else (1, 0):
                    spent, begin = meter.cpu_of(both[i]), time.monotonic()
                    clients[i].count(keys)
                    if turn > 0:
                        times[i].append(time.monotonic() - begin)
                        cpu[i].append((meter.cpu_of(both[i]) - spent) * 1e3)
            out.append((f'SEARCH {keys}: with an index / without search',
                        ' / '.join(f'p50 {statistics.median(times[i]) * 1e3:.2f} ms, CPU {statistics.mean(cpu[i]):.2f} ms' for i in (0, 1))))
            say(str(out[-1]))
    finally:
        other.close()
    return out


def accounts(work, chosen):
    people = [f'u{i}' for i in range(chosen.accounts)]
    side = Side(work, 'many', people=people)
    out = []
    try:
        side.start()
        side.load('lmtp', '--count', str(EACH * chosen.accounts), '--connections', '8', people=chosen.accounts)
        side.stop()  # nothing but what searching takes
        side.start()
        Imap(side, 'u0').close()
        before, most, files = side.status('RssAnon'), 0, 0
        begin = time.monotonic()
        for number, name in enumerate(people):
            client = Imap(side, name)
            client.ask(b'SELECT INBOX')
            for keys in ('FUZZY TEXT "message"', 'TEXT "essag"'):
                client.count(keys)
            client.close()
            if number % 20 == 0:
                most, files = max(most, side.status('RssAnon')), max(files, side.open_files()[1])
        say(f'{chosen.accounts} mailboxes searched in {time.monotonic() - begin:.0f} s')
        indexed = sum(1 for _ in side.data.glob('accounts/**/fts/catalog'))
        out.append((f'memory (RssAnon) before / at most while / after {chosen.accounts:,} mailboxes of {EACH} messages were searched one after the other, '
                    f'{indexed:,} of them with an index', f'{before:.0f} / {most:.0f} / {side.status("RssAnon"):.0f} MB; files of indexes open at most: {files}'))
        say(str(out[-1]))
    finally:
        side.close()
    return out


PARTS = ('deliveries', 'fresh', 'cold', 'columns', 'accounts')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord, kontor-load and bench_search_mail')
    parser.add_argument('--messages', type=int, default=100_000)
    parser.add_argument('--accounts', type=int, default=3_000)
    parser.add_argument('--only', default=','.join(PARTS))
    chosen = parser.parse_args()
    chosen.only = chosen.only.split(',')
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by SIGTERM'))
    machine = report.machine()
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-bench-', dir='/var/tmp'))
    work.chmod(0o755)
    lines = []
    try:
        if 'deliveries' in chosen.only:
            lines += deliveries(work, chosen)
        if set(chosen.only) & {'fresh', 'cold', 'columns'}:
            lines += one_mailbox(work, chosen)
        if 'accounts' in chosen.only:
            lines += accounts(work, chosen)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f'{machine}; at the end {os.getloadavg()[0]:.1f}.\n\n| work | figure |\n|---|---|')
    for name, figure in lines:
        print(f'| {name} | {figure} |')


if __name__ == '__main__':
    main()
