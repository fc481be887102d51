# SPDX-License-Identifier: GPL-3.0-or-later
"""Meetings with people outside of the organisation, by mail (RFC 6047): an SMTP server of the test takes what goes out, a plain SMTP
client sends what comes in, and CalDAV shows what became of it."""
import email
import email.policy
import pathlib
import re
import smtplib
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import far_side  # noqa: E402
import kontor  # noqa: E402

ANNA, X = 'anna@example.test', 'x@elsewhere.test'


def vevent(uid, organizer, attendees, extra='', start='20270301T100000', sequence=0):
    """`attendees`: {address: PARTSTAT}."""
    rows = ''.join(f'ATTENDEE;CN={who.split("@")[0].title()};PARTSTAT={answer};RSVP=TRUE:mailto:{who}\r\n' for who, answer in attendees.items())
    return (f'BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T00000{sequence}Z\r\nSEQUENCE:{sequence}\r\n'
            f'DTSTART;TZID=Europe/Moscow:{start}\r\nDURATION:PT1H\r\nSUMMARY:Бюджет {uid}\r\nLOCATION:Room 5\r\n'
            f'ORGANIZER;CN=Org:mailto:{organizer}\r\n{rows}{extra}END:VEVENT\r\n')


def calendar(event, method=None):
    head = f'METHOD:{method}\r\n' if method else ''
    return f'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{head}{event}END:VCALENDAR\r\n'


def lines(text):
    return re.sub(r'\r?\n[ \t]', '', text).splitlines()


def attendee(text, who):
    """The parameters of an ATTENDEE of a calendar; None."""
    for line in lines(text):
        if line.startswith('ATTENDEE') and line.lower().endswith(f'mailto:{who}'):
            return dict(one.split('=', 1) for one in line[:-len(f':mailto:{who}')].split(';')[1:])
    return None


