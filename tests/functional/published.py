# SPDX-License-Identifier: GPL-3.0-or-later
"""Published links of calendars, read by curl without a sign-in: what they show, how they end, what a wrong one is told; calendars that
everybody has, from a file; who may ask when somebody is busy, and what counts."""
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402
from dav import C, SPACES  # noqa: E402

PRIVATE = 'CLASS:PRIVATE\r\nLOCATION:Bank\r\n'
DAYS = '?start=20261122T000000Z&end=20261123T000000Z'
QUERY = f'<C:free-busy-query {SPACES}><C:time-range start="20261122T000000Z" end="20261123T000000Z"/></C:free-busy-query>'


class Case(unittest.TestCase):
    settings = {}

    def setUp(self):
        self.server = kontor.Server({'server.name': 'localhost', 'sign_in.delay': '10ms', **self.settings})
        self.addCleanup(self.server.close)
        self.server.start()
        self.anna, self.boris = self.client('anna'), self.client('boris')
        self.calendar = self.anna.home() + 'default/'
        self.assertEqual(self.anna.ask('PUT', self.calendar + 'a.ics', dav.event('a', 'Budget')).status, 201)

    def client(self, user):
        made = dav.Client(self.server, user)
        self.addCleanup(made.close)
        return made


class LinksCase(Case):
    def publish(self, *words, calendar='default', person='anna@example.test'):
        return self.server.ctl('calendars', 'publish', person, calendar, *words)

    def curl(self, address, *words):
        """Status, fields in lower case and body."""
        done = subprocess.run(['curl', '-sS', '-i', '--http1.1', '--cacert', str(self.server.data / 'tls/ca.pem'), *words, address],
                              capture_output=True, timeout=kontor.PATIENCE, check=True)
        head, _, body = done.stdout.partition(b'\r\n\r\n')
        status, *rows = head.decode().split('\r\n')
        return int(status.split()[1]), {row.split(':', 1)[0].lower(): row.split(':', 1)[1].strip() for row in rows}, body


