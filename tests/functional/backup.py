# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup as the guide says: `cp -a` of the data folder while mail comes in is a mailbox server that has everything
acknowledged before; one mailbox can be put back from it."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor

PEOPLE = ['anna', 'boris', 'clara', 'dmitri']
COPIES = 20 if kontor.LONG else 4


class Load:
    """Four senders, one for each person, until the end of the block; `done` are the names acknowledged so far."""

    def __init__(self, server):
        self.server, self.over = server, threading.Event()
        self.done = {person: [] for person in PEOPLE}
        self.faults = []
        self.threads = [threading.Thread(target=self.send, args=(person,)) for person in PEOPLE]

    def send(self, person):
        number = 0
        while not self.over.is_set():
            name = f'{person}-{number}'
            number += 1
            body = 'words\r\n' * (number % 7 * 300)
            try:
                refused = self.server.lmtp([f'{person}@example.test'], f'Subject: {name}\r\n\r\n{body}'.encode())
                if refused:
                    raise AssertionError(refused)
            except Exception as fault:  # pylint: disable=broad-except
                self.faults.append(fault)
                return
            self.done[person].append(name)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def snapshot(self):
        return {person: list(names) for person, names in self.done.items()}


def subjects(server, person):
    imap = server.imap(person)
    imap.select('INBOX', readonly=True)
    _, data = imap.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')
    imap.logout()
    return [re.sub(r'^Subject: ', '', part[1].decode().strip()) for part in data if isinstance(part, tuple)]


def verify(folder):
    return subprocess.run([kontor.program('kontorctl'), 'store', 'verify', folder], capture_output=True, text=True)


def account_folder(server, person):
    return pathlib.Path(server.ctl('accounts', 'show', f'{person}@example.test')['folder'])


class Backup(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-backup-'))
        self.addCleanup(shutil.rmtree, self.folder)

    def copy(self, server, name):
        to = self.folder / name
        # What is written while it is copied may be there or not; files that vanish meanwhile are no fault.
        subprocess.run(['cp', '-a', server.data, to], check=False, capture_output=True)
        (to / 'test.log').unlink(missing_ok=True)
        return to

    def check_copy(self, data, promised):
        for folder in sorted(data.glob('accounts/??/*-*')):
            result = verify(folder)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        with kontor.Server(data=data) as again:
            for person, names in promised.items():
                there = subjects(again, person)
                self.assertEqual(set(names) - set(there), set(), person)
                self.assertEqual(len(there), len(set(there)), 'each once')
            self.assertEqual(again.lmtp(['anna@example.test'], b'Subject: new\r\n\r\nx\r\n'), {})
            self.assertIn('new', subjects(again, 'anna'))
        return True

    def test_copies_made_while_mail_comes_in_are_complete(self):
        with kontor.Server() as server:
            with Load(server) as load:
                kontor.wait_until(lambda: all(len(names) > 20 for names in load.snapshot().values()) or load.faults,
                                  'mail for everybody', 60)
                copies = []
                for number in range(COPIES):
                    promised = load.snapshot()
                    copies.append((self.copy(server, f'copy{number}'), promised))
                    before = sum(map(len, promised.values()))
                    kontor.wait_until(lambda: sum(map(len, load.snapshot().values())) > before + 20 or load.faults,
                                      'more mail', 60)
            self.assertEqual(load.faults, [])
        for data, promised in copies:
            self.check_copy(data, promised)

    def test_one_mailbox_is_put_back(self):
        with kontor.Server() as server:
            for person in ('anna', 'boris'):
                server.lmtp([f'{person}@example.test'], f'Subject: old {person}\r\n\r\nx\r\n'.encode())
            backup = self.copy(server, 'backup')
            imap = server.imap('anna')
            imap.select('INBOX')
            imap.store('1', '+FLAGS', '\\Deleted')
            imap.expunge()
            imap.logout()
            server.lmtp(['boris@example.test'], b'Subject: later boris\r\n\r\nx\r\n')
            anna = account_folder(server, 'anna')
            self.assertEqual(subjects(server, 'boris'), ['old boris', 'later boris'])
            server.stop()
            aside = anna.with_name(anna.name + '.aside')
            os.rename(anna, self.folder / aside.name)
            subprocess.run(['cp', '-a', backup / anna.relative_to(server.data), anna], check=True)
            server.start()
            self.assertEqual(subjects(server, 'anna'), ['old anna'])
            self.assertEqual(subjects(server, 'boris'), ['old boris', 'later boris'])


if __name__ == '__main__':
    kontor.main()
