# SPDX-License-Identifier: GPL-3.0-or-later
"""Searching one large mailbox: Kontor beside Dovecot with fts-xapian and Cyrus with Xapian, the same messages and questions on each
side, one after the other in turns. Prints tables for docs/performance.md.

    bench/search.py --build build/release [--messages 100000] [--sides kontor,dovecot,cyrus] [--questions 10]

Times are those of a client on the same machine, from the command to the tagged answer (a count, so that nothing is sent but that),
and the CPU of the server. Each question is asked three times, the first time not counted. Needs cmake/packages-bench.txt, and root."""
import argparse
import os
import pathlib
import shutil
import signal
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import cyrus, meter, peers, report
from bench.search_mail import Imap, Words
from bench.search_peers import FTS_XAPIAN, Cyrus, Dovecot, Kontor

CACHE = pathlib.Path(__file__).resolve().parents[1] / 'build/cache/bench'
TURNS = 3


def say(text):
    print(text, file=sys.stderr, flush=True)


def rows(words, many):
    """(name, questions); WORDS stands for the key by which a side looks for a person's words."""
    common, usual, rare = (words.of_rank(*ranks, many, 4) for ranks in ((60, 200), (500, 5_000), (20_000, 40_000)))
    dates = 'SINCE 1-Mar-2025 BEFORE 1-Sep-2025'
    return (
        ('a word', [f'WORDS "{word}"' for word in usual]),
        ('a common word', [f'WORDS "{word}"' for word in common]),
        ('three words, in one folder, within half a year',
         [f'{dates} ' + ' '.join(f'WORDS "{word}"' for word in three) for three in zip(common, words.of_rank(60, 500, many, 4), words.of_rank(200, 500, many, 4))]),
        ('a phrase', [f'TEXT "{phrase}"' for phrase in words.phrases(60, 500, many)]),
        ('a phrase of the most common words', [f'TEXT "{phrase}"' for phrase in words.phrases(0, 60, many)]),
        ('part of a rare word', [f'TEXT "{word[1:]}"' for word in rare]),
        ('part of a common word', [f'TEXT "{word[1:]}"' for word in common]),
        ('part of an address', [f'FROM "{number}7@host"' for number in range(1, many + 1)]),
        ('no text: UNSEEN SINCE LARGER', ['UNSEEN SINCE 1-Mar-2025 LARGER 3500'] * many),
    )


class Answers:
    def __init__(self):
        self.times, self.cpu, self.hits = [], [], []

    def cell(self):
        if not self.times:
            return '-'
        return f'{statistics.median(self.times) * 1e3:,.1f} ({statistics.mean(self.cpu) * 1e3:,.1f}) ms, {statistics.mean(self.hits):,.0f}'


def measure(side, client, questions, answers):
    for question in questions:
        keys = question.replace('WORDS', side.words)
        for turn in range(TURNS):
            cpu, begin = meter.cpu_of(side), time.monotonic()
            hits = client.count(keys)
            took = time.monotonic() - begin
            if turn > 0:
                answers.times.append(took)
                answers.cpu.append(meter.cpu_of(side) - cpu)
        answers.hits.append(hits)


def filled(side, chosen, words):
    """The row of its index."""
    client = Imap(side)
    begin = time.monotonic()
    client.fill(chosen.messages)
    client.close()
    say(f'{side.title}: filled in {time.monotonic() - begin:.0f} s')
    begin = time.monotonic()
    cpu = side.index()
    say(f'{side.title}: indexed in {time.monotonic() - begin:.0f} s, {cpu:.0f} s of CPU')
    return f'| {side.title} | {chosen.messages / cpu:,.0f} | {side.index_bytes() / words.text_bytes:.2f} MB |'


def table(wanted, every, found):
    lines = ['| question | ' + ' | '.join(f'{side.title}: p50 (CPU), found' for side in every) + ' |', '|---' * (1 + len(every)) + '|']
    for name, _ in wanted:
        lines.append(f'| {name} | ' + ' | '.join(found[name, side.name].cell() for side in every) + ' |')
    return '\n'.join(lines)


def make_sides(chosen, work):
    every = [Kontor(work)]
    try:
        tls = every[0].start().data / 'tls'
        if 'dovecot' in chosen.sides:
            every.append(Dovecot(work, tls).start())
        if 'cyrus' in chosen.sides:
            every.append(Cyrus(work, tls, CACHE).start())
    except BaseException:
        for side in every:
            side.close()
        raise
    return every


def run(chosen, every, machine):
    words = Words(chosen.messages)
    wanted = rows(words, chosen.questions)
    indexes = [filled(side, chosen, words) for side in every]
    clients = {side.name: Imap(side) for side in every}
    for client in clients.values():
        client.ask(b'SELECT INBOX')
    found = {(name, side.name): Answers() for name, _ in wanted for side in every}
    for name, questions in wanted:
        for side in every:
            measure(side, clients[side.name], questions, found[name, side.name])
            say(f'{name}, {side.title}: {found[name, side.name].cell()}')
    print(f'{machine}; at the end {os.getloadavg()[0]:.1f}. {peers.versions()}, Cyrus {cyrus.version()}.\n')
    print('| | messages indexed in a CPU second | index for each MB of text |\n|---|---|---|')
    print('\n'.join(indexes) + '\n\n' + table(wanted, every, found))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord and bench_search_mail')
    parser.add_argument('--messages', type=int, default=100_000)
    parser.add_argument('--sides', default='kontor,dovecot,cyrus')
    parser.add_argument('--questions', type=int, default=10, help='of each kind')
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by SIGTERM'))
    if 'dovecot' in chosen.sides and not os.path.exists(FTS_XAPIAN):
        sys.exit('Not installed: dovecot-fts-xapian.')
    machine = report.machine()
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-bench-', dir='/var/tmp'))
    work.chmod(0o755)
    every = []
    try:
        every = make_sides(chosen, work)
        run(chosen, every, machine)
    finally:
        for side in every:
            side.close()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == '__main__':
    main()
