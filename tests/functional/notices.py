# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sender hears of his mail, read back by another parser; and the queue in the hands of an administrator."""
import email
import email.policy
import json
import pathlib
import signal
import smtplib
import subprocess
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import far_side  # noqa: E402
import kontor  # noqa: E402
import organisations  # noqa: E402

SENDER = 'anna@a.test'
NO_SUCH = '550 5.1.1 <%s>: no such person here'


class FarTest(unittest.TestCase):
    def far(self, **settings):
        side = far_side.FarSide(**settings)
        self.addCleanup(side.close)
        return side

    def organisation(self, sides, settings):
        people = organisations.People('a.test')
        people.person('anna')
        remote = [f'{domain}=127.0.0.1:{side.port}' for domain, side in sides.items()]
        server = organisations.Organisation('a.test', people, {'domains.remote': remote, **settings})
        self.addCleanup(server.close)
        return server.start()

    def submit(self, to, subject='Report', body='a line\r\n', mail=(), rcpt=(), head=''):
        """Returns the message as it was sent."""
        text = (f'From: {SENDER}\r\nTo: somebody@far.test\r\nSubject: {subject}\r\nMessage-ID: <{uuid.uuid4()}@a.test>\r\n'
                f'Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n{head}\r\n{body}')
        with self.server.submission(SENDER, organisations.PASSWORD) as client:
            self.assertEqual(client.sendmail(SENDER, to, text.encode(), list(mail), list(rcpt)), {})
        return text