class Links(LinksCase):
    settings = {'log.level': 'debug'}

    def test_a_link_shows_the_calendar_until_it_is_revoked(self):
        self.assertEqual(self.anna.ask('PUT', self.calendar + 's.ics', dav.event('s', 'Salary', extra=PRIVATE)).status, 201)
        made = self.publish()
        self.assertEqual((made['mailbox'], made['calendar'], made['detail'], made['last_used']),
                         ('anna@example.test', 'calendar:default', 'full', 'never'))
        self.assertRegex(made['address'], rf"^https://localhost:{self.server.port('https')}/published/[\w-]{{48}}\.ics$")
        status, fields, body = self.curl(made['address'])
        self.assertEqual((status, fields['content-type']), (200, 'text/calendar; charset=utf-8'))
        self.assertNotIn('set-cookie', fields)
        text = body.decode()
        self.assertEqual((text.count('BEGIN:VCALENDAR'), text.count('BEGIN:VEVENT')), (1, 2))
        for word in ('SUMMARY:Budget', 'UID:s', 'X-WR-CALNAME:Calendar'):
            self.assertIn(word, text)
        for word in ('Salary', 'Bank'):
            self.assertNotIn(word, text, 'what is private tells when, and no more')
        # Who has it already gets no body; a change gives another entity tag, reading alone does not.
        tag = fields['etag']
        self.assertEqual(self.curl(made['address'], '-H', f'If-None-Match: "x", W/{tag}')[::2], (304, b''))
        self.assertEqual(self.anna.ask('PUT', self.calendar + 'b.ics', dav.event('b', 'Lunch')).status, 201)
        status, fields, body = self.curl(made['address'], '-H', f'If-None-Match: {tag}')
        self.assertEqual(status, 200)
        self.assertIn(b'SUMMARY:Lunch', body)
        self.assertNotEqual(fields['etag'], tag)
        self.assertEqual(self.curl(made['address'], '--head')[1]['etag'], fields['etag'])
        # It is shown, lives through a restart, and the secret is in no file and no log.
        shown, = self.server.ctl('calendars', 'links', 'anna@example.test')
        self.assertEqual(shown['link'], made['link'])
        self.assertNotEqual(shown['last_used'], 'never')
        self.server.restart()
        self.assertEqual(self.curl(made['address'])[0], 200)
        self.assertEqual([row['link'] for row in self.server.ctl('calendars', 'links')], [made['link']])
        token = re.search(r'/published/(.*)\.ics', made['address'])[1].encode()
        for file in self.server.data.rglob('*'):
            if file.is_file():
                self.assertNotIn(token, file.read_bytes(), file)
        self.assertTrue(self.server.ctl('calendars', 'revoke', made['link'])['revoked'])
        self.assertEqual(self.curl(made['address'])[0], 404)
        self.assertEqual(self.server.ctl('calendars', 'links'), [])
        status, said = self.server.ask('calendars', 'revoke', made['link'])
        self.assertEqual(status, 1, said)

    def test_what_opens_nothing_is_told_the_same(self):
        made, gone = self.publish(), self.publish()
        self.server.ctl('calendars', 'revoke', gone['address'])
        base, token = made['address'].rsplit('/', 1)
        answers = set()
        for name in (gone['address'].rsplit('/', 1)[1], 'A' * 48 + '.ics', token[0:30] + 'A' * 18 + '.ics', token[1:], 'x', '', '..ics', token + '/a'):
            status, fields, body = self.curl(f'{base}/{name}', '--path-as-is')
            fields = {key: value for key, value in fields.items() if key != 'date'}
            answers.add((status, str(sorted(fields.items())), body))
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(next(iter(answers))[0], 404)
        self.assertEqual(self.curl(made['address'])[0], 200)
        for method in ('PUT', 'DELETE', 'PROPFIND', 'POST'):
            self.assertEqual(self.curl(made['address'], '-X', method)[0], 405, method)

    def test_busy_time_alone(self):
        made = self.publish('--detail', 'free-busy', calendar='calendar:default')
        # Within the days that are shown, whenever the test runs.
        status, _, body = self.curl(made['address'])
        self.assertEqual(status, 200)
        self.assertIn(b'BEGIN:VFREEBUSY', body)
        self.assertNotIn(b'VEVENT', body)
        self.assertNotIn(b'Budget', body)
        self.assertEqual(self.curl(made['address'])[1]['etag'], self.curl(made['address'])[1]['etag'])

    def test_what_cannot_be_published(self):
        for words, reason in ((('anna@example.test', 'work'), 'calendar:default'), (('anna@example.test', 'inbox'), 'calendar:default'),
                              (('nobody@example.test', 'default'), 'nobody'), (('anna@example.test', 'default', '--detail', 'all'), 'free-busy')):
            status, said = self.server.ask('calendars', 'publish', *words)
            self.assertNotEqual(status, 0, words)
            self.assertIn(reason, str(said), words)

    def test_a_policy_forbids_it_for_links_that_are_there_too(self):
        made = self.publish()
        self.server.ctl('policy', 'set', 'anna@example.test', 'publishing=free-busy')
        status, _, body = self.curl(made['address'])
        self.assertEqual(status, 200)
        self.assertIn(b'VFREEBUSY', body)
        self.assertNotIn(b'Budget', body)
        status, said = self.server.ask('calendars', 'publish', 'anna@example.test', 'default')
        self.assertEqual(status, 1)
        self.assertIn('publishing=free-busy', str(said))
        self.server.ctl('policy', 'set', 'anna@example.test', 'publishing=none')
        self.assertEqual(self.curl(made['address'])[0], 404)
        self.assertEqual(self.server.ask('calendars', 'publish', 'anna@example.test', 'default', '--detail', 'free-busy')[0], 1)
        self.server.ctl('policy', 'remove', 'anna@example.test')
        self.assertIn(b'Budget', self.curl(made['address'])[2])


class Guessing(LinksCase):
    settings = {'sign_in.never_block': [], 'sign_in.block_failures': 5}

    def test_who_tries_many_is_blocked(self):
        """Who tries many is blocked; a program that asks for one that was revoked again and again is not."""
        made, gone = self.publish(), self.publish()
        self.server.ctl('calendars', 'revoke', gone['link'])
        for _ in range(12):
            self.assertEqual(self.curl(gone['address'])[0], 404)
        self.assertEqual(self.curl(made['address'])[0], 200)
        self.assertEqual(self.server.ctl('blocks'), [])
        base = made['address'].rsplit('/', 1)[0]

        def is_blocked():
            subprocess.run(['curl', '-sk', f'{base}/{is_blocked.number:048}.ics'], capture_output=True, timeout=kontor.PATIENCE, check=False)
            is_blocked.number += 1
            return self.server.ctl('blocks')
        is_blocked.number = 0
        kontor.wait_until(is_blocked, 'the address is blocked')


