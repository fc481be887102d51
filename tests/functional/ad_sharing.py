# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars, folders and address books given to groups of a real domain: who is put into a group that lies in another has them within
seconds, by CalDAV, CardDAV and IMAP, and who is taken out has not; what a group has because it is one; a room that books itself."""
import base64
import http.client
import pathlib
import re
import subprocess
import sys

import ldap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import ad_case  # noqa: E402
import ad_server  # noqa: E402
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
from ad_case import kontor, people, samba  # noqa: E402
from dav import D, SPACES  # noqa: E402

MAIL = people.MAIL
ALICE, BOB, CAROL, ROOM = (f'{name}@{MAIL}' for name in ('alice', 'bob', 'carol', 'room-blue'))
CALENDAR = 'Calendar (Алиса Петрова)'


def meeting(uid, organizer, attendee, start='20270301T100000Z'):
    return dav.event(uid, start=start, extra=f'ORGANIZER:mailto:{organizer}\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{organizer}\r\n'
                                            f'ATTENDEE;CUTYPE=ROOM;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{attendee}\r\n')


class Person(dav.Client):
    """Somebody of the domain, by his name and password."""

    def __init__(self, case, user):
        self.connection = http.client.HTTPSConnection(samba.MAIL_HOST, case.server.port('https'), context=case.context(), timeout=120)
        token = base64.b64encode(f'{user}@{people.DOMAIN}:{people.PASSWORD}'.encode()).decode()
        self.headers = {'Authorization': 'Basic ' + token}

    def shared(self, kind='calendars'):
        """{display name: path} of what others have given, in the person's own home."""
        found, _ = self.propfind(self.home(kind), 'D:displayname', depth='1').responses()
        return {prop[D + 'displayname'].text: href for href, prop in found.items() if '/shared-' in href}


