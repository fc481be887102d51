# SPDX-License-Identifier: GPL-3.0-or-later
"""Managed attachments (RFC 8607): added to events and instances, changed, removed; who reads them; what becomes of them."""
import pathlib
import re
import sys
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402
from dav import C  # noqa: E402

BASE = 'dc=example,dc=test'
PDF = bytes(range(256)) * 300
NAME = 'План встречи; v1.pdf'
DISPOSITION = "attachment; filename*=UTF-8''" + urllib.parse.quote(NAME)


def directory():
    return 'version: 1\n\n' + '\n'.join(
        f'dn: uid={name},ou=People,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name.title()}\n'
        f'mail: {name}@example.test\nuserPassword: {kontor.password_hash(kontor.PASSWORD)}\n'
        for name in ('anna', 'boris', 'clara', 'dora'))


def unfolded(text):
    return text.replace('\r\n ', '')


def attached(text, part=0):
    """{MANAGED-ID: (path, parameters)} of the part-th VEVENT."""
    out = {}
    for line in unfolded(text).split('BEGIN:VEVENT')[part + 1].split('\r\n'):
        if line.startswith('ATTACH;'):
            parameters, url = line.split(':https://', 1)
            fields = dict(one.split('=', 1) for one in re.findall(r';([A-Z-]+=(?:"[^"]*"|[^;]*))', parameters))
            out[fields['MANAGED-ID']] = ('/' + url.split('/', 1)[1], {key: value.strip('"') for key, value in fields.items()})
    return out