class Busy(Case):
    def policy(self, value):
        self.server.ctl('policy', 'set', 'anna@example.test', 'free_busy=' + value)

    def outbox(self, asker):
        """The status of a question for Anna in the asker's outbox, and the answer."""
        name = asker is self.anna and 'anna' or 'boris'
        body = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nMETHOD:REQUEST\r\nBEGIN:VFREEBUSY\r\nUID:q\r\n'
                f'DTSTAMP:20261101T000000Z\r\nORGANIZER:mailto:{name}@example.test\r\nATTENDEE:mailto:anna@example.test\r\n'
                'DTSTART:20261122T000000Z\r\nDTEND:20261123T000000Z\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n')
        answer = asker.ask('POST', asker.home() + 'outbox/', body.encode(), **{'Content-Type': 'text/calendar'})
        self.assertEqual(answer.status, 200, answer.body)
        status, = [one.text for one in answer.xml.iter(C + 'request-status')]
        return status.split(';')[0], answer.body

    def all_ways(self, asker):
        """Does each of the three ways tell when Anna is busy?"""
        status, said = self.outbox(asker)
        report = asker.report(self.calendar, QUERY)
        address = asker.ask('GET', '/freebusy/anna' + DAYS)
        told = (status == '2.0', report.status == 200, address.status == 200)
        for does, body in zip(told, (said, report.body, address.body)):
            self.assertEqual(does, b'20261122T100000Z' in body)
        return told

    def test_who_may_ask(self):
        self.assertEqual(self.all_ways(self.boris), (True, True, True))
        self.policy('rights')
        self.assertEqual(self.all_ways(self.boris), (False, False, False))
        self.assertEqual(self.outbox(self.boris)[0], '3.8')
        self.server.ctl('shares', 'add', 'anna@example.test', 'boris@example.test', 'freebusy', '--folder', 'calendar:default')
        self.assertEqual(self.all_ways(self.boris), (True, True, True))
        self.policy('nobody')
        self.assertEqual(self.all_ways(self.boris), (False, False, False))
        self.assertEqual(self.all_ways(self.anna), (True, True, True), 'it is her own')
        # A calendar that takes it from one takes it in all three.
        self.policy('everybody')
        self.server.ctl('shares', 'remove', 'anna@example.test', 'boris@example.test')
        self.assertEqual(self.all_ways(self.boris), (True, True, True))


    def test_working_hours_count(self):
        """RFC 7953: outside of what the inbox says is available the person is busy."""
        hours = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VAVAILABILITY\r\nUID:v\r\nDTSTAMP:20261101T000000Z\r\n'
                 'BEGIN:AVAILABLE\r\nUID:w\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261101T080000Z\r\nDTEND:20261101T170000Z\r\n'
                 'RRULE:FREQ=DAILY\r\nEND:AVAILABLE\r\nEND:VAVAILABILITY\r\nEND:VCALENDAR\r\n')
        inbox = self.anna.home() + 'inbox/'

        def set_hours(text):
            body = (f'<D:propertyupdate {SPACES}><D:set><D:prop><C:calendar-availability>{text}</C:calendar-availability></D:prop></D:set>'
                    '</D:propertyupdate>')
            return self.anna.ask('PROPPATCH', inbox, body)
        before = self.boris.ask('GET', '/freebusy/anna' + DAYS).body
        self.assertEqual(before.count(b'FREEBUSY;'), 1)
        answer = set_hours(hours)
        self.assertEqual((answer.status, b'200 OK' in answer.body), (207, True), answer.body)
        for body in (self.boris.ask('GET', '/freebusy/anna' + DAYS).body, self.outbox(self.boris)[1]):
            self.assertIn(b'20261122T000000Z/20261122T080000Z', body)
            self.assertIn(b'20261122T170000Z/20261123T000000Z', body)
            self.assertIn(b'20261122T100000Z/20261122T110000Z', body)
        for wrong in ('no calendar', dav.event('x').decode()):
            answer = set_hours(wrong)
            self.assertIn(b'403', answer.body)
            self.assertIn(b'valid-calendar-data', answer.body)
        body = f'<D:propertyupdate {SPACES}><D:remove><D:prop><C:calendar-availability/></D:prop></D:remove></D:propertyupdate>'
        self.assertEqual(self.anna.ask('PROPPATCH', inbox, body).status, 207)
        self.assertEqual(self.boris.ask('GET', '/freebusy/anna' + DAYS).body.count(b'FREEBUSY;'), 1)

    def test_a_change_counts_at_once(self):
        """What is remembered of a calendar ends with the next change of it."""
        def busy():
            return [line for line in self.boris.ask('GET', '/freebusy/anna' + DAYS).body.split(b'\r\n') if line.startswith(b'FREEBUSY')]
        self.assertEqual(len(busy()), 1)
        self.assertEqual(self.anna.ask('PUT', self.calendar + 'b.ics', dav.event('b', start='20261122T150000Z')).status, 201)
        self.assertEqual(len(busy()), 2)
        self.assertEqual(self.anna.ask('DELETE', self.calendar + 'b.ics').status, 204)
        self.assertEqual(len(busy()), 1)
        body = (f'<D:propertyupdate {SPACES}><D:set><D:prop><C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp></D:prop>'
                '</D:set></D:propertyupdate>')
        self.assertEqual(self.anna.ask('PROPPATCH', self.calendar, body).status, 207)
        self.assertEqual(busy(), [])


