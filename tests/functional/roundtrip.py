# SPDX-License-Identifier: GPL-3.0-or-later
"""At least 1,000 messages go in by LMTP, SMTP, submission and APPEND and come out byte for byte by IMAP.

What the server itself adds stands at the start, in a known shape, and is taken off before the bytes are compared; a message
that was appended has nothing added.
"""
import imaplib
import pathlib
import re
import smtplib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import messages  # noqa: E402

SENDER = 'outside@else.test'
OWN = 'From: anna@example.test\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\nMessage-ID: <%d@roundtrip.test>\r\n\r\n'
ADDED = re.compile(rb'Return-Path: <[^>\r\n]*>\r\nReceived: [^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)+')
BATCH = 50
# imaplib would turn line ends about; the bytes are to go as they are.
imaplib.MapCRLF = re.compile(rb'(?!)')


def without_added(raw):
    match = ADDED.match(raw)
    if match is None:
        raise AssertionError(f'no Return-Path and Received at the start: {raw[:200]!r}')
    return raw[match.end():]


def fetch_all(client, folder='INBOX'):
    """All messages of the folder, in order, with RFC822.SIZE checked."""
    count = int(client.select(folder, readonly=True)[1][0])
    found = []
    for first in range(1, count + 1, BATCH):
        answer = client.fetch(f'{first}:{min(first + BATCH - 1, count)}', '(RFC822.SIZE BODY.PEEK[])')[1]
        for part in answer:
            if isinstance(part, tuple):
                size = int(re.search(rb'RFC822\.SIZE (\d+)', part[0])[1])
                if size != len(part[1]):
                    raise AssertionError(f'RFC822.SIZE {size}, but {len(part[1])} bytes')
                found.append(part[1])
    return found


class RoundTrip(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sent = [(name, messages.crlf(raw)) for name, raw in messages.all_messages()]
        cls.server = kontor.Server().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def compare(self, expected, found):
        self.assertEqual(len(found), len(expected))
        wrong = [name for (name, raw), got in zip(expected, found) if raw != got]
        self.assertEqual(wrong, [], f'{len(wrong)} of {len(expected)} differ')

    def read_back(self, user, expected, strip=without_added):
        client = self.server.imap(user)
        try:
            found = fetch_all(client)
        finally:
            client.logout()
        self.compare(expected, [strip(raw) for raw in found])

    def test_enough_messages(self):
        self.assertGreaterEqual(len(self.sent), 1000)
        self.assertGreater(sum(1 for _, raw in self.sent if max(raw) > 127), 50, 'some have 8-bit bytes')

    def send_all(self, client, recipient, sent):
        for name, raw in sent:
            refused = client.sendmail(SENDER, [recipient], raw, mail_options=['BODY=8BITMIME'])
            self.assertEqual(refused, {}, name)

    def test_lmtp(self):
        with smtplib.LMTP('localhost', self.server.port('lmtp'), timeout=kontor.PATIENCE) as client:
            for start in range(0, len(self.sent), 500):
                self.send_all(client, 'anna@example.test', self.sent[start:start + 500])
                client.quit()
                client.connect('localhost', self.server.port('lmtp'))
        self.read_back('anna', self.sent)

    def test_smtp(self):
        for start in range(0, len(self.sent), 500):
            with self.server.smtp() as client:
                self.send_all(client, 'boris@example.test', self.sent[start:start + 500])
        self.read_back('boris', self.sent)

    def test_submission(self):
        """Every message as the text of one of anna's own: what she may send is not for the corpus to say."""
        sent = [(name, (OWN % number).encode() + raw) for number, (name, raw) in enumerate(self.sent)]
        for start in range(0, len(sent), 500):
            client = self.server.submission('anna')
            for name, raw in sent[start:start + 500]:
                client.sendmail('anna@example.test', ['clara@example.test'], raw, mail_options=['BODY=8BITMIME'])
            client.quit()
        self.read_back('clara', sent)

    def test_append(self):
        client = self.server.imap('dmitri')
        for name, raw in self.sent:
            answer = client.append('INBOX', None, None, raw)
            self.assertEqual(answer[0], 'OK', name)
        client.logout()
        self.read_back('dmitri', self.sent, strip=bytes)

    def test_the_same_after_a_restart(self):
        self.server.stop()
        self.server.start()
        client = self.server.imap('anna')
        count = int(client.select('INBOX', readonly=True)[1][0])
        self.assertGreaterEqual(count, len(self.sent))
        found = fetch_all(client)
        client.logout()
        self.compare(self.sent, [without_added(raw) for raw in found[:len(self.sent)]])


if __name__ == '__main__':
    kontor.main()