class Sharing(ad_server.ServerCase):
    @classmethod
    def make_server(cls):
        server = super().make_server()
        server.settings['sign_in.delay'] = '10ms'
        return server

    def person(self, name):
        made = Person(self, name)
        self.addCleanup(made.close)
        return made

    def make_group(self, name, kind, members=(), mail=True):
        """The DN of a new group; `members`: DNs."""
        dn = f'CN={name},{people.GROUPS_OU}'
        entry = {'objectClass': 'group', 'sAMAccountName': name, 'displayName': name.title(), 'groupType': str(kind)}
        if mail:
            entry['mail'] = f'{name}@{MAIL}'
        if members:
            entry['member'] = list(members)
        self.admin.add_s(dn, [(key, [one.encode() for one in (value if isinstance(value, list) else [value])]) for key, value in entry.items()])
        self.addCleanup(self.delete, dn)
        return dn

    def delete(self, dn):
        try:
            self.admin.delete_s(dn)
        except ldap.NO_SUCH_OBJECT:
            pass

    @staticmethod
    def dn(name):
        return f'CN={name},{people.PEOPLE_OU}'

    def add(self, group, member):
        self.admin.modify_s(group, [(ldap.MOD_ADD, 'member', [member.encode()])])

    def take(self, group, member):
        self.admin.modify_s(group, [(ldap.MOD_DELETE, 'member', [member.encode()])])

    def nest(self, name):
        """(outer, inner): a security group and a group in a group in it, with nobody; the server knows the outer one."""
        inner = self.make_group(f'{name}-inner', people.SECURITY_GLOBAL, mail=False)
        middle = self.make_group(f'{name}-middle', people.SECURITY_UNIVERSAL, [inner], mail=False)
        outer = self.make_group(name, people.SECURITY_UNIVERSAL, [middle])
        kontor.wait_until(lambda: self.server.ask('gal', 'show', f'{name}@{MAIL}')[0] == 0, 'the group is known')
        return outer, middle, inner

    @staticmethod
    def folders(client):
        kind, rows = client.list('""', '*')
        assert kind == 'OK', rows
        return [re.search(r'"/" (.*)$', row.decode())[1].strip('"') for row in rows if row]

    def has(self, person, client):
        """Which of the two that Alice gave he has: the calendar, the folder."""
        return CALENDAR in person.shared(), f'Other Users/{ALICE}/Projects' in self.folders(client)

    def test_a_nested_group_gives_and_takes(self):
        _, middle, inner = self.nest('project')
        alice, bob = self.person('alice'), self.person('bob')
        calendar = alice.home() + 'default/'
        self.assertEqual(alice.ask('PUT', calendar + 'a.ics', dav.event('a', 'Budget'), Content_Type='text/calendar').status, 201)
        with self.imap(ALICE) as client:
            client.create('Projects')
            self.assertEqual(client.append('Projects', None, None, b'Subject: plan\r\n\r\ntext\r\n')[0], 'OK')
        group = f'project@{MAIL}'
        self.server.ctl('shares', 'add', ALICE, group, 'editor', '--folder', 'calendar:default')
        self.server.ctl('shares', 'add', ALICE, group, 'reader', '--folder', 'Projects')
        report = self.server.ctl('shares', 'report')
        for folder, rights in (('calendar:default', 'editor'), ('Projects', 'reader')):
            self.assertIn({'mailbox': ALICE, 'folder': folder, 'who': group, 'rights': rights}, report)
        self.assertEqual({row['folder'] for row in self.server.ctl('shares', 'report', group)}, {'calendar:default', 'Projects'})
        imap = self.imap(BOB)  # open all the while
        self.addCleanup(imap.shutdown)
        self.assertEqual(self.has(bob, imap), (False, False))

        self.add(inner, self.dn('bob'))
        kontor.wait_until(lambda: self.has(bob, imap) == (True, True), 'he is put into the group, and has both')
        path = bob.shared()[CALENDAR]
        self.assertEqual(bob.ask('GET', path + 'a.ics').body, dav.event('a', 'Budget'))
        self.assertEqual(bob.ask('PUT', path + 'b.ics', dav.event('b', 'By Bob'), Content_Type='text/calendar').status, 201)
        self.assertEqual(alice.ask('GET', calendar + 'b.ics').body, dav.event('b', 'By Bob'))
        folder = f'"Other Users/{ALICE}/Projects"'
        self.assertEqual(imap.select(folder, readonly=True)[1], [b'1'])
        imap.unselect()
        self.assertEqual(imap.append(folder, None, None, b'Subject: no\r\n\r\n')[0], 'NO')
        # The same by ticket: nobody typed a password or an address.
        ticket = self.domain.kinit('bob')
        asked = subprocess.run(['curl', '-sS', '--negotiate', '-u', ':', '--cacert', str(self.domain.ca_file), '-X', 'PROPFIND', '-H', 'Depth: 1', '--data',
                                f'<D:propfind {SPACES}><D:prop><D:displayname/></D:prop></D:propfind>',
                                f'https://{samba.MAIL_HOST}:{self.server.port("https")}{bob.home()}'], env=ticket, capture_output=True, text=True)
        self.assertIn(CALENDAR, asked.stdout, asked.stderr)

        self.take(inner, self.dn('bob'))
        kontor.wait_until(lambda: self.has(bob, imap) == (False, False), 'he is taken out, and has neither')
        for method, body in (('GET', None), ('PUT', dav.event('b')), ('DELETE', None)):
            self.assertEqual(bob.ask(method, path + 'b.ics', body).status, 404, method)
        self.assertEqual(imap.select(folder)[0], 'NO')
        # A whole group goes out of another, and comes back.
        self.add(inner, self.dn('bob'))
        kontor.wait_until(lambda: self.has(bob, imap) == (True, True), 'in again')
        self.take(middle, inner)
        kontor.wait_until(lambda: self.has(bob, imap) == (False, False), 'his group lies in no other any more')
        self.add(middle, inner)
        kontor.wait_until(lambda: self.has(bob, imap) == (True, True), 'and again')

    def test_a_group_has_a_calendar_and_an_address_book(self):
        outer, _, inner = self.nest('board')
        carol, bob, alice = self.person('carol'), self.person('bob'), self.person('alice')
        self.add(inner, self.dn('carol'))
        self.add(outer, self.dn('bob'))
        calendar, book = (f'/dav/{kind}/board@{MAIL}/default/' for kind in ('calendars', 'addressbooks'))
        kontor.wait_until(lambda: carol.ask('PROPFIND', calendar, Depth='0').status == 207, 'the group has a calendar')
        self.assertEqual(carol.ask('PUT', calendar + 'a.ics', dav.event('a', 'Board'), Content_Type='text/calendar').status, 201)
        self.assertEqual(carol.ask('PUT', book + 'x.vcf', dav.card('x', 'Partner'), Content_Type='text/vcard').status, 201)
        # The other member finds them in his own homes, who is none finds nothing.
        shared = kontor.wait_until(lambda: {name: href for name, href in bob.shared().items() if 'Board' in name}, 'in his home')
        there = [name for name, href in shared.items() if bob.ask('GET', href + 'a.ics').body == dav.event('a', 'Board')]
        self.assertEqual(len(there), 1, shared)
        books = {name: href for name, href in bob.shared('addressbooks').items() if 'Board' in name}
        self.assertEqual([bob.ask('GET', href + 'x.vcf').body for href in books.values()], [dav.card('x', 'Partner')])
        self.assertEqual([name for name in alice.shared() if 'Board' in name], [])
        self.assertIn(alice.ask('GET', calendar + 'a.ics').status, (403, 404))
        # It goes with the group.
        self.admin.delete_s(outer)
        kontor.wait_until(lambda: not [name for name in bob.shared() if 'Board' in name], 'nobody has it any more')
        self.assertIn(carol.ask('GET', calendar + 'a.ics').status, (403, 404))

    def test_a_room_books_itself(self):
        alice, bob = self.person('alice'), self.person('bob')

        def booked(person, address, uid):
            """How the room answered."""
            path = f'{person.home()}default/{uid}.ics'
            answer = person.ask('PUT', path, meeting(uid, address, ROOM), Content_Type='text/calendar')
            self.assertEqual(answer.status, 201, answer.body)

            def answered():
                text = person.ask('GET', path).body.decode().replace('\r\n ', '')
                row, = re.findall(rf'ATTENDEE([^\r]*):mailto:{ROOM}', text)
                state = re.search('PARTSTAT=([A-Z-]+)', row)[1]
                return state != 'NEEDS-ACTION' and state
            return kontor.wait_until(answered, 'the room answers')

        self.assertEqual(booked(alice, ALICE, 'first'), 'ACCEPTED')
        self.assertEqual(booked(bob, BOB, 'second'), 'DECLINED')
        self.assertEqual(alice.ask('DELETE', f'{alice.home()}default/first.ics').status, 204)
        self.assertEqual(booked(bob, BOB, 'third'), 'ACCEPTED')
        room, = [row for row in self.server.ctl('rooms') if row['address'] == ROOM]
        self.assertEqual(room['address'], ROOM)


if __name__ == '__main__':
    ad_case.main()
