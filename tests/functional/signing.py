# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes out is signed: keys made by kontorctl, their records in a name server of the test, messages taken by an SMTP server of the
test and looked at by dkimpy."""
import email
import gzip
import pathlib
import re
import smtplib
import stat
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import far_side  # noqa: E402
import kontor  # noqa: E402

SENDER = 'anna@example.test'
PEOPLE = {'anna': [], 'boris': [], 'away': ['targetAddress: SMTP:away@far.test']}


def directory():
    rows = ['version: 1\n']
    for name, more in PEOPLE.items():
        rows.append('\n'.join([f'dn: uid={name},dc=example,dc=test', 'objectClass: inetOrgPerson', f'uid: {name}', f'cn: {name}',
                               f'mail: {name}@example.test', f'userPassword: {kontor.password_hash(kontor.PASSWORD)}', *more]) + '\n')
    return '\n'.join(rows)


class Signing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = far_side.NameServer({('example.test', 'A'): ['127.0.0.1']})
        cls.addClassCleanup(cls.names.close)
        cls.far = far_side.FarSide(offers=('PIPELINING', '8BITMIME', 'SMTPUTF8', 'CHUNKING', 'BINARYMIME', 'DSN'),
                                   refused={'nobody@far.test': '550 5.1.1 nobody'})
        cls.addClassCleanup(cls.far.close)
        cls.server = kontor.Server({'queue.smart_host': f'127.0.0.1:{cls.far.port}', 'server.name': 'mail.example.test',
                                    'dns.servers': [cls.names.setting], 'dns.timeout': 2000, 'server.demo': False, 'checks.enabled': True,
                                    'checks.dmarc_fail': 'obey', 'checks.trusted_sealers': ['list.test'],
                                    'checks.report_sender': 'dmarc@example.test'})
        cls.addClassCleanup(cls.server.close)
        (cls.server.data / 'directory.ldif').write_text(directory(), encoding='utf-8')
        cls.server.start()
        kontor.wait_until(lambda: cls.server.takes_mail_for('away@example.test'), 'the people are known')

    def publish(self, records):
        for row in records:
            text = row['text']
            pieces = ' '.join(f'"{text[at:at + 255]}"' for at in range(0, len(text), 255))
            self.names.zone[row['name'], 'TXT'] = [pieces]

    def text_of(self, name, timeout=5):
        """dkimpy's question to the DNS, answered from the zone."""
        found = self.names.zone.get((name.decode().rstrip('.'), 'TXT'))
        return None if found is None else ''.join(found[0].split('"')[1::2]).encode()

    def sent(self, text, user='anna', sender=SENDER, to='boris@far.test'):
        """What the far side got of a submitted message."""
        before = len(self.far.messages)
        with self.server.submission(user) as client:
            client.sendmail(sender, [to], text)
        kontor.wait_until(lambda: len(self.far.messages) > before, 'the message at the far side')
        return self.far.messages[before][2]

    def verified(self, message):
        """{algorithm: selector} of the signatures that hold; each must."""
        import dkim
        good = {}
        count = message.split(b'\r\n\r\n')[0].count(b'DKIM-Signature:')
        for index in range(count):
            one = dkim.DKIM(message)
            self.assertTrue(one.verify(idx=index, dnsfunc=self.text_of), message)
            good[one.signature_fields[b'a'].decode()] = one.signature_fields[b's'].decode()
        return good

    @staticmethod
    def message(body='A line.\r\n', sender=SENDER):
        return (f'From: Anna <{sender}>\r\nTo: boris@far.test\r\nSubject: Отчёт\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n'
                f'Message-ID: <1@example.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n'
                f'Content-Transfer-Encoding: 8bit\r\n\r\n{body}').encode()

    def test_keys_sign_when_they_are_in_the_dns(self):
        status, _ = self.server.ask('dkim', 'check', 'example.test')
        self.assertEqual(status, 1)  # no keys
        self.assertNotIn(b'DKIM-Signature', self.sent(self.message()))
        made = self.server.ctl('dkim', 'add', 'example.test')
        self.assertEqual(self.server.ask('dkim', 'add', 'example.test')[0], 1)
        self.assertEqual([row['state'] for row in made['records']], ['waiting', 'waiting'])
        for row in made['records']:
            self.assertTrue(all(len(part) <= 255 for part in row['line'].split('"')[1::2]), row)
            self.assertEqual(''.join(row['line'].split('"')[1::2]), row['text'])
        self.assertNotIn(b'DKIM-Signature', self.sent(self.message()))
        status, said = self.server.ask('dkim', 'check', 'example.test')
        self.assertEqual((status, [row['result'] for row in said['records']]), (1, ['missing', 'missing']))
        self.publish(made['records'][:1])
        self.names.zone[made['records'][1]['name'], 'TXT'] = ['"v=DKIM1; k=ed25519; p=AAAA"']
        status, said = self.server.ask('dkim', 'check', 'example.test')
        self.assertEqual((status, {row['name']: row['result'] for row in said['records']}),
                         (1, {made['records'][0]['name']: 'right', made['records'][1]['name']: 'different'}))
        self.assertEqual(list(self.verified(self.sent(self.message()))), ['rsa-sha256'])
        self.publish(made['records'])
        status, said = self.server.ask('dkim', 'check', 'example.test')
        self.assertEqual((status, [row['result'] for row in said['records']]), (0, ['right', 'right']))

        first = self.verified(self.sent(self.message()))
        self.assertEqual(sorted(first), ['ed25519-sha256', 'rsa-sha256'])
        for body in ('', 'no end', '.dots\r\n..more\r\n.\r\n', 'текст  \r\n\t\r\n\r\n\r\n', 'x' * 900 + '\r\n'):
            self.assertEqual(self.verified(self.sent(self.message(body))), first, body)
        with self.server.submission('anna') as client:  # the queue's own notice, in the name of a host below the domain
            client.sendmail(SENDER, ['nobody@far.test'], self.message())
        with self.server.imap('anna') as imap:
            kontor.wait_until(lambda: imap.select('INBOX')[1] != [b'0'], 'a notice')
            self.assertEqual(self.verified(imap.fetch('1', '(BODY.PEEK[])')[1][0][1]), first)

        again = self.server.ctl('dkim', 'rotate', 'example.test')
        self.assertEqual(self.verified(self.sent(self.message())), first)  # the old ones sign
        self.publish(again['records'])
        self.server.ctl('dkim', 'check', 'example.test')
        second = self.verified(self.sent(self.message()))
        self.assertEqual(sorted(second.values()), sorted(row['selector'] for row in again['records']))
        states = {row['selector']: row['state'] for row in self.server.ctl('dkim', 'list', 'example.test')}
        self.assertEqual([states[name] for name in first.values()], ['retired', 'retired'])
        self.assertEqual(self.server.ask('dkim', 'remove', 'example.test', second['rsa-sha256'])[0], 1)
        self.server.ctl('dkim', 'remove', 'example.test', first['rsa-sha256'])
        self.server.ctl('dkim', 'retire', 'example.test', second['ed25519-sha256'])
        self.assertEqual(list(self.verified(self.sent(self.message()))), ['rsa-sha256'])

        self.server.restart()
        self.assertEqual(self.verified(self.sent(self.message())), {'rsa-sha256': second['rsa-sha256']})
        folder = self.server.data / 'dkim'
        for path in [folder, *folder.rglob('*')]:
            mode = stat.S_IMODE(path.stat().st_mode)
            self.assertEqual(mode, 0o700 if path.is_dir() else 0o600, path)
        for path in folder.rglob('*.key'):
            secret = path.read_text().split('-----')[2].split()[0]
            self.assertNotIn(secret, self.server.log())
            kind = subprocess.run(['openssl', 'pkey', '-in', str(path), '-noout', '-text'], capture_output=True, text=True, check=True)
            self.assertIn('Private-Key' if 'rsa' in path.name else 'ED25519', kind.stdout)
        self.assertNotIn('PRIVATE KEY', self.server.log())

    def far_gets(self, before):
        kontor.wait_until(lambda: len(self.far.messages) > before, 'the message at the far side')
        return self.far.messages[before][2]

    def hand_in(self, message, to):
        """As a stranger, on port 25."""
        with self.server.smtp() as client:
            client.ehlo('mx.list.test')
            client.sendmail('x@list.test', [to], message)

    def test_chains_of_others_are_checked_and_gone_on_with(self):
        import dkim
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'key.pem'
            subprocess.run(['openssl', 'genrsa', '-traditional', '-out', str(path), '2048'], check=True, capture_output=True)
            public = subprocess.run(['openssl', 'rsa', '-in', str(path), '-pubout'], check=True, capture_output=True, text=True).stdout
            key = path.read_bytes()
        self.publish([{'name': 's1._domainkey.list.test',
                       'text': 'v=DKIM1; k=rsa; p=' + ''.join(line for line in public.splitlines() if '-' not in line)}])
        made = self.server.ctl('dkim', 'add', 'sealing.test', '--now')
        self.publish(made['records'])

        def sealed(message, times, author=b'good.test'):
            results = b'Authentication-Results: list.test; dkim=pass header.d=%b; dmarc=pass header.from=%b\r\n' % (author, author)
            for number in range(times):
                chain = b' arc=pass;' if number else b''
                message = re.sub(rb'^Authentication-Results: .*\r\n', b'', message, flags=re.M)
                message = results.replace(b'list.test;', b'list.test;' + chain, 1) + message
                message = b''.join(dkim.arc_sign(message, b's1', b'list.test', key, b'list.test')) + message
            return message

        plain = self.message(sender='eva@good.test')
        for times, wanted in ((0, None), (1, 'pass'), (3, 'pass')):
            before = len(self.far.messages)
            self.hand_in(sealed(plain, times), 'away@example.test')
            got = self.far_gets(before)
            results = got.split(b'Authentication-Results: mail.example.test')[1].split(b'Received:')[0].decode()
            self.assertEqual(f'arc={wanted}' in results, wanted is not None, results)
            verdict, sets, reason = dkim.arc_verify(got, dnsfunc=self.text_of)
            self.assertEqual(verdict, b'pass', (times, reason, sets, got))
            self.assertEqual(got.count(b'ARC-Seal: i='), times + 1)
            self.assertIn(f'ARC-Authentication-Results: i={times + 1}; mail.example.test'.encode(), got)

        before = len(self.far.messages)  # broken behind the last seal
        self.hand_in(sealed(plain, 2).replace(b'A line', b'Another line'), 'away@example.test')
        got = self.far_gets(before)
        self.assertIn(b'arc=fail', got)
        self.assertIn(b'cv=fail', got)
        self.assertNotEqual(dkim.arc_verify(got, dnsfunc=self.text_of)[0], b'pass')
        before = len(self.far.messages)
        self.hand_in(sealed(plain, 50), 'away@example.test')
        got = self.far_gets(before)
        self.assertIn(b'arc=pass', got)
        self.assertEqual(got.count(b'ARC-Seal: i='), 50)
        self.hand_in(sealed(plain, 1), 'boris@example.test')  # what stays here is not sealed
        with self.server.imap('boris') as imap:
            imap.select('INBOX')
            self.assertEqual(imap.fetch('1', '(BODY.PEEK[])')[1][0][1].count(b'ARC-Seal: i='), 1)

        self.names.zone['_dmarc.kept.test', 'TXT'] = ['"v=DMARC1; p=reject"']  # a list that is trusted
        changed = self.message(sender='eva@kept.test')
        with self.assertRaises(smtplib.SMTPDataError):
            self.hand_in(changed, 'boris@example.test')
        self.hand_in(sealed(changed, 2, b'kept.test'), 'boris@example.test')
        with self.assertRaises(smtplib.SMTPDataError):  # it says nothing of that author
            self.hand_in(sealed(changed, 2), 'boris@example.test')
        with self.server.imap('boris') as imap:
            imap.select('INBOX')
            self.assertIn(b'by the ARC seal of list.test', imap.fetch('2', '(BODY.PEEK[])')[1][0][1])

    def test_results_are_reported(self):
        self.names.zone['_dmarc.told.test', 'TXT'] = ['"v=DMARC1; p=quarantine; rua=mailto:r@mail.told.test,mailto:a@yes.test,mailto:b@no.test"']
        self.names.zone['told.test._report._dmarc.yes.test', 'TXT'] = ['"v=DMARC1"']
        for _ in range(3):
            self.hand_in(self.message(sender='eva@told.test'), 'boris@example.test')
        row, = [row for row in self.server.ctl('dmarc', 'reports') if row['domain'] == 'told.test']
        self.assertEqual((row['messages'], row['passed']), (3, 0))
        self.server.restart()  # counts are kept
        before = len(self.far.messages)
        self.assertEqual(self.server.ctl('dmarc', 'send'), {'letters': 2})
        kontor.wait_until(lambda: len(self.far.messages) == before + 2, 'two reports')
        reports = {recipients[0].split('<')[1].split('>')[0]: email.message_from_bytes(message)
                   for _, recipients, message, _ in self.far.messages[before:]}
        self.assertEqual(sorted(reports), ['a@yes.test', 'r@mail.told.test'])
        self.assertIn('event=dmarc.report.refused', self.server.log())
        report = reports['a@yes.test']
        self.assertEqual((report['From'], report.get_content_type()), ('dmarc@example.test', 'application/gzip'))
        self.assertRegex(report.get_filename(), r'^mail\.example\.test!told\.test!\d+!\d+\.xml\.gz$')
        tree = xml.etree.ElementTree.fromstring(gzip.decompress(report.get_payload(decode=True)))
        self.assertEqual(tree.findtext('policy_published/p'), 'quarantine')
        found = [(one.findtext('row/source_ip'), one.findtext('row/count'), one.findtext('row/policy_evaluated/disposition'),
                  one.findtext('row/policy_evaluated/spf'), one.findtext('identifiers/header_from'), one.findtext('auth_results/spf/domain'))
                 for one in tree.findall('record')]
        self.assertEqual(found, [('127.0.0.1', '3', 'quarantine', 'fail', 'told.test', 'list.test')])
        self.assertEqual([row for row in self.server.ctl('dmarc', 'reports') if row['domain'] == 'told.test'], [])

    def test_words_that_are_wrong(self):
        for words in (('add', '../etc'), ('add', 'test'), ('show', 'elsewhere.test'), ('rotate', 'elsewhere.test'),
                      ('retire', 'elsewhere.test', 'x'), ('remove', 'elsewhere.test', '../x')):
            self.assertEqual(self.server.ask('dkim', *words)[0], 1, words)


if __name__ == '__main__':
    kontor.main()
