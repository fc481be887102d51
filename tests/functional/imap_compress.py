# SPDX-License-Identifier: GPL-3.0-or-later
"""COMPRESS=DEFLATE (RFC 4978) with Python's zlib on the other side: commands, literals, a large FETCH, IDLE, pipelines, both
ways of resting, damage and a bomb; and what an idle session costs with and without it."""
import pathlib
import random
import sys
import time
import unittest
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

SEED = 11
MOST_FOR_WINDOWS = 24 * 1024  # bytes a session, beside what it costs anyway


class Compressed:
    """A signed-in connection that speaks DEFLATE from the tagged OK on."""

    def __init__(self, server, user='anna', flush=zlib.Z_SYNC_FLUSH):
        self.wire = kontor.Wire(server.connect('imaps'))
        self.wire.start_tls(server.tls_context())
        self.wire.connection.settimeout(kontor.PATIENCE)
        self.wire.line()
        self.wire.send(f'a LOGIN {user}@example.test {kontor.PASSWORD}\r\n')
        self.wire.until('a OK')
        self.wire.send('b COMPRESS DEFLATE\r\n')
        assert self.wire.line() == b'b OK Compression begins', 'not compressed'
        self.flush = flush
        self.packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.unpacker = zlib.decompressobj(-15)
        self.plain = b''
        self.read = self.received = 0

    def pack(self, data):
        data = data.encode() if isinstance(data, str) else data
        return self.packer.compress(data) + self.packer.flush(self.flush)

    def send(self, data):
        self.wire.connection.sendall(self.pack(data))

    def fill(self):
        data = self.wire.buffer or self.wire.connection.recv(65536)
        self.wire.buffer = b''
        if not data:
            raise EOFError('the server closed')
        self.received += len(data)
        self.plain += self.unpacker.decompress(data)

    def line(self):
        while b'\r\n' not in self.plain:
            self.fill()
        line, self.plain = self.plain.split(b'\r\n', 1)
        self.read += len(line) + 2
        return line

    def exactly(self, size):
        while len(self.plain) < size:
            self.fill()
        data, self.plain = self.plain[:size], self.plain[size:]
        self.read += size
        return data

    def until(self, prefix):
        lines = []
        while True:
            lines.append(self.line())
            if lines[-1].startswith(prefix.encode()):
                return lines

    def ok(self, text):
        self.send(f'x {text}\r\n')
        lines = self.until('x ')
        assert lines[-1].startswith(b'x OK'), lines[-1]
        return lines[:-1]

    def append(self, folder, raw):
        self.send(b'x APPEND %s {%d+}\r\n%s\r\n' % (folder.encode(), len(raw), raw))
        assert self.until('x ')[-1].startswith(b'x OK')

    def close(self):
        self.wire.close()


