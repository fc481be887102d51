# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the organisation on a running server: mail from others by curl and swaks, mail of people to a far side (DKIM is verified by
dkimpy), inside; each action, rehearsal, the test of stored mail, fingerprints of documents, kill -9."""
import email
import email.policy
import json
import pathlib
import shutil
import smtplib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import documents
import far_side
import kontor

BASE = 'dc=example,dc=test'
PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
SECRET = '\n'.join(f'{number}. Стороны договорились о том, что предмет номер {number * 7919} передаётся исполнителю не позднее '
                   f'срока {number * 104729}, а оплата {number * 1299709} вносится частями.' for number in range(1, 60))


def person(name, unit, *lines):
    return '\n'.join([f'dn: uid={name},ou={unit},{BASE}', 'objectClass: inetOrgPerson', f'uid: {name}', f'cn: {name.title()}',
                      f'mail: {name}@example.test', f'userPassword: {kontor.password_hash(kontor.PASSWORD)}', *lines]) + '\n'


PEOPLE = [person('anna', 'Sales', 'title: Head of <Sales>', 'telephoneNumber: +7 495 1'), person('boris', 'Works'), person('clara', 'Works'),
          person('watch', 'Works'),
          '\n'.join([f'dn: cn=sales,ou=Groups,{BASE}', 'objectClass: groupOfNames', 'cn: sales', 'mail: sales@example.test',
                     f'member: uid=anna,ou=Sales,{BASE}']) + '\n']


def letter(subject, body='text', sender='eva@there.test', to='boris@example.test', more=''):
    return (f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@test>\r\n'
            f'Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n{more}\r\n{body}\r\n').encode()


def mixed(subject, *files, body='See the file.'):
    parts = ''.join(f'--M\r\nContent-Type: {kind}; name="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
                    + email.base64mime.body_encode(data, eol='\r\n') for name, kind, data in files)
    return letter(subject, f'--M\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n{parts}--M--',
                  more='MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=M\r\n')


def text_of(part):
    return part.get_content().replace('\r\n', '\n').strip('\n')


class Rules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.names = far_side.NameServer({('example.test', 'A'): ['127.0.0.1']})
        cls.addClassCleanup(cls.names.close)
        cls.far = far_side.FarSide(offers=('PIPELINING', '8BITMIME', 'SMTPUTF8', 'DSN'))
        cls.addClassCleanup(cls.far.close)
        cls.server = kontor.Server({'queue.smart_host': f'127.0.0.1:{cls.far.port}', 'server.demo': False, 'server.name': 'mail.example.test',
                                    'dns.servers': [cls.names.setting], 'dns.timeout': 2000})
        cls.addClassCleanup(cls.server.close)
        (cls.server.data / 'directory.ldif').write_text('version: 1\n\n' + '\n'.join(PEOPLE), encoding='utf-8')
        cls.server.start()
        kontor.wait_until(lambda: cls.server.takes_mail_for('anna@example.test'), 'the people are known')
        cls.files = pathlib.Path(cls.server.data / 'given')
        cls.files.mkdir()

    def setUp(self):
        for rule in self.server.ctl('rules', 'list'):
            self.server.ctl('rules', 'remove', rule['name'])
        for one in self.server.ctl('fingerprints', 'list'):
            self.server.ctl('fingerprints', 'remove', one['name'])

    # --- helpers ----------------------------------------------------------------------------------
    def file(self, name, content):
        path = self.files / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def add(self, *rules):
        return self.server.ctl('rules', 'add', self.file('rules.json', json.dumps(rules, ensure_ascii=False)))

    def send(self, message, to=('boris@example.test',), sender='eva@there.test'):
        with smtplib.SMTP('127.0.0.1', self.server.port('smtp'), timeout=kontor.PATIENCE) as smtp:
            smtp.ehlo()
            smtp.mail(sender)
            for one in to:
                self.assertEqual(smtp.rcpt(one)[0], 250)
            code, text = smtp.data(message)
            return code, text.decode()

    def submit(self, message, to, user='anna'):
        with self.server.submission(user) as smtp:
            smtp.mail(f'{user}@example.test')
            for one in to:
                self.assertEqual(smtp.rcpt(one)[0], 250)
            code, text = smtp.data(message)
            return code, text.decode()

    def box(self, subject, person='boris', folder='INBOX'):
        """The raw messages with these words in the subject."""
        with self.server.imap(person) as imap:
            if imap.select(folder)[0] != 'OK':
                return []
            numbers = imap.search(None, 'HEADER', 'Message-ID', f'<{subject}@test>')[1][0].split()
            return [imap.fetch(number, '(BODY.PEEK[])')[1][0][1] for number in numbers]

    def one(self, subject, person='boris', folder='INBOX'):
        found = kontor.wait_until(lambda: self.box(subject, person, folder), f'{subject} for {person} in {folder}')
        self.assertEqual(len(found), 1)
        return email.message_from_bytes(found[0], policy=email.policy.default)

    def at_far_side(self, subject):
        wanted = f'<{subject}@test>'.encode()
        found = kontor.wait_until(lambda: [row for row in self.far.messages if wanted in row[2]], f'{subject} at the far side')
        return found

    def taken_by(self, subject):
        """Whom the far side had it for."""
        return [line.split('<')[1].split('>')[0] for line in self.at_far_side(subject)[0][1]]

    def told(self, subject):
        """What the trace says of rules, and of recipients."""
        def known():
            found = self.server.ctl('trace', '--message-id', f'{subject}@test')['messages']
            if not found:
                return None
            (way,) = self.server.ctl('trace', 'show', found[0]['id'])['messages']
            return way if all(row['status'] != 'waiting' for row in way['recipients']) else None
        way = kontor.wait_until(known, 'the trace')
        return [step['text'] for step in way['steps'] if step['what'] == 'rule'], {row['recipient']: row['status'] for row in way['recipients']}

    # --- tests ------------------------------------------------------------------------------------
    def test_mail_from_others(self):
        self.add({'name': 'outside', 'when': [{'about': 'direction', 'is': 'incoming'}],
                  'do': [{'do': 'tag_subject', 'text': '[Внешнее]'}, {'do': 'set_header', 'header': 'X-Origin', 'value': 'outside {{sender}}'},
                         {'do': 'add_text', 'text': 'Осторожно: письмо извне.', 'where': 'start'}]},
                 {'name': 'programs', 'when': [{'about': 'attachment_name', 'ends': ['.exe', '.js']}],
                  'do': [{'do': 'remove_attachments', 'of': [{'about': 'attachment_name', 'ends': ['.exe', '.js']}], 'note': '{{attachment}} was here'}]},
                 {'name': 'cards', 'when': [{'about': 'numbers', 'is': 'card'}],
                  'do': [{'do': 'replace_text', 'of': [{'about': 'numbers', 'is': 'card'}], 'with': '[card]'}]})
        message = self.file('in.eml', mixed('curl', ('run.exe', 'application/x-dosexec', b'MZ' * 40), ('a.txt', 'text/x-note', b'keep me'),
                                            body='Card 4111 1111 1111 1111, not 4111 1111 1111 1112.'))
        subprocess.run(['curl', '-sS', '--url', f'smtp://127.0.0.1:{self.server.port("smtp")}', '--mail-from', 'eva@there.test',
                        '--mail-rcpt', 'boris@example.test', '--upload-file', str(message)], check=True, timeout=kontor.PATIENCE)
        got = self.one('curl')
        self.assertEqual(got['Subject'], '[Внешнее] curl')
        self.assertEqual(got['X-Origin'], 'outside eva@there.test')
        body, note, kept = got.get_payload()
        self.assertEqual(text_of(body), 'Осторожно: письмо извне.\nCard [card], not 4111 1111 1111 1112.')
        self.assertEqual(text_of(note), 'run.exe was here')
        self.assertEqual(kept.get_payload(decode=True), b'keep me')
        rules, states = self.told('curl')
        self.assertEqual(rules, ['outside: subject tagged; X-Origin set; text added', 'programs: 1 attachments removed: run.exe', 'cards: 1 places replaced'])
        self.assertEqual(states, {'boris@example.test': 'delivered'})
        subprocess.run(['swaks', '--server', f'127.0.0.1:{self.server.port("smtp")}', '--from', 'eva@there.test', '--to', 'boris@example.test',
                        '--data', letter('swaks').decode().replace('\r\n', '\\n'), '--suppress-data'], check=True, timeout=kontor.PATIENCE,
                       stdout=subprocess.DEVNULL)
        self.assertEqual(text_of(self.one('swaks')), 'Осторожно: письмо извне.\ntext')
        # Live: off, and the next message is as it came.
        self.server.ctl('rules', 'disable', 'OUTSIDE')
        self.send(letter('plain'))
        self.assertEqual(self.one('plain')['Subject'], 'plain')

    def test_signatures_go_out_signed(self):
        import dkim
        made = self.server.ctl('dkim', 'add', 'example.test', '--now')
        for row in made['records']:
            text = row['text']
            self.names.zone[row['name'], 'TXT'] = [' '.join(f'"{text[at:at + 255]}"' for at in range(0, len(text), 255))]

        def record(name, timeout=5):
            found = self.names.zone.get((name.decode().rstrip('.'), 'TXT'))
            return None if found is None else ''.join(found[0].split('"')[1::2]).encode()
        self.add({'name': 'signature', 'when': [{'about': 'direction', 'is': 'outgoing'}, {'about': 'sender_group', 'is': 'sales@example.test'}],
                  'do': [{'do': 'add_text', 'text': ['-- ', '{{cn}}{{#title}}, {{title}}{{/title}}{{#mobile}}, {{mobile}}{{/mobile}}', '{{ou}}, {{telephoneNumber}}'],
                          'html': '<p><b>{{cn}}</b>, {{title}}<img src="cid:logo"></p>',
                          'pictures': [{'name': 'logo', 'type': 'image/png', 'data': PNG}]}]})
        plain = letter('signed', 'Привет', sender='anna@example.test', to='eva@far.test', more='Content-Type: text/plain; charset=utf-8\r\n')
        self.assertEqual(self.submit(plain, ['eva@far.test'])[0], 250)
        (raw,) = [row[2] for row in self.at_far_side('signed')]
        got = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual(text_of(got), 'Привет\n-- \nAnna, Head of <Sales>\nSales, +7 495 1')
        for index in range(raw.split(b'\r\n\r\n')[0].count(b'DKIM-Signature:')):
            self.assertTrue(dkim.DKIM(raw).verify(idx=index, dnsfunc=record))
        self.assertIn(b'DKIM-Signature:', raw)
        both = letter('both', '--A\r\nContent-Type: text/plain\r\n\r\nHi\r\n--A\r\nContent-Type: text/html; charset=utf-8\r\n\r\n'
                      '<html><body>Hi</body></html>\r\n--A--', sender='anna@example.test', to='eva@far.test',
                      more='MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=A\r\n')
        self.assertEqual(self.submit(both, ['eva@far.test'])[0], 250)
        (raw,) = [row[2] for row in self.at_far_side('both')]
        got = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertTrue(dkim.verify(raw, dnsfunc=record))
        text, related = got.get_payload()
        self.assertIn('Anna, Head of <Sales>', text.get_content())
        html, picture = related.get_payload()
        self.assertIn('Head of &lt;Sales&gt;', html.get_content())
        self.assertIn('src="cid:' + picture['Content-ID'].strip('<>'), html.get_content())
        self.assertTrue(picture.get_payload(decode=True).startswith(b'\x89PNG'))
        # The answer in the thread has it already; what is signed by its author is not touched; boris is not of that group.
        reply = letter('reply', '> ' + text_of(text).replace('\n', '\r\n> '), sender='anna@example.test', to='eva@far.test')
        self.assertEqual(self.submit(reply, ['eva@far.test'])[0], 250)
        self.assertEqual(self.at_far_side('reply')[0][2].count(b'+7 495 1'), 1)
        sealed = letter('sealed', '--S\r\nContent-Type: text/plain\r\n\r\nHi\r\n--S\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--S--',
                        sender='anna@example.test', to='eva@far.test',
                        more='MIME-Version: 1.0\r\nContent-Type: multipart/signed; protocol="application/pgp-signature"; boundary=S\r\n')
        self.assertEqual(self.submit(sealed, ['eva@far.test'])[0], 250)
        self.assertTrue(self.at_far_side('sealed')[0][2].endswith(sealed.split(b'\r\n\r\n', 1)[1]))
        self.assertEqual(self.told('sealed')[0], ['signature: signed or encrypted: no text added'])
        self.assertEqual(self.submit(letter('of-boris', sender='boris@example.test', to='eva@far.test'), ['eva@far.test'], 'boris')[0], 250)
        self.assertTrue(self.at_far_side('of-boris')[0][2].endswith(b'\r\n\r\ntext\r\n'))

    def test_who_gets_it(self):
        self.add({'name': 'copy', 'when': [{'about': 'subject', 'begins': 'copy'}], 'do': [{'do': 'copy', 'to': ['watch@example.test', 'spy@far.test']}]},
                 {'name': 'away', 'when': [{'about': 'subject', 'begins': 'away'}, {'about': 'recipient', 'is': 'boris@example.test'}],
                  'do': [{'do': 'redirect', 'to': ['clara@example.test', 'boris@far.test']}]},
                 {'name': 'move', 'when': [{'about': 'subject', 'begins': 'move'}], 'do': [{'do': 'move', 'to': 'watch@example.test'}]},
                 {'name': 'nowhere', 'when': [{'about': 'subject', 'begins': 'nowhere'}], 'do': [{'do': 'move', 'to': 'nobody@example.test'}]},
                 {'name': 'drop', 'when': [{'about': 'subject', 'begins': 'drop'}, {'about': 'recipient_unit', 'is': f'OU=Works,{BASE}'}], 'do': [{'do': 'delete'}]},
                 {'name': 'junk', 'when': [{'about': 'subject', 'begins': 'junk'}], 'do': [{'do': 'junk'}]},
                 {'name': 'no', 'when': [{'about': 'subject', 'begins': 'no'}], 'except': [{'about': 'subject', 'begins': 'nowhere'}],
                  'do': [{'do': 'refuse', 'text': 'not this one'}]},
                 {'name': 'tell', 'when': [{'about': 'subject', 'begins': 'tell'}],
                  'do': [{'do': 'notify', 'to': 'watch@example.test', 'text': 'О письме: {{subject}}'}]})
        self.assertEqual(self.send(letter('copy1'))[0], 250)
        self.one('copy1'), self.one('copy1', 'watch')
        self.assertEqual(self.taken_by('copy1'), ['spy@far.test'])
        self.assertEqual(self.send(letter('away1'), ['boris@example.test', 'anna@example.test'])[0], 250)
        self.one('away1', 'clara'), self.one('away1', 'anna')
        self.assertEqual(self.taken_by('away1'), ['boris@far.test'])
        self.assertEqual(self.box('away1'), [])
        self.assertEqual(self.told('away1')[1]['boris@example.test'], 'redirected')
        self.assertEqual(self.send(letter('move1'))[0], 250)
        self.one('move1', 'watch')
        self.assertEqual(self.box('move1'), [])
        self.assertEqual(self.send(letter('nowhere1'))[0], 250)
        self.one('nowhere1')  # nothing is lost by a rule that leads nowhere
        self.assertIn('event=rules.action.failed', self.server.log())
        self.assertEqual(self.send(letter('drop1'), ['boris@example.test', 'anna@example.test'])[0], 250)
        self.one('drop1', 'anna')
        self.assertEqual(self.box('drop1'), [])
        self.assertEqual(self.told('drop1')[1], {'boris@example.test': 'discarded', 'anna@example.test': 'delivered'})
        self.assertEqual(self.send(letter('drop2'))[0], 250)
        self.assertEqual(self.send(letter('junk1'))[0], 250)
        self.one('junk1', folder='Junk')
        self.assertEqual(self.send(letter('no1')), (550, '5.7.1 not this one'))
        self.assertEqual(self.send(letter('tell1'))[0], 250)
        with self.server.imap('watch') as imap:
            def notice():
                imap.select('INBOX')
                return imap.search(None, 'HEADER', 'X-Kontor-Rule', 'tell')[1][0].split()
            (number,) = kontor.wait_until(notice, 'the notice')
            got = email.message_from_bytes(imap.fetch(number, '(BODY.PEEK[])')[1][0][1], policy=email.policy.default)
            self.assertEqual(text_of(got), 'О письме: tell1')
        # LMTP: each recipient has an answer, whatever became of him.
        self.assertEqual(self.server.lmtp(['boris@example.test', 'anna@example.test', 'clara@example.test'], letter('drop3')), {})
        self.one('drop3', 'anna')
        self.assertEqual(self.box('drop3') + self.box('drop3', 'clara'), [])

    def test_rehearsal_and_test_change_nothing(self):
        rule = {'name': 'rehearsed', 'state': 'rehearsal', 'when': [{'about': 'words', 'is': ['лотерея']}], 'do': [{'do': 'tag_subject', 'text': '[?]'}, {'do': 'delete'}]}
        self.add(rule)
        self.assertEqual(self.send(letter('dice', 'Выиграла ЛОТЕРЕЯ!', more='Content-Type: text/plain; charset=utf-8\r\n'), ['boris@example.test', 'clara@example.test'])[0], 250)
        self.assertEqual(self.one('dice')['Subject'], 'dice')
        self.assertEqual(self.told('dice')[0], ['rehearsal of rehearsed: subject tagged; deleted'])
        self.assertEqual(self.submit(letter('dice2', 'lottery', sender='anna@example.test'), ['boris@example.test'])[0], 250)
        self.one('dice2')
        said = self.server.ctl('rules', 'test', 'rehearsed', '--since', 'yesterday')
        self.assertGreaterEqual(said['messages'], 2)
        (row,) = said['rules']
        self.assertEqual((row['messages'], row['recipients']), (1, 2))
        self.assertEqual({act['what']: act['times'] for act in row['would']}, {'subject tagged': 1, 'deleted': 1})
        self.assertEqual(row['examples'][0]['subject'], 'dice')
        inside = self.file('inside.json', json.dumps({'name': 'inside', 'when': [{'about': 'direction', 'is': 'internal'}, {'about': 'sender_unit', 'is': f'ou=Sales,{BASE}'}],
                                                      'do': [{'do': 'refuse'}]}))
        (row,) = self.server.ctl('rules', 'test', inside)['rules']
        self.assertIn('dice2', [example['subject'] for example in row['examples']])
        self.assertEqual([one['name'] for one in self.server.ctl('rules', 'list')], ['rehearsed'])
        message = self.file('one.eml', letter('one', 'лотерея', more='Content-Type: text/plain; charset=utf-8\r\n'))
        (row,) = self.server.ctl('rules', 'test', '--message', message)['rules']
        self.assertEqual((row['messages'], row['examples'][0]['would']), (1, 'subject tagged; deleted'))
        text = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'rules', 'test', '--message', str(message)],
                              capture_output=True, text=True, check=True).stdout
        self.assertIn('rehearsed: 1 messages, 1 recipients\n', text)
        self.assertEqual(self.one('dice')['Subject'], 'dice')
        # In force at once, and shown as it is taken.
        shown = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'rules', 'show', 'rehearsed'],
                               capture_output=True, text=True, check=True).stdout
        self.server.ctl('rules', 'change', 'rehearsed', self.file('changed.json', shown.replace('"rehearsal"', '"on"')))
        self.assertEqual(self.send(letter('dice3', 'лотерея', more='Content-Type: text/plain; charset=utf-8\r\n'))[0], 250)
        self.assertEqual(self.box('dice3'), [])

    def test_documents_are_known(self):
        self.server.ctl('fingerprints', 'add', 'Договор', self.file('secret.docx', documents.docx(SECRET)))
        (row,) = self.server.ctl('fingerprints', 'list')
        self.assertEqual(row['name'], 'Договор')
        self.assertEqual(self.server.ask('fingerprints', 'add', 'short', self.file('short.txt', 'too short'))[0], 1)
        self.add({'name': 'dlp', 'when': [{'about': 'direction', 'is': 'outgoing'}, {'about': 'fingerprint', 'share': '15%'}],
                  'do': [{'do': 'refuse', 'text': 'this document stays here'}]},
                 {'name': 'some', 'when': [{'about': 'fingerprint', 'is': 'договор', 'letters': 300}], 'do': [{'do': 'copy', 'to': 'watch@example.test'}]})
        lines = SECRET.split('\n')
        quarter = '\n'.join(lines[20:35])
        for name, file in (('whole.docx', documents.docx(SECRET)), ('quarter.docx', documents.docx(quarter)),
                           ('packed.zip', documents.zipped({'inner.docx': documents.docx(quarter)}))):
            message = mixed(name, (name, 'application/octet-stream', file)).replace(b'eva@there.test', b'anna@example.test')
            self.assertEqual(self.submit(message, ['eva@far.test']), (550, '5.7.1 this document stays here'), name)
        wrapped = quarter.upper().replace('\n', ' ').replace(' ', '\r\n> ')
        text = letter('text', wrapped, sender='anna@example.test', to='eva@far.test', more='Content-Type: text/plain; charset=utf-8\r\n')
        self.assertEqual(self.submit(text, ['eva@far.test']), (550, '5.7.1 this document stays here'))
        few = letter('few', '\r\n'.join(lines[10:14]), sender='anna@example.test', to='eva@far.test', more='Content-Type: text/plain; charset=utf-8\r\n')
        self.assertEqual(self.submit(few, ['eva@far.test'])[0], 250)
        self.one('few', 'watch')
        self.assertEqual(self.submit(letter('other', 'Совсем другой текст. ' * 100, sender='anna@example.test', more='Content-Type: text/plain; charset=utf-8\r\n'),
                                     ['boris@example.test'])[0], 250)
        self.one('other')
        self.assertEqual(self.box('other', 'watch'), [])
        self.server.restart('kill')
        self.assertEqual(self.submit(text, ['eva@far.test'])[0], 550)  # known after kill -9
        self.server.ctl('fingerprints', 'remove', 'ДОГОВОР')
        self.assertEqual(self.submit(text, ['eva@far.test'])[0], 250)

    def test_changes_are_kept_written_down_and_refused_with_words(self):
        self.add({'name': 'one', 'do': [{'do': 'stop'}]}, {'name': 'two', 'do': [{'do': 'stop'}]})
        self.server.ctl('rules', 'move', 'two', '1')
        self.server.ctl('rules', 'rehearse', 'one')
        before = self.server.ctl('rules', 'list')
        self.assertEqual([(row['name'], row['state']) for row in before], [('two', 'on'), ('one', 'rehearsal')])
        result = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), 'rules', 'add',
                                 str(self.file('bad.json', '{"name": "bad", "when": [{"about": "subjekt", "is": "x"}], "do": [{"do": "stop"}]}'))],
                                capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn('is "subject" meant?', result.stderr)
        audit = (self.server.data / 'audit/audit.log').read_text('utf-8')
        for kind in ('rules.add', 'rules.move', 'rules.state'):
            self.assertIn(f'"kind":"{kind}"', audit)
        self.assertTrue(self.server.ctl('audit', 'verify')['sound'])
        self.server.restart('kill')
        self.assertEqual(self.server.ctl('rules', 'list'), before)
        self.server.stop()
        kept = self.server.data / 'rules'
        good = kept.read_bytes()
        for broken, words in ((good.replace(b'"kontor_rules":1', b'"kontor_rules":9'), 'the file has version 9, this server knows 1'),
                              (good[:-20], 'is no JSON')):
            kept.write_bytes(broken)
            self.server.start(wait=False)
            self.assertNotEqual(self.server.process.wait(kontor.PATIENCE), 0)
            self.server.process = None
            self.assertIn(words, self.server.log(current=True))
        kept.write_bytes(good)
        self.server.start()
        self.assertEqual(self.server.ctl('rules', 'list'), before)


if __name__ == '__main__':
    for needed in ('curl', 'swaks'):
        assert shutil.which(needed), needed
    kontor.main()
