# SPDX-License-Identifier: GPL-3.0-or-later
"""winpop against a real server: each verb and switch, and what POP3 and SMTP say after it."""
import pathlib
import poplib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

MESSAGE = b'From: x@elsewhere.test\r\nTo: y@example.test\r\nSubject: s\r\nMessage-ID: <%d@w.test>\r\n\r\ntext\r\n'


class Winpop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server().start()
        cls.addClassCleanup(cls.server.close)

    def winpop(self, *words, status=0, typed=''):
        said = subprocess.run([kontor.program('winpop'), '--data', str(self.server.data), *words], input=typed,
                              capture_output=True, text=True, timeout=kontor.PATIENCE)
        self.assertEqual(said.returncode, status, f'{words}: {said.stdout}{said.stderr}')
        return said.stderr if status else said.stdout

    def table(self, text, head):
        """The rows below the line that begins with `head`, by their first word."""
        lines = iter(text.splitlines())
        for line in lines:
            if line.startswith(head):
                break
        rows = {}
        for line in lines:
            if not line:
                break
            words = line.split()
            rows[words[0]] = words[1:]
        return rows

    def signs_in(self, login, password):
        kontor.wait_until(lambda: self.server.pop3_refusal(login, password) == '', f'{login} signs in')

    def is_refused(self, login, password):
        kontor.wait_until(lambda: self.server.pop3_refusal(login, password), f'{login} is refused')

    def test_domains(self):
        self.assertFalse(self.takes('nobody@new.test', 'does not relay'))
        self.assertEqual(self.winpop('add', 'New.Test'), 'The domain new.test was added.\n')
        self.assertIn('there already', self.winpop('add', 'new.test', status=1))
        self.assertIn('not the full name', self.winpop('add', 'new_test', status=1))
        self.assertEqual(self.table(self.winpop('list'), 'Domain')['new.test'], ['0', 'unlocked'])
        self.assertIn('alias', self.ctl_refusal_of_alias())
        self.server.restart('kill')
        self.assertIn('new.test', self.table(self.winpop('LIST'), 'Domain'))
        self.winpop('add', 'first@new.test', '/createuser', 'Secret-1')
        self.signs_in('first@new.test', 'Secret-1')
        self.assertEqual(self.server.lmtp(['first@new.test'], MESSAGE % 1), {})
        shown = self.winpop('stat', 'new.test')
        self.assertEqual(self.table(shown, 'Mailbox')['first@new.test'][1:], ['1', 'unlocked'])
        mailboxes, size, messages, state = self.table(shown, 'Domain')['new.test']
        self.assertEqual((mailboxes, messages, state), ('1', '1', 'unlocked'))
        self.assertGreater(int(size), 0)
        self.assertIn('Total', self.winpop('stat'))
        self.assertEqual(self.table(self.winpop('list', 'new.test'), 'Mailbox')['first@new.test'], ['unlocked'])
        self.assertIn('(1) were deleted', self.winpop('delete', 'new.test'))
        self.is_refused('first@new.test', 'Secret-1')
        kontor.wait_until(lambda: 'new.test' not in self.winpop('list'), 'the domain is gone')
        self.assertIn('no mail domain', self.winpop('delete', 'new.test', status=1))
        self.assertIn('no mail domain', self.winpop('add', 'first@new.test', '/createuser', 'x', status=1))

    def takes(self, address, why):
        with self.server.smtp() as smtp:
            smtp.ehlo('t')
            smtp.mail('x@elsewhere.test')
            code, text = smtp.rcpt(address)
            self.assertIn(code, (250, 550), (why, text))
            return code == 250

    def ctl_refusal_of_alias(self):
        self.server.settings['domains.alias'] = ['old.test=example.test']
        self.server.restart()
        return self.winpop('add', 'old.test', status=1)

    def test_mailboxes(self):
        self.assertIn('has no account', self.winpop('add', 'ivan@example.test', status=1))
        made = self.winpop('add', 'ivan@example.test', '--createuser', '-', typed='Пароль-1\n')
        self.assertIn('ivan@example.test were created', made)
        self.signs_in('ivan@example.test', 'Пароль-1')
        self.assertIn('belongs to', self.winpop('add', 'ivan@example.test', '/CREATEUSER', 'x', status=1))
        self.assertIn('changed', self.winpop('changepwd', 'ivan@example.test', '/Other-2'))
        self.signs_in('ivan@example.test', '/Other-2')
        self.is_refused('ivan@example.test', 'Пароль-1')
        self.assertIn('deleted', self.winpop('delete', 'ivan@example.test', '/deleteuser'))
        self.is_refused('ivan@example.test', '/Other-2')
        kontor.wait_until(lambda: not self.takes('ivan@example.test', 'unknown'), 'nobody is called ivan')
        self.assertIn('nobody', self.winpop('changepwd', 'ivan@example.test', 'x', status=1))
        # Of two domains with an ivan each keeps his own.
        self.winpop('add', 'two.test')
        for domain in ('example.test', 'two.test'):
            self.winpop('add', f'ivan@{domain}', '/createuser', f'For-{domain}')
        for domain in ('example.test', 'two.test'):
            self.signs_in(f'ivan@{domain}', f'For-{domain}')

    def test_an_account_that_is_there_gets_its_mailbox(self):
        self.assertEqual(self.server.ctl('accounts', 'show', 'dmitri@example.test')['account'], '')
        self.assertEqual(self.winpop('add', 'dmitri@example.test'), 'The mailbox dmitri@example.test was created.\n')
        self.assertNotEqual(self.server.ctl('accounts', 'show', 'dmitri@example.test')['account'], '')
        self.assertIn('there already', self.winpop('add', 'dmitri@example.test', status=1))

    def test_locks(self):
        self.signs_in('anna@example.test', kontor.PASSWORD)
        client = self.server.imap('anna')
        self.assertEqual(self.winpop('lock', 'anna@example.test'), 'The mailbox anna@example.test was locked.\n')
        self.is_refused('anna@example.test', kontor.PASSWORD)
        with self.assertRaises((client.abort, OSError)):  # who is connected is put out
            kontor.wait_until(lambda: client.noop()[0] != 'OK', 'the open session ends')
        client.shutdown()
        self.assertEqual(self.server.lmtp(['anna@example.test'], MESSAGE % 2), {}, 'mail still comes')
        self.server.restart('kill')
        self.is_refused('anna@example.test', kontor.PASSWORD)
        self.assertEqual(self.server.ctl('policy', 'explain', 'anna@example.test')['values'][-1]['value'], 'yes')
        self.signs_in('boris@example.test', kontor.PASSWORD)
        self.winpop('lock', 'example.test')
        self.is_refused('boris@example.test', kontor.PASSWORD)
        self.assertEqual(self.table(self.winpop('list'), 'Domain')['example.test'][1], 'locked')
        self.assertEqual(self.table(self.winpop('list', 'example.test'), 'Mailbox')['boris@example.test'], ['locked'])
        self.assertIn('still locked', self.winpop('unlock', 'anna@example.test', status=1))
        self.winpop('unlock', 'example.test')
        for name in ('anna', 'boris'):
            self.signs_in(f'{name}@example.test', kontor.PASSWORD)
        self.assertIn('not locked', self.winpop('unlock', 'anna@example.test', status=1))
        self.assertIn('no mail domain', self.winpop('lock', 'none.test', status=1))
        self.assertIn('nobody', self.winpop('lock', 'none@example.test', status=1))

    def test_quota_and_the_rest(self):
        self.server.ctl('quota', 'set', 'clara@example.test', '10MB')
        self.assertIn('of 10 MB', self.winpop('createquotafile', 'clara@example.test'))
        self.assertIn('counts against', self.winpop('CreateQuotaFile', 'clara@example.test', '/user:clara'))
        self.assertIn('is not the one of boris',
                      self.winpop('createquotafile', 'clara@example.test', '--user=boris', status=1))
        self.assertIn('nobody', self.winpop('createquotafile', 'none@example.test', status=1))
        self.assertIn('Active Directory needs', self.winpop('migrateToAD', 'clara@example.test', status=1))
        self.assertEqual(self.winpop('get', 'port'), f'{self.server.port("pop3")}\n')
        self.assertIn('encrypted password file', self.winpop('get', 'auth'))
        self.assertIn('server.port_base', self.winpop('set', 'port', '110', status=1))
        self.assertIn('pop3', self.winpop('net', 'status'))
        self.winpop('net', 'stop', 'pop3svc')
        with self.assertRaises((OSError, poplib.error_proto, EOFError)):
            self.server.pop3_refusal('clara@example.test')
        self.assertEqual(self.server.imap_refusal('clara@example.test'), '')
        self.winpop('net', 'start')
        self.signs_in('clara@example.test', kontor.PASSWORD)
        self.assertIn('net has', self.winpop('net', 'frobnicate', status=1))
        for verb in ('add', 'delete', 'list', 'lock', 'unlock', 'stat', 'changepwd', 'createquotafile', 'migrateToAD',
                     'help', 'get', 'set', 'init', 'net'):
            self.assertIn(f'  winpop {verb}', self.winpop('help'))
        self.assertEqual(self.winpop('/?'), self.winpop('help'))

    def test_wrong_use(self):
        for words in ([], ['frobnicate'], ['add'], ['lock'], ['stat', 'a', 'b'], ['delete', 'a@b.test', '/createuser'],
                      ['add', 'a@example.test', '/user:x'], ['createquotafile', 'a@example.test', '/user'],
                      ['changepwd', 'a@example.test']):
            self.assertIn('winpop', self.winpop(*words, status=2))
        said = subprocess.run([kontor.program('winpop'), '--data', '/nonexistent', 'list'], capture_output=True, text=True)
        self.assertEqual(said.returncode, 1)
        self.assertIn('no server runs', said.stderr)


if __name__ == '__main__':
    kontor.main()
