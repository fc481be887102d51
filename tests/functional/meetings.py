# SPDX-License-Identifier: GPL-3.0-or-later
"""Meetings of people and rooms by CalDAV (RFC 6638): the whole life of a recurring one in the calendars of all who take part,
answers, refusals, rooms that decide for themselves, free/busy through the outbox."""
import datetime
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402
from dav import C, D, SPACES  # noqa: E402

BASE = 'dc=example,dc=test'
PEOPLE = ('anna', 'boris', 'clara')
CROWD = [f'guest{number:02}' for number in range(68)]
# A Monday well ahead, in the reach of every room.
MONDAY = (lambda today: today + datetime.timedelta(days=14 - today.weekday()))(datetime.datetime.now(datetime.timezone.utc).date())


def stamp(days=0, hour=10, minute=0):
    day = MONDAY + datetime.timedelta(days=days)
    return f'{day:%Y%m%d}T{hour:02}{minute:02}00Z'


def directory():
    def person(name, **more):
        rows = ''.join(f'{key}: {value}\n' for key, value in more.items())
        return (f'dn: uid={name},ou=People,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name.title()}\n'
                f'mail: {name}@example.test\nuserPassword: {kontor.password_hash(kontor.PASSWORD)}\n{rows}')
    members = ''.join(f'member: uid={name},ou=People,{BASE}\n' for name in PEOPLE)
    return 'version: 1\n\n' + '\n'.join([
        *[person(name) for name in (*PEOPLE, 'dora', 'ewa')], person('gone', userAccountControl='514'),
        *[f'dn: uid={name},ou=People,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nmail: {name}@example.test\n' for name in CROWD],
        f'dn: cn=room,ou=Rooms,{BASE}\nobjectClass: kontorRoom\ncn: Room\nmail: room@example.test\n',
        f'dn: cn=small,ou=Rooms,{BASE}\nobjectClass: kontorRoom\ncn: Small\nmail: small@example.test\n',
        # As Exchange's schema says how many a room holds; the policy of the settings says otherwise for the other.
        *[f'dn: cn={name},ou=Rooms,{BASE}\nobjectClass: kontorRoom\ncn: {name.title()}\nmail: {name}@example.test\nmsExchResourceCapacity: 3\n'
          for name in ('hall', 'cell')],
        f'dn: cn=floor,ou=Groups,{BASE}\nobjectClass: groupOfNames\ncn: First floor\nmail: floor@example.test\n'
        f'member: cn=hall,ou=Rooms,{BASE}\nmember: cn=room,ou=Rooms,{BASE}\n',
        f'dn: cn=team,ou=Groups,{BASE}\nobjectClass: groupOfNames\ncn: team\nmail: team@example.test\n{members}',
        f'dn: cn=boss,ou=Groups,{BASE}\nobjectClass: groupOfNames\ncn: boss\nmail: boss@example.test\n'
        f'member: uid=anna,ou=People,{BASE}\n'])


def meeting(uid, attendees, organizer='anna', start=stamp(), end=stamp(hour=11), extra='', parts='', summary='Plan'):
    """A VCALENDAR; the organizer takes part. `parts`: further VEVENTs."""
    return ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n'
            + vevent(uid, attendees, organizer, start, end, extra, summary) + parts + 'END:VCALENDAR\r\n')


def vevent(uid, attendees, organizer, start, end, extra='', summary='Plan'):
    rows = ''.join(f'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{name}@example.test\r\n' for name in attendees)
    return (f'BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:{start}\r\nDTEND:{end}\r\nSUMMARY:{summary}\r\n'
            f'ORGANIZER:mailto:{organizer}@example.test\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{organizer}@example.test\r\n'
            f'{rows}{extra}END:VEVENT\r\n')


def lines(text):
    return text.replace('\r\n ', '').split('\r\n')


def attendee(text, name, part=0):
    """The parameters of an ATTENDEE in the part-th VEVENT."""
    event = text.replace('\r\n ', '').split('BEGIN:VEVENT')[part + 1]
    for line in event.split('\r\n'):
        if line.startswith('ATTENDEE') and line.lower().endswith(f':mailto:{name}@example.test'):
            return dict(one.split('=', 1) for one in line.rsplit(':mailto:', 1)[0].split(';')[1:])
    return None


