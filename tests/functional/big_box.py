# SPDX-License-Identifier: GPL-3.0-or-later
"""A mailbox of very many messages opens, syncs, searches and is read whole while the server's memory stays flat.

30,000 messages of about 3 KB; with KONTOR_LONG 240,000, which is the count of a box of 50 GB with the bodies made small, and
eight of 40 MB beside them so that one body far above every buffer is among what is read."""
import os
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

COUNT = int(os.environ.get('KONTOR_BIG_BOX', '240000' if kontor.LONG else '30000'))
LARGE = 8 if kontor.LONG else 2
LARGE_BYTES = 40 << 20
BATCH = 500
GROWTH_MB = 64  # over the loaded account, for whatever one connection asks
RARE = 1_000  # every so many messages hold the word that is searched for
WORDS = 'budget contract delivery friday invoice lunch meeting office paper quarter report signed tomorrow version'.split()
PARAGRAPH = '\r\n'.join(' '.join(WORDS[(line * 5 + word) % len(WORDS)] for word in range(9)) for line in range(44))


def message(number):
    rare = 'zanzibar\r\n' if number % RARE == 0 else ''
    head = (f'From: Writer {number % 97} <w{number % 97}@example.test>\r\nTo: Anna <anna@example.test>\r\n'
            f'Date: Mon, 02 Jan 2024 10:00:00 +0000\r\nSubject: {WORDS[number % len(WORDS)]} {number}\r\n'
            f'Message-ID: <{number}@big.example.test>\r\nMIME-Version: 1.0\r\n')
    if number % 10 == 0:
        return (f'{head}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{rare}{PARAGRAPH}\r\n'
                f'--b\r\nContent-Type: text/html\r\n\r\n<p>{number}</p>\r\n--b--\r\n').encode()
    return f'{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{rare}{PARAGRAPH}\r\n'.encode()