class Notices(FarTest):
    def setUp(self):
        gone = ['headers', 'full', 'russian', 'никого', 'never', 'success', 'first', 'loud']
        self.side = self.far(refused={f'{name}@far.test': NO_SUCH % name for name in gone},
                             offers=['PIPELINING', '8BITMIME', 'DSN', 'SMTPUTF8'])
        self.plain = self.far(offers=['PIPELINING', '8BITMIME'])
        self.late = self.far(behaviour='tempfail_after_data')
        self.server = self.organisation({'far.test': self.side, 'plain.test': self.plain, 'late.test': self.late},
                                        {'queue.delay_notice': '2s'})

    def notice(self, about):
        """The three parts and the fields of the report, after what holds for every notice."""
        def found():
            notices = self.server.notices('anna')
            return [one for one in notices if about in next(one.iter_parts()).get_content()]
        notice = kontor.wait_until(found, f'a notice about {about}')[0]
        self.assertEqual([part.defects for part in notice.walk()], [[] for _ in notice.walk()])
        self.assertEqual((notice.get_content_type(), notice.get_param('report-type')), ('multipart/report', 'delivery-status'))
        self.assertEqual((notice['Return-Path'], notice['Auto-Submitted'], notice['To']), ('<>', 'auto-replied', SENDER))
        self.assertEqual(notice['From'].addresses[0].addr_spec, 'postmaster@localhost')
        self.assertIsNotNone(notice['Date'].datetime)
        parts = list(notice.iter_parts())
        self.assertEqual((len(parts), parts[0].get_content_type()), (3, 'text/plain'))
        if parts[1].get_content_subtype() == 'global-delivery-status':  # for Python's parser one header and a text
            whole = parts[1].get_payload(0)
            blocks = [whole, email.message_from_string(whole.get_payload(decode=True).decode(), policy=email.policy.default)]
        else:
            blocks = parts[1].get_payload()
        self.assertEqual(blocks[0]['Reporting-MTA'], 'dns; localhost')
        return parts, blocks

    def test_a_failure_with_the_header_alone(self):
        self.submit('headers@far.test', body='secret\r\n', mail=['RET=HDRS', 'ENVID=order+2B17'],
                    rcpt=['ORCPT=rfc822;Head+2Bers@old.test'])
        parts, (whole, one) = self.notice('headers@far.test')
        self.assertEqual(whole['Original-Envelope-Id'], 'order+17')
        self.assertIsNotNone(whole['Arrival-Date'])
        self.assertEqual({name: one[name] for name in ('Original-Recipient', 'Final-Recipient', 'Action', 'Status',
                                                       'Remote-MTA', 'Diagnostic-Code')},
                         {'Original-Recipient': 'rfc822;Head+ers@old.test', 'Final-Recipient': 'rfc822;headers@far.test',
                          'Action': 'failed', 'Status': '5.1.1', 'Remote-MTA': 'dns; 127.0.0.1',
                          'Diagnostic-Code': 'smtp; ' + NO_SUCH % 'headers'})
        self.assertEqual(parts[2].get_content_type(), 'text/rfc822-headers')
        self.assertIn('Subject: Report', parts[2].get_content())
        self.assertNotIn('secret', parts[2].get_content())
        text = parts[0].get_content()
        for words in ('could not be delivered', 'There is no such mailbox', 'не удалось доставить', 'Такого почтового ящика нет'):
            self.assertIn(words, text)
        self.assertEqual(text.count(NO_SUCH % 'headers'), 2, 'in both languages')

    def test_a_failure_with_the_whole_message(self):
        sent = self.submit('full@far.test', body='.the\r\n..body\r\n', mail=['RET=FULL'])
        parts, (whole, one) = self.notice('full@far.test')
        self.assertEqual((whole['Original-Envelope-Id'], one['Original-Recipient']), (None, None), 'none was given')
        self.assertEqual(parts[2].get_content_type(), 'message/rfc822')
        self.assertTrue(sent.endswith('\r\n\r\n' + parts[2].get_content().get_content()))
        self.assertEqual(parts[2].get_content()['Subject'], 'Report')

    def test_a_message_in_russian(self):
        subject = '=?utf-8?b?0J7RgtGH0ZHRgiDQt9CwINC90L7Rj9Cx0YDRjA==?='
        self.submit('russian@far.test', subject, 'Содержание отчёта\r\n', ['BODY=8BITMIME', 'RET=FULL'],
                    head='MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n')
        parts, (_, one) = self.notice('russian@far.test')
        self.assertEqual((one['Action'], one['Status']), ('failed', '5.1.1'))
        original = parts[2].get_content()
        self.assertEqual(original['Subject'], 'Отчёт за ноябрь')
        self.assertEqual(original.get_content(), 'Содержание отчёта\r\n')

    def test_an_address_and_a_subject_beyond_ascii(self):
        self.submit('никого@far.test', 'Отчёт', 'текст\r\n', ['SMTPUTF8', 'BODY=8BITMIME', 'RET=HDRS'])
        parts, (_, one) = self.notice('никого@far.test')
        self.assertEqual(parts[1].get_content_type(), 'message/global-delivery-status')  # RFC 6533
        self.assertEqual((one['Final-Recipient'], one['Action'], one['Status']), ('utf-8;никого@far.test', 'failed', '5.1.1'))
        self.assertEqual(one['Diagnostic-Code'].split(' ')[:3], ['smtp;', '550', '5.1.1'])
        self.assertEqual(parts[2].get_content_type(), 'message/global-headers')
        self.assertIn('Subject: Отчёт', parts[2].get_payload(0).as_bytes(policy=email.policy.SMTPUTF8).decode())
        self.assertIn('никого@far.test', parts[0].get_content())

    def test_two_of_three_recipients(self):
        self.submit(['first@far.test', 'good@far.test', 'loud@far.test'])
        _, blocks = self.notice('first@far.test')
        self.assertEqual([block['Final-Recipient'] for block in blocks[1:]], ['rfc822;first@far.test', 'rfc822;loud@far.test'])
        self.assertEqual(len(self.side.messages[0][1]), 1, 'the good one got it')

    def test_a_delay_is_told_once(self):
        self.submit('slow@late.test', mail=['RET=FULL'])
        self.submit('hush@late.test', rcpt=['NOTIFY=FAILURE'])
        parts, (_, one) = self.notice('slow@late.test')
        self.assertEqual((one['Action'], one['Status']), ('delayed', '4.3.0'))
        self.assertEqual(one['Diagnostic-Code'], 'smtp; 451 4.3.0 disk is full')
        self.assertIsNotNone(one['Will-Retry-Until'])
        self.assertEqual(parts[2].get_content_type(), 'text/rfc822-headers', 'RET is about failures (RFC 3461, 4.3)')
        for words in ('not been delivered', 'пока не доставлено'):
            self.assertIn(words, parts[0].get_content())
        tries = self.server.log().count('address=slow@late.test')
        kontor.wait_until(lambda: self.server.log().count('address=slow@late.test') > tries + 2, 'another try after the notice')
        self.late.behaviour = None
        kontor.wait_until(lambda: len(self.late.messages) == 2, 'both arrive in the end')
        self.assertEqual(len(self.server.notices('anna')), 1)

    def test_who_does_not_want_notices_gets_none(self):
        self.submit('never@far.test', rcpt=['NOTIFY=NEVER'])
        self.submit('success@far.test', rcpt=['NOTIFY=SUCCESS'])
        self.submit('loud@far.test')
        self.notice('loud@far.test')
        kontor.wait_until(lambda: self.server.ctl('queue') == [], 'nothing is left to be told')
        self.assertEqual(len(self.server.notices('anna')), 1)

    def test_success_is_told_by_whom_it_concerns(self):
        self.submit('boris@far.test', mail=['RET=HDRS', 'ENVID=e1'], rcpt=['NOTIFY=SUCCESS', 'ORCPT=rfc822;b@old.test'])
        self.submit('boris@plain.test', mail=['ENVID=e2'], rcpt=['NOTIFY=SUCCESS'])
        _, (whole, one) = self.notice('boris@plain.test')
        self.assertEqual((whole['Original-Envelope-Id'], one['Action']), ('e2', 'relayed'))
        self.assertTrue(one['Status'].startswith('2.'))
        kontor.wait_until(lambda: self.server.ctl('queue') == [], 'nothing is left to be told')
        self.assertEqual(len(self.server.notices('anna')), 1, 'the other server tells of the other')
        sender, recipients = self.side.messages[0][:2]
        self.assertRegex(sender, 'RET=HDRS.* ENVID=e1|ENVID=e1.* RET=HDRS')
        self.assertRegex(recipients[0], 'NOTIFY=SUCCESS.* ORCPT=rfc822;b@old.test')
        self.assertNotRegex(''.join(self.plain.messages[0][:1]), 'ENVID')