class MeetingCase(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'server.demo': False, 'sign_in.delay': '10ms', 'queue.smart_host': '127.0.0.1:9', 'policy.rules': [
            'small@example.test: capacity=2 booking_by=boss@example.test', 'cell@example.test: capacity=1']})
        cls.addClassCleanup(cls.server.close)
        (cls.server.data / 'directory.ldif').write_text(directory(), encoding='utf-8')
        cls.server.start()
        kontor.wait_until(lambda: cls.server.takes_mail_for('anna@example.test'), 'the people are known')

    def setUp(self):
        self.anna, self.boris, self.clara = (self.client(name) for name in PEOPLE)
        for one in (self.anna, self.boris, self.clara):
            one.calendar = one.home() + 'default/'
            one.inbox = one.home() + 'inbox/'
        for path in ('calendar', 'inbox'):  # what goes from a calendar comes into others' inboxes
            for one in (self.anna, self.boris, self.clara):
                for name in one.sync(getattr(one, path))[0]:
                    self.assertEqual(one.ask('DELETE', name).status, 204)

    def client(self, name):
        made = dav.Client(self.server, name)
        self.addCleanup(made.close)
        return made

    def put(self, client, name, body, status=201, **fields):
        answer = client.ask('PUT', name if '/' in name else client.calendar + name, body, Content_Type='text/calendar', **fields)
        self.assertEqual(answer.status, status, answer.body)
        return answer

    def copy(self, client, uid):
        """(href, text) of the object of that UID in the calendar; None."""
        for name in client.sync(client.calendar)[0]:
            text = client.ask('GET', name).body.decode()
            if f'UID:{uid}\r\n' in text:
                return name, text
        return None

    def messages(self, client):
        """METHOD and text of what is in the inbox."""
        texts = [client.ask('GET', name).body.decode() for name in client.sync(client.inbox)[0]]
        return [(re.search('METHOD:(.*)\r', text)[1], text) for text in texts]

    def tag(self, client, href):
        return client.one(href, 'C:schedule-tag').text

    def answer(self, client, uid, partstat, who):
        href, text = self.copy(client, uid)
        flat = text.replace('\r\n ', '')
        changed = re.sub(rf'(ATTENDEE[^\r]*)PARTSTAT=[A-Z-]+([^\r]*:mailto:{who}@)', rf'\1PARTSTAT={partstat}\2', flat)
        self.assertNotEqual(changed, flat)
        return self.put(client, href, changed, 204)

    def busy(self, client, *who, days=60):
        """{address: [periods]} through the outbox; a status instead of periods where there are none."""
        rows = ''.join(f'ATTENDEE:mailto:{name}@example.test\r\n' for name in who)
        body = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:ask\r\n'
                f'DTSTAMP:20261101T000000Z\r\nDTSTART:{stamp(-1, 0)}\r\nDTEND:{stamp(days, 0)}\r\n'
                f'ORGANIZER:mailto:anna@example.test\r\n{rows}END:VFREEBUSY\r\nEND:VCALENDAR\r\n')
        answer = client.ask('POST', client.home() + 'outbox/', body, Content_Type='text/calendar')
        self.assertEqual(answer.status, 200, answer.body)
        found = {}
        for one in answer.xml.findall(C + 'response'):
            data = one.find(C + 'calendar-data')
            name = one.find(f'{C}recipient/{D}href').text.split(':')[1].split('@')[0]
            status = one.find(C + 'request-status').text
            found[name] = status if data is None else [
                period for line in lines(data.text.replace('\n', '\r\n').replace('\r\r', '\r')) if line.startswith('FREEBUSY')
                for period in line.split(':')[1].split(',')]
        return found


class Life(MeetingCase):
    def test_a_recurring_meeting_from_its_invitation_to_its_end(self):
        weekly = 'RRULE:FREQ=WEEKLY;COUNT=4\r\n'
        made = self.put(self.anna, 'plan.ics', meeting('plan', ('boris', 'room'), extra=weekly))
        self.assertIsNone(made.headers['ETag'])  # what is stored has the codes of those who were told
        self.assertIsNotNone(made.headers['Schedule-Tag'])

        # Invited: Boris has it in his calendar and his inbox, the room has taken it, and Anna sees both.
        _, his = self.copy(self.boris, 'plan')
        self.assertIn('RRULE:FREQ=WEEKLY;COUNT=4', his)
        self.assertEqual(attendee(his, 'boris')['PARTSTAT'], 'NEEDS-ACTION')
        self.assertNotIn('METHOD', his)
        self.assertEqual([method for method, _ in self.messages(self.boris)], ['REQUEST'])
        href, hers = self.copy(self.anna, 'plan')
        self.assertEqual(attendee(hers, 'boris')['SCHEDULE-STATUS'], '1.2')
        self.assertEqual(attendee(hers, 'room')['PARTSTAT'], 'ACCEPTED')
        self.assertEqual([method for method, _ in self.messages(self.anna)], ['REPLY'])
        self.assertEqual(self.tag(self.anna, href), made.headers['Schedule-Tag'])
        self.assertEqual(len(self.busy(self.anna, 'room')['room']), 4)
        self.assertEqual(attendee(his, 'room')['PARTSTAT'], 'ACCEPTED')  # his copy followed, silently

        # Accepted: Anna's object has the answer under the same schedule tag.
        etag = self.anna.one(href, 'D:getetag').text
        self.answer(self.boris, 'plan', 'ACCEPTED', 'boris')
        _, hers = self.copy(self.anna, 'plan')
        self.assertEqual(attendee(hers, 'boris')['PARTSTAT'], 'ACCEPTED')
        self.assertEqual(self.tag(self.anna, href), made.headers['Schedule-Tag'])
        self.assertNotEqual(self.anna.one(href, 'D:getetag').text, etag)
        self.assertEqual([method for method, _ in self.messages(self.anna)], ['REPLY', 'REPLY'])
        self.assertIn('SCHEDULE-STATUS=1.2', next(one for one in lines(self.copy(self.boris, 'plan')[1]) if one.startswith('ORGANIZER')))

        # One instance moves: Boris has to answer it anew, the room goes along.
        moved = vevent('plan', ('boris', 'room'), 'anna', stamp(7, 15), stamp(7, 16), f'RECURRENCE-ID:{stamp(7)}\r\nSEQUENCE:1\r\n')
        flat = hers.replace('\r\n ', '').replace('END:VCALENDAR', moved + 'END:VCALENDAR')
        again = self.put(self.anna, href, flat, 204)
        self.assertNotEqual(again.headers['Schedule-Tag'], made.headers['Schedule-Tag'])
        _, his = self.copy(self.boris, 'plan')
        self.assertEqual(his.count('BEGIN:VEVENT'), 2)
        self.assertEqual(attendee(his, 'boris')['PARTSTAT'], 'ACCEPTED')
        self.assertEqual(attendee(his, 'boris', 1)['PARTSTAT'], 'NEEDS-ACTION')
        taken = self.busy(self.anna, 'room')['room']
        self.assertEqual(len(taken), 4)
        self.assertIn(stamp(7, 15), [one.split('/')[0] for one in taken])
        self.assertNotIn(stamp(7), [one.split('/')[0] for one in taken])
        self.assertEqual([method for method, _ in self.messages(self.boris)].count('REQUEST'), 2)

        # Cancelled: struck out in Boris's calendar, gone from the room's.
        self.assertEqual(self.anna.ask('DELETE', href).status, 204)
        self.assertIsNone(self.copy(self.anna, 'plan'))
        self.assertIn('STATUS:CANCELLED', self.copy(self.boris, 'plan')[1])
        self.assertIn('CANCEL', [method for method, _ in self.messages(self.boris)])
        self.assertEqual(self.busy(self.anna, 'room', 'boris'), {'room': [], 'boris': []})

    def test_it_is_all_there_after_a_restart(self):
        self.put(self.anna, 'kept.ics', meeting('kept', ('boris',)))
        self.server.restart('kill')
        for one in (self.anna, self.boris):
            one.close()
        self.assertIsNotNone(self.copy(self.boris, 'kept'))
        href, text = self.copy(self.anna, 'kept')
        self.assertEqual(attendee(text, 'boris')['SCHEDULE-STATUS'], '1.2')
        self.assertEqual(self.tag(self.anna, href), self.anna.one(href, 'D:getetag').text)


