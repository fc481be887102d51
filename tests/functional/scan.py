# SPDX-License-Identifier: GPL-3.0-or-later
"""Real scanners look into mail: ClamAV's daemon and rspamd as a milter, for what comes and for what people send;
a milter of our own makes every kind of change, lies and dies.
"""
import email
import pathlib
import smtplib
import socket
import struct
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor
import scanners


def letter(body, top=''):
    return (f'{top}From: eva@there.test\r\nTo: boris@example.test\r\nSubject: One\r\nX-Old: 1\r\nX-Old: 2\r\n\r\n{body}\r\n').encode()


class Case(unittest.TestCase):
    def server(self, **settings):
        server = kontor.Server({f'scan.{name}': value for name, value in settings.items()})
        self.addCleanup(server.close)
        server.start()
        return server

    def send(self, server, message, recipients=('boris@example.test',)):
        with smtplib.SMTP('127.0.0.1', server.port('smtp'), timeout=kontor.PATIENCE) as smtp:
            smtp.ehlo()
            smtp.mail('eva@there.test')
            for recipient in recipients:
                smtp.rcpt(recipient)
            code, text = smtp.data(message)
            return code, text.decode()

    def inbox(self, server, person='boris', folder='INBOX'):
        with server.imap(person) as imap:
            imap.select(folder)
            numbers = imap.search(None, 'ALL')[1][0].split()
            return [imap.fetch(number, '(BODY.PEEK[])')[1][0][1] for number in numbers]


class ClamAv(Case):
    @classmethod
    def setUpClass(cls):
        cls.clamd = scanners.Clamd(limit='2M')
        cls.addClassCleanup(cls.clamd.close)

    def test_a_virus_is_refused_both_ways(self):
        server = self.server(clamd=self.clamd.setting)
        self.assertEqual(self.send(server, letter('harmless'))[0], 250)
        code, text = self.send(server, letter(scanners.EICAR))
        self.assertEqual((code, text), (554, '5.7.0 the message holds a virus: Kontor.Eicar.UNOFFICIAL'))
        with server.submission('anna') as smtp:
            smtp.mail('anna@example.test')
            smtp.rcpt('boris@example.test')
            code, text = smtp.data(b'From: anna@example.test\r\nTo: boris@example.test\r\nSubject: two\r\n\r\n' +
                                   scanners.EICAR.encode() + b'\r\n')
            self.assertEqual(code, 554, text)
        self.assertEqual(len(self.inbox(server)), 1)
        self.assertEqual(server.log().count('event=checks.virus.found'), 2)

    def test_it_may_be_marked(self):
        server = self.server(clamd=self.clamd.setting, virus='mark', outgoing=False)
        self.assertEqual(self.send(server, letter(scanners.EICAR, top='X-Kontor-Scan: clean\r\n'))[0], 250)
        (got,) = map(email.message_from_bytes, self.inbox(server))
        self.assertEqual(got.get_all('X-Kontor-Scan'), ['virus=Kontor.Eicar.UNOFFICIAL'])

    def test_what_it_cannot_look_at(self):
        large = letter('\r\n'.join(['a line that is not short at all'] * 100_000))  # over StreamMaxLength
        nowhere = 'unix:/nowhere/clamd.ctl'
        for setting, message in ((self.clamd.setting, large), (nowhere, letter('x'))):
            server = self.server(clamd=setting)
            self.assertEqual(self.send(server, message)[0], 250)
            self.assertIn('event=checks.scanner.silent', server.log())
            server = self.server(clamd=setting, fail_open=False)
            code, text = self.send(server, message)
            self.assertEqual((code, text), (451, '4.3.0 the message could not be scanned; try again later'))
            self.assertEqual(self.inbox(server), [])


class RspamdMilter(Case):
    @classmethod
    def setUpClass(cls):
        cls.rspamd = scanners.Rspamd()
        cls.addClassCleanup(cls.rspamd.close)

    def test_spam_is_refused_or_marked(self):
        server = self.server(milters=[self.rspamd.setting])
        self.assertEqual(self.send(server, letter('harmless'))[0], 250)
        code, text = self.send(server, letter(scanners.REFUSED_BY_RSPAMD))
        self.assertEqual(code, 554, text)
        self.assertIn('Gtube', text)
        self.assertEqual(self.send(server, letter(scanners.MARKED_BY_RSPAMD))[0], 250)
        plain, marked = map(email.message_from_bytes, self.inbox(server))
        self.assertIsNone(plain['X-Spam'])
        self.assertEqual(marked['X-Spam'], 'Yes')
        self.assertIn('GTUBE', marked.get_payload())

    def test_with_clamd_the_virus_comes_first(self):
        clamd = scanners.Clamd()
        self.addCleanup(clamd.close)
        server = self.server(milters=[self.rspamd.setting], clamd=clamd.setting)
        code, text = self.send(server, letter(scanners.EICAR + '\r\n' + scanners.REFUSED_BY_RSPAMD))
        self.assertEqual(code, 554)
        self.assertIn('virus', text)
        self.assertNotIn('event=checks.milter.done', server.log())