class Imip(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.far = far_side.FarSide()
        cls.addClassCleanup(cls.far.close)
        cls.server = kontor.Server({'queue.smart_host': f'127.0.0.1:{cls.far.port}', 'server.name': 'mail.example.test',
                                    'dav.max_mailed_attachments': 100_000,
                                    'policy.rules': ['boris@example.test: invitations=known', 'clara@example.test: invitations=none']})
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        self.anna = self.client('anna')
        self.seen = set()

    def client(self, name):
        client = dav.Client(self.server, name)
        self.addCleanup(client.close)
        client.calendar, client.inbox = client.home() + 'default/', client.home() + 'inbox/'
        return client

    # --- what is in a calendar ---
    def copies(self, client, uid, where='calendar'):
        """[(href, text)] of the objects with that UID."""
        answer = client.sync(getattr(client, where))
        if not isinstance(answer, tuple):
            return []
        texts = [(href, client.ask('GET', href).body.decode()) for href in answer[0]]
        return [(href, text) for href, text in texts if f'UID:{uid}' in lines(text)]

    def becomes(self, client, uid, condition, what):
        """The text of the one copy for which `condition` is true, once it is."""
        def look():
            found = self.copies(client, uid)
            self.assertLessEqual(len(found), 1)
            return found[0] if found and condition(found[0][1]) else None
        return kontor.wait_until(look, what)

    def has_message(self, client, uid, method):
        def look():
            return [text for _, text in self.copies(client, uid, 'inbox') if f'METHOD:{method}' in lines(text)]
        return kontor.wait_until(look, f'{method} in the inbox')

    # --- mail out ---
    def mail_about(self, uid, method):
        """(MAIL command, RCPT commands, the message, its calendar) of the next mail that goes out with this method."""
        def look():
            for place, (sender, recipients, raw, _) in enumerate(self.far.messages):
                message = email.message_from_bytes(raw, policy=email.policy.default)
                text = self.calendar_of(message)
                if place not in self.seen and f'UID:{uid}' in lines(text) and f'METHOD:{method}' in lines(text):
                    self.seen.add(place)
                    return sender, recipients, message, text
            return None
        return kontor.wait_until(look, f'a mail {method} about {uid}')

    def calendar_of(self, message):
        """The text of its text/calendar part, which says its method and lies beside as a file."""
        parts = {part.get_content_type(): part for part in message.walk()}
        part = parts['text/calendar']
        text = part.get_content()
        self.assertEqual((part.get_param('component'), part.get_content_charset()), ('VEVENT', 'utf-8'))
        self.assertIn(f'METHOD:{part.get_param("method")}', lines(text))
        self.assertEqual(parts['application/ics'].get_filename(), 'invite.ics')
        self.assertEqual(parts['application/ics'].get_content().decode().splitlines(), text.splitlines())
        return text

    # --- mail in ---
    def write(self, method, event, sender=X, to=ANNA, said=None):
        """`said`: the method of the part, when it is another."""
        message = email.message.EmailMessage()
        message['From'], message['To'], message['Subject'] = sender, to, f'{method} about ' + ''.join(re.findall(r'UID:(\w+)', event))
        message.set_content('See the calendar.')
        message.add_alternative(calendar(event, method), subtype='calendar', params={'method': said or method})
        with smtplib.SMTP('localhost', self.server.port('smtp'), timeout=120) as client:
            client.sendmail(sender, [to], message.as_bytes(policy=email.policy.SMTP))

    def count(self, event, text=''):
        return sum(f'event={event} ' in line and text in line for line in self.server.log().splitlines())

    def is_taken(self, *arguments, **how):
        """The mail comes in, and was followed as far as it goes."""
        before = self.count('scheduling.mail.taken')
        self.write(*arguments, **how)
        kontor.wait_until(lambda: self.count('scheduling.mail.taken') > before, 'the mail is followed')

    def is_left(self, reason, *arguments, **how):
        """The mail comes in, and no calendar follows it."""
        before = self.count('scheduling.mail.left', reason)
        self.write(*arguments, **how)
        kontor.wait_until(lambda: self.count('scheduling.mail.left', reason) > before, f'left: {reason}')

    # --- tests ---
    def test_a_delegate_is_the_sender(self):
        """Boris invites an outsider in Anna's name; Clara, who may only write Anna's calendar, invites nobody."""
        path = self.anna.calendar
        self.assertEqual(self.anna.ask('PROPFIND', path, Depth='0').status, 207)  # made by the first use
        for who, role in (('boris', 'delegate'), ('clara', 'editor')):
            self.server.ctl('shares', 'add', ANNA, f'{who}@example.test', role, '--folder', 'calendar:default')
            self.addCleanup(self.server.ctl, 'shares', 'remove', ANNA, f'{who}@example.test')
        before = len(self.far.messages)
        event = lambda uid: calendar(vevent(uid, ANNA, {ANNA: 'ACCEPTED', X: 'NEEDS-ACTION'}))  # noqa: E731
        self.assertEqual(self.client('clara').ask('PUT', path + 'no.ics', event('no'), Content_Type='text/calendar').status, 403)
        self.assertEqual(self.client('boris').ask('PUT', path + 'yes.ics', event('yes'), Content_Type='text/calendar').status, 201)
        sender, _, mail, text = self.mail_about('yes', 'REQUEST')
        self.assertIn(f'<{ANNA}>', sender)
        self.assertEqual([mail[name].addresses[0].addr_spec for name in ('From', 'Reply-To')], [ANNA, ANNA])
        self.assertEqual(mail['Sender'].address.addr_spec, 'boris@example.test')
        self.assertTrue(any(line.startswith('ORGANIZER') and 'SENT-BY="mailto:boris@example.test"' in line for line in lines(text)), text)
        self.assertEqual(len(self.far.messages), before + 1)
        # What the outsider answers is Anna's.
        self.is_taken('REPLY', vevent('yes', ANNA, {X: 'ACCEPTED'}))
        self.becomes(self.anna, 'yes', lambda now: attendee(now, X)['PARTSTAT'] == 'ACCEPTED', 'the answer')
        self.assertEqual(self.client('boris').ask('DELETE', path + 'yes.ics').status, 204)
        self.assertEqual(self.mail_about('yes', 'CANCEL')[2]['Sender'].address.addr_spec, 'boris@example.test')

    def test_an_outsider_is_invited_and_told_of_the_end(self):
        href = self.anna.calendar + 'out.ics'
        event = vevent('out', ANNA, {ANNA: 'ACCEPTED', X: 'NEEDS-ACTION'}, 'RRULE:FREQ=WEEKLY;COUNT=3\r\n')
        self.assertEqual(self.anna.ask('PUT', href, calendar(event), Content_Type='text/calendar').status, 201)
        sender, recipients, mail, text = self.mail_about('out', 'REQUEST')
        self.assertIn(f'<{ANNA}>', sender)  # what cannot be delivered comes back to her
        self.assertIn(f'<{X}>', recipients[0])
        self.assertEqual((mail['From'].addresses[0].addr_spec, mail['To'].addresses[0].addr_spec), (ANNA, X))
        self.assertEqual(mail['Subject'], 'Invitation: Бюджет out')
        words = mail.get_body(('plain',)).get_content()
        self.assertIn('Monday, 1 March 2027, 10:00–11:00 (Europe/Moscow, UTC+03:00)', words)
        self.assertIn('every week, 3 times', words)
        self.assertIn('TZID:Europe/Moscow', lines(text))  # the zone that the client left out
        self.assertNotIn('SCHEDULE-', text)
        self.assertEqual(attendee(self.copies(self.anna, 'out')[0][1], X)['SCHEDULE-STATUS'].strip('"')[:3], '1.1')
        self.assertEqual(self.anna.ask('DELETE', href).status, 204)
        self.assertEqual(self.mail_about('out', 'CANCEL')[2]['Subject'], 'Cancelled: Бюджет out')

    def attach(self, href, name, body, kind='application/pdf'):
        answer = self.anna.ask('POST', f'{href}?action=attachment-add', body, Content_Type=kind,
                               Content_Disposition="attachment; filename*=UTF-8''" + urllib.parse.quote(name))
        self.assertEqual(answer.status, 201, answer.body)
        return answer.headers['Cal-Managed-ID']

    @staticmethod
    def files_of(message):
        """{Content-ID: (type, name, bytes)} of what is enclosed."""
        return {part['Content-ID']: (part.get_content_type(), part.get_filename(), part.get_payload(decode=True))
                for part in message.iter_attachments() if part['Content-ID']}

    def test_files_of_the_event_go_along(self):
        """An outsider cannot sign in to fetch them."""
        href, plan = self.anna.calendar + 'files.ics', bytes(range(256)) * 300
        event = vevent('files', ANNA, {ANNA: 'ACCEPTED', X: 'NEEDS-ACTION'})
        self.assertEqual(self.anna.ask('PUT', href, calendar(event), Content_Type='text/calendar').status, 201)
        self.assertEqual(self.files_of(self.mail_about('files', 'REQUEST')[2]), {})
        self.attach(href, 'План.pdf', plan)
        mail, text = self.mail_about('files', 'REQUEST')[2:]
        (content_id, found), = self.files_of(mail).items()
        self.assertEqual(found, ('application/pdf', 'План.pdf', plan))
        attach, = [line for line in lines(text) if line.startswith('ATTACH')]
        self.assertTrue(attach.endswith(f':CID:{content_id[1:-1]}'), attach)
        self.assertIn('FMTTYPE=application/pdf', attach)
        self.assertNotIn('MANAGED-ID', attach)
        self.assertIn('/dav/attachments/', self.copies(self.anna, 'files')[0][1].replace('\r\n ', ''), 'the event itself keeps its address')
        # Two are more than may go along: the second is named, and nothing leads to where its reader cannot go.
        self.attach(href, 'film.mp4', plan, 'video/mp4')
        mail, text = self.mail_about('files', 'REQUEST')[2:]
        self.assertEqual(list(self.files_of(mail)), [content_id])
        self.assertIn('Not enclosed, ask for it: film.mp4', mail.get_body(('plain',)).get_content())
        self.assertEqual(len([line for line in lines(text) if line.startswith('ATTACH')]), 1)
        self.assertNotIn('/dav/attachments/', text.replace('\r\n ', ''))
        # Who copies the address of a file into an event of his own with that UID sends nobody the file.
        stolen = ''.join(line + '\r\n' for line in lines(self.copies(self.anna, 'files')[0][1]) if line.startswith('ATTACH'))
        boris = self.client('boris')
        answer = boris.ask('PUT', boris.calendar + 'files.ics',
                           calendar(vevent('files', 'boris@example.test', {'boris@example.test': 'ACCEPTED', 'y@elsewhere.test': 'NEEDS-ACTION'}, stolen)),
                           Content_Type='text/calendar')
        self.assertEqual(answer.status, 201)
        mail, text = self.mail_about('files', 'REQUEST')[2:]
        self.assertEqual(mail['From'].addresses[0].addr_spec, 'boris@example.test')
        self.assertEqual(self.files_of(mail), {})
        self.assertEqual([line for line in lines(text) if line.startswith('ATTACH')], [])
        self.assertIn('film.mp4', mail.get_body(('plain',)).get_content())
        # Who is told of the end needs no files.
        self.assertEqual(self.anna.ask('DELETE', href).status, 204)
        mail, text = self.mail_about('files', 'CANCEL')[2:]
        self.assertEqual((self.files_of(mail), 'ATTACH' in text), ({}, False))

    def test_an_outsider_answers_proposes_and_asks(self):
        event = vevent('asked', ANNA, {ANNA: 'ACCEPTED', X: 'NEEDS-ACTION'})
        put = self.anna.ask('PUT', self.anna.calendar + 'asked.ics', calendar(event), Content_Type='text/calendar')
        self.assertEqual(put.status, 201)
        reply = vevent('asked', ANNA, {X: 'ACCEPTED'})
        self.is_left('other-sender', 'REPLY', reply, sender='y@elsewhere.test')
        self.is_left('other-method', 'REPLY', reply, said='REQUEST')
        self.is_taken('REPLY', vevent('asked', ANNA, {'y@elsewhere.test': 'ACCEPTED'}), sender='y@elsewhere.test')  # nobody invited him
        self.assertEqual(attendee(self.copies(self.anna, 'asked')[0][1], X)['PARTSTAT'], 'NEEDS-ACTION')
        self.write('REPLY', reply)
        _, text = self.becomes(self.anna, 'asked', lambda text: attendee(text, X)['PARTSTAT'] == 'ACCEPTED', 'the answer is in the calendar')
        self.assertIsNone(attendee(text, 'y@elsewhere.test'))
        self.has_message(self.anna, 'asked', 'REPLY')
        self.write('COUNTER', vevent('asked', ANNA, {X: 'ACCEPTED'}, start='20270301T150000'))
        self.has_message(self.anna, 'asked', 'COUNTER')
        self.assertIn('DTSTART;TZID=Europe/Moscow:20270301T100000', lines(self.copies(self.anna, 'asked')[0][1]))
        self.write('REFRESH', vevent('asked', ANNA, {X: 'ACCEPTED'}))
        sender, _, mail, text = self.mail_about('asked', 'REQUEST')
        if attendee(text, X)['PARTSTAT'] == 'NEEDS-ACTION':  # the first one, of the event that was put
            sender, _, mail, text = self.mail_about('asked', 'REQUEST')
        self.assertEqual(attendee(text, X)['PARTSTAT'], 'ACCEPTED')
        self.assertIn(f'<{ANNA}>', sender)
        self.assertEqual(mail['From'].addresses[0].addr_spec, ANNA)

    def test_a_person_is_invited_from_outside_and_answers(self):
        def invitation(**how):
            return vevent('in', X, {ANNA: 'NEEDS-ACTION', X: 'ACCEPTED'}, 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:a\r\n'
                                                                        'TRIGGER:-PT5M\r\nEND:VALARM\r\n', **how)
        self.is_taken('REQUEST', invitation())
        href, text = self.becomes(self.anna, 'in', lambda text: True, 'the invitation is in the calendar')
        self.assertEqual(attendee(text, ANNA)['PARTSTAT'], 'NEEDS-ACTION')
        self.assertNotIn('METHOD', text)
        self.assertNotIn('VALARM', text)
        self.has_message(self.anna, 'in', 'REQUEST')
        with self.server.imap('anna') as imap:  # the mail stays where it is
            imap.select('INBOX', readonly=True)
            self.assertEqual(len(imap.search(None, 'SUBJECT', '"REQUEST about in"', 'FROM', X)[1][0].split()), 1)

        answered = text.replace('PARTSTAT=NEEDS-ACTION', 'PARTSTAT=ACCEPTED')
        self.assertNotEqual(answered, text)
        self.assertIn(self.anna.ask('PUT', href, answered, Content_Type='text/calendar').status, (200, 204))
        sender, recipients, mail, text = self.mail_about('in', 'REPLY')
        self.assertIn(f'<{ANNA}>', sender)
        self.assertIn(f'<{X}>', recipients[0])
        self.assertEqual(mail['Subject'], 'Accepted: Бюджет in')
        self.assertEqual(attendee(text, ANNA)['PARTSTAT'], 'ACCEPTED')

        # The same once more doubles nothing, and takes no answer back.
        self.is_left('taken before', 'REQUEST', invitation())
        self.assertEqual(len(self.has_message(self.anna, 'in', 'REQUEST')), 1)
        (_, text), = self.copies(self.anna, 'in')
        self.assertEqual(attendee(text, ANNA)['PARTSTAT'], 'ACCEPTED')

        self.write('REQUEST', invitation(start='20270302T120000', sequence=1))
        self.becomes(self.anna, 'in', lambda text: '20270302T120000' in text, 'the new time')
        self.is_left('other-sender', 'CANCEL', vevent('in', X, {ANNA: 'NEEDS-ACTION'}, sequence=2), sender='evil@elsewhere.test')
        self.write('CANCEL', vevent('in', X, {ANNA: 'NEEDS-ACTION'}, 'STATUS:CANCELLED\r\n', sequence=2))
        self.becomes(self.anna, 'in', lambda text: 'STATUS:CANCELLED' in lines(text), 'the cancellation')
        self.has_message(self.anna, 'in', 'CANCEL')

    def test_what_is_not_for_the_reader_or_not_from_outside_changes_nothing(self):
        self.is_left('sender of this server', 'REQUEST', vevent('forged', 'boris@example.test', {ANNA: 'NEEDS-ACTION'}),
                     sender='boris@example.test')
        self.is_left('for somebody else', 'REQUEST', vevent('other', X, {'y@elsewhere.test': 'NEEDS-ACTION'}))
        self.is_left('unreadable', 'REQUEST', 'BEGIN:VEVENT\r\nEND:VEVENT\r\n')
        self.assertEqual(self.copies(self.anna, 'forged') + self.copies(self.anna, 'other'), [])

    def test_policy_says_what_mail_may_do(self):
        for name, reason in (('boris', 'not in the calendar'), ('clara', 'policy')):
            person = f'{name}@example.test'
            client = self.client(name)
            event = vevent('known', X, {person: 'NEEDS-ACTION'})
            self.is_left(reason, 'REQUEST', event, to=person)
            self.assertEqual(self.copies(client, 'known'), [])
            put = client.ask('PUT', client.calendar + 'known.ics', calendar(event), Content_Type='text/calendar')
            self.assertEqual(put.status, 201)
        self.is_left('policy', 'CANCEL', vevent('known', X, {'clara@example.test': 'NEEDS-ACTION'}, sequence=1), to='clara@example.test')
        self.write('CANCEL', vevent('known', X, {'boris@example.test': 'NEEDS-ACTION'}, sequence=1), to='boris@example.test')
        self.becomes(self.client('boris'), 'known', lambda text: 'STATUS:CANCELLED' in lines(text), 'what is known is cancelled')


if __name__ == '__main__':
    kontor.main()