class Answers(MeetingCase):
    def test_an_attendee_who_goes_says_so_or_not(self):
        for reply, expected in (('T', 'DECLINED'), ('F', 'NEEDS-ACTION')):
            with self.subTest(reply):
                self.put(self.anna, f'go{reply}.ics', meeting(f'go{reply}', ('boris',)))
                href, _ = self.copy(self.boris, f'go{reply}')
                self.assertEqual(self.boris.ask('DELETE', href, Schedule_Reply=reply).status, 204)
                self.assertEqual(attendee(self.copy(self.anna, f'go{reply}')[1], 'boris')['PARTSTAT'], expected)

    def test_an_instance_is_declined_alone(self):
        self.put(self.anna, 'one.ics', meeting('one', ('boris',), extra='RRULE:FREQ=DAILY;COUNT=3\r\n'))
        href, his = self.copy(self.boris, 'one')
        flat = his.replace('\r\n ', '').replace('RRULE:', f'EXDATE:{stamp(1)}\r\nRRULE:')
        self.put(self.boris, href, flat, 204)
        hers = self.copy(self.anna, 'one')[1]
        self.assertEqual(attendee(hers, 'boris')['PARTSTAT'], 'NEEDS-ACTION')
        self.assertEqual(attendee(hers, 'boris', 1)['PARTSTAT'], 'DECLINED')

    def test_the_times_are_the_organizers(self):
        self.put(self.anna, 'mine.ics', meeting('mine', ('boris',)))
        href, his = self.copy(self.boris, 'mine')
        refused = self.put(self.boris, href, his.replace(stamp(), stamp(1)).replace(stamp(hour=11), stamp(1, 11)), 403)
        self.assertIn(C + 'allowed-attendee-scheduling-object-change', refused.condition())
        self.assertEqual(self.copy(self.boris, 'mine')[1], his)
        href, hers = self.copy(self.anna, 'mine')
        stolen = self.put(self.anna, href, hers.replace('ORGANIZER:mailto:anna', 'ORGANIZER:mailto:clara'), 403)
        self.assertIn(C + 'allowed-organizer-scheduling-object-change', stolen.condition())

    def test_what_an_attendees_program_writes_anew_does_not_hinder_his_answer(self):
        self.put(self.anna, 'words.ics', meeting('words', ('boris',), extra='DESCRIPTION:The plan\r\n'))
        href, his = self.copy(self.boris, 'words')
        flat = his.replace('\r\n ', '').replace('NEEDS-ACTION', 'ACCEPTED').replace('DESCRIPTION:The plan', 'DESCRIPTION:My own words')
        flat = flat.replace('SUMMARY:', 'X-MOZ-LASTACK:20261101T000000Z\r\nSTATUS:CONFIRMED\r\nSUMMARY:')
        answer = self.put(self.boris, href, flat.replace('END:VEVENT', 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:Go\r\n'
                                                         'TRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT'), 204)
        self.assertIsNone(answer.headers['ETag'])
        now = lines(self.copy(self.boris, 'words')[1])
        self.assertIn('DESCRIPTION:The plan', now)
        self.assertNotIn('STATUS:CONFIRMED', now)
        self.assertIn('X-MOZ-LASTACK:20261101T000000Z', now)
        self.assertIn('TRIGGER:-PT5M', now)
        hers = self.copy(self.anna, 'words')[1]
        self.assertEqual(attendee(hers, 'boris')['PARTSTAT'], 'ACCEPTED')
        self.assertIn('DESCRIPTION:The plan', lines(hers))
        self.assertNotIn('TRIGGER', hers)

    def test_an_instance_of_ones_own_has_the_series_times(self):
        self.put(self.anna, 'days.ics', meeting('days', ('boris',), extra='RRULE:FREQ=DAILY;COUNT=3\r\n'))
        href, his = self.copy(self.boris, 'days')
        flat = his.replace('\r\n ', '')
        one = 'BEGIN:VEVENT' + flat.split('BEGIN:VEVENT')[1].split('END:VCALENDAR')[0].replace('RRULE:FREQ=DAILY;COUNT=3\r\n', '')
        one = one.replace(f'UID:days\r\n', f'UID:days\r\nRECURRENCE-ID:{stamp(1)}\r\n')

        def with_instance(start, end, partstat='NEEDS-ACTION'):
            instance = one.replace(f'DTSTART:{stamp()}', f'DTSTART:{start}').replace(f'DTEND:{stamp(hour=11)}', f'DTEND:{end}')
            return flat.replace('END:VCALENDAR', instance.replace('NEEDS-ACTION', partstat) + 'END:VCALENDAR')
        for start, end in ((stamp(1, 15), stamp(1, 16)), (stamp(1), stamp(1, 12))):
            refused = self.put(self.boris, href, with_instance(start, end), 403)
            self.assertIn(C + 'allowed-attendee-scheduling-object-change', refused.condition())
        self.assertEqual(self.copy(self.boris, 'days')[1], his)
        self.put(self.boris, href, with_instance(stamp(1), stamp(1, 11), 'TENTATIVE'), 204)
        self.assertEqual(attendee(self.copy(self.anna, 'days')[1], 'boris', 1)['PARTSTAT'], 'TENTATIVE')

    def test_others_see_an_answer(self):
        self.put(self.anna, 'all.ics', meeting('all', ('boris', 'clara')))
        self.answer(self.boris, 'all', 'TENTATIVE', 'boris')
        self.assertEqual(attendee(self.copy(self.clara, 'all')[1], 'boris')['PARTSTAT'], 'TENTATIVE')
        self.assertEqual([method for method, _ in self.messages(self.clara)], ['REQUEST'])  # and are not told

    def test_a_client_that_missed_an_answer_does_not_lose_it(self):
        made = self.put(self.anna, 'tag.ics', meeting('tag', ('boris',)))
        href, old = self.copy(self.anna, 'tag')
        etag, tag = self.anna.one(href, 'D:getetag').text, made.headers['Schedule-Tag']
        self.assertEqual(self.anna.ask('GET', href).headers['Schedule-Tag'], tag)
        self.answer(self.boris, 'tag', 'ACCEPTED', 'boris')
        self.put(self.anna, href, old.replace('SUMMARY:Plan', 'SUMMARY:New'), 412, If_Match=etag)
        self.put(self.anna, href, old.replace('SUMMARY:Plan', 'SUMMARY:New'), 204, If_Schedule_Tag_Match=tag)
        now = self.copy(self.anna, 'tag')[1]
        self.assertEqual(attendee(now, 'boris')['PARTSTAT'], 'ACCEPTED')
        self.assertIn('SUMMARY:New', self.copy(self.boris, 'tag')[1])
        self.put(self.anna, href, now, 412, If_Schedule_Tag_Match=tag)
        # It counts for whatever is done with the object, and answers do not change it.
        new, other = self.tag(self.anna, href), self.anna.home() + 'elsewhere/'
        self.anna.ask('MKCALENDAR', other)
        self.addCleanup(self.anna.ask, 'DELETE', other)
        self.answer(self.boris, 'tag', 'DECLINED', 'boris')
        for method, more in (('MOVE', {'Destination': other + 'tag.ics'}), ('COPY', {'Destination': other + 'tag.ics'}), ('DELETE', {})):
            self.assertEqual(self.anna.ask(method, href, If_Schedule_Tag_Match=tag, **more).status, 412, method)
        self.assertEqual(self.anna.ask('MOVE', href, Destination=other + 'tag.ics', If_Schedule_Tag_Match=new).status, 201)
        self.assertEqual(self.tag(self.anna, other + 'tag.ics'), new)
        self.assertEqual(self.anna.ask('DELETE', other + 'tag.ics', If_Schedule_Tag_Match=new).status, 204)

    def test_groups_bring_their_members_and_the_unknown_are_named(self):
        self.put(self.anna, 'team.ics', meeting('team', ('team', 'gone', 'nobody', 'boris')))
        text = self.copy(self.anna, 'team')[1]
        self.assertEqual(attendee(text, 'clara')['SCHEDULE-STATUS'], '1.2')
        self.assertIn('team@example.test', attendee(text, 'clara')['MEMBER'] + str(lines(text)))
        self.assertEqual((attendee(text, 'gone')['SCHEDULE-STATUS'], attendee(text, 'nobody')['SCHEDULE-STATUS']), ('3.7', '3.7'))
        self.assertEqual(text.replace('\r\n ', '').count('mailto:boris@example.test'), 1)
        for one in (self.boris, self.clara):
            self.assertIsNotNone(self.copy(one, 'team'))

    def test_a_meeting_is_once_in_a_calendar_home(self):
        self.put(self.anna, 'once.ics', meeting('once', ('boris',)))
        other = self.anna.home() + 'other/'
        self.anna.ask('MKCALENDAR', other)
        refused = self.put(self.anna, other + 'x.ics', meeting('once', ('boris',)), 403)
        self.assertIn(C + 'unique-scheduling-object-resource', refused.condition())
        copied = self.anna.ask('COPY', self.anna.calendar + 'once.ics', Destination=other + 'y.ics')
        self.assertEqual(copied.status, 403)
        moved = self.anna.ask('MOVE', self.anna.calendar + 'once.ics', Destination=other + 'z.ics')
        self.assertEqual(moved.status, 201)
        self.assertNotIn('STATUS:CANCELLED', self.copy(self.boris, 'once')[1])
        self.assertEqual(self.anna.ask('DELETE', other).status, 204)  # with all it holds
        self.assertIn('STATUS:CANCELLED', self.copy(self.boris, 'once')[1])