class Milter:
    """A milter of our own: `answers` are sent at the end of a message; it keeps what it was told."""

    def __init__(self, answers=(), steps=0, at=b'E', cut=False):
        self.answers, self.steps, self.at, self.cut = answers, steps, at, cut
        self.told = []
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.setting = f'127.0.0.1:{self.listener.getsockname()[1]}'
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def close(self):
        self.listener.close()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection, connection.makefile('rwb') as stream:
                try:
                    self.serve(stream)
                except (OSError, struct.error):
                    pass

    def serve(self, stream):
        while True:
            (size,) = struct.unpack('>I', stream.read(4))
            command, data = stream.read(1), stream.read(size - 1)
            self.told.append((command, data))
            if command == b'O':
                self.say(stream, b'O' + struct.pack('>III', 6, 0x3f, self.steps))
            elif command == b'Q':
                return
            elif command == self.at:
                for answer in self.answers:
                    self.say(stream, answer)
                if self.cut:
                    return
            elif command != b'D':
                self.say(stream, b'c')

    @staticmethod
    def say(stream, data):
        stream.write(struct.pack('>I', len(data)) + data)
        stream.flush()

    def of(self, command):
        return [data for one, data in self.told if one == command]


class AnyMilter(Case):
    def milter(self, *answers, **options):
        milter = Milter(answers, **options)
        self.addCleanup(milter.close)
        return milter

    def test_it_is_told_everything_and_may_change_everything(self):
        number = lambda value: struct.pack('>I', value)
        milter = self.milter(
            b'p', b'hX-Last\0end\nand on\0', b'i' + number(0) + b'X-First\0top\0', b'm' + number(1) + b'subject\0Two\0',
            b'm' + number(2) + b'X-Old\0\0', b'-<clara@example.test>\0', b'bnew ', b'bbody\r\n', b'qlook at it\0', b'c')
        server = self.server(milters=[milter.setting])
        self.assertEqual(self.send(server, letter('old body'), ('boris@example.test', 'clara@example.test'))[0], 250)
        (raw,) = self.inbox(server, folder='Junk')
        self.assertEqual(self.inbox(server), [])
        self.assertEqual(self.inbox(server, 'clara'), [])
        got = email.message_from_bytes(raw)
        self.assertEqual(got['Subject'], 'Two')
        self.assertEqual(got.get_all('X-Old'), ['1'])
        self.assertEqual(got['X-Last'], 'end\r\n\tand on')
        self.assertEqual(got['X-Kontor-Scan'], 'quarantine=look at it')
        self.assertEqual(got.get_payload(), 'new body\r\n')
        names = [name for name, _ in got.items()]
        self.assertLess(names.index('Received'), names.index('X-First'))
        self.assertLess(names.index('X-First'), names.index('From'))
        self.assertEqual(milter.of(b'M'), [b'<eva@there.test>\0'])
        self.assertEqual(milter.of(b'R'), [b'<boris@example.test>\0', b'<clara@example.test>\0'])
        self.assertIn(b'Subject\0One\0', milter.of(b'L'))
        self.assertEqual(milter.of(b'B'), [b'old body\r\n'])
        self.assertTrue(milter.of(b'C')[0].endswith(b'127.0.0.1\0'))
        self.assertTrue(any(b'i\0' in data for data in milter.of(b'D')))

    def test_its_words_to_the_sender(self):
        for at, answer, wanted in ((b'E', b'r', (550, '5.7.1 a filter refused this message')),
                                   (b'M', b't', (451, '4.7.1 a filter asks you to try again later')),
                                   (b'R', b'y550 5.1.9 not he\0', (550, '5.1.9 not he')),
                                   (b'N', b'y421 go away\0', (421, '4.7.1 go away')),
                                   (b'B', b'a', (250, None)), (b'L', b'd', (250, None))):
            milter = self.milter(answer, at=at)
            server = self.server(milters=[milter.setting])
            code, text = self.send(server, letter('x'))
            self.assertEqual(code, wanted[0], (at, answer, text))
            if wanted[1]:
                self.assertEqual(text, wanted[1])
            self.assertEqual(len(self.inbox(server)), 1 if answer == b'a' else 0)

    def test_what_it_does_not_want_to_see(self):
        milter = self.milter(b'c', steps=0x10 | 0x20 | 0x1)  # no body, no headers, no connect
        server = self.server(milters=[milter.setting])
        self.assertEqual(self.send(server, letter('x'))[0], 250)
        self.assertEqual([milter.of(command) for command in (b'B', b'L', b'C')], [[], [], []])

    def test_lies_and_silence_lose_nothing(self):
        for answers, options in (((b'h no\0',), {}), ((b'z',), {}), ((b'hX-A:B\0x\0', b'c'), {}), ((), {'cut': True}),
                                 ((b'hX\0y\0',), {'at': b'M'}), ((b'y250 fine\0',), {})):
            milter = self.milter(*answers, **options)
            server = self.server(milters=[milter.setting], timeout='2s')
            self.assertEqual(self.send(server, letter('x'))[0], 250)
            (raw,) = self.inbox(server)
            self.assertTrue(raw.endswith(letter('x')[-30:]))
            self.assertIn('event=checks.scanner.silent', server.log())
        silent = self.milter(at=b'E')  # answers nothing at the end
        server = self.server(milters=[silent.setting], timeout='1s', fail_open=False)
        self.assertEqual(self.send(server, letter('x'))[0], 451)


if __name__ == '__main__':
    kontor.main()
