# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts of people: they come in by ManageSieve and kontorctl, run on what LMTP, SMTP and the queue deliver, survive a
restart and a crash; what they send on, answer and refuse comes out of the queue once."""
import email
import email.policy
import pathlib
import re
import smtplib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import managesieve  # noqa: E402


def message(number, to='anna@example.test', subject='question', extra=''):
    return (f'From: x@elsewhere.test\r\nTo: {to}\r\nSubject: {subject} {number}\r\n'
            f'Message-ID: <{number}@s.test>\r\n{extra}\r\nhello\r\n').encode()


class Sieve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # What goes to others stays in the queue, where it can be read: there is no way out.
        cls.server = kontor.Server({'queue.smart_host': '127.0.0.1:9', 'server.name': 'mail.example.test',
                                    'sieve.max_scripts': 4, 'sieve.max_script': 4096}).start()
        cls.addClassCleanup(cls.server.close)

    def run_script(self, person, script):
        path = self.server.data / 'script.sieve'
        path.write_text(script)
        self.server.ctl('sieve', 'put', f'{person}@example.test', 'main', path)
        self.server.ctl('sieve', 'activate', f'{person}@example.test', 'main')

    def write(self, number, to='anna', sender='x@elsewhere.test', **how):
        return self.server.lmtp([f'{to}@example.test'], message(number, to=f'{to}@example.test', **how), sender=sender)

    def folder(self, person, name):
        """{subject: flags} of a folder; nothing: there is none."""
        with self.server.imap(person) as client:
            if client.select(f'"{name}"', readonly=True)[0] != 'OK':
                return None
            found = {}
            for number in client.search(None, 'ALL')[1][0].split():
                answer = client.fetch(number, '(FLAGS BODY.PEEK[HEADER.FIELDS (SUBJECT)])')[1]
                flags = re.search(rb'FLAGS \(([^)]*)\)', answer[0][0] + answer[1]).group(1).decode()
                subject = email.message_from_bytes(answer[0][1], policy=email.policy.default)['Subject']
                found[str(subject)] = flags
            return found

    def queued(self, person):
        return [row for row in self.server.ctl('queue') if row['recipient'] == person]

    def test_managesieve(self):
        client = managesieve.Client(self.server)
        self.assertIn('"STARTTLS"', client.greeting)
        self.assertIn('"SASL" "', client.greeting[2])
        self.assertNotIn('PLAIN', client.greeting[2])
        client.command('LISTSCRIPTS', 'NO')
        client.sign_in('clara', status='NO')  # not without TLS
        client.close()
        client = managesieve.Client(self.server, 'clara')
        self.assertIn('PLAIN', client.capabilities[2])
        self.assertTrue(any(line.startswith('"SIEVE" "body ') for line in client.capabilities))
        self.assertIn('"OWNER" "clara@example.test"', client.command('CAPABILITY'))
        client.put('one', 'require "fileinto"; fileinto "Junk";\r\n')
        self.assertIn('line 1, column 1', client.put('two', 'fileinto "Junk";', 'NO'))
        self.assertIn('строка 1', client.command('CHECKSCRIPT "foo;"', 'NO')[-1])
        client.command('CHECKSCRIPT "keep;"')
        client.put('дом "и" сад'.replace('"', '\\"'), 'keep;')
        client.command('SETACTIVE "one"')
        self.assertEqual(client.command('LISTSCRIPTS')[:-1], ['"one" ACTIVE', '"дом \\"и\\" сад"'])
        self.assertEqual(client.command('GETSCRIPT "one"')[0], 'require "fileinto"; fileinto "Junk";\r\n')
        self.assertIn('(NONEXISTENT)', client.command('GETSCRIPT "none"', 'NO')[-1])
        self.assertIn('(ACTIVE)', client.command('DELETESCRIPT "one"', 'NO')[-1])
        self.assertIn('(ALREADYEXISTS)', client.command('RENAMESCRIPT "one" "дом \\"и\\" сад"', 'NO')[-1])
        client.command('RENAMESCRIPT "one" "first"')
        client.command('DELETESCRIPT "дом \\"и\\" сад"')
        self.assertEqual(client.command('LISTSCRIPTS')[:-1], ['"first" ACTIVE'])
        client.command('HAVESPACE "x" 4000')
        self.assertIn('(QUOTA/MAXSIZE)', client.command('HAVESPACE "x" 5000', 'NO')[-1])
        self.assertIn('(QUOTA/MAXSIZE)', client.put('x', '#' * 100_000, 'NO'))
        for name in 'abc':
            client.put(name, 'keep;')
        self.assertIn('(QUOTA/MAXSCRIPTS)', client.put('d', 'keep;', 'NO'))
        client.put('c', 'discard;')
        self.assertEqual(client.command('NOOP "t"')[-1].split(' "done"')[0], 'OK (TAG "t")')
        client.command('SETACTIVE ""')
        client.command('FOO', 'NO')
        client.command('GETSCRIPT', 'NO')
        client.command('UNAUTHENTICATE')
        client.command('LISTSCRIPTS', 'NO')
        client.sign_in('boris')
        self.assertNotIn('"first"', client.command('LISTSCRIPTS'))
        client.command('LOGOUT')
        self.assertTrue(client.is_closed())

    def test_sieve_connect(self):
        script = self.server.data / 'up.sieve'
        script.write_text('require "fileinto";\nfileinto "Archive";\n')

        def connect(*words):
            done = subprocess.run(
                ['sieve-connect', '--server', 'localhost', '--port', str(self.server.port('sieve')), '--user',
                 'dmitri@example.test', '--passwordfd', '0', '--tlscafile',
                 str(self.server.data / 'tls/ca.pem'), *words],
                input=kontor.PASSWORD + '\n', capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return done.stdout

        connect('--upload', '--localsieve', str(script), '--remotesieve', 'main')
        connect('--activate', '--remotesieve', 'main')
        self.assertIn('main', connect('--list'))
        self.assertEqual(self.server.ctl('sieve', 'list', 'dmitri@example.test')[0]['active'], True)

    def test_a_script_files_and_flags(self):
        self.run_script('anna', '''require ["fileinto","mailbox","imap4flags","copy","variables","special-use"];
            if header :contains "subject" "bug" { fileinto :create "Работа/Bugs"; }
            elsif header :contains "subject" "junk" { fileinto :specialuse "\\\\Junk" "Spam"; }
            elsif header :contains "subject" "twice" { addflag "\\\\Flagged"; fileinto :copy :flags "$seen2" "Archive"; }
            elsif header :contains "subject" "gone" { discard; }
            elsif header :contains "subject" "broken" { fileinto "No such folder"; }''')
        for number, subject in enumerate(('bug', 'junk', 'twice', 'gone', 'broken', 'broken', 'other')):
            self.assertEqual(self.write(f'f{number}', subject=subject), {})
        bugs = '&BCAEMAQxBD4EQgQw-/Bugs'
        self.assertEqual(self.folder('anna', bugs), {'bug f0': ''})
        self.assertEqual(self.folder('anna', 'Junk'), {'junk f1': ''})
        self.assertEqual(self.folder('anna', 'Archive'), {'twice f2': '$seen2'})
        kontor.wait_until(lambda: 'Your mail script has a mistake' in self.folder('anna', 'INBOX'), 'the letter')
        inbox = self.folder('anna', 'INBOX')
        self.assertEqual({name: inbox[name] for name in sorted(inbox) if 'script' not in name},
                         {'broken f4': '', 'broken f5': '', 'other f6': '', 'twice f2': '\\Flagged'})
        self.assertEqual(len(inbox), 5)  # one letter for two mistakes
        # The same from the queue, and after a restart.
        self.server.restart()
        self.assertEqual(self.write('f7', subject='bug'), {})
        self.assertEqual(set(self.folder('anna', bugs)), {'bug f0', 'bug f7'})
        rows = self.server.ctl('sieve', 'rehearse', 'anna@example.test')
        where = {row['subject']: row['folders'][0]['folder'] if row['folders'] else None for row in rows}
        self.assertEqual(where['bug f7'], 'Работа/Bugs')
        path = self.server.data / 'm.eml'
        path.write_bytes(message('t', subject='gone'))
        self.assertEqual(self.server.ctl('sieve', 'test', 'anna@example.test', path)['folders'], [])
        path.write_text('keep;\nfoo;\n')
        status, said = self.server.ask('sieve', 'check', path)
        self.assertEqual(status, 1)
        self.assertIn('line 2, column 1', str(said))

    def test_a_script_sends_on_and_answers(self):
        self.run_script('boris', '''require ["vacation","copy","duplicate","editheader"];
            if header :contains "subject" "forward" { addheader "X-By" "boris"; redirect :copy "away@remote.test"; redirect "anna@example.test"; }
            elsif duplicate { discard; }
            else { vacation :subject "Нет на месте" :days 2 "Back on Monday."; }''')
        self.write('b1', to='boris', subject='forward')
        kontor.wait_until(lambda: 'forward b1' in self.folder('anna', 'INBOX'), 'the forwarded message')
        row, = self.queued('away@remote.test')
        self.assertEqual(row['sender'], 'x@elsewhere.test')
        self.assertNotIn('forward b1', self.folder('boris', 'INBOX'))
        # In a circle it is kept, and goes nowhere.
        self.write('b2', to='boris', subject='forward', extra='Delivered-To: boris@example.test\r\n')
        self.assertIn('forward b2', self.folder('boris', 'INBOX'))
        self.assertEqual(len(self.queued('away@remote.test')), 1)
        # One answer a sender, none to lists and programs; a second copy is a duplicate.
        for number, sender, extra in (('b3', 'v@elsewhere.test', ''), ('b4', 'v@elsewhere.test', ''), ('b4', 'w@elsewhere.test', ''),
                                      ('b5', '', ''), ('b6', 'l@elsewhere.test', 'List-Id: <l.test>\r\n')):
            self.write(number, to='boris', sender=sender, extra=extra)
        answers = {name: len(self.queued(f'{name}@elsewhere.test')) for name in 'vwlx'}
        self.assertEqual(answers, {'v': 1, 'w': 0, 'l': 0, 'x': 0})
        self.assertEqual({name for name in self.folder('boris', 'INBOX') if 'question' in name},
                         {'question b3', 'question b4', 'question b5', 'question b6'})

    def test_what_goes_on_keeps_requiretls(self):
        self.run_script('boris', 'redirect "tls@remote.test";')
        wishes = {}
        for number, options in (('t1', ['REQUIRETLS']), ('t2', [])):
            with self.server.submission('anna') as client:
                client.sendmail('anna@example.test', ['boris@example.test'],
                                message(number).replace(b'x@elsewhere.test', b'anna@example.test', 1), mail_options=options)
        for row in self.queued('tls@remote.test'):
            shown = self.server.ctl('queue', 'show', row['id'])
            wishes[shown.get('requires_tls', False)] = wishes.get(shown.get('requires_tls', False), 0) + 1
        self.assertEqual(wishes, {True: 1, False: 1})

    def test_a_script_refuses(self):
        self.run_script('dmitri', 'require "ereject"; if header :contains "subject" "sell" { ereject "I buy nothing here"; }')
        with self.assertRaises(smtplib.SMTPDataError) as refused:
            self.write('d1', to='dmitri', subject='sell')
        self.assertEqual((refused.exception.smtp_code, refused.exception.smtp_error),
                         (550, b'5.7.1 I buy nothing here'))
        with self.server.smtp() as client:
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                client.sendmail('x@elsewhere.test', ['dmitri@example.test'], message('d2', subject='sell'))
            self.assertEqual(refused.exception.smtp_code, 550)
            # SMTP has one answer for both: the sender is told by a notice.
            client.sendmail('r@elsewhere.test', ['dmitri@example.test', 'clara@example.test'], message('d3', subject='sell'))
        kontor.wait_until(lambda: self.queued('r@elsewhere.test'), 'the notice')
        self.assertIn('sell d3', self.folder('clara', 'INBOX'))
        self.assertFalse(any('sell' in name for name in self.folder('dmitri', 'INBOX')))
        self.assertEqual(self.write('d4', to='dmitri'), {})

    def test_nothing_is_lost_by_a_crash(self):
        self.run_script('dmitri', 'require ["fileinto","copy","imap4flags"];'
                        'fileinto :copy "Archive"; redirect :copy "crash@remote.test"; setflag "\\\\Seen";')
        for number in range(8):
            self.assertEqual(self.write(f'c{number}', to='dmitri'), {})
        self.server.restart('kill')
        wanted = {f'question c{number}' for number in range(8)}
        self.assertEqual(set(self.folder('dmitri', 'Archive')), wanted)
        self.assertLessEqual(wanted, set(self.folder('dmitri', 'INBOX')))
        self.assertEqual(len(self.queued('crash@remote.test')), 8)


if __name__ == '__main__':
    kontor.main()