class Rooms(MeetingCase):
    def reply(self):
        return next(text.replace('\r\n ', '') for method, text in self.messages(self.boris) if method == 'REPLY')

    def test_a_conflict_is_declined_with_the_reason(self):
        self.put(self.anna, 'first.ics', meeting('first', ('room',), start=stamp(2), end=stamp(2, 11)))
        self.put(self.boris, 'second.ics', meeting('second', ('room',), 'boris', start=stamp(2, 10, 30), end=stamp(2, 12)))
        self.assertEqual(attendee(self.copy(self.boris, 'second')[1], 'room')['PARTSTAT'], 'DECLINED')
        self.assertIn('It is taken at that time', self.reply())
        self.assertIn('В это время занято', self.reply())
        self.assertEqual([one.split('/')[0] for one in self.busy(self.anna, 'room')['room']], [stamp(2)])
        # It is free again when the first one goes.
        self.assertEqual(self.anna.ask('DELETE', self.anna.calendar + 'first.ics').status, 204)
        self.put(self.boris, 'third.ics', meeting('third', ('room',), 'boris', start=stamp(2, 10, 30), end=stamp(2, 12)))
        self.assertEqual(attendee(self.copy(self.boris, 'third')[1], 'room')['PARTSTAT'], 'ACCEPTED')

    def test_a_series_loses_the_days_that_are_taken(self):
        self.put(self.anna, 'day.ics', meeting('day', ('room',), start=stamp(8), end=stamp(8, 11)))
        self.put(self.boris, 'row.ics', meeting('row', ('room',), 'boris', start=stamp(7), end=stamp(7, 11),
                                                extra='RRULE:FREQ=DAILY;COUNT=5\r\n'))
        text = self.copy(self.boris, 'row')[1]
        self.assertEqual(attendee(text, 'room')['PARTSTAT'], 'ACCEPTED')
        self.assertEqual(attendee(text, 'room', 1)['PARTSTAT'], 'DECLINED')
        self.assertIn(f'RECURRENCE-ID:{stamp(8)}', text)

    def test_who_may_book_and_how_many_come(self):
        self.put(self.boris, 'no.ics', meeting('no', ('small',), 'boris'))
        self.assertEqual(attendee(self.copy(self.boris, 'no')[1], 'small')['PARTSTAT'], 'DECLINED')
        self.assertIn('You may not book it', self.reply())
        self.put(self.anna, 'yes.ics', meeting('yes', ('boris', 'small')))
        self.assertEqual(attendee(self.copy(self.anna, 'yes')[1], 'small')['PARTSTAT'], 'ACCEPTED')
        self.put(self.anna, 'full.ics', meeting('full', ('boris', 'clara', 'small'), start=stamp(3), end=stamp(3, 11)))
        self.assertEqual(attendee(self.copy(self.anna, 'full')[1], 'small')['PARTSTAT'], 'DECLINED')


    def test_the_directory_says_how_many_a_room_holds(self):
        self.put(self.anna, 'three.ics', meeting('three', ('boris', 'clara', 'hall'), start=stamp(9), end=stamp(9, 11)))
        self.assertEqual(attendee(self.copy(self.anna, 'three')[1], 'hall')['PARTSTAT'], 'ACCEPTED')
        for room, invited in (('hall', ('boris', 'clara', 'dora')), ('cell', ('boris',))):
            self.put(self.anna, f'{room}.ics', meeting('at-' + room, (*invited, room), start=stamp(10), end=stamp(10, 11)))
            self.assertEqual(attendee(self.copy(self.anna, 'at-' + room)[1], room)['PARTSTAT'], 'DECLINED', room)

    def test_rooms_are_listed_and_found(self):
        rooms = lambda *words: {row['address'].split('@')[0]: row for row in self.server.ctl('rooms', *words)}  # noqa: E731
        self.put(self.anna, 'taken.ics', meeting('taken', ('room',), start=stamp(11), end=stamp(11, 11)))
        there = rooms()
        self.assertEqual(list(there), ['cell', 'hall', 'room', 'small'])
        self.assertEqual({name: row['capacity'] for name, row in there.items()}, {'cell': 1, 'hall': 3, 'room': 0, 'small': 2})
        self.assertEqual([there[name]['lists'] for name in ('hall', 'room', 'small')], [['floor@example.test']] * 2 + [[]])
        self.assertEqual(there['small']['booked_by'], ['boss@example.test'])
        self.assertEqual((there['room']['accepted'], there['room']['tentative']), (1, 0))
        when = lambda hour, minute=0: f'{MONDAY + datetime.timedelta(days=11)} {hour:02}:{minute:02}'  # noqa: E731
        self.assertEqual(set(rooms('--free', when(10, 30))), {'cell', 'hall', 'small'})
        self.assertEqual(set(rooms('--free', when(11))), set(there))
        self.assertNotIn('room', rooms('--free', when(9), '--until', when(12)))
        self.assertEqual(set(rooms('--capacity', '2')), {'hall', 'small'})
        for wrong in (('--until', when(9)), ('--free', 'soon'), ('--capacity', '0'), ('--free', when(9), '--until', when(8))):
            self.assertEqual(self.server.ask('rooms', *wrong)[0], 1, wrong)
        # A list of rooms is one in the address book, and a group for whom calendars ask; rooms are found there.
        shown = {row['address']: row['kind'] for row in self.server.ctl('gal', 'search', 'floor')}
        self.assertEqual(shown, {'floor@example.test': 'room list'})
        self.assertEqual(self.server.ctl('gal', 'show', 'team@example.test')['kind'], 'group')
        search = (f'<D:principal-property-search {SPACES}><D:property-search><D:prop><C:calendar-user-type/></D:prop><D:match>%s</D:match>'
                  '</D:property-search><D:prop><D:displayname/><D:group-member-set/></D:prop></D:principal-property-search>')
        for kind, names in (('ROOM', ['Cell', 'Hall', 'Room', 'Small']), ('GROUP', ['First floor', 'boss', 'team'])):
            found, _ = self.anna.report('/dav/principals/', search % kind, Depth='0').responses()
            self.assertEqual(sorted(prop[D + 'displayname'].text for prop in found.values()), names)


