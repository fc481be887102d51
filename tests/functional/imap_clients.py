# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that people use read and change a real server's mailboxes: imaplib, curl, mbsync."""
import imaplib
import mailbox
import pathlib
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402


def text_message(number, body='text'):
    return (f'From: anna@example.test\r\nTo: boris@example.test\r\nSubject: number {number}\r\n'
            f'Message-ID: <n{number}@example.test>\r\n\r\n{body} {number}\r\n').encode()


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def ok(self, answer):
        self.assertEqual(answer[0], 'OK', answer)
        return answer[1]

    # --- imaplib ----------------------------------------------------------------------------------
    def test_imaplib_goes_through_a_day(self):
        imap = self.server.imap('anna')
        for folder in ('Work', 'Work/2026', '"&BBQEMgQw- &BEEEOwQ+BDIEMA-"'):
            self.ok(imap.create(folder))
        for number in range(1, 6):
            self.ok(imap.append('Work', '(\\Flagged)' if number == 2 else None,
                                imaplib.Time2Internaldate(1_700_000_000 + number), text_message(number)))
        self.assertEqual(self.ok(imap.select('Work')), [b'5'])
        self.assertEqual(self.ok(imap.search(None, 'FLAGGED')), [b'2'])
        self.assertEqual(self.ok(imap.fetch('3', '(RFC822)'))[0][1], text_message(3))
        self.ok(imap.store('1,3', '+FLAGS', '(\\Deleted)'))
        self.ok(imap.copy('4:5', 'Work/2026'))
        self.assertEqual(self.ok(imap.expunge()), [b'3', b'1'])
        self.assertEqual(self.ok(imap.uid('SEARCH', 'ALL')), [b'2 4 5'])
        self.assertIn(b'MESSAGES 2', self.ok(imap.status('Work/2026', '(MESSAGES)'))[0])
        self.ok(imap.rename('Work', 'Done'))
        names = [line.split(b'"/" ')[1] for line in self.ok(imap.list('""', 'Done*'))]
        self.assertEqual(names, [b'Done', b'Done/2026'])
        self.ok(imap.subscribe('Done'))
        self.assertIn(b'() "/" Done', self.ok(imap.lsub('""', '*')))
        self.ok(imap.close())
        self.ok(imap.delete('Done/2026'))
        self.assertEqual(imap.logout()[0], 'BYE')

    def test_imaplib_by_starttls_and_by_authenticate(self):
        imap = imaplib.IMAP4('localhost', self.server.port('imap'))
        with self.assertRaises(imaplib.IMAP4.error):
            imap.login('anna@example.test', kontor.PASSWORD)
        self.ok(imap.starttls(self.server.tls_context()))
        self.ok(imap.authenticate('PLAIN', lambda _: f'\0anna@example.test\0{kontor.PASSWORD}'.encode()))
        self.ok(imap.select('INBOX', readonly=True))
        imap.logout()

    def test_idle_is_told_of_a_delivery(self):
        imap = self.server.imap('clara')
        self.ok(imap.select('INBOX'))
        imap.send(b'i1 IDLE\r\n')
        self.assertTrue(imap.readline().startswith(b'+'))
        self.assertEqual(self.server.lmtp(['clara@example.test'], text_message(1)), {})
        self.assertEqual(imap.readline(), b'* 1 EXISTS\r\n')
        imap.send(b'DONE\r\n')
        self.assertTrue(imap.readline().startswith(b'i1 OK'))
        imap.logout()

    def test_many_connections_append_at_once_and_nothing_is_lost(self):
        failures = []

        def work(worker):
            try:
                imap = self.server.imap('boris')
                for number in range(10):
                    self.ok(imap.append('INBOX', None, None, text_message(worker * 100 + number)))
                imap.logout()
            except Exception as error:  # told by the main thread
                failures.append(error)
        workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        self.assertEqual(failures, [])
        imap = self.server.imap('boris')
        self.assertEqual(self.ok(imap.select('INBOX')), [b'80'])
        data = self.ok(imap.fetch('1:*', '(UID BODY.PEEK[])'))
        bodies = {part[1] for part in data if isinstance(part, tuple)}
        self.assertEqual(bodies, {text_message(w * 100 + n) for w in range(8) for n in range(10)})
        imap.logout()

    # --- programs ---------------------------------------------------------------------------------
    def run_program(self, *words):
        result = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120,
                                cwd=self.server.data)
        self.assertEqual(result.returncode, 0, f'{words}\n{result.stdout}{result.stderr}')
        return result.stdout

    def curl(self, path, *words):
        return self.run_program('curl', '-sS', '--cacert', self.server.data / 'tls/ca.pem', '-u',
                                f'dmitri@example.test:{kontor.PASSWORD}',
                                f'imaps://localhost:{self.server.port("imaps")}/{path}', *words)

    def test_curl(self):
        (self.server.data / 'one.eml').write_bytes(text_message(1))
        self.curl('INBOX', '-T', self.server.data / 'one.eml')
        self.assertIn('* LIST (\\HasNoChildren) "/" INBOX', self.curl(''))
        self.assertEqual(self.curl('INBOX;UID=1').encode().replace(b'\r\n', b'\n'),
                         text_message(1).replace(b'\r\n', b'\n'))
        self.assertIn('* SEARCH 1', self.curl('INBOX?SUBJECT%20number'))
        plain = self.run_program('curl', '-sS', '--ssl-reqd', '--cacert', self.server.data / 'tls/ca.pem', '-u',
                                 f'dmitri@example.test:{kontor.PASSWORD}',
                                 f'imap://localhost:{self.server.port("imap")}/INBOX;UID=1')
        self.assertIn('number 1', plain)

    def mbsync(self, folder):
        config = folder / 'mbsyncrc'
        config.write_text(f'''IMAPAccount kontor
Host localhost
Port {self.server.port('imaps')}
User dmitri@example.test
Pass {kontor.PASSWORD}
SSLType IMAPS
CertificateFile {self.server.data / 'tls/ca.pem'}

IMAPStore far
Account kontor

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns Sync*
Create Both
Remove Both
Expunge Both
SyncState *
''')
        (folder / 'mail').mkdir(exist_ok=True)
        self.run_program('mbsync', '-c', config, '-a')

    def test_mbsync_keeps_two_sides_the_same(self):
        folder = self.server.data / 'mbsync'
        folder.mkdir()
        imap = self.server.imap('dmitri')
        self.ok(imap.create('SyncBox'))
        for number in range(1, 21):
            self.ok(imap.append('SyncBox', '(\\Seen)' if number % 2 else None, None, text_message(number)))
        self.mbsync(folder)
        box = mailbox.Maildir(folder / 'mail/SyncBox', create=False)
        self.assertEqual(len(box), 20)
        self.assertEqual(sum('S' in message.get_flags() for message in box), 10)
        # Changes on both sides: here a new one and a flag, there two gone and one flagged.
        box.add(mailbox.MaildirMessage(text_message(99, 'near')))
        self.ok(imap.select('SyncBox'))
        self.ok(imap.store('1:2', '+FLAGS.SILENT', '(\\Deleted)'))
        self.ok(imap.store('3', '+FLAGS.SILENT', '(\\Flagged)'))
        self.ok(imap.expunge())
        self.mbsync(folder)
        box = mailbox.Maildir(folder / 'mail/SyncBox', create=False)
        self.assertEqual(len(box), 19)
        self.assertEqual(sum('F' in message.get_flags() for message in box), 1)
        self.ok(imap.noop())
        self.assertEqual(self.ok(imap.uid('SEARCH', 'SUBJECT', '"number 99"')), [b'21'])
        # Everything thrown away here disappears there.
        for key in list(box.keys()):
            box.remove(key)
        self.mbsync(folder)
        self.assertIn(b'MESSAGES 0', self.ok(imap.status('SyncBox', '(MESSAGES)'))[0])
        imap.logout()


if __name__ == '__main__':
    kontor.main()
