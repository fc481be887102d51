# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars and address books of others: given by the administrator or by their owner's program to people and nested groups, found
in one's own home, read and changed as the rights allow, gone when a right or a membership is."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402
from dav import C, D, SPACES  # noqa: E402

PEOPLE = ('anna', 'boris', 'clara')
CS = '{http://calendarserver.org/ns/}'


def dn(name):
    return f'uid={name},ou=People,dc=example,dc=test'


def group(name, members, more=''):
    rows = ''.join(f'member: {one}\n' for one in members)
    return (f'dn: cn={name},ou=Groups,dc=example,dc=test\nobjectClass: groupOfNames\ncn: {name}\n'
            f'mail: {name}@example.test\n{rows}{more}')


def directory(team, with_group=True):
    """Three people and a shared mailbox; the group `team` of these members lies in `staff`, which lies in `team`."""
    entries = [f'dn: {dn(name)}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name.title()} Person\nmail: {name}@example.test\n'
               f'userPassword: {kontor.password_hash(kontor.PASSWORD)}\n' for name in PEOPLE]
    entries.append(f'dn: {dn("info")}\nobjectClass: inetOrgPerson\nuid: info\ncn: Information\nmail: info@example.test\n'
                   f'userPassword: {kontor.password_hash(kontor.PASSWORD)}\nmsExchRecipientTypeDetails: 4\nuserAccountControl: 514\n')
    staff = 'cn=staff,ou=Groups,dc=example,dc=test'
    if with_group:
        entries.append(group('team', [dn(name) for name in team] + [staff]))
    entries.append(group('staff', ['cn=team,ou=Groups,dc=example,dc=test']))
    return 'version: 1\n\n' + '\n'.join(entries)