class Crowd(MeetingCase):
    def told(self, uid, status):
        text = '\n'.join(lines(self.copy(self.anna, uid)[1]))
        return text.count(f'SCHEDULE-STATUS={status}')

    def restarted(self):
        self.server.restart('kill')
        self.setUp()

    def setUp(self):
        self.anna, self.dora = self.client('anna'), self.client('dora')
        for one in (self.anna, self.dora):
            one.calendar = one.home() + 'default/'
            one.inbox = one.home() + 'inbox/'

    def test_many_are_told_after_the_answer_and_after_a_crash(self):
        everybody = (*CROWD, 'dora', 'ewa')
        self.put(self.anna, 'crowd.ics', meeting('crowd', everybody))
        self.restarted()
        kontor.wait_until(lambda: self.told('crowd', '1.2') == len(everybody), 'everybody is told')
        self.assertIsNotNone(self.copy(self.dora, 'crowd'))
        self.assertEqual([method for method, _ in self.messages(self.dora)].count('REQUEST'), 1)
        # A change of few, while many wait, is told behind them.
        href, text = self.copy(self.anna, 'crowd')
        self.put(self.anna, href, text.replace('SUMMARY:Plan', 'SUMMARY:Dance'), 204)
        without = text.replace('SUMMARY:Plan', 'SUMMARY:Dance').replace('\r\n ', '')
        without = '\r\n'.join(line for line in without.split('\r\n') if 'mailto:dora@' not in line)
        self.put(self.anna, href, without, 204)
        kontor.wait_until(lambda: 'STATUS:CANCELLED' in self.copy(self.dora, 'crowd')[1], 'she is told that she need not come')
        self.assertIn('SUMMARY:Dance', self.copy(self.dora, 'crowd')[1])
        # A deletion that a crash cuts short.
        self.put(self.anna, 'party.ics', meeting('party', everybody, start=stamp(2), end=stamp(2, 11)))
        kontor.wait_until(lambda: self.told('party', '1.2') == len(everybody), 'everybody is told of the party')
        self.assertEqual(self.anna.ask('DELETE', self.anna.calendar + 'party.ics').status, 204)
        self.restarted()
        kontor.wait_until(lambda: 'STATUS:CANCELLED' in self.copy(self.dora, 'party')[1], 'the end of the party is told')
        kontor.wait_until(lambda: not list((self.server.data / 'untold').iterdir()), 'nothing is left to tell')


