# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that people use read and change a real server's mailboxes: imaplib, curl, mbsync, offlineimap, mutt."""
import imaplib
import mailbox
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import threading
import time
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

    def offlineimap(self, folder):
        config = folder / 'offlineimaprc'
        config.write_text(f'''[general]
accounts = kontor
metadata = {folder}/metadata
ui = basic

[Account kontor]
localrepository = near
remoterepository = far

[Repository near]
type = Maildir
localfolders = {folder}/mail

[Repository far]
type = IMAP
remotehost = localhost
remoteport = {self.server.port('imaps')}
remoteuser = clara@example.test
remotepass = {kontor.PASSWORD}
ssl = yes
sslcacertfile = {self.server.data / 'tls/ca.pem'}
folderfilter = lambda name: name.startswith('Off')
''')
        return self.run_program('offlineimap', '-o', '-c', config)

    def test_offlineimap_keeps_two_sides_the_same(self):
        folder = self.server.data / 'offlineimap'
        folder.mkdir()
        imap = self.server.imap('clara')
        self.ok(imap.create('Offline'))
        for number in range(1, 13):
            self.ok(imap.append('Offline', '(\\Seen)' if number % 3 == 0 else None, None, text_message(number)))
        self.offlineimap(folder)
        box = mailbox.Maildir(folder / 'mail/Offline', create=False)
        self.assertEqual(len(box), 12)
        self.assertEqual(sum('S' in message.get_flags() for message in box), 4)
        # Both sides change: a new one, a flag and one thrown away here; two gone and one answered there.
        box.add(mailbox.MaildirMessage(text_message(77, 'near')))
        for key, message in list(box.items()):
            if message['Subject'] == 'number 5':
                message.set_flags('F')
                box[key] = message
            if message['Subject'] == 'number 6':
                box.remove(key)
        self.ok(imap.select('Offline'))
        self.ok(imap.store('1:2', '+FLAGS.SILENT', '(\\Deleted)'))
        self.ok(imap.store('4', '+FLAGS.SILENT', '(\\Answered)'))
        self.ok(imap.expunge())
        self.offlineimap(folder)
        self.offlineimap(folder)  # nothing is left to be done
        self.ok(imap.select('Offline'))
        subjects = {line[1].decode().split('Subject: ')[1].strip()
                    for line in self.ok(imap.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')) if isinstance(line, tuple)}
        expected = {f'number {number}' for number in (*range(3, 6), *range(7, 13), 77)}
        self.assertEqual(subjects, expected)
        box = mailbox.Maildir(folder / 'mail/Offline', create=False)
        self.assertEqual({message['Subject'] for message in box}, expected)
        self.assertEqual({message['Subject'] for message in box if 'R' in message.get_flags()}, {'number 4'})
        flagged = self.ok(imap.search(None, 'FLAGGED'))[0]
        self.assertEqual(len(flagged.split()), 1)
        imap.logout()

    def test_mutt_reads_moves_and_expunges(self):
        folder = self.server.data / 'mutt'
        folder.mkdir()
        imap = self.server.imap('dmitri')
        self.ok(imap.create('Mutt'))
        self.ok(imap.create('MuttDone'))
        for number in range(1, 4):
            self.ok(imap.append('Mutt', None, None, text_message(number, 'for mutt')))
        (folder / 'muttrc').write_text(f'''set folder="imaps://localhost:{self.server.port('imaps')}/"
set imap_user="dmitri@example.test"
set imap_pass="{kontor.PASSWORD}"
set ssl_ca_certificates_file="{self.server.data / 'tls/ca.pem'}"
set imap_condstore=yes
set imap_qresync=yes
set header_cache="{folder}/cache"
set message_cachedir="{folder}/bodies"
set confirmappend=no
set delete=yes
set quit=yes
set wait_key=no
set pipe_decode=no
set mail_check=0
set record=""
set sort=mailbox-order
''')
        # The first is written out, the second moved away, the third marked as important.
        self.mutt(folder, f'push "<first-entry><pipe-message>cat > {folder}/first<enter>'
                          '<next-entry><save-message>=MuttDone<enter><next-entry><flag-message><quit>"')
        self.assertIn(b'for mutt 1', (folder / 'first').read_bytes())
        self.assertIn(b'MESSAGES 2', self.ok(imap.status('Mutt', '(MESSAGES)'))[0])
        self.assertIn(b'MESSAGES 1', self.ok(imap.status('MuttDone', '(MESSAGES)'))[0])
        self.ok(imap.select('Mutt'))
        self.assertEqual(self.ok(imap.uid('SEARCH', 'FLAGGED')), [b'3'])
        # It comes back by QRESYNC with its cache: what left meanwhile is gone, what came is there.
        self.ok(imap.uid('STORE', '1', '+FLAGS.SILENT', '(\\Deleted)'))
        self.ok(imap.expunge())
        self.ok(imap.append('Mutt', None, None, text_message(4, 'for mutt')))
        self.mutt(folder, f'push "<tag-pattern>~A<enter><tag-prefix><pipe-message>cat > {folder}/all<enter><quit>"')
        everything = (folder / 'all').read_bytes()
        self.assertEqual([number for number in range(1, 5) if b'for mutt %d' % number in everything], [3, 4])
        imap.logout()

    def mutt(self, folder, command):
        """Runs mutt on a terminal of its own, as a person would."""
        words = ['mutt', '-n', '-F', str(folder / 'muttrc'), '-f', '=Mutt', '-e', command]
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(TERM='xterm', HOME=str(folder))
            os.execvp(words[0], words)
        shown = b''
        end = time.monotonic() + 60
        try:
            while time.monotonic() < end:
                if not select.select([terminal], [], [], 1)[0]:
                    continue
                piece = os.read(terminal, 65536)
                if not piece:
                    break
                shown += piece
            else:
                os.kill(child, signal.SIGKILL)
        except OSError:  # the terminal's other end is closed: mutt has ended
            pass
        os.close(terminal)
        status = os.waitpid(child, 0)[1]
        self.assertEqual(status, 0, shown[-2000:])


if __name__ == '__main__':
    kontor.main()
