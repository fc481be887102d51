# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts messages: what was promised to senders against what readers find."""
import collections
import imaplib
import re
import smtplib
import threading

PEOPLE = ['anna', 'boris', 'clara', 'dmitri']
NAME = re.compile(rb'^X-Kontor-Test: (\S+)', re.MULTILINE)


def message(name, size=2000):
    body = ''.join(f'{name} line {line:04}\r\n' for line in range(size // 24))
    return (f'From: sender@elsewhere.test\r\nTo: somebody@example.test\r\nSubject: {name}\r\n'
            f'X-Kontor-Test: {name}\r\n\r\n{body}end of {name}\r\n').encode()


class Promises:
    """What clients were told, from many threads: stored (250, OK), refused (4xx, 5xx, NO), or nothing any more."""

    def __init__(self):
        self.changed = threading.Condition()
        self.stored = {}
        self.refused = {}
        self.unknown = set()

    def tell(self, kind, name, what=None):
        with self.changed:
            if kind == 'unknown':
                self.unknown.add(name)
            else:
                getattr(self, kind)[name] = what
            self.changed.notify_all()

    def sure(self):
        """The names that are promised by now."""
        with self.changed:
            return set(self.stored)

    def doubt_all_but(self, sure):
        """What was answered later may be there or not."""
        with self.changed:
            self.unknown |= set(self.stored) - sure
            self.stored = {name: what for name, what in self.stored.items() if name in sure}

    def wait_for(self, count, seconds=120):
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.stored) >= count, seconds):
                raise AssertionError(f'only {len(self.stored)} of {count} stored, refused: {self.refused}')


def deliver(server, promises, name, person, size=2000, client=None):
    """One delivery by LMTP, over a connection of its own when none is given; True when it can go on."""
    try:
        if client is None:
            with smtplib.LMTP('localhost', server.port('lmtp'), timeout=60) as own:
                return deliver(server, promises, name, person, size, own)
        client.sendmail('sender@elsewhere.test', [f'{person}@example.test'], message(name, size))
        promises.tell('stored', name, person)
    except smtplib.SMTPRecipientsRefused as error:
        promises.tell('refused', name, error.recipients[f'{person}@example.test'])
    except smtplib.SMTPResponseException as error:
        promises.tell('refused', name, (error.smtp_code, error.smtp_error))
        return False
    except (OSError, smtplib.SMTPException):
        promises.tell('unknown', name)
        return False
    return True


def in_threads(count, work):
    """Starts work(i) for each i; what the list of threads holds is still to be joined."""
    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    return threads


def read_folder(client, folder='INBOX'):
    """[(uid, flags, bytes)] of all messages."""
    status, data = client.select(folder, readonly=True)
    if status != 'OK':
        raise AssertionError(f'SELECT {folder}: {status} {data}')
    if data == [b'0']:
        return []
    status, data = client.uid('FETCH', '1:*', '(UID FLAGS BODY.PEEK[])')
    found = []
    for part in data:
        if isinstance(part, tuple):
            uid = int(re.search(rb'UID (\d+)', part[0]).group(1))
            found.append((uid, imaplib.ParseFlags(part[0]), part[1]))
    return found


def names_in(server, people=PEOPLE, folder='INBOX'):
    """{name: how often it is there}; each must be whole and its UIDs different."""
    count = collections.Counter()
    for person in people:
        client = server.imap(person)
        messages = read_folder(client, folder)
        client.logout()
        uids = [uid for uid, _, _ in messages]
        if len(set(uids)) != len(uids):
            raise AssertionError(f'{person} has a UID twice')
        for _, _, data in messages:
            name = NAME.search(data).group(1).decode()
            if not data.endswith(f'end of {name}\r\n'.encode()):
                raise AssertionError(f'{name} is not whole')
            count[name] += 1
    return count


def compare(found, promises):
    """Sentences about every broken promise."""
    wrong = [f'{name} was promised and is there {found[name]} times'
             for name in promises.stored if found[name] != 1]
    wrong += [f'{name} was refused and is there' for name in promises.refused if found[name] != 0]
    wrong += [f'{name} is there {found[name]} times' for name in promises.unknown if found[name] > 1]
    known = set(promises.stored) | set(promises.refused) | promises.unknown
    wrong += [f'{name} was never sent' for name in found if name not in known]
    return wrong