class Boxes(MeetingCase):
    def test_where_they_are_and_what_they_refuse(self):
        principal = self.anna.one('/dav/', 'D:current-user-principal').find(D + 'href').text
        inbox = self.anna.one(principal, 'C:schedule-inbox-URL').find(D + 'href').text
        outbox = self.anna.one(principal, 'C:schedule-outbox-URL').find(D + 'href').text
        self.assertIsNotNone(self.anna.one(inbox, 'D:resourcetype').find(C + 'schedule-inbox'))
        self.assertIsNotNone(self.anna.one(outbox, 'D:resourcetype').find(C + 'schedule-outbox'))
        self.assertIsNone(self.anna.one(inbox, 'D:resourcetype').find(C + 'calendar'))
        self.assertEqual(self.anna.one(inbox, 'C:schedule-default-calendar-URL').find(D + 'href').text, self.anna.calendar)
        for path in (inbox, outbox):
            self.put(self.anna, path + 'x.ics', meeting('x', ('boris',)), 403)
            self.assertEqual(self.anna.ask('DELETE', path).status, 403)
        self.assertIn('calendar-auto-schedule', self.anna.ask('OPTIONS', '/dav/').headers['DAV'])
        self.assertEqual(self.anna.ask('POST', self.anna.calendar, 'x').status, 405)

    def test_new_invitations_come_where_their_owner_wants(self):
        other, inbox = self.boris.home() + 'work/', self.boris.inbox
        self.boris.ask('MKCALENDAR', other)
        update = (f'<D:propertyupdate {SPACES}><D:set><D:prop><C:schedule-default-calendar-URL><D:href>%s</D:href>'
                  '</C:schedule-default-calendar-URL></D:prop></D:set></D:propertyupdate>')
        self.assertEqual(self.boris.ask('PROPPATCH', inbox, update % (self.boris.home() + 'tasks/')).status, 403)
        self.assertEqual(self.boris.ask('PROPPATCH', inbox, update % other).status, 207)
        self.assertEqual(self.boris.one(inbox, 'C:schedule-default-calendar-URL').find(D + 'href').text, other)
        self.put(self.anna, 'work.ics', meeting('work', ('boris',)))
        self.assertEqual(len(self.boris.sync(other)[0]), 1)
        self.assertEqual(self.boris.ask('DELETE', other).status, 204)
        self.assertEqual(attendee(self.copy(self.anna, 'work')[1], 'boris')['PARTSTAT'], 'DECLINED')

    def test_who_is_busy(self):
        self.put(self.boris, 'own.ics', meeting('own', (), 'boris', start=stamp(4), end=stamp(4, 11)))
        self.put(self.clara, 'own.ics', meeting('own2', (), 'clara', start=stamp(4, 11), end=stamp(4, 12)))
        found = self.busy(self.anna, 'boris', 'team', 'nobody', days=7)
        self.assertEqual([one.split('/')[0] for one in found['boris']], [stamp(4)])
        self.assertEqual([one.split('/')[0] for one in found['team']], [stamp(4)])
        self.assertTrue(found['nobody'].startswith('3.7'), found)
        transparent = (f'<D:propertyupdate {SPACES}><D:set><D:prop><C:schedule-calendar-transp><C:transparent/>'
                       '</C:schedule-calendar-transp></D:prop></D:set></D:propertyupdate>')
        self.boris.ask('PROPPATCH', self.boris.calendar, transparent)
        self.assertEqual(self.busy(self.anna, 'boris', days=7)['boris'], [])
        self.boris.ask('PROPPATCH', self.boris.calendar, transparent.replace('<C:transparent/>', '<C:opaque/>'))
        asked = self.boris.ask('POST', self.boris.home() + 'outbox/', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n')
        self.assertEqual(asked.status, 403)


class Delegates(MeetingCase):
    """Dora is the secretary of Anna; Ewa may change Anna's calendar and no more."""
    def setUp(self):
        super().setUp()
        for who, role in (('dora', 'delegate'), ('ewa', 'editor')):
            self.server.ctl('shares', 'add', 'anna@example.test', f'{who}@example.test', role, '--folder', 'calendar:default')
        self.dora, self.ewa = self.client('dora'), self.client('ewa')
        for one in (self.dora, self.ewa):
            found, _ = one.propfind(one.home(), 'D:displayname', depth='1').responses()
            one.calendar = next(href for href in found if '/shared-' in href)
        self.outbox = self.anna.home() + 'outbox/'

    def privileges(self, client, path):
        held = client.one(path, 'D:current-user-privilege-set')
        return {one.tag for privilege in held for one in privilege}

    def refused(self, answer, privilege):
        self.assertEqual((answer.status, answer.condition()), (403, [D + 'need-privileges']), answer.body)
        need = answer.xml.find(f'{D}need-privileges/{D}resource')
        self.assertEqual(need.find(D + 'href').text, self.outbox)
        self.assertEqual([one.tag for one in need.find(D + 'privilege')], [C + privilege])

    def test_a_secretary_invites_in_the_name_of_her_boss(self):
        self.put(self.dora, 'boss.ics', meeting('boss', ('boris', 'room')))
        by = 'ORGANIZER;SENT-BY="mailto:dora@example.test":mailto:anna@example.test'
        for one in (self.anna, self.boris):
            text = self.copy(one, 'boss')[1]
            self.assertIn(by, next(line.replace(';SCHEDULE-STATUS=1.2', '') for line in lines(text) if line.startswith('ORGANIZER')))
            self.assertEqual(attendee(text, 'room')['PARTSTAT'], 'ACCEPTED')
        # The answer comes to Anna; Dora moves and cancels.
        self.answer(self.boris, 'boss', 'ACCEPTED', 'boris')
        href, text = self.copy(self.dora, 'boss')
        self.assertEqual(attendee(text, 'boris')['PARTSTAT'], 'ACCEPTED')
        flat = text.replace('\r\n ', '').replace(stamp(), stamp(1)).replace(stamp(hour=11), stamp(1, 11))
        self.put(self.dora, href, flat, 204)
        self.assertIn(stamp(1), self.copy(self.boris, 'boss')[1])
        self.assertEqual(self.dora.ask('DELETE', href).status, 204)
        self.assertIn('STATUS:CANCELLED', self.copy(self.boris, 'boss')[1])
        cancelled = next(text for method, text in self.messages(self.boris) if method == 'CANCEL')
        self.assertIn(by, lines(cancelled))

    def test_a_secretary_answers_in_the_name_of_her_boss(self):
        self.put(self.boris, 'asked.ics', meeting('asked', ('anna',), 'boris'))
        self.answer(self.dora, 'asked', 'ACCEPTED', 'anna')
        said = attendee(self.copy(self.boris, 'asked')[1], 'anna')
        self.assertEqual((said['PARTSTAT'], said['SENT-BY']), ('ACCEPTED', '"mailto:dora@example.test"'))

    def test_who_may_write_only_tells_nobody_anything(self):
        self.refused(self.put(self.ewa, 'new.ics', meeting('new', ('boris',)), 403), 'schedule-send-invite')
        self.put(self.anna, 'hers.ics', meeting('hers', ('boris', 'room')))
        self.put(self.boris, 'his.ics', meeting('his', ('anna',), 'boris'))
        href, text = self.copy(self.ewa, 'hers')
        told = len(self.messages(self.boris))
        self.refused(self.put(self.ewa, href, text.replace('SUMMARY:Plan', 'SUMMARY:Mine'), 403), 'schedule-send-invite')
        self.refused(self.ewa.ask('DELETE', href), 'schedule-send-invite')
        answered, invitation = self.copy(self.ewa, 'his')
        changed = re.sub('(ATTENDEE[^\r]*)PARTSTAT=NEEDS-ACTION', r'\1PARTSTAT=ACCEPTED', invitation.replace('\r\n ', ''))
        self.assertNotEqual(changed, invitation)
        self.refused(self.put(self.ewa, answered, changed, 403), 'schedule-send-reply')
        self.refused(self.ewa.ask('DELETE', answered), 'schedule-send-reply')
        self.assertIn(self.ewa.ask('POST', self.outbox, 'x').status, (403, 404))
        # Over a meeting nothing is moved either.
        self.put(self.ewa, 'plain.ics', dav.event('plain').decode())
        for method in ('MOVE', 'COPY'):
            self.refused(self.ewa.ask(method, self.ewa.calendar + 'plain.ics', Destination=href), 'schedule-send-invite')
        # Nothing of it was done, and nobody heard of it.
        self.assertEqual(self.copy(self.anna, 'hers')[1], text)
        self.assertEqual(self.copy(self.anna, 'his')[1], invitation)
        self.assertIsNone(self.copy(self.boris, 'new'))
        self.assertEqual(len(self.messages(self.boris)), told)
        self.assertEqual(attendee(self.copy(self.boris, 'his')[1], 'anna')['PARTSTAT'], 'NEEDS-ACTION')
        # What concerns Anna alone Ewa may change: an event without others, an alarm.
        self.put(self.ewa, 'plain.ics', dav.event('plain', 'Other').decode(), 204)
        self.assertEqual(self.ewa.ask('DELETE', self.ewa.calendar + 'plain.ics').status, 204)
        alarm = 'BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM\r\n'
        self.put(self.ewa, href, text.replace('END:VEVENT', alarm + 'END:VEVENT'), 204)
        self.assertEqual(len(self.messages(self.boris)), told)

    def test_privileges_of_scheduling(self):
        send = {C + 'schedule-send' + part for part in ('', '-invite', '-reply', '-freebusy')}
        deliver = {C + 'schedule-deliver', C + 'schedule-deliver-invite', C + 'schedule-deliver-reply', C + 'schedule-query-freebusy'}
        self.assertLessEqual(send, self.privileges(self.anna, self.outbox))
        self.assertLessEqual(deliver, self.privileges(self.anna, self.anna.inbox))
        self.assertFalse((send | deliver) & self.privileges(self.anna, self.anna.calendar))
        self.assertLessEqual(send, self.privileges(self.dora, self.outbox))
        self.assertNotIn(D + 'bind', self.privileges(self.dora, self.outbox))
        self.assertEqual(self.ewa.ask('PROPFIND', self.outbox, Depth='0').status, 404)
        # Dora finds the outbox at Anna's principal and asks there when others are busy.
        principal = self.anna.one('/dav/', 'D:current-user-principal').find(D + 'href').text
        self.assertEqual(self.dora.one(principal, 'C:schedule-outbox-URL').find(D + 'href').text, self.outbox)
        self.assertIsNone(self.ewa.propfind(principal, 'C:schedule-outbox-URL').responses()[0].get(principal, {}).get(C + 'schedule-outbox-URL'))
        body = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:ask\r\n'
                f'DTSTAMP:20261101T000000Z\r\nDTSTART:{stamp()}\r\nDTEND:{stamp(1)}\r\nORGANIZER:mailto:anna@example.test\r\n'
                'ATTENDEE:mailto:boris@example.test\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n')
        self.assertEqual(self.dora.ask('POST', self.outbox, body, Content_Type='text/calendar').status, 200)

    def test_the_owner_gives_and_takes_the_privilege(self):
        acl = (f'<D:acl {SPACES}><D:ace><D:principal><D:href>%s</D:href></D:principal><D:grant><D:privilege><C:%s/></D:privilege>'
               '</D:grant></D:ace></D:acl>')
        ewa = self.ewa.one('/dav/', 'D:current-user-principal').find(D + 'href').text
        part = self.anna.ask('ACL', self.outbox, acl % (ewa, 'schedule-send-invite'))
        self.assertEqual((part.status, part.condition()), (403, [D + 'no-abstract']))
        self.assertEqual(self.anna.ask('ACL', self.anna.calendar, acl % (ewa, 'schedule-send')).condition(), [D + 'not-supported-privilege'])
        self.assertEqual(self.anna.ask('ACL', self.outbox, acl % (ewa, 'schedule-send')).status, 200)
        told = [one.tag for one in self.anna.one(self.outbox, 'D:acl').iter() if one.tag.startswith(C)]
        self.assertEqual(told, [C + 'schedule-send'])
        self.put(self.ewa, 'given.ics', meeting('given', ('boris',)))
        self.assertIn('SENT-BY="mailto:ewa@example.test"', self.copy(self.boris, 'given')[1].replace('\r\n ', ''))
        self.assertEqual(self.anna.ask('ACL', self.outbox, f'<D:acl {SPACES}/>').status, 200)
        self.refused(self.ewa.ask('DELETE', self.ewa.calendar + 'given.ics'), 'schedule-send-invite')

    def test_a_calendar_with_meetings_goes_by_a_delegate_only(self):
        work = self.anna.home() + 'work/'
        self.anna.ask('MKCALENDAR', work)
        self.put(self.anna, work + 'gone.ics', meeting('gone1', ('boris',)))
        self.server.ctl('shares', 'add', 'anna@example.test', 'ewa@example.test', 'editor', '--folder', 'calendar:work')
        self.refused(self.ewa.ask('DELETE', work), 'schedule-send-invite')
        self.assertEqual(self.anna.ask('GET', work + 'gone.ics').status, 200)
        self.assertNotIn('STATUS:CANCELLED', self.copy(self.boris, 'gone1')[1])
        self.assertEqual(self.anna.ask('DELETE', work).status, 204)
        self.assertIn('STATUS:CANCELLED', self.copy(self.boris, 'gone1')[1])


if __name__ == '__main__':
    kontor.main()