class Attachments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'server.demo': False, 'sign_in.delay': '10ms'})
        cls.addClassCleanup(cls.server.close)
        (cls.server.data / 'directory.ldif').write_text(directory(), encoding='utf-8')
        cls.server.start()
        kontor.wait_until(lambda: cls.server.takes_mail_for('anna@example.test'), 'the people are known')

    def setUp(self):
        self.connect()

    def connect(self):
        self.anna, self.boris, self.clara, self.dora = (self.client(name) for name in ('anna', 'boris', 'clara', 'dora'))
        self.calendar = self.anna.home() + 'default/'

    def client(self, name):
        made = dav.Client(self.server, name)
        self.addCleanup(made.close)
        return made

    def put(self, name, extra='', uid=None):
        path = self.calendar + name
        self.assertIn(self.anna.ask('PUT', path, dav.event(uid or name, extra=extra), Content_Type='text/calendar').status, (201, 204))
        return path

    def attach(self, path, action='add', body=PDF, client=None, status=None, query='', **fields):
        fields = {'Content_Type': 'application/pdf', 'Content_Disposition': DISPOSITION, **fields}
        answer = (client or self.anna).ask('POST', f'{path}?action=attachment-{action}{query}', body, **fields)
        self.assertEqual(answer.status, status or {'add': 201, 'update': 204, 'remove': 204}[action], answer.body)
        return answer

    def text(self, path, client=None):
        return (client or self.anna).ask('GET', path).body.decode()

    def used(self):
        return int(self.anna.one(self.calendar, 'D:quota-used-bytes').text)

    def test_the_whole_life_of_one(self):
        self.assertIn('calendar-managed-attachments', self.anna.ask('OPTIONS', '/dav/').headers['DAV'])
        for name in ('max-attachment-size', 'max-attachments-per-resource'):
            self.assertGreater(int(self.anna.one(self.calendar, 'C:' + name).text), 0)
        path = self.put('life.ics')
        answer = self.attach(path, Prefer='return=representation')
        first = answer.headers['Cal-Managed-ID']
        self.assertEqual(answer.body.decode(), self.text(path))
        self.assertEqual(answer.headers['ETag'], self.anna.ask('GET', path).headers['ETag'])
        url, fields = attached(self.text(path))[first]
        self.assertEqual((fields['FMTTYPE'], fields['FILENAME'], fields['SIZE']), ('application/pdf', NAME, str(len(PDF))))
        got = self.anna.ask('GET', url)
        self.assertEqual((got.status, got.body, got.headers['Content-Type']), (200, PDF, 'application/pdf'))
        self.assertTrue(got.headers['Content-Disposition'].endswith(urllib.parse.quote(NAME)))
        self.assertEqual(got.headers['X-Content-Type-Options'], 'nosniff')
        self.assertEqual(self.anna.ask('GET', url, If_None_Match=got.headers['ETag']).status, 304)
        # A newer one has another id, and the old one is gone.
        second = self.attach(path, 'update', b'two', query='&managed-id=' + first, Content_Type='text/plain; charset=utf-8',
                             Content_Disposition='attachment; filename="../etc/two.txt"').headers['Cal-Managed-ID']
        self.assertNotEqual(first, second)
        now = attached(self.text(path))
        self.assertEqual(list(now), [second])
        self.assertEqual((now[second][1]['FMTTYPE'], now[second][1]['FILENAME']), ('text/plain', 'two.txt'))
        self.assertEqual(self.anna.ask('GET', now[second][0]).body, b'two')
        self.assertEqual(self.anna.ask('GET', url).status, 404)
        # What was answered is there after a crash.
        self.server.restart('kill')
        self.connect()
        self.assertEqual(self.anna.ask('GET', now[second][0]).body, b'two')
        self.attach(path, 'remove', b'', query='&managed-id=' + second)
        self.assertEqual(attached(self.text(path)), {})
        self.assertEqual(self.anna.ask('GET', now[second][0]).status, 404)

    def test_what_is_refused_and_why(self):
        path = self.put('no.ics')
        known = self.attach(path).headers['Cal-Managed-ID']
        before = self.text(path)
        for action, query, condition in (('eat', '', 'valid-action'), ('add', '&managed-id=x', 'valid-managed-id'), ('update', '', 'valid-managed-id'),
                                         ('update', '&managed-id=x', 'valid-managed-id'), ('remove', '&managed-id=x', 'valid-managed-id'),
                                         ('update', f'&managed-id={known}&rid=M', 'valid-rid'), ('add', '&rid=20200101T000000Z', 'valid-rid'),
                                         ('add', '&rid=soon', 'valid-rid')):
            with self.subTest(action=action, query=query):
                self.assertEqual(self.attach(path, action, query=query, status=403).condition()[0], C + condition)
        self.attach(path, status=412, If_Match='"00000000-0000-4000-8000-000000000000"')
        self.attach(self.calendar + 'none.ics', status=405)
        self.attach(self.calendar, status=405)
        self.assertEqual(self.text(path), before)
        wrong = unfolded(before).replace(known, known.translate(str.maketrans('0123456789abcdef', '123456789abcdef0')))
        self.assertEqual(self.anna.ask('GET', attached(wrong).popitem()[1][0]).status, 404)

    def test_no_more_than_so_many(self):
        path = self.put('many.ics')
        most = int(self.anna.one(self.calendar, 'C:max-attachments-per-resource').text)
        for number in range(most):
            self.attach(path, body=str(number).encode())
        self.assertEqual(self.attach(path, status=403).condition(), [C + 'max-attachments-per-resource'])
        self.assertEqual(len(attached(self.text(path))), most)

    def test_instances_have_their_own(self):
        path = self.put('days.ics', 'RRULE:FREQ=DAILY;COUNT=3\r\n')
        first = self.attach(path, query='&rid=M').headers['Cal-Managed-ID']
        second = self.attach(path, query='&rid=20261123T100000Z').headers['Cal-Managed-ID']
        text = unfolded(self.text(path))
        self.assertEqual(text.count('BEGIN:VEVENT'), 2)
        self.assertIn('RECURRENCE-ID:20261123T100000Z', text)
        self.assertEqual((set(attached(text)), set(attached(text, 1))), ({first}, {first, second}))
        self.attach(path, 'remove', b'', query=f'&rid=20261124T100000Z&managed-id={first}')
        text = self.text(path)
        self.assertEqual([set(attached(text, part)) for part in range(3)], [{first}, {first, second}, set()])
        self.assertEqual(self.anna.ask('GET', attached(text)[first][0]).status, 200)
        third = self.attach(path).headers['Cal-Managed-ID']  # without rid: of all
        text = self.text(path)
        self.assertTrue(all(third in attached(text, part) for part in range(3)))
        self.attach(path, 'remove', b'', query=f'&managed-id={first}')
        self.assertTrue(all(first not in attached(self.text(path), part) for part in range(3)))

    def test_they_go_with_their_event(self):
        empty = self.used()
        path = self.put('gone.ics')
        self.attach(path)
        url = attached(self.text(path)).popitem()[1][0]
        self.assertGreater(self.used(), empty + len(PDF))
        moved = self.anna.home() + 'work/'
        self.assertEqual(self.anna.ask('MKCALENDAR', moved).status, 201)
        self.assertEqual(self.anna.ask('MOVE', path, Destination=moved + 'gone.ics').status, 201)
        self.assertEqual(self.anna.ask('GET', url).status, 200)
        self.assertEqual(self.anna.ask('DELETE', moved).status, 204)
        self.assertEqual(self.anna.ask('GET', url).status, 404)
        path = self.put('gone.ics')
        self.attach(path)
        url = attached(self.text(path)).popitem()[1][0]
        self.put('gone.ics')  # by PUT without it
        self.assertEqual(self.anna.ask('GET', url).status, 404)
        self.attach(path)
        url = attached(self.text(path)).popitem()[1][0]
        self.assertEqual(self.anna.ask('DELETE', path).status, 204)
        self.assertEqual(self.anna.ask('GET', url).status, 404)

    def test_who_takes_part_reads_them(self):
        people = ('ORGANIZER:mailto:anna@example.test\r\nATTENDEE:mailto:anna@example.test\r\n'
                  'ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:boris@example.test\r\n')
        path = self.put('meet.ics', people)
        self.attach(path)
        his = next(text for text in (self.text(name, self.boris) for name in self.boris.sync(self.boris.home() + 'default/')[0])
                   if 'UID:meet.ics' in text)
        url = attached(his).popitem()[1][0]
        self.assertEqual(self.boris.ask('GET', url).body, PDF)
        self.assertEqual(self.clara.ask('GET', url).status, 404)
        nobody = dav.Client(self.server, '')
        self.addCleanup(nobody.close)
        self.assertEqual(nobody.ask('GET', url).status, 401)
        # By right: who may read the calendar of one who takes part, and not what is private.
        self.server.ctl('shares', 'add', 'boris@example.test', 'clara@example.test', 'reader', '--folder', 'calendar:default')
        self.assertEqual(self.clara.ask('GET', url).body, PDF)
        self.server.ctl('shares', 'add', 'anna@example.test', 'dora@example.test', 'reader', '--folder', 'calendar:default')
        self.assertEqual(self.dora.ask('GET', url).body, PDF)
        self.attach(path, client=self.dora, status=403)
        secret = self.put('secret.ics', 'CLASS:PRIVATE\r\n')
        self.attach(secret)
        self.assertEqual(self.dora.ask('GET', attached(self.text(secret)).popitem()[1][0]).status, 404)
        self.attach(path, 'remove', b'', query='&managed-id=' + attached(self.text(path)).popitem()[0])
        kontor.wait_until(lambda: self.boris.ask('GET', url).status == 404, 'it is gone for him too')


if __name__ == '__main__':
    kontor.main()
