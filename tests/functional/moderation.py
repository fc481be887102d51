# SPDX-License-Identifier: GPL-3.0-or-later
"""Moderated groups and copies for archives, with two real servers: what waits, who is asked, answers by mail and by the
page, what a crash in between does, nested and circular groups, and what an archive gets."""
import base64
import email
import email.policy
import http.client
import json
import pathlib
import re
import smtplib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import organisations  # noqa: E402
from organisations import PASSWORD  # noqa: E402


def people_of_a():
    people = organisations.People('a.test')
    dn = {name: people.person(name) for name in
          ('anna', 'boris', 'clara', 'dmitri', 'eva', 'archive', 'keeper', 'inner-boss')}
    outside = people.contact('partner', 'carl@b.test')
    people.group('all', [dn['anna'], dn['dmitri'], dn['eva'], outside])
    people.group('by-owner', [dn['dmitri']])
    people.add('cn=exchange,dc=a,dc=test', objectClass='groupOfNames', entryUUID='0a0a0a0a-0000-4000-8000-000000000001',
               cn='exchange', mail='exchange@a.test', member=[dn['eva']], msExchEnableModeration='TRUE',
               msExchModeratedByLink=[dn['clara']], msExchBypassModerationLink=[dn['dmitri']])
    # Each in the other, and both moderated.
    people.add('cn=outer,dc=a,dc=test', objectClass='groupOfNames', entryUUID='0a0a0a0a-0000-4000-8000-000000000002',
               cn='outer', mail='outer@a.test', member=[dn['dmitri'], 'cn=inner,dc=a,dc=test'])
    people.add('cn=inner,dc=a,dc=test', objectClass='groupOfNames', entryUUID='0a0a0a0a-0000-4000-8000-000000000003',
               cn='inner', mail='inner@a.test', member=[dn['eva'], 'cn=outer,dc=a,dc=test'])
    people.group('plain', [dn['anna'], 'cn=inner,dc=a,dc=test'])
    people.group('board', [dn['anna'], dn['eva']])
    return people


def text_of(message):
    return message.get_body(('plain',)).get_content()


