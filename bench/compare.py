# SPDX-License-Identifier: GPL-3.0-or-later
"""Kontor beside Dovecot with Postfix and Cyrus: the same load program, people and messages, all sides in one run, load by load in
turns. Prints a table; --markdown FILE puts it between the two marker lines of FILE.

    ./test bench                                         installs what it needs, builds, runs this
    bench/compare.py --build build/release [--quick] [--only lmtp,store] [--rounds 2] [--messages 100000] [--alone]

--alone measures Kontor only; --quick is for trying the script out: its figures mean nothing."""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from bench import cyrus, ours, peers, report, sides
from bench.loads import LOADS, Run

ROOT = pathlib.Path(__file__).resolve().parents[1]
CACHE = ROOT / 'build/cache/bench'
DURABLE = ('lmtp16', 'append', 'store4', 'store16')  # with mail_fsync = always too


def say(text):
    print(text, file=sys.stderr, flush=True)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', help='build folder with kontord and kontor-load')
    parser.add_argument('--rounds', type=int, default=2, help='turns of each load on each side')
    parser.add_argument('--messages', type=int, default=100_000, help='in the large mailbox')
    parser.add_argument('--seconds', type=float, default=4, help='of a load that is measured for a time')
    parser.add_argument('--only', default='', help='names of loads, separated by commas: ' + ', '.join(load.name for load in LOADS))
    parser.add_argument('--alone', action='store_true', help='Kontor only')
    parser.add_argument('--quick', action='store_true', help='small counts, one turn')
    parser.add_argument('--keep', action='store_true', help='leave the folders of all sides')
    parser.add_argument('--markdown', metavar='FILE', help='rewrite the table in this file')
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.rounds, chosen.messages, chosen.seconds = 1, min(chosen.messages, 400), 0.3
    return chosen


def cache_folder(side, messages):
    """Where the large mailbox is kept. For Kontor the name changes with its formats, for the others with their version."""
    if side.name == 'kontor':
        texts = [path.read_bytes() for path in sorted((ROOT / 'docs/formats').glob('*.md'))]
        of = hashlib.sha256(b''.join(texts)).hexdigest()[:12]
    elif side.name == 'cyrus':
        of = cyrus.version()
    else:
        of = peers.versions().replace(' ', '').replace(',', '-')
    made_by = hashlib.sha256((ROOT / 'bench/load_messages.cpp').read_bytes()).hexdigest()[:8]
    return CACHE / f'{side.name}-{of}-{made_by}-{messages}'


def prepare(side, messages, start_for_filling):
    """The large mailbox from the cache, or made and put there."""
    folder = cache_folder(side, messages)
    if not (folder / 'done').exists():
        for old in CACHE.glob(f'{side.name}-*-{messages}'):  # of other formats and versions
            shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(parents=True)
        say(f'{side.title}: making the mailbox of {messages} messages (kept in {folder})')
        start_for_filling()
        side.load('fill', '--count', str(messages), users='big')
        side.stop()
        side.save(folder / 'data')
        (folder / 'done').touch()
    else:
        side.restore(folder / 'data')


def start(side, run):
    side.start()
    # What the loads need: every account exists and the accounts of STORE have a hundred messages each.
    side.load('lmtp', '--count', '200', '--connections', '4')
    side.load('lmtp', '--count', str(100 * sides.STORERS if not run.quick else 2 * sides.STORERS), users='s#', people=sides.STORERS)


def measure(run, wanted, every):
    for load in wanted:
        able = [side for side in every if not load.needs or load.needs in side.ports]
        if load.fresh:
            for side in able:
                side.stop()
                side.start()
        for turn in range(run.rounds):
            for side in able:
                figures = run.measure(load, side)
                say(f'{load.name} {turn + 1}/{run.rounds} {side.title}: ' + json.dumps(figures))


def measure_durable(run, wanted, peer):
    chosen = [load for load in wanted if load.name in DURABLE]
    if not chosen:
        return
    peer.stop()
    peer.start(fsync='always')
    for load in chosen:
        figures = run.measure(load, peer, column='always')
        say(f'{load.name} Dovecot, mail_fsync=always: ' + json.dumps(figures))


def main():
    chosen = options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('ended by SIGTERM'))  # so that all sides are ended too
    names = [name for name in chosen.only.split(',') if name]
    if unknown := [name for name in names if name not in {load.name for load in LOADS}]:
        sys.exit(f'There is no load {", ".join(unknown)}')
    wanted = [load for load in LOADS if not names or load.name in names]
    if not chosen.alone and (lacking := peers.missing()):
        sys.exit(f'Not installed: {", ".join(lacking)}. Run ./test bench, or with --alone for Kontor only.')
    if not chosen.alone and os.geteuid() != 0:
        sys.exit('Dovecot and Postfix change users, so that they must be started by root. With --alone Kontor is measured by itself.')
    run = Run(rounds=chosen.rounds, seconds=chosen.seconds, quick=chosen.quick)
    machine = report.machine()
    work = pathlib.Path(tempfile.mkdtemp(prefix='kontor-bench-', dir='/var/tmp'))
    work.chmod(0o755)
    every = []
    try:
        every.append(kontor := ours.Kontor(work, search_enabled=False))
        prepare(kontor, chosen.messages, kontor.start)
        start(kontor, run)
        if not chosen.alone:
            every.append(peer := peers.Peer(work, kontor.data / 'tls'))
            prepare(peer, chosen.messages, lambda: peer.start(fsync='never'))
            start(peer, run)
            every.append(third := cyrus.Cyrus(work, kontor.data / 'tls', CACHE))
            prepare(third, chosen.messages, lambda: third.start(unsynced=True))
            start(third, run)
        measure(run, wanted, every)
        if not chosen.alone:
            measure_durable(run, wanted, peer)
        for side in every:
            side.stop()
    except Exception:
        traceback.print_exc()
        sys.exit(1)
    finally:
        for side in every:
            side.close()
        if chosen.keep:
            say(f'Kept: {work}')
        else:
            shutil.rmtree(work, ignore_errors=True)
    table = report.table(run, wanted, chosen, machine)
    print(table)
    if chosen.markdown:
        report.rewrite(pathlib.Path(chosen.markdown), table)


if __name__ == '__main__':
    main()