class Holidays(Case):
    def file(self, *events, more=''):
        path = self.server.data / 'holidays.ics'
        parts = b''.join(event.split(b'//EN\r\n')[1].split(b'END:VCALENDAR')[0] for event in events)
        path.write_bytes(f'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nX-WR-CALNAME:Праздники\r\n{more}'.encode() + parts
                         + b'END:VCALENDAR\r\n')
        return str(path)

    def shared(self, client):
        found, _ = client.propfind(client.home(), 'D:displayname', depth='1').responses()
        return {prop[dav.D + 'displayname'].text: href for href, prop in found.items() if '/shared-' in href}

    def names(self, client, path, token=''):
        found, gone, token = client.sync(path, token, prop='<C:calendar-data/>')
        texts = [prop[C + 'calendar-data'].text for prop in found.values()]
        return sorted(line[8:] for text in texts for line in text.splitlines() if line.startswith('SUMMARY:')), len(gone), token

    def test_everybody_has_them_and_they_follow_the_file(self):
        new_year, may = dav.event('n', 'New Year', '20270101T000000Z'), dav.event('m', 'May Day', '20270501T000000Z')
        made = self.server.ctl('calendars', 'holidays', self.file(new_year, may))
        self.assertEqual((made['calendar'], made['title'], made['events'], made['added']), ('calendar:holidays', 'Праздники', 2, 2))
        (title, path), = self.shared(self.anna).items()
        self.assertIn('Праздники', title)
        self.assertEqual(list(self.shared(self.boris)), [title])
        names, _, token = self.names(self.anna, path)
        self.assertEqual(names, ['May Day', 'New Year'])
        for method, name in (('PUT', 'x.ics'), ('DELETE', ''), ('PROPPATCH', '')):
            self.assertEqual(self.anna.ask(method, path + name, dav.event('x')).status, 403, method)
        # The same file changes nothing; a newer one what is different.
        again = self.server.ctl('calendars', 'holidays', self.file(new_year, may))
        self.assertEqual((again['added'], again['replaced'], again['removed']), (0, 0, 0))
        newer = self.server.ctl('calendars', 'holidays', self.file(dav.event('n', 'New Year and more', '20270101T000000Z'),
                                                                   dav.event('v', 'Victory Day', '20270509T000000Z')))
        self.assertEqual((newer['added'], newer['replaced'], newer['removed']), (1, 1, 1))
        names, gone, token = self.names(self.anna, path, token)
        self.assertEqual((names, gone), (['New Year and more', 'Victory Day'], 1))
        # A broken one is refused with the reason and the old one stays, after a restart too.
        broken = {'no calendar': b'SUMMARY:x\r\n', 'no event': b'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nEND:VCALENDAR\r\n',
                  'one bad event': pathlib.Path(self.file(new_year, dav.event('b', start='tomorrow'))).read_bytes()}
        for what, content in broken.items():
            (self.server.data / 'holidays.ics').write_bytes(content)
            status, said = self.server.ask('calendars', 'holidays', str(self.server.data / 'holidays.ics'))
            self.assertEqual(status, 1, what)
            self.assertIn('not taken', str(said), what)
        self.assertEqual(self.server.ask('calendars', 'holidays', self.file(new_year), '--name', 'a/b')[0], 1)
        self.server.restart()
        self.anna = self.client('anna')
        self.assertEqual(self.names(self.anna, path)[0], ['New Year and more', 'Victory Day'])
        # Another one beside it; a public calendar of the organisation's own is not overwritten.
        second = self.server.ctl('calendars', 'holidays', self.file(may), '--name', 'company', '--title', 'Our days')
        self.assertEqual((second['calendar'], second['title']), ('calendar:company', 'Our days'))
        self.assertEqual([row['calendar'] for row in self.server.ctl('calendars')], ['calendar:company', 'calendar:holidays'])
        self.server.ctl('shares', 'add', 'public', 'anyone', 'editor', '--folder', 'calendar:team')
        status, said = self.server.ask('calendars', 'holidays', self.file(may), '--name', 'team')
        self.assertEqual(status, 1)
        self.assertIn('--name', str(said))
        link = self.server.ctl('calendars', 'publish', 'public', 'holidays')
        self.assertEqual(link['mailbox'], 'public')
        self.server.ctl('calendars', 'remove', 'company')
        self.assertEqual(self.server.ask('calendars', 'remove', 'team')[0], 1)
        self.assertEqual(len(self.shared(self.anna)), 2, 'holidays and team')


if __name__ == '__main__':
    kontor.main()