class Case(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        people_b = organisations.People('b.test')
        people_b.person('carl')
        people_b.person('vault')
        stack = organisations.contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        rules = ['all@a.test: moderators=boris@a.test,clara@a.test unmoderated=eva@a.test',
                 'by-owner@a.test: moderated owner=clara@a.test',
                 'outer@a.test: moderators=boris@a.test', 'inner@a.test: moderators=inner-boss@a.test']
        cls.a, cls.b = stack.enter_context(organisations.pair(people_of_a(), people_b,
                                                              {'groups.rules': rules, **cls.settings}))
        kontor.wait_until(lambda: cls.a.takes_mail_for('anna@a.test'), 'the people are known')

    def held(self, subject, *more):
        return [row for row in self.a.ctl('moderation', 'list', *more) if row['subject'] == subject]

    def letter_for(self, moderator, subject):
        """The letter that asks about the message of that subject."""
        def find():
            return [one for one in self.a.messages(moderator) if one['Subject'] and subject in one['Subject']
                    and one['Auto-Submitted'] == 'auto-generated' and 'moderation-' in one.get('Reply-To', '')]
        return kontor.wait_until(find, f'the letter about {subject} for {moderator}')[0]

    def answer(self, user, letter, text, subject='Re: something'):
        """As a mail program answers: signed in, to Reply-To."""
        to = email.utils.parseaddr(letter['Reply-To'])[1]
        message = email.message.EmailMessage()
        message['From'], message['To'], message['Subject'] = f'{user}@a.test', to, subject
        message.set_content(text)
        with self.a.submission(f'{user}@a.test', PASSWORD) as client:
            client.send_message(message)

    def refused_answer(self, user, letter, text, **more):
        with self.assertRaises(smtplib.SMTPResponseException) as caught:
            try:
                self.answer(user, letter, text, **more)
            except smtplib.SMTPRecipientsRefused as error:
                raise smtplib.SMTPResponseException(*next(iter(error.recipients.values())))
        return caught.exception.smtp_code, caught.exception.smtp_error.decode()

    def nobody_has(self, subject, *users):
        for user in users:
            self.assertEqual(self.a.with_subject(user, subject), [], user)


class Moderation(Case):
    def test_approved_by_an_answer(self):
        self.a.receive(['all@a.test'], 'held one')
        letter = self.letter_for('boris', 'held one')
        self.letter_for('clara', 'held one')
        attached = next(letter.iter_attachments()).get_content()
        self.assertEqual(attached['Subject'], 'held one')
        self.assertIn('approve', text_of(letter))
        self.assertIn('одобрить', text_of(letter))
        self.nobody_has('held one', 'anna', 'dmitri', 'eva')
        # Not by who is no moderator, not without a word, not by mail of strangers.
        self.assertIn('5.7.1', str(self.refused_answer('anna', letter, 'approve')))
        self.assertIn('first word', str(self.refused_answer('boris', letter, 'what is this?')))
        to = email.utils.parseaddr(letter['Reply-To'])[1]
        with self.a.smtp() as client:
            client.ehlo()
            client.mail('boris@a.test')
            self.assertEqual(client.rcpt(to)[0], 550)
            self.assertEqual(client.rcpt(to.replace('@', '0@'))[0], 550)
            forged = to[:20] + ('0' if to[20] != '0' else '1') + to[21:]
            self.assertIn(b'5.1.1', client.rcpt(forged)[1])
        self.nobody_has('held one', 'anna')
        self.answer('boris', letter, 'Approved, thank you.\n\n> the letter')
        for user in ('anna', 'dmitri', 'eva'):
            self.a.wait_for(user, 'held one')
        self.assertEqual(self.b.wait_for('carl', 'held one')['Delivered-To'], 'all@a.test')
        # The other moderator comes too late; the same word again changes nothing.
        self.answer('boris', letter, 'approve')
        self.assertIn('approved by boris@a.test already', self.refused_answer('clara', letter, 'reject no')[1])
        self.assertEqual(self.held('held one'), [])
        row = self.held('held one', '--all')[0]
        self.assertEqual((row['state'], row['by']), ('approved', 'boris@a.test'))
        shown = self.a.ctl('trace', '--recipient', 'all@a.test', '--subject', 'held')['messages']
        steps = json.dumps(self.a.ctl('trace', 'show', shown[0]['id']))
        self.assertIn('held for the moderators of all@a.test', steps)
        self.assertIn('approved by boris@a.test', steps)

    def test_rejected_with_a_reason_that_the_sender_gets(self):
        self.a.send('anna', ['exchange@a.test'], 'held two')
        letter = self.letter_for('clara', 'held two')
        self.answer('clara', letter, 'отклонить Слишком личное\nдля всех.\n\nС уважением')
        notice = self.a.wait_for_notice('anna', 'exchange@a.test')
        self.assertEqual(organisations.report_of(notice)[1]['Status'], '5.7.1')
        words = ''.join(part.get_content() for part in notice.walk() if part.get_content_type() == 'text/plain')
        self.assertIn('Слишком личное для всех.', words)
        self.nobody_has('held two', 'eva')
        self.assertEqual(self.held('held two', '--all')[0]['state'], 'rejected')

    def test_who_passes(self):
        self.a.send('clara', ['exchange@a.test'], 'by a moderator')
        self.a.send('dmitri', ['exchange@a.test'], 'by one who is let pass')
        for subject in ('by a moderator', 'by one who is let pass'):
            self.a.wait_for('eva', subject)
        # Anybody can write his name.
        self.a.receive(['exchange@a.test'], 'forged', sender='dmitri@a.test')
        self.assertEqual(len(self.held('forged')), 1)
        self.a.send('eva', ['all@a.test'], 'by the setting')
        self.a.wait_for('anna', 'by the setting')
        self.b.wait_for('carl', 'by the setting')
        self.a.receive(['by-owner@a.test'], 'the owner decides')
        self.letter_for('clara', 'the owner decides')

    def test_by_kontorctl(self):
        self.a.receive(['exchange@a.test', 'anna@a.test'], 'two at once')
        self.a.wait_for('anna', 'two at once')
        row = self.held('two at once')[0]
        shown = self.a.ctl('moderation', 'show', row['id'])
        self.assertEqual(shown['moderators'], ['clara@a.test'])
        self.a.ctl('moderation', 'approve', row['id'])
        self.a.wait_for('eva', 'two at once')
        code, _ = self.a.ask('moderation', 'reject', row['id'], 'late')[:2]
        self.assertEqual(code, 1)
        self.assertEqual(self.a.ask('moderation', 'approve', 'nonsense')[0], 1)

    def test_by_the_page(self):
        self.a.receive(['exchange@a.test'], 'held <web>', text='<script>alert(1)</script>')
        row = kontor.wait_until(lambda: self.held('held <web>'), 'it is held')[0]
        path = '/moderation/' + row['id']

        def ask(method, path, user, body=None, **fields):
            connection = http.client.HTTPSConnection('localhost', self.a.port('https'), context=self.a.tls_context())
            token = base64.b64encode(f'{user}@a.test:{PASSWORD}'.encode()).decode()
            fields = {'Authorization': 'Basic ' + token, **fields} if user else fields
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
            return answer.status, text
        self.assertEqual(ask('GET', path, None)[0], 401)
        self.assertEqual(ask('GET', path, 'anna')[0], 404)
        self.assertNotIn(row['id'], ask('GET', '/moderation', 'anna')[1])
        self.assertIn(row['id'], ask('GET', '/moderation', 'clara')[1])
        status, page = ask('GET', path, 'clara', **{'Accept-Language': 'ru-RU,en'})
        self.assertEqual(status, 200)
        self.assertIn('Одобрить', page)
        self.assertIn('held &lt;web&gt;', page)
        self.assertNotIn('<script>', page)
        self.assertEqual(len(self.held('held <web>')), 1, 'looking decides nothing')
        proof = re.search('name="proof" value="([0-9a-f]+)"', page)[1]
        form = {'Content-Type': 'application/x-www-form-urlencoded'}
        wrong = urllib.parse.urlencode({'decision': 'approve', 'proof': 'f' * len(proof)})
        self.assertEqual(ask('POST', path, 'clara', wrong, **form)[0], 403)
        self.assertEqual(ask('POST', path, 'clara', 'decision=approve', **form)[0], 403)
        right = urllib.parse.urlencode({'decision': 'approve', 'proof': proof})
        self.assertEqual(ask('POST', path, 'anna', right, **form)[0], 404)
        self.assertEqual(ask('POST', path, 'clara', right, **form)[0], 200)
        self.a.wait_for('eva', 'held <web>')

    def test_groups_in_groups_and_circles(self):
        self.a.receive(['outer@a.test'], 'nested')
        self.nobody_has('nested', 'dmitri', 'eva')
        self.answer('boris', self.letter_for('boris', 'nested'), 'approve')
        self.a.wait_for('dmitri', 'nested')
        letter = self.letter_for('inner-boss', 'nested')
        self.nobody_has('nested', 'eva')
        self.answer('inner-boss', letter, 'одобряю')
        self.a.wait_for('eva', 'nested')
        kontor.wait_until(lambda: not self.a.ctl('queue'), 'the queue is empty')
        self.assertEqual(len(self.a.with_subject('dmitri', 'nested')), 1)
        self.assertEqual(self.held('nested'), [])
        # In a group that is not moderated itself.
        self.a.receive(['plain@a.test'], 'within')
        self.a.wait_for('anna', 'within')
        self.assertEqual([row['group'] for row in self.held('within')], ['inner@a.test'])

    def test_killed_in_between(self):
        self.a.receive(['all@a.test'], 'survivor')
        self.a.kill()
        self.a.start()
        letter = self.letter_for('boris', 'survivor')
        self.b.stop()  # the contact's copy stays in the queue
        try:
            self.answer('boris', letter, 'approve')
        finally:
            self.a.kill()
        self.a.start()
        for user in ('anna', 'dmitri', 'eva'):
            self.a.wait_for(user, 'survivor')
        self.b.start()
        self.b.wait_for('carl', 'survivor')
        kontor.wait_until(lambda: not self.a.ctl('queue'), 'the queue is empty')
        for user in ('anna', 'dmitri', 'eva'):
            self.assertEqual(len(self.a.with_subject(user, 'survivor')), 1, user)
        folder = self.a.data / 'moderation'
        row = self.held('survivor', '--all')[0]
        self.assertFalse((folder / (row['id'] + '.message')).exists())

    def test_a_damaged_file_is_set_aside(self):
        self.a.receive(['exchange@a.test'], 'damaged')
        row = kontor.wait_until(lambda: self.held('damaged'), 'it is held')[0]
        self.a.stop()
        file = self.a.data / 'moderation' / (row['id'] + '.held')
        whole = file.read_bytes()
        file.write_bytes(whole[:-3] + b'xyz')
        self.a.start()
        self.assertEqual(self.held('damaged'), [])
        self.a.wait_for_log('moderation.file.damaged')
        self.assertTrue((file.parent / (file.name + '.damaged')).exists())
        self.assertTrue((file.parent / (row['id'] + '.message')).exists())


class Expiry(Case):
    settings = {'groups.moderation_lifetime': '5s'}

    def test_expired(self):
        self.a.send('anna', ['exchange@a.test'], 'too late')
        notice = self.a.wait_for_notice('anna', 'exchange@a.test')
        self.assertEqual(organisations.report_of(notice)[1]['Status'], '4.4.7')
        self.assertEqual(self.held('too late', '--all')[0]['state'], 'expired')
        self.nobody_has('too late', 'eva')


class Archives(Case):
    settings = {'journal.rules': ['everybody: to=vault@b.test direction=out', 'board@a.test: to=archive@a.test',
                                  '@a.test: to=keeper@a.test direction=in form=copy'],
                'journal.undelivered': 'inner-boss@a.test'}

    def reports(self, server, user, subject):
        return [one for one in server.messages(user) if one['Subject'] == subject and 'X-MS-Journal-Report' in one]

    def wait_for_report(self, server, user, subject):
        found = kontor.wait_until(lambda: self.reports(server, user, subject), f'the report about {subject}')
        self.assertEqual(len(found), 1)
        body = found[0].get_body(('plain',)).get_content()
        return body.splitlines(), next(found[0].iter_attachments()).get_content()

    def test_reports(self):
        with self.a.submission('anna@a.test', PASSWORD) as client:
            client.sendmail('anna@a.test', ['plain@a.test', 'dmitri@a.test', 'carl@b.test'],
                            'From: anna@a.test\r\nTo: plain@a.test\r\nCc: carl@b.test\r\nSubject: for the archive\r\n\r\nhello\r\n')
        for server, user in ((self.a, 'archive'), (self.b, 'vault')):
            lines, message = self.wait_for_report(server, user, 'for the archive')
            self.assertIn('Sender: anna@a.test', lines)
            self.assertIn('To: anna@a.test, Expanded: plain@a.test', lines)
            self.assertIn('Bcc: dmitri@a.test', lines)
            self.assertIn('Cc: carl@b.test', lines)
            self.assertEqual(message['Subject'], 'for the archive')
        copy = self.a.wait_for('keeper', 'for the archive')
        self.assertEqual(copy.get_content().strip(), 'hello')
        kontor.wait_until(lambda: not self.a.ctl('queue'), 'the queue is empty')
        self.assertEqual(len(self.reports(self.b, 'vault', 'for the archive')), 1)

    def test_only_whose_mail_the_rule_names(self):
        self.a.receive(['dmitri@a.test'], 'from outside')
        self.a.wait_for('keeper', 'from outside')
        self.a.receive(['eva@a.test'], 'for the board')
        self.wait_for_report(self.a, 'archive', 'for the board')
        self.assertEqual(self.reports(self.a, 'archive', 'from outside'), [])
        self.assertEqual(self.reports(self.b, 'vault', 'from outside'), [])

    def test_what_waits_is_kept_when_it_goes_on(self):
        self.a.receive(['all@a.test'], 'held for the board')
        row = kontor.wait_until(lambda: self.held('held for the board'), 'it is held')[0]
        self.assertEqual(self.reports(self.a, 'archive', 'held for the board'), [])
        self.a.ctl('moderation', 'approve', row['id'])
        lines, _ = self.wait_for_report(self.a, 'archive', 'held for the board')
        self.assertIn('To: eva@a.test, Expanded: all@a.test', lines)

    def test_a_target_that_is_down_gets_it_later(self):
        self.b.stop()
        self.a.send('anna', ['dmitri@a.test'], 'patient')
        self.a.wait_for('dmitri', 'patient')
        kontor.wait_until(lambda: self.a.ctl('queue', 'vault@b.test'), 'it waits')
        self.a.kill()
        self.a.start()
        self.b.start()
        self.wait_for_report(self.b, 'vault', 'patient')


class RefusingArchive(Case):
    settings = {'journal.rules': ['everybody: to=nobody@b.test'], 'journal.undelivered': 'inner-boss@a.test'}

    def test_what_it_refuses_comes_back_whole(self):
        self.a.send('anna', ['dmitri@a.test'], 'comes back')
        notice = self.a.wait_for_notice('inner-boss', 'nobody@b.test')
        returned = [part for part in notice.walk() if part.get_content_type() == 'message/rfc822']
        self.assertIn('X-MS-Journal-Report', returned[0].get_payload(0))
        self.assertIn('comes back', returned[0].as_string())


if __name__ == '__main__':
    kontor.main()
