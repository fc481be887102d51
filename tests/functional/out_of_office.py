# SPDX-License-Identifier: GPL-3.0-or-later
"""Out of office: the mailbox answers once a sender, with the text for his side of the organisation, over restarts; set by
kontorctl or by the person's own METADATA; programs, lists and answers are never answered."""
import email
import email.policy
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

NOTES = '/private/vendor/kontor/out-of-office/'


def message(number, to='anna@example.test', extra=''):
    return (f'From: x@elsewhere.test\r\nTo: {to}\r\nSubject: question {number}\r\n'
            f'Message-ID: <{number}@o.test>\r\n{extra}\r\nhello\r\n').encode()


class OutOfOffice(unittest.TestCase):
    def setUp(self):
        # What goes to others stays in the queue, where it can be read: there is no way out.
        self.server = kontor.Server({'queue.smart_host': '127.0.0.1:9', 'server.name': 'mail.example.test'}).start()
        self.addCleanup(self.server.close)

    def write(self, sender, number, **how):
        self.assertEqual(self.server.lmtp(['anna@example.test'], message(number, **how), sender=sender), {})

    def queued(self):
        """The recipients that answers wait for."""
        return sorted(row['recipient'] for row in self.server.ctl('queue'))

    def inbox(self, person):
        with self.server.imap(person) as client:
            client.select('INBOX', readonly=True)
            numbers = client.search(None, 'ALL')[1][0].split()
            raws = [client.fetch(number, '(BODY.PEEK[])')[1][0][1] for number in numbers]
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in raws]

    def answered(self, count):
        """Waits until the log tells of so many answers in all."""
        sent = 'event=delivery.reply.sent'
        kontor.wait_until(lambda: self.server.log().count(sent) >= count, f'{count} answers')
        self.assertEqual(self.server.log().count(sent), count)

    def test_colleagues_and_others_are_told_once(self):
        shown = self.server.ctl('out-of-office', 'set', 'anna@example.test', '--internal', 'Спросите Бориса.',
                                '--external', 'Back on Monday.', '--from', '2026-01-01')
        self.assertTrue(shown['away_now'])
        self.write('boris@example.test', 1)
        self.answered(1)
        kontor.wait_until(lambda: self.inbox('boris'), 'the answer')
        answer, = self.inbox('boris')
        self.assertEqual(answer['Subject'], 'Automatic reply: question 1')
        self.assertEqual(answer['Auto-Submitted'], 'auto-replied')
        self.assertEqual(answer['In-Reply-To'], '<1@o.test>')
        self.assertIn('anna@example.test', answer['From'])
        self.assertEqual(answer['Return-Path'], '<>')
        self.assertEqual(answer.get_content().strip(), 'Спросите Бориса.')
        self.write('x@elsewhere.test', 2)
        self.answered(2)
        self.assertEqual(self.queued(), ['x@elsewhere.test'])
        # Nobody else is answered, and nobody twice, whether the mailbox is open, or the server a new one.
        self.write('boris@example.test', 3)
        self.server.restart()
        self.write('boris@example.test', 4)
        self.write('X@Elsewhere.test', 5)
        self.write('', 6)
        self.write('y@elsewhere.test', 7, extra='List-Id: <l.test>\r\n')
        self.write('y@elsewhere.test', 8, to='staff@example.test')
        self.write('y@elsewhere.test', 9)  # and he is
        self.answered(3)
        self.assertEqual(self.queued(), ['x@elsewhere.test', 'y@elsewhere.test'])
        self.assertEqual(len(self.inbox('boris')), 1)
        self.assertEqual(len(self.inbox('anna')), 9)

    def test_a_person_says_it_by_imap(self):
        with self.server.imap('anna') as client:
            for name, value in (('state', 'on'), ('external', 'Away.')):
                self.assertEqual(client.xatom('SETMETADATA', '""', f'({NOTES}{name} "{value}")')[0], 'OK')
        self.assertTrue(self.server.ctl('out-of-office', 'show', 'anna@example.test')['away_now'])
        self.write('boris@example.test', 1)  # there is no text for colleagues
        self.write('x@elsewhere.test', 2)
        self.answered(1)
        self.assertEqual(self.queued(), ['x@elsewhere.test'])
        self.assertFalse(self.server.ctl('out-of-office', 'clear', 'anna@example.test')['on'])
        self.write('z@elsewhere.test', 3)
        self.server.ctl('out-of-office', 'set', 'anna@example.test', '--external', 'Away again.')
        self.write('x@elsewhere.test', 4)  # it is another absence
        self.answered(2)
        self.assertEqual(self.queued(), ['x@elsewhere.test', 'x@elsewhere.test'])

    def test_two_who_are_away_do_not_answer_each_other(self):
        for person in ('anna', 'boris'):
            self.server.ctl('out-of-office', 'set', f'{person}@example.test', '--internal', 'Away.')
        self.write('boris@example.test', 1)
        self.answered(1)
        kontor.wait_until(lambda: self.inbox('boris'), 'the answer')
        self.write('clara@example.test', 2)
        self.answered(2)
        self.assertEqual(len(self.inbox('anna')), 2)

    def test_wrong_use_is_told(self):
        for words in (['--internal', ''], ['--internal', 'x', '--until', '2020-01-01'], ['--internal', 'x', '--from', 'soon']):
            self.assertEqual(self.server.ask('out-of-office', 'set', 'anna@example.test', *words)[0], 1, words)


if __name__ == '__main__':
    kontor.main()