def message(generator, size):
    words = [bytes(generator.choices(b'abcdefghijklmnopqrstuvwxyz', k=6)) for _ in range(200)]
    lines = (b' '.join(generator.choices(words, k=10)) + b'\r\n' for _ in range(size // 70 + 1))
    return b'Subject: compressed\r\n\r\n' + b''.join(lines)


class Compress(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server()
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def session(self, **options):
        session = Compressed(self.server, **options)
        self.addCleanup(session.close)
        return session

    def test_messages_come_out_as_they_went_in(self):
        generator = random.Random(SEED)
        session = self.session(user='boris')
        sent = [message(generator, size) for size in (10, 1000, 70_000, 3_000_000)]
        sent.append(generator.randbytes(200_000).replace(b'\0', b'x'))
        for raw in sent:
            session.append('INBOX', raw)
        session.ok('SELECT INBOX')
        session.send('f FETCH 1:* BODY.PEEK[]\r\n')
        for number, raw in enumerate(sent, 1):
            self.assertEqual(session.line(), b'* %d FETCH (BODY[] {%d}' % (number, len(raw)))
            self.assertEqual(session.exactly(len(raw)), raw)
            self.assertEqual(session.line(), b')')
        self.assertTrue(session.line().startswith(b'f OK'))
        self.assertLess(session.received, session.read * 0.6)

    def test_a_literal_that_waits_and_a_pipeline(self):
        session = self.session(user='clara')
        session.send('x APPEND INBOX {14}\r\n')
        self.assertEqual(session.line(), b'+ OK')
        session.send('Subject: y\r\n\r\n\r\n')
        self.assertTrue(session.until('x ')[-1].startswith(b'x OK'))
        session.send(''.join(f'p{i} NOOP\r\n' for i in range(500)))
        for i in range(500):
            self.assertEqual(session.line(), b'p%d OK NOOP completed' % i)

    def test_idle_is_told_and_ended_after_both_have_rested(self):
        watching, writing = self.session(user='dmitri'), self.session(user='dmitri', flush=zlib.Z_FULL_FLUSH)
        watching.ok('SELECT INBOX')
        for count in range(1, 4):
            watching.send('i IDLE\r\n')
            self.assertEqual(watching.line(), b'+ idling')
            time.sleep(2.5)  # longer than the connection keeps its windows
            writing.append('INBOX', b'Subject: %d\r\n\r\n' % count)
            self.assertEqual(watching.line(), b'* %d EXISTS' % count)
            watching.send('DONE\r\n')
            self.assertTrue(watching.until('i ')[-1].startswith(b'i OK'))
            self.assertEqual(watching.ok('SEARCH ALL'), [b'* SEARCH ' + b' '.join(b'%d' % n for n in range(1, count + 1))])

    def test_it_begins_and_ends_once(self):
        session = self.session()
        session.send('x COMPRESS DEFLATE\r\n')
        self.assertEqual(session.line(), b'x NO [COMPRESSIONACTIVE] compression is active already')
        self.assertFalse(any(b'COMPRESS' in line for line in session.ok('CAPABILITY')))
        session.send('x UNAUTHENTICATE\r\n')
        self.assertTrue(session.line().startswith(b'x OK'))
        session.wire.send(f'c LOGIN anna@example.test {kontor.PASSWORD}\r\n')
        self.assertIn(b'COMPRESS=DEFLATE', session.wire.until('c OK')[-1])
        session.wire.send('d LOGOUT\r\n')
        session.wire.until('d OK')

    def test_damage_and_bombs_end_the_connection_alone(self):
        damaged = self.session()
        damaged.wire.send('x NOOP in the clear, which is no DEFLATE\r\n' * 10)
        with self.assertRaises((EOFError, ConnectionError)):
            while True:
                damaged.fill()
        bomb = self.session()
        bomb.send(b'x ' + b'N' * 100_000_000 + b'\r\n')
        self.assertIn(b'BAD', bomb.line())
        bomb.ok('NOOP')

    def test_switched_off_it_is_not_there(self):
        with kontor.Server({'imap.compress': False}) as server:
            client = server.imap('anna')
            self.addCleanup(client.shutdown)
            self.assertNotIn('COMPRESS=DEFLATE', client.capabilities)
            kind, answer = client.xatom('COMPRESS', 'DEFLATE')
            self.assertEqual((kind, answer[0]), ('NO', b'[CANNOT] compression is switched off'))

    def memory(self):
        text = pathlib.Path(f'/proc/{self.server.pid}/status').read_text(encoding='utf-8')
        return int(text.split('VmRSS:')[1].split()[0]) * 1024

    def idle(self, count, compressed):
        """So many sessions in IDLE, and what each costs the server."""
        before = self.memory()
        for _ in range(count):
            session = self.session() if compressed else self.server.imap('anna')
            if compressed:
                session.ok('SELECT INBOX')
                session.send('i IDLE\r\n')
                session.line()
            else:
                self.addCleanup(session.shutdown)
                session.select('INBOX')
                session.send(b'i IDLE\r\n')
                session.readline()
        kontor.wait_until(self.settled, 'the windows to go')
        return (self.memory() - before) / count

    def test_idle_sessions_keep_no_windows(self):
        self.idle(20, True)  # what the first ones make the process keep is not theirs
        plain, packed = self.idle(100, False), self.idle(100, True)
        print(f'idle session: {plain / 1024:.1f} KB plain, {packed / 1024:.1f} KB compressed')
        self.assertLess(packed - plain, MOST_FOR_WINDOWS)

    def settled(self):
        """Two looks in a row find the same: nothing is given back any more."""
        first = self.memory()
        time.sleep(3)
        return self.memory() == first


if __name__ == '__main__':
    kontor.main()
