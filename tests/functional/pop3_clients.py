# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that people use fetch mail by POP3 from a real server: poplib, curl, fetchmail, mutt; and more than a thousand
messages come out byte for byte, beside IMAP on the same mailbox."""
import imaplib
import mailbox
import pathlib
import poplib
import re
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import messages  # noqa: E402

# imaplib would turn line ends about; the bytes are to go as they are.
imaplib.MapCRLF = re.compile(rb'(?!)')
poplib._MAXLINE = 100_000_000


def text_message(number, body='text'):
    return (f'From: anna@example.test\r\nTo: boris@example.test\r\nSubject: number {number}\r\n'
            f'Message-ID: <n{number}@example.test>\r\n\r\n{body} {number}\r\n').encode()


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def pop(self, user, password=kontor.PASSWORD):
        client = poplib.POP3_SSL('localhost', self.server.port('pop3s'), context=self.server.tls_context(), timeout=kontor.PATIENCE)
        client.user(f'{user}@example.test')
        client.pass_(password)
        return client

    def inbox(self, user):
        """An IMAP connection to an empty INBOX."""
        imap = self.server.imap(user)
        self.addCleanup(imap.shutdown)
        imap.select('INBOX')
        imap.store('1:*', '+FLAGS.SILENT', '(\\Deleted)')
        imap.expunge()
        return imap

    def fill(self, imap, *raw):
        for one in raw:
            self.assertEqual(imap.append('INBOX', None, None, one)[0], 'OK')

    def count(self, imap):
        imap.noop()
        return int(imap.select('INBOX')[1][0])

    def run_program(self, *words, env=None, text=None):
        result = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=120, env=env,
                                cwd=self.server.data, input=text)
        self.assertEqual(result.returncode, 0, f'{words}\n{result.stdout}{result.stderr}')
        return result.stdout


class Poplib(Case):
    def test_a_day(self):
        imap = self.inbox('anna')
        self.fill(imap, *(text_message(number) for number in range(1, 6)))
        pop = self.pop('anna')
        self.assertEqual(pop.stat(), (5, sum(len(text_message(number)) for number in range(1, 6))))
        self.assertEqual(pop.list()[1][2], b'3 %d' % len(text_message(3)))
        ids = dict(line.split() for line in pop.uidl()[1])
        self.assertEqual(len(set(ids.values())), 5)
        self.assertEqual(b'\r\n'.join(pop.retr(3)[1]) + b'\r\n', text_message(3))
        self.assertEqual(pop.top(2, 0)[1][-1], b'')
        self.assertEqual(pop.noop()[:3], b'+OK')
        for number in (1, 3):
            pop.dele(number)
        with self.assertRaises(poplib.error_proto):
            pop.retr(3)
        pop.rset()
        for number in (2, 4):
            pop.dele(number)
        self.assertEqual(pop.quit()[:3], b'+OK')
        pop = self.pop('anna')
        self.assertEqual(dict(line.split() for line in pop.uidl()[1]),
                         {b'1': ids[b'1'], b'2': ids[b'3'], b'3': ids[b'5']})
        pop.quit()
        self.assertEqual(self.count(imap), 3)

    def test_stls_utf8_and_capabilities(self):
        pop = poplib.POP3('localhost', self.server.port('pop3'), timeout=kontor.PATIENCE)
        self.assertIn('STLS', pop.capa())
        with self.assertRaises(poplib.error_proto):
            pop.user('anna@example.test')
        pop.stls(self.server.tls_context())
        capabilities = pop.capa()
        for name, words in {'TOP': [], 'UIDL': [], 'USER': [], 'PIPELINING': [], 'RESP-CODES': [], 'AUTH-RESP-CODE': [],
                            'EXPIRE': ['NEVER'], 'UTF8': ['USER']}.items():
            self.assertEqual(capabilities[name], words)
        self.assertIn('PLAIN', capabilities['SASL'])
        pop.utf8()
        pop.user('anna@example.test')
        pop.pass_(kontor.PASSWORD)
        pop.quit()

    def test_a_wrong_password_says_so(self):
        pop = poplib.POP3_SSL('localhost', self.server.port('pop3s'), context=self.server.tls_context(), timeout=kontor.PATIENCE)
        pop.user('clara@example.test')
        with self.assertRaises(poplib.error_proto) as caught:
            pop.pass_('wrong')
        self.assertIn(b'-ERR [AUTH]', caught.exception.args[0])
        pop.quit()

    def test_a_cut_connection_deletes_nothing(self):
        imap = self.inbox('clara')
        self.fill(imap, text_message(1), text_message(2))
        pop = self.pop('clara')
        pop.dele(1)
        pop.sock.close()
        pop.file.close()
        self.server.wait_for_log('event=pop3.connection.closed')
        self.assertEqual(self.count(imap), 2)

    def test_a_deletion_that_was_acknowledged_survives_the_death_of_the_server(self):
        imap = self.inbox('boris')
        self.fill(imap, *(text_message(number) for number in range(1, 4)))
        pop = self.pop('boris')
        ids = [line.split()[1] for line in pop.uidl()[1]]
        pop.dele(2)
        pop.quit()
        self.server.kill()
        self.server.start()
        pop = self.pop('boris')
        self.assertEqual([line.split()[1] for line in pop.uidl()[1]], [ids[0], ids[2]])
        pop.quit()

    def test_idle_imap_is_told_and_flags_stay(self):
        imap = self.inbox('dmitri')
        self.fill(imap, text_message(1), text_message(2))
        self.assertEqual(self.count(imap), 2)
        pop = self.pop('dmitri')
        for number in (1, 2):
            pop.retr(number)
        self.assertEqual(imap.search(None, 'SEEN')[1], [b''])
        imap.send(b'i1 IDLE\r\n')
        self.assertTrue(imap.readline().startswith(b'+'))
        pop.dele(1)
        pop.quit()
        self.assertEqual(imap.readline(), b'* 1 EXPUNGE\r\n')
        imap.send(b'DONE\r\n')
        self.assertTrue(imap.readline().startswith(b'i1 OK'))

    def test_many_sessions_beside_deliveries(self):
        """Eight sessions fetch all they see while mail comes in; each sees whole messages and a still maildrop."""
        imap = self.inbox('dmitri')
        self.fill(imap, *(text_message(number) for number in range(1, 21)))
        failures, enough = [], threading.Event()

        def fetch():
            try:
                while not enough.is_set():
                    pop = self.pop('dmitri')
                    number, octets = pop.stat()
                    got = [b'\r\n'.join(pop.retr(index)[1]) + b'\r\n' for index in range(1, number + 1)]
                    if sum(map(len, got)) != octets or not all(b'\r\ntext ' in one or b'late' in one for one in got):
                        raise AssertionError('another maildrop than STAT said')
                    pop.quit()
            except Exception as error:  # told by the main thread
                failures.append(error)
        workers = [threading.Thread(target=fetch) for _ in range(8)]
        for worker in workers:
            worker.start()
        for number in range(100, 140):
            self.server.lmtp(['dmitri@example.test'], text_message(number, 'late'))
        enough.set()
        for worker in workers:
            worker.join()
        self.assertEqual(failures, [])


class Programs(Case):
    def test_curl(self):
        self.fill(self.inbox('anna'), text_message(1), text_message(2, '.dot'))

        def curl(*words, port='pop3s', path=''):
            scheme = 'pop3s' if port == 'pop3s' else 'pop3'
            return self.run_program('curl', '-sS', '--cacert', self.server.data / 'tls/ca.pem', '-u',
                                    f'anna@example.test:{kontor.PASSWORD}', *words,
                                    f'{scheme}://localhost:{self.server.port(port)}/{path}')
        self.assertEqual(curl().split(), ['1', str(len(text_message(1))), '2', str(len(text_message(2, '.dot')))])
        self.assertEqual(curl(path='2').replace('\r\n', '\n'), text_message(2, '.dot').decode().replace('\r\n', '\n'))
        self.assertIn('number 1', curl('--ssl-reqd', port='pop3', path='1'))
        self.assertIn('number 1', curl('--login-options', 'AUTH=LOGIN', path='1'))
        self.assertIn('number 1', curl('--login-options', 'AUTH=PLAIN', '--sasl-ir', path='1'))
        curl('-l', '-X', 'DELE 1', '--head')
        self.assertEqual(curl().split()[0], '1')
        self.assertIn('number 2', curl(path='1'))

    def fetchmail(self, folder, *words):
        """fetchmail with its memory in `folder`, which an earlier call may have filled; the delivered messages."""
        (folder / 'box').mkdir(exist_ok=True)
        config = folder / 'fetchmailrc'
        config.write_text(f'poll localhost service {self.server.port("pop3s")} protocol POP3 uidl\n'
                          f'  username "clara@example.test" password "{kontor.PASSWORD}" ssl sslcertck '
                          f'sslcertfile {self.server.data}/tls/ca.pem\n'
                          f"  mda \"sh -c 'cat > {folder}/box/$$'\" {' '.join(words)}\n")
        config.chmod(0o600)
        result = subprocess.run(['fetchmail', '-f', str(config), '--idfile', str(folder / 'ids'), '--pidfile',
                                 str(folder / 'pid'), '--nosyslog', '--nobounce', '--invisible'],
                                capture_output=True, text=True, timeout=120, env={'HOME': str(folder), 'PATH': '/usr/bin:/bin'})
        self.assertIn(result.returncode, (0, 1), result.stdout + result.stderr)  # 1: nothing new
        found = sorted(file.read_text() for file in (folder / 'box').iterdir())
        for file in (folder / 'box').iterdir():
            file.unlink()
        return found

    def test_fetchmail_keeps_and_remembers_by_unique_id(self):
        imap = self.inbox('clara')
        self.fill(imap, text_message(1), text_message(2))
        folder = self.server.data / 'fetchmail'
        folder.mkdir()
        got = self.fetchmail(folder, 'keep')
        self.assertEqual([one.split('\n\n', 1)[1] for one in got], ['text 1\n', 'text 2\n'])
        self.assertEqual(self.fetchmail(folder, 'keep'), [])
        # One goes by IMAP, one comes: only what is new is fetched.
        imap.select('INBOX')
        imap.store('1', '+FLAGS.SILENT', '(\\Deleted)')
        imap.expunge()
        self.fill(imap, text_message(3))
        got = self.fetchmail(folder, 'keep')
        self.assertEqual([one.split('\n\n', 1)[1] for one in got], ['text 3\n'])
        self.assertEqual(self.count(imap), 2)
        # Without `keep` what was fetched is removed.
        self.fill(imap, text_message(4))
        self.assertEqual(len(self.fetchmail(folder, 'fetchall', 'nokeep')), 3)
        self.assertEqual(self.count(imap), 0)

    def test_mutt(self):
        imap = self.inbox('boris')
        self.fill(imap, *(text_message(number) for number in range(1, 4)))
        folder = self.server.data / 'mutt'
        folder.mkdir()
        (folder / 'muttrc').write_text(
            f'set folder="{folder}"\nset spoolfile="{folder}/saved"\nset mbox_type=mbox\nset confirmcreate=no\n'
            f'set confirmappend=no\nset ssl_verify_host=yes\nset certificate_file="{self.server.data}/tls/ca.pem"\n'
            f'set pop_user="boris@example.test"\nset pop_pass="{kontor.PASSWORD}"\nset pop_delete=yes\nset quit=yes\n'
            f'set move=no\nset delete=yes\nset wait_key=no\nset header_cache=""\nset sleep_time=0\n'
            f'set message_cachedir=""\nset tmpdir="{folder}"\nset beep=no\nset resume_draft_files=yes\n'
            f"push '<tag-pattern>~s number<enter><tag-prefix><save-message>{folder}/kept<enter><quit>'\n")
        url = f'pops://localhost:{self.server.port("pop3s")}/'
        command = f'mutt -F {folder}/muttrc -f {url}'
        result = subprocess.run(['script', '-qec', command, str(folder / 'screen')], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=kontor.PATIENCE,
                                env={'HOME': str(folder), 'PATH': '/usr/bin:/bin', 'TERM': 'vt100', 'LC_ALL': 'C.UTF-8'})
        self.assertEqual(result.returncode, 0, result.stdout)
        kept = mailbox.mbox(folder / 'kept', create=False)
        self.addCleanup(kept.close)
        self.assertEqual([one['Subject'] for one in kept], ['number 1', 'number 2', 'number 3'])
        self.assertEqual([one.get_payload() for one in kept], ['text 1\n', 'text 2\n', 'text 3\n'])
        self.assertEqual(self.count(imap), 0)  # saved ones are deleted by its QUIT


class RoundTrip(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sent = [(name, messages.crlf(raw)) for name, raw in messages.all_messages()]
        imap = cls.server.imap('anna')
        for _, raw in cls.sent:
            imap.append('INBOX', None, None, raw)
        imap.logout()

    def raw_retr(self, pop, number):
        """The message as the bytes between +OK and the last dot: poplib would drop line ends."""
        pop._putcmd(f'RETR {number}')
        octets = int(re.match(rb'\+OK (\d+) octets\r\n', pop.file.readline())[1])
        lines = []
        while True:
            line = pop.file.readline()
            if line == b'.\r\n':
                break
            lines.append(line[1:] if line.startswith(b'.') else line)
        raw = b''.join(lines)
        self.assertEqual(len(raw), octets)
        return raw

    def test_every_message_comes_out_byte_for_byte(self):
        self.assertGreaterEqual(len(self.sent), 1000)
        pop = self.pop('anna')
        self.assertEqual(pop.stat(), (len(self.sent), sum(len(raw) for _, raw in self.sent)))
        sizes = [int(line.split()[1]) for line in pop.list()[1]]
        self.assertEqual(sizes, [len(raw) for _, raw in self.sent])
        wrong = [name for number, (name, raw) in enumerate(self.sent, 1) if self.raw_retr(pop, number) != raw]
        self.assertEqual(wrong, [])
        pop.quit()

    def test_the_top_of_every_message(self):
        pop = self.pop('anna')
        for number, (name, raw) in enumerate(self.sent, 1):
            for lines in (0, 3):
                top = b''.join(line + b'\r\n' for line in pop.top(number, lines)[1])
                header = min((at + 4 for at in (raw.find(b'\r\n\r\n'),) if at >= 0), default=len(raw))
                if raw.startswith(b'\r\n'):
                    header = 2
                body = raw[header:].split(b'\r\n')
                expected = raw[:header] + b''.join(line + b'\r\n' for line in body[:min(lines, len(body) - 1)])
                self.assertEqual(top, expected, (name, lines))
        pop.quit()


if __name__ == '__main__':
    kontor.main()