def large(number):
    head = (f'From: Writer <w@example.test>\r\nTo: Anna <anna@example.test>\r\nSubject: a film {number}\r\n'
            f'Message-ID: <{number}@big.example.test>\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream; name=film.bin\r\n'
            'Content-Transfer-Encoding: base64\r\n\r\n')
    line = (f'{number:08d}' * 9 + '\r\n').encode()
    return head.encode() + line * (LARGE_BYTES // len(line))


class Connection:
    """Answers are read as they come and not kept."""

    def __init__(self, server):
        self.socket = server.tls_context().wrap_socket(server.connect('imaps'), server_hostname='localhost')
        self.socket.settimeout(300)
        self.buffer = bytearray()
        self.at = 0
        self.tags = 0
        self.line()
        self.command(f'LOGIN anna@example.test {kontor.PASSWORD}')

    def more(self):
        piece = self.socket.recv(1 << 18)
        assert piece, 'the connection ended'
        del self.buffer[:self.at]
        self.at = 0
        self.buffer += piece

    def line(self):
        start = self.at
        while (end := self.buffer.find(b'\r\n', start)) < 0:
            start = max(0, len(self.buffer) - self.at - 1)
            self.more()
        text = bytes(self.buffer[self.at:end])
        self.at = end + 2
        return text

    def exactly(self, size):
        while len(self.buffer) - self.at < size:
            self.more()
        data = bytes(self.buffer[self.at:self.at + size])
        self.at += size
        return data

    def send(self, text):
        self.tags += 1
        self.socket.sendall(f'b{self.tags} '.encode() + (text if isinstance(text, bytes) else text.encode()) + b'\r\n')
        return f'b{self.tags} '.encode()

    def responses(self, text):
        """Each response of a command as (line, [literals]), up to the tagged one, which must be OK."""
        tag = self.send(text)
        while True:
            line, literals = self.line(), []
            while line.endswith(b'}'):
                literals.append(self.exactly(int(line[line.rindex(b'{') + 1:-1])))
                line += self.line()
            if line.startswith(tag):
                assert line.startswith(tag + b'OK'), line
                yield line, literals
                return
            yield line, literals

    def command(self, text):
        return [line.decode() for line, _ in self.responses(text)]

    def close(self):
        self.socket.close()


class BigBox(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'smtp.max_message': 64 << 20}).start()
        cls.addClassCleanup(cls.server.close)
        one = Connection(cls.server)
        one.command('CREATE Big')
        began = time.monotonic()
        for start in range(0, COUNT, BATCH):
            text = b'APPEND Big'
            for number in range(start + 1, min(start + BATCH, COUNT) + 1):
                raw = message(number)
                flags = b'(\\Seen) ' if number % 2 else b''
                text += b' ' + flags + b'{%d+}\r\n' % len(raw) + raw
            one.command(text)
        for number in range(COUNT + 1, COUNT + LARGE + 1):
            raw = large(number)
            one.command(b'APPEND Big {%d+}\r\n' % len(raw) + raw)
        one.close()
        cls.all = COUNT + LARGE
        print(f'{cls.all} messages appended in {time.monotonic() - began:.1f} s', flush=True)
        # What is to be measured is a server that has opened the account, not one that has just been fed.
        cls.server.stop()
        cls.server.start()

    # --- memory -----------------------------------------------------------------------------------------
    def memory(self, what):
        status = pathlib.Path(f'/proc/{self.server.pid}/status').read_text()
        return int(re.search(rf'{what}:\s+(\d+) kB', status)[1]) / 1024

    def loaded(self):
        """A connection on the box of a server that has it in memory; forgets the peak so far."""
        one = Connection(self.server)
        one.command('SELECT Big')
        one.command('FETCH 1 (FLAGS ENVELOPE BODY.PEEK[])')
        pathlib.Path(f'/proc/{self.server.pid}/clear_refs').write_text('5')
        self.before, self.began = self.memory('VmRSS'), time.monotonic()
        return one

    def flat(self, what, times=1):
        growth = self.memory('VmHWM') - self.before
        print(f'{what}: {time.monotonic() - self.began:.2f} s, account loaded {self.before:.0f} MB, peak +{growth:.0f} MB', flush=True)
        self.assertLessEqual(growth, GROWTH_MB * times, what)

    # --- what mail programs do ----------------------------------------------------------------------------
    def test_opens(self):
        one = self.loaded()
        lines = one.command('SELECT Big')
        self.assertIn(f'* {self.all} EXISTS', lines)
        self.flat('SELECT')
        one.close()

    def test_flags_of_all(self):
        one = self.loaded()
        uids = 0
        for line, _ in one.responses('UID FETCH 1:* (UID FLAGS)'):
            uids += line.startswith(b'* ')
            if re.match(rb'\* \d+ FETCH', line):
                self.assertIn(b'UID %d FLAGS (%s)' % (uids, b'\\Seen' if uids % 2 and uids <= COUNT else b''), line)
        self.assertEqual(uids, self.all)
        self.flat('UID FETCH 1:* (UID FLAGS)')
        one.close()

    def test_everything_but_bodies(self):
        one = self.loaded()
        count = 0
        for line, _ in one.responses('FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)'):
            if line.startswith(b'* '):
                count += 1
                self.assertIn(b'<%d@big.example.test>' % count, line)
        self.assertEqual(count, self.all)
        self.flat('FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)')
        one.close()

    def read_all(self, one):
        count = 0
        for _, literals in one.responses('FETCH 1:* BODY.PEEK[]'):
            if literals:
                count += 1
                self.assertEqual(literals[0], message(count) if count <= COUNT else large(count), count)
        self.assertEqual(count, self.all)

    def test_all_bodies(self):
        one = self.loaded()
        self.read_all(one)
        self.flat('FETCH 1:* BODY.PEEK[]')
        one.close()

    def test_readers_that_do_not_read(self):
        """Eight ask for everything and take nothing: what waits for them is bounded, and others are served."""
        self.loaded().close()
        asking = [Connection(self.server) for _ in range(8)]
        for number, one in enumerate(asking):
            one.command('SELECT Big')
            one.send(('FETCH 1:* BODY.PEEK[]', 'FETCH 1:* (ENVELOPE BODYSTRUCTURE)', f'FETCH {COUNT + 1}:* BODY.PEEK[]')[number % 3])
        for _ in range(60):  # a little at a time
            for one in asking:
                one.more()
                one.at = len(one.buffer)
            other = Connection(self.server)
            other.command('SELECT Big')
            other.close()
        self.flat('eight slow readers of everything', 1)
        for one in asking:
            one.close()

    def test_search_text(self):
        one = self.loaded()
        # A long search tells how far it is meanwhile (RFC 9585).
        found = next(line for line in one.command('SEARCH TEXT zanzibar') if line.startswith('* SEARCH')).split()[2:]
        self.assertEqual(found, [str(number) for number in range(1, self.all + 1) if number % RARE == 0])
        # One message of the largest, its attachment decoded, and the text that was read of it.
        self.flat('SEARCH TEXT', 2)
        one.close()

    def test_resync_after_a_hundred_changes(self):
        one = Connection(self.server)
        lines = one.command('SELECT Big (CONDSTORE)')
        validity = next(re.search(r'UIDVALIDITY (\d+)', line)[1] for line in lines if 'UIDVALIDITY' in line)
        modseq = next(re.search(r'HIGHESTMODSEQ (\d+)', line)[1] for line in lines if 'HIGHESTMODSEQ' in line)
        changed = list(range(7, COUNT, COUNT // 100))[:100]
        one.command(f'UID STORE {",".join(map(str, changed))} +FLAGS.SILENT (\\Flagged)')
        one.close()
        one = self.loaded()
        one.command('ENABLE QRESYNC')
        told = [int(re.search(r'UID (\d+)', line)[1]) for line in one.command(f'SELECT Big (QRESYNC ({validity} {modseq}))')
                if 'FETCH' in line and line.startswith('* ')]
        self.assertEqual(told, changed)
        self.flat('QRESYNC of 100 changes')
        one.close()


if __name__ == '__main__':
    kontor.main()