class Sharing(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server({'server.demo': False, 'queue.smart_host': '127.0.0.1:9', 'server.name': 'localhost',
                                     'sign_in.delay': '100ms'})
        self.addCleanup(self.server.close)
        self.write(['boris'])
        self.server.start()
        kontor.wait_until(lambda: self.server.takes_mail_for('anna@example.test'), 'the people are known')
        self.anna, self.boris, self.clara = (self.client(name) for name in PEOPLE)
        self.calendar = self.anna.home() + 'default/'
        self.assertEqual(self.anna.ask('PUT', self.calendar + 'a.ics', dav.event('a', 'Budget')).status, 201)

    def client(self, user):
        made = dav.Client(self.server, user)
        self.addCleanup(made.close)
        return made

    def write(self, team, with_group=True):
        file = self.server.data / 'directory.ldif'
        beside = file.with_suffix('.new')
        beside.write_text(directory(team, with_group), encoding='utf-8')
        beside.rename(file)

    def give(self, mailbox, who, rights, folder='calendar:default'):
        return self.server.ctl('shares', 'add', mailbox, who, rights, '--folder', folder)

    def shared(self, client, kind='calendars'):
        """{display name: href} of what others have given, in the person's own home."""
        found, _ = client.propfind(client.home(kind), 'D:displayname', depth='1').responses()
        return {prop[D + 'displayname'].text: href for href, prop in found.items() if '/shared-' in href}

    def privileges(self, client, path):
        held = client.one(path, 'D:current-user-privilege-set')
        return {one.tag.split('}')[1] for privilege in held for one in privilege}

    def test_a_calendar_is_in_the_home_of_a_nested_group(self):
        said = self.give('anna@example.test', 'staff@example.test', 'reader')
        self.assertEqual((said['rights'], said['folders']), ('reader', 1))
        self.assertEqual(self.shared(self.clara), {})
        there = self.shared(self.boris)
        self.assertEqual(list(there), ['Calendar (Anna Person)'])
        path = there['Calendar (Anna Person)']
        self.assertTrue(path.startswith(self.boris.home()), 'a program that looks in one home alone finds it')
        owner = self.boris.one(path, 'D:owner').find(D + 'href').text
        self.assertEqual(owner, self.anna.one('/dav/', 'D:current-user-principal').find(D + 'href').text)
        self.assertEqual(self.boris.ask('GET', path + 'a.ics').body, dav.event('a', 'Budget'))
        self.assertEqual(self.privileges(self.boris, path), {'read', 'read-current-user-privilege-set', 'read-free-busy'})
        for method, body in (('PUT', dav.event('a', 'Mine')), ('DELETE', None)):
            answer = self.boris.ask(method, path + 'a.ics', body)
            self.assertEqual((answer.status, answer.condition()), (403, [D + 'need-privileges']), method)
        self.assertEqual(self.boris.ask('PUT', path + 'b.ics', dav.event('b')).status, 403)
        self.assertEqual(self.boris.ask('DELETE', path).status, 403)
        found, _, token = self.boris.sync(path)
        self.assertEqual(list(found), [path + 'a.ics'])
        # With the right to change it he does, and both see the same; the space is the owner's.
        self.give('anna@example.test', 'staff@example.test', 'editor')
        self.assertLessEqual({'write', 'write-content', 'bind', 'unbind'}, self.privileges(self.boris, path))
        self.assertEqual(self.boris.ask('PUT', path + 'b.ics', dav.event('b', 'By Boris')).status, 201)
        self.assertEqual(self.anna.ask('GET', self.calendar + 'b.ics').body, dav.event('b', 'By Boris'))
        changed, _, token = self.boris.sync(path, token)
        self.assertEqual(list(changed), [path + 'b.ics'])
        used = [int(one.one(place, 'D:quota-used-bytes').text) for one, place in ((self.anna, self.calendar), (self.boris, path))]
        self.assertEqual(used[0], used[1])
        answer = self.boris.report(path, f'<C:calendar-multiget {SPACES}><D:prop><C:calendar-data/></D:prop><D:href>{path}b.ics</D:href>'
                                         f'<D:href>{self.calendar}a.ics</D:href></C:calendar-multiget>')
        found, statuses = answer.responses()
        self.assertEqual((len(found), statuses), (2, {}), 'under both of its names')
        answer = self.boris.report(path, f'<C:calendar-query {SPACES}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter '
                                         'name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>')
        self.assertEqual(len(answer.responses()[0]), 2)
        # A restart changes no name.
        self.server.restart()
        self.boris = self.client('boris')
        self.assertEqual(self.shared(self.boris), there)

    def test_who_leaves_the_group_finds_nothing_more(self):
        self.give('anna@example.test', 'staff@example.test', 'editor')
        path = self.shared(self.boris)['Calendar (Anna Person)']
        self.write(['clara'])
        kontor.wait_until(lambda: self.boris.ask('GET', path + 'a.ics').status == 404, 'the right is gone')
        self.assertEqual(self.shared(self.boris), {})
        for method in ('PROPFIND', 'GET', 'PUT', 'DELETE', 'MKCALENDAR', 'LOCK'):
            self.assertEqual(self.boris.ask(method, path + 'a.ics', dav.event('a')).status, 404, method)
        self.assertEqual(list(self.shared(self.clara)), ['Calendar (Anna Person)'])
        self.server.ctl('shares', 'remove', 'anna@example.test', 'staff@example.test')
        self.assertEqual(self.shared(self.clara), {})

    def test_names_that_are_tried_tell_nothing(self):
        self.give('anna@example.test', 'clara@example.test', 'reader')
        path = self.shared(self.clara)['Calendar (Anna Person)']
        own, foreign = self.boris.home(), path.rstrip('/').rsplit('/', 1)[1]
        account = foreign.rsplit('-', 1)[0]
        clara = path.rsplit('/', 2)[0] + '/'
        for name in (foreign, account + '-1', account + '-999999', account + '-4294967295', account + '-01', account + '-', 'shared-',
                     'shared-00000000-0000-0000-0000-000000000000-1', account + '-1%2F..%2F1', foreign + '%2F', foreign.upper()):
            for place in (own + name + '/', own + name + '/a.ics', clara + name + '/a.ics', own + '../' + name + '/'):
                status = self.boris.ask('GET', place).status
                self.assertIn(status, (400, 404), place)
        # What is mail or another kind is no calendar, whoever may read it.
        self.server.ctl('shares', 'add', 'anna@example.test', 'clara@example.test', 'reader')
        self.assertEqual(self.clara.ask('PROPFIND', clara + account + '-1/', Depth='0').status, 404)
        self.assertEqual(self.clara.ask('PROPFIND', path.replace('/calendars/', '/addressbooks/'), Depth='0').status, 404)
        self.assertIn(self.boris.ask('MKCALENDAR', own + foreign + '/').status, (403, 404))
        answer = self.clara.ask('COPY', path, Destination=clara + 'stolen/')
        self.assertEqual(answer.status, 403)

    def test_free_and_busy_is_for_everybody_unless_it_is_taken(self):
        query = (f'<C:free-busy-query {SPACES}><C:time-range start="20261122T000000Z" end="20261123T000000Z"/></C:free-busy-query>')
        answer = self.clara.report(self.calendar, query)
        self.assertEqual(answer.status, 200)
        self.assertIn(b'20261122T100000Z', answer.body)
        self.assertNotIn(b'Budget', answer.body)
        for method in ('GET', 'PROPFIND', 'PUT', 'DELETE'):
            self.assertEqual(self.clara.ask(method, self.calendar + 'a.ics', dav.event('a'), Depth='0').status, 404, method)
        answer = self.clara.report(self.calendar, f'<D:sync-collection {SPACES}><D:sync-token/><D:prop><D:getetag/></D:prop></D:sync-collection>',
                                   Depth='0')
        self.assertEqual(answer.status, 404)
        self.assertEqual(self.give('anna@example.test', 'boris@example.test', 'freebusy')['rights'], 'freebusy')
        row, = [one for one in self.server.ctl('shares', 'list', 'anna@example.test') if one['who'] == 'boris@example.test']
        self.assertEqual((row['folder'], row['rights']), ('calendar:default', 'freebusy'))
        self.assertEqual(self.boris.report(self.calendar, query).status, 200)
        self.assertEqual(self.boris.ask('PROPFIND', self.calendar, Depth='0').status, 403)
        self.assertEqual(self.boris.ask('GET', self.calendar + 'a.ics').status, 404)
        self.assertEqual(self.shared(self.boris), {}, 'there is nothing to be read')
        body = f'<D:expand-property {SPACES}><D:property name="quota-used-bytes"/></D:expand-property>'
        self.assertEqual(self.clara.report(self.anna.home(), body, Depth='0').status, 404)

    def test_outlook_asks_when_somebody_is_busy(self):
        tentative = dav.event('t', start='20261122T120000Z', extra='STATUS:TENTATIVE\r\n')
        self.assertEqual(self.anna.ask('PUT', self.calendar + 't.ics', tentative).status, 201)
        days = '?start=20261122T000000Z&end=20261123T000000Z'
        for name in ('anna@example.test.vfb', 'anna@example.test.ifb', 'anna@example.test', 'anna.vfb', 'ANNA.IFB', 'anna'):
            answer = self.clara.ask('GET', f'/freebusy/{name}{days}')
            self.assertEqual(answer.status, 200, name)
            self.assertTrue(answer.headers['Content-Type'].startswith('text/calendar'))
            self.assertIn(b'METHOD:PUBLISH', answer.body)
            self.assertIn(b'20261122T100000Z', answer.body)
            self.assertNotIn(b'Budget', answer.body)
            self.assertNotIn(b'TENTATIVE', answer.body, 'who has no right learns that the time is taken')
        self.give('anna@example.test', 'boris@example.test', 'freebusy')
        self.assertIn(b'BUSY-TENTATIVE', self.boris.ask('GET', '/freebusy/anna' + days).body)
        self.assertNotIn(b'FREEBUSY;', self.clara.ask('GET', '/freebusy/boris' + days).body, 'he has no calendar yet')
        self.assertEqual(self.client(None).ask('GET', '/freebusy/anna').status, 401)
        for name in ('nobody', 'team', '', 'anna/x', '..%2Fanna', 'anna%00', 'info.vfb.vfb'):
            self.assertIn(self.clara.ask('GET', '/freebusy/' + name).status, (400, 404), name)
        for query in ('?start=x', '?start=20261341T000000Z', '?start=20261122T000000Z&end=20261121T000000Z',
                      '?start=00010101T000000Z&end=99991231T000000Z'):
            self.assertEqual(self.clara.ask('GET', '/freebusy/anna' + query).status, 400, query)

    def test_private_events_tell_when_and_not_what(self):
        secret = dav.event('s', 'Salary', extra='LOCATION:Bank\r\nCLASS:PRIVATE\r\n')
        self.assertEqual(self.anna.ask('PUT', self.calendar + 's.ics', secret).status, 201)
        self.give('anna@example.test', 'boris@example.test', 'editor')
        self.give('anna@example.test', 'clara@example.test', 'delegate')
        path = self.shared(self.boris)['Calendar (Anna Person)']
        multiget = f'<C:calendar-multiget {SPACES}><D:prop><C:calendar-data/></D:prop><D:href>{path}s.ics</D:href></C:calendar-multiget>'
        query = (f'<C:calendar-query {SPACES}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter '
                 'name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match>Salary</C:text-match></C:prop-filter></C:comp-filter>'
                 '</C:comp-filter></C:filter></C:calendar-query>')
        for body in (self.boris.ask('GET', path + 's.ics').body, self.boris.report(path, multiget).body):
            self.assertIn(b'20261122T100000Z', body)
            self.assertNotIn(b'Salary', body)
            self.assertNotIn(b'Bank', body)
        self.assertEqual(self.boris.report(path, query).responses()[0], {}, 'nor can it be searched')
        for method, more in (('PUT', {}), ('DELETE', {}), ('MOVE', {'Destination': path + 't.ics'}), ('COPY', {'Destination': path + 't.ics'})):
            self.assertEqual(self.boris.ask(method, path + 's.ics', dav.event('s'), **more).status, 403, method)
        of_clara = self.shared(self.clara)['Calendar (Anna Person)']
        self.assertEqual(self.clara.ask('GET', of_clara + 's.ics').body, secret)
        self.assertEqual(self.anna.ask('GET', self.calendar + 's.ics').body, secret)
        # She acts for Anna: programs that know delegates find Anna's home by it.
        me = self.clara.one('/dav/', 'D:current-user-principal').find(D + 'href').text
        body = '<D:propfind xmlns:D="DAV:" xmlns:S="http://calendarserver.org/ns/"><D:prop><S:calendar-proxy-write-for/></D:prop></D:propfind>'
        found, _ = self.clara.ask('PROPFIND', me, body, Depth='0').responses()
        boss = found[me][CS + 'calendar-proxy-write-for'].find(D + 'href').text
        home = self.clara.one(boss, 'C:calendar-home-set').find(D + 'href').text
        found, _ = self.clara.propfind(home, 'D:displayname', depth='1').responses()
        self.assertEqual([href for href in found if href != home], [self.calendar, home + 'outbox/'])
        self.assertIsNone(self.boris.one(me, 'C:calendar-home-set'))

    def test_the_owner_gives_rights_by_his_program(self):
        principal = {name: client.one('/dav/', 'D:current-user-principal').find(D + 'href').text
                     for name, client in zip(PEOPLE, (self.anna, self.boris, self.clara))}

        def ace(who, *privileges, verb='grant'):
            words = ''.join(f'<D:privilege><{one}/></D:privilege>' for one in privileges)
            return f'<D:ace><D:principal>{who}</D:principal><D:{verb}>{words}</D:{verb}></D:ace>'

        def acl(*aces, client=self.anna, path=self.calendar):
            return client.ask('ACL', path, f'<D:acl {SPACES}>{"".join(aces)}</D:acl>')

        def href(name):
            return f'<D:href>{principal.get(name, name)}</D:href>'
        staff = '<D:href>/dav/principals/groups/staff@example.test/</D:href>'
        self.assertEqual(acl(ace(href('clara'), 'D:read', 'D:write'), ace(staff, 'D:read')).status, 200)
        self.assertEqual(list(self.shared(self.boris)), ['Calendar (Anna Person)'])
        path = self.shared(self.clara)['Calendar (Anna Person)']
        self.assertEqual(self.clara.ask('PUT', path + 'c.ics', dav.event('c')).status, 201)
        rows = {row['who']: row['rights'] for row in self.server.ctl('shares', 'list', 'anna@example.test')}
        self.assertEqual(rows, {'clara@example.test': 'lrswite', 'staff@example.test': 'reader'})
        aces = self.anna.one(self.calendar, 'D:acl').findall(D + 'ace')
        self.assertIsNotNone(aces[0].find(D + 'protected'))
        self.assertEqual(sorted(len(one.find(D + 'grant')) for one in aces), [1, 1, 2])
        self.assertIsNone(self.clara.one(path, 'D:acl'), 'who may not change the list does not see it')
        self.assertEqual(acl(client=self.clara, path=path).status, 403)
        me = '<D:property><D:owner/></D:property>'
        for aces, condition in (
                ((ace(href('clara'), 'D:read', verb='deny'),), 'grant-only'),
                ((ace('<D:all/>', 'D:read'),), 'allowed-principal'),
                ((ace('<D:self/>', 'D:read'),), 'allowed-principal'),
                ((ace(href('/dav/principals/people/nobody/'), 'D:read'),), 'recognized-principal'),
                ((ace(href('/dav/principals/people/../../x'), 'D:read'),), 'recognized-principal'),
                ((ace(href('http://elsewhere.test/dav/principals/people/anna/'), 'D:read'),), 'recognized-principal'),
                ((ace(me, 'D:read'),), 'no-protected-ace-conflict'),
                ((ace(href('clara'), 'D:write-properties'),), 'no-abstract'),
                ((ace(href('clara'), 'D:fly'),), 'not-supported-privilege'),
                ((ace(href('clara'), 'D:read').replace('</D:ace>', '<D:inherited/></D:ace>'),), 'no-inherited-ace-conflict'),
                ((f'<D:ace><D:invert>{ace(href("clara"), "D:read")}</D:invert></D:ace>',), None)):
            answer = acl(*aces)
            self.assertEqual(answer.status, 403, aces)
            if condition:
                self.assertEqual(answer.condition(), [D + condition])
        self.assertEqual({row['who']: row['rights'] for row in self.server.ctl('shares', 'list', 'anna@example.test')}, rows)
        self.assertEqual(acl(path=self.calendar + 'a.ics').status, 403)
        # To everybody who signs in; what was given before goes.
        self.assertEqual(acl(ace('<D:authenticated/>', 'D:read'), ace(me, 'D:all')).status, 200)
        rows = {row['who']: row['rights'] for row in self.server.ctl('shares', 'list', 'anna@example.test')}
        self.assertEqual(rows, {'anyone': 'reader'})
        self.assertEqual(self.clara.ask('PUT', path + 'd.ics', dav.event('d')).status, 403)
        self.assertEqual(acl().status, 200)
        self.assertEqual(self.shared(self.clara), {})

    def test_principals_are_matched(self):
        self.give('anna@example.test', 'staff@example.test', 'editor')
        me, boris = (one.one('/dav/', 'D:current-user-principal').find(D + 'href').text for one in (self.anna, self.boris))
        body = f'<D:acl-principal-prop-set {SPACES}><D:prop><D:displayname/></D:prop></D:acl-principal-prop-set>'
        answer = self.anna.report(self.calendar, body, Depth='0')
        found, _ = answer.responses()
        self.assertEqual([prop[D + 'displayname'].text for prop in found.values()], ['Anna Person', 'staff'])
        self.assertIn(me, found)
        path = self.shared(self.boris)['Calendar (Anna Person)']
        refused = self.boris.report(path, body, Depth='0')
        self.assertEqual((refused.status, refused.condition()), (403, [D + 'need-privileges']))
        self.assertEqual(self.anna.report(self.calendar, body, Depth='1').status, 400)
        # Who am I, nested groups too; what is mine below this place.
        itself = f'<D:principal-match {SPACES}><D:self/><D:prop><D:displayname/></D:prop></D:principal-match>'
        found, _ = self.boris.report('/dav/principals/', itself, Depth='0').responses()
        self.assertEqual(sorted(prop[D + 'displayname'].text for prop in found.values()), ['Boris Person', 'staff', 'team'])
        self.assertEqual(set(self.boris.report('/dav/principals/people/', itself, Depth='0').responses()[0]), {boris})
        self.assertEqual(self.boris.report(self.boris.home(), itself, Depth='0').responses(), ({}, {}))
        owned = f'<D:principal-match {SPACES}><D:principal-property><D:owner/></D:principal-property></D:principal-match>'
        _, there = self.anna.report(self.anna.home(), owned, Depth='0').responses()
        self.assertEqual({there.get(path) for path in (self.calendar, self.calendar + 'a.ics')}, {200})
        for wrong in ('', '<D:self/><D:principal-property><D:owner/></D:principal-property>', '<D:principal-property/>'):
            answer = self.anna.report('/dav/', f'<D:principal-match {SPACES}>{wrong}</D:principal-match>', Depth='0')
            self.assertEqual(answer.status, 400, wrong)

    def test_a_group_has_a_calendar_and_an_address_book(self):
        home = '/dav/calendars/team@example.test/'
        self.assertEqual(self.shared(self.boris), {}, 'nothing was used yet')
        self.assertEqual(self.clara.ask('PROPFIND', home + 'default/', Depth='0').status, 404)
        self.assertEqual(self.boris.ask('PROPFIND', home + 'default/', Depth='0').status, 207)
        there = self.shared(self.boris)
        self.assertEqual(set(there), {'Calendar (team)', 'Tasks (team)'})
        self.assertEqual(self.boris.ask('PUT', there['Calendar (team)'] + 'g.ics', dav.event('g', extra='CLASS:PRIVATE\r\n')).status, 201)
        self.assertEqual(self.shared(self.clara), {})
        book = self.shared(self.boris, 'addressbooks')['Contacts (team)']
        self.assertEqual(self.boris.ask('PUT', book + 'p.vcf', dav.card('p')).status, 201)
        self.assertEqual(self.boris.ask('DELETE', there['Calendar (team)']).status, 403, 'it is everybody\'s')
        self.write(['boris', 'clara'])
        kontor.wait_until(lambda: self.shared(self.clara), 'the new member has it')
        body = self.clara.ask('GET', self.shared(self.clara)['Calendar (team)'] + 'g.ics').body
        self.assertEqual(body, dav.event('g', extra='CLASS:PRIVATE\r\n'))
        with self.server.imap('boris') as imap:
            self.assertNotIn(b'team', b'\n'.join(row for row in imap.list()[1] if row), 'it is no mailbox')
        self.write([], with_group=False)
        kontor.wait_until(lambda: not self.shared(self.clara), 'it ends with the group')
        self.assertEqual(self.boris.ask('GET', there['Calendar (team)'] + 'g.ics').status, 404)

    def test_a_shared_mailbox_and_the_public_have_calendars_too(self):
        self.server.ctl('shares', 'add', 'info@example.test', 'team@example.test', 'editor')
        there = self.shared(self.boris)
        self.assertEqual(set(there), {'Calendar (Information)', 'Tasks (Information)'})
        self.assertEqual(self.boris.ask('PUT', there['Calendar (Information)'] + 'i.ics', dav.event('i')).status, 201)
        self.assertEqual(self.shared(self.clara), {})
        self.give('public', 'anyone', 'reader', 'calendar:Holidays')
        self.give('public', 'anna@example.test', 'editor', 'calendar:Holidays')
        holidays = self.shared(self.anna)['Holidays']
        self.assertEqual(self.anna.ask('PUT', holidays + 'h.ics', dav.event('h', 'Day off')).status, 201)
        path = self.shared(self.clara)['Holidays']
        self.assertEqual(self.clara.ask('GET', path + 'h.ics').body, dav.event('h', 'Day off'))
        self.assertEqual(self.clara.ask('PUT', path + 'h.ics', dav.event('h')).status, 403)
        with self.server.imap('clara') as imap:
            self.assertNotIn(b'Holidays', b'\n'.join(row for row in imap.list()[1] if row))

    def test_locks_are_the_same_under_both_names(self):
        self.give('anna@example.test', 'boris@example.test', 'editor')
        path = self.shared(self.boris)['Calendar (Anna Person)']
        body = f'<D:lockinfo {SPACES}><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype></D:lockinfo>'
        answer = self.boris.ask('LOCK', path + 'a.ics', body, Depth='0')
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.anna.ask('PUT', self.calendar + 'a.ics', dav.event('a')).status, 423)
        token = answer.headers['Lock-Token']
        self.assertEqual(self.boris.ask('PUT', path + 'a.ics', dav.event('a'), If=f'({token})').status, 204)
        self.assertEqual(self.boris.ask('UNLOCK', path + 'a.ics', Lock_Token=token).status, 204)
        self.assertEqual(self.anna.ask('PUT', self.calendar + 'a.ics', dav.event('a')).status, 204)


if __name__ == '__main__':
    kontor.main()