class AdministratorsQueue(FarTest):
    def setUp(self):
        self.one, self.two = self.far(behaviour='tempfail_after_data'), self.far(behaviour='tempfail_after_data')
        self.server = self.organisation({'one.test': self.one, 'two.test': self.two},
                                        {'queue.first_retry': '1h', 'queue.longest_retry': '1h'})
        self.submit('x@one.test', '=?utf-8?b?0J7RgtGH0ZHRgg==?=')
        self.submit(['y@two.test', 'z@two.test'])
        self.submit(['x@one.test', 'y@two.test'])
        self.wait_for_tries([1, 2, 2])
        self.ids = [row['id'] for row in self.server.ctl('queue')]

    def wait_for_tries(self, counts):
        """So many recipients of each message were tried once and wait."""
        def are_tried():
            shown = [self.server.ctl('queue', 'show', str(row['id'])) for row in self.server.ctl('queue')]
            return [sum(one['tries'] > 0 for one in message['recipients']) for message in shown] == counts
        kontor.wait_until(are_tried, f'tries {counts}')

    def text(self, *words, code=0):
        """What an administrator reads; on the error's side when it was refused."""
        result = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), *words],
                                capture_output=True, text=True, timeout=kontor.PATIENCE)
        self.assertEqual(result.returncode, code, (words, result.stdout, result.stderr))
        return result.stdout if code == 0 else result.stderr

    def test_list(self):
        rows = self.server.ctl('queue')
        self.assertEqual([(row['sender'], row['recipients_left'], row['last']) for row in rows],
                         [(SENDER, left, '451 4.3.0 disk is full') for left in (1, 2, 2)])
        for row in rows:
            self.assertGreater(row['bytes'], 100)
            self.assertLess(row['age_seconds'], 120)
            self.assertTrue(3000 < row['next_try_seconds'] <= 3600 * 9 / 8, row)
        for part, expected in {'ONE.test': [0, 2], 'z@': [1], 'anna': [0, 1, 2], 'nobody': []}.items():
            self.assertEqual([row['id'] for row in self.server.ctl('queue', part)], [self.ids[at] for at in expected], part)
        lines = self.text('queue').splitlines()
        self.assertEqual(lines[0].split()[0], 'ID')
        self.assertEqual([line.split()[0] for line in lines[1:]], [str(id) for id in self.ids])
        self.assertTrue(all('451 4.3.0 disk is full' in line for line in lines[1:]), lines)
        self.assertEqual(self.text('queue', 'nobody'), '(none)\n')
        self.assertEqual(self.server.ctl('status')['queue_messages'], 3)

    def test_show(self):
        shown = self.server.ctl('queue', 'show', str(self.ids[0]))
        self.assertEqual((shown['id'], shown['sender'], shown['subject']), (self.ids[0], SENDER, 'Отчёт'))
        self.assertIn(f'trace={shown["trace"]}', self.server.log())
        one = shown['recipients'][0]
        self.assertEqual((one['recipient'], one['state'], one['tries'], one['status'], one['remote'], one['last']),
                         ('x@one.test', 'waiting', 1, '4.3.0', '127.0.0.1', '451 4.3.0 disk is full'))
        text = self.text('queue', 'show', str(self.ids[0]))
        for words in ('subject: Отчёт', 'x@one.test', 'waiting', '451 4.3.0 disk is full'):
            self.assertIn(words, text)
        self.server.stop()
        self.server.start()
        again = self.server.ctl('queue', 'show', str(self.ids[0]))
        self.assertEqual(again, shown, 'a restart forgets nothing of it')

    def test_retry(self):
        self.one.behaviour = None
        self.assertEqual(self.server.ctl('queue', 'retry', str(self.ids[0])), {'retried': 1})
        kontor.wait_until(lambda: len(self.one.messages) == 1, 'the one')
        self.wait_for_tries([2, 2])
        self.assertIn('retried: 1', self.text('queue', 'retry', 'x@one.test'))
        kontor.wait_until(lambda: len(self.one.messages) == 2, 'the other for that domain')
        kontor.wait_until(lambda: [(one['state'], one['tries']) for one in
                                   self.server.ctl('queue', 'show', str(self.ids[2]))['recipients']]
                          == [('handed over', 2), ('waiting', 2)], 'one recipient has it, the other waits')
        self.two.behaviour = None
        self.assertEqual(self.server.ctl('queue', 'retry'), {'retried': 2})
        kontor.wait_until(lambda: self.server.ctl('queue') == [], 'the queue is empty')
        self.assertEqual((len(self.one.messages), len(self.two.messages)), (2, 2))
        self.assertEqual(self.server.ctl('queue', 'retry'), {'retried': 0})

    def test_delete(self):
        self.assertEqual(self.server.ctl('queue', 'delete', str(self.ids[1])), {'deleted': self.ids[1], 'sender_told': False})
        self.assertIn('sender told: yes', self.text('queue', 'delete', str(self.ids[0]), 'notify'))
        notice = self.server.wait_for_notice('anna', 'x@one.test')
        self.assertEqual(organisations.report_of(notice)[1]['Action'], 'failed')
        self.assertEqual([row['id'] for row in self.server.ctl('queue')], self.ids[2:])
        self.assertIn('event=queue.message.removed', self.server.log())
        self.server.kill()
        self.server.start()
        self.assertEqual([row['id'] for row in self.server.ctl('queue')], self.ids[2:], 'deleted is deleted')
        self.one.behaviour = self.two.behaviour = None
        self.server.ctl('queue', 'retry')
        kontor.wait_until(lambda: self.server.ctl('queue') == [], 'the queue is empty')
        self.assertEqual((len(self.one.messages), len(self.two.messages)), (1, 1))
        self.assertEqual(len(self.server.notices('anna')), 1, 'nobody is told without "notify"')

    def test_a_queue_that_its_disk_closed(self):
        tracer = subprocess.Popen(['strace', '-f', '-p', str(self.server.pid), '-P', str(self.server.data / 'queue/log.000001'),
                                   '-e', 'trace=fdatasync', '-e', 'inject=fdatasync:error=EIO'],
                                  stderr=subprocess.PIPE, text=True)
        self.addCleanup(tracer.stderr.close)
        try:
            self.assertIn('attached', tracer.stderr.readline())
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                self.submit('late@one.test')
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(kontor.PATIENCE)
        self.assertEqual((refused.exception.smtp_code, refused.exception.smtp_error[:5]), (451, b'4.3.0'))
        # The disk works again; what it kept of the failed write nobody knows.
        with self.assertRaises(smtplib.SMTPDataError):
            self.submit('late@one.test')
        self.submit(SENDER, 'to people here')
        self.server.wait_for('anna', 'to people here')
        self.assertIn('the queue is closed until the server is restarted', ''.join(self.server.ctl('status')['problems']))
        self.assertEqual([row['id'] for row in self.server.ctl('queue')][:3], self.ids)
        for words in (['retry'], ['retry', str(self.ids[0])], ['delete', str(self.ids[0])]):
            self.assertIn('Input/output error', self.text('queue', *words, code=1))
        self.one.behaviour = self.two.behaviour = None
        self.server.stop()
        self.server.start()
        self.assertEqual(self.server.ctl('status')['problems'], [])
        self.server.ctl('queue', 'retry')
        kontor.wait_until(lambda: self.server.ctl('queue') == [], 'the queue is empty')
        self.assertEqual((len(self.one.messages), len(self.two.messages)), (2, 2), 'what was refused is not there')

    def test_what_is_refused(self):
        none = str(max(self.ids) + 1000)
        for words in (['show', none], ['delete', none], ['retry', none]):
            self.assertIn(f'no message {none} is in the queue', self.text('queue', *words, code=1))
            result = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), '--json', 'queue', *words],
                                    capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(result.returncode, 1)
            self.assertIn('error', json.loads(result.stdout), 'the error is told as JSON')
        self.assertIn('number of a message', self.text('queue', 'show', 'first', code=1))
        self.assertIn('notify', self.text('queue', 'delete', str(self.ids[0]), 'please', code=1))
        for words in (['show'], ['delete'], ['delete', '1', 'notify', 'x'], ['retry', '1', '2'], ['one', 'two'], ['--all']):
            self.assertNotEqual(self.text('queue', *words, code=2), '', words)
        self.assertEqual(len(self.server.ctl('queue')), 3, 'nothing was done')
        self.server.stop()
        self.assertNotEqual(self.text('queue', code=1), '')


if __name__ == '__main__':
    kontor.main()
