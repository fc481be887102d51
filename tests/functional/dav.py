# SPDX-License-Identifier: GPL-3.0-or-later
"""Calendars, address books and notes over HTTPS, request by request: discovery, conditions, synchronisation, reports,
properties, locks; what is refused leaves what was there; everything is the same after a restart."""
import concurrent.futures
import http.client
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402
from dav import C, CR, D, SPACES  # noqa: E402


class DavCase(unittest.TestCase):
    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'server.name': 'localhost', 'sign_in.delay': '100ms', **cls.settings}).start()
        cls.addClassCleanup(cls.server.close)

    def client(self, user='anna', **more):
        made = dav.Client(self.server, user, **more)
        self.addCleanup(made.close)
        return made

    def setUp(self):
        self.anna = self.client()
        self.home = self.anna.home()
        self.books = self.anna.home('addressbooks')

    def make(self, name, home=None):
        path = (home or self.home) + name + '/'
        body = ''
        if home == self.books:
            body = (f'<D:mkcol {SPACES}><D:set><D:prop><D:resourcetype><D:collection/><CR:addressbook/></D:resourcetype>'
                    '</D:prop></D:set></D:mkcol>')
        self.assertEqual(self.anna.ask('MKCOL', path, body).status, 201)
        return path


class Finding(DavCase):
    def test_a_program_finds_everything_from_the_name_of_the_server(self):
        stranger = self.client(user=None)
        for name in ('caldav', 'carddav'):
            answer = stranger.ask('PROPFIND', f'/.well-known/{name}')
            self.assertEqual((answer.status, answer.headers['Location']), (301, '/dav/'))
        answer = stranger.ask('OPTIONS', '/dav/')
        self.assertEqual(answer.status, 200)
        for word in ('1', '2', '3', 'calendar-access', 'addressbook', 'extended-mkcol'):
            self.assertIn(word, [one.strip() for one in answer.headers['DAV'].split(',')])
        self.assertEqual(stranger.ask('PROPFIND', '/dav/', Depth='0').status, 401)
        found, _ = self.anna.propfind(self.home, 'D:resourcetype', 'D:displayname', 'C:supported-calendar-component-set',
                                      depth='1').responses()
        kinds = {href: [one.get('name') for one in prop[C + 'supported-calendar-component-set']]
                 for href, prop in found.items() if C + 'supported-calendar-component-set' in prop}
        self.assertIn('VEVENT', kinds[self.home + 'default/'])
        self.assertEqual(kinds[self.home + 'tasks/'], ['VTODO'])
        self.assertIsNotNone(found[self.home + 'default/'][D + 'resourcetype'].find(C + 'calendar'))
        found, _ = self.anna.propfind(self.books, 'D:resourcetype', depth='1').responses()
        self.assertIsNotNone(found[self.books + 'default/'][D + 'resourcetype'].find(CR + 'addressbook'))

    def test_what_somebody_deleted_stays_deleted(self):
        boris = self.client('boris')
        home = boris.home()
        self.assertEqual(boris.ask('PROPFIND', home + 'tasks/', Depth='0').status, 207)
        self.assertEqual(boris.ask('DELETE', home + 'tasks/').status, 204)
        self.assertEqual(boris.ask('PROPFIND', home + 'tasks/', Depth='0').status, 404)

    def test_others_do_not_see_it(self):
        boris = self.client('boris')
        for method in ('PROPFIND', 'GET', 'PUT', 'DELETE', 'MKCOL'):
            self.assertEqual(boris.ask(method, self.home + 'default/x.ics', dav.event('x')).status, 404, method)
        self.anna.ask('PUT', self.home + 'default/mine.ics', dav.event('mine'))
        answer = boris.ask('COPY', boris.home() + 'default/', Destination=self.home + 'stolen/')
        self.assertIn(answer.status, (400, 403))

    def test_people_are_found_by_name_and_address(self):
        for match, name in (('bori', 'D:displayname'), ('mailto:boris@example.test', 'C:calendar-user-address-set')):
            answer = self.anna.report('/dav/principals/', f'<D:principal-property-search {SPACES}><D:property-search><D:prop><{name}/>'
                                      f'</D:prop><D:match>{match}</D:match></D:property-search><D:prop><D:displayname/>'
                                      '<C:calendar-user-address-set/></D:prop></D:principal-property-search>', Depth='0')
            found, _ = answer.responses()
            addresses = [one.text for prop in found.values() for one in prop[C + 'calendar-user-address-set']]
            self.assertIn('mailto:boris@example.test', addresses)
        answer = self.anna.report(self.home, f'<D:expand-property {SPACES}><D:property name="current-user-principal"><D:property '
                                  'name="displayname"/></D:property></D:expand-property>', Depth='0')
        inner = answer.xml.find(f'.//{D}current-user-principal/{D}response')
        self.assertTrue(inner.find(f'.//{D}displayname').text)

    def test_mail_programs_see_no_folders_of_it(self):
        self.anna.ask('PUT', self.home + 'default/seen.ics', dav.event('seen'))
        with self.server.imap('anna') as imap:
            names = b'\n'.join(imap.list()[1])
            self.assertNotIn(b'calendar', names)
            self.assertEqual(imap.select('"calendar:default"')[0], 'NO')


class Objects(DavCase):
    def test_bytes_come_back_as_they_were_put(self):
        path = self.make('bytes')
        odd = dav.event('odd', 'Совещание; \\, and\r\n  folded', extra='X-ODD;X="a^nb":  kept  \r\n')
        self.assertEqual(self.anna.ask('PUT', path + 'a%20%2Fb.ics', odd).status, 201)
        answer = self.anna.ask('GET', path + 'a%20%2Fb.ics')
        self.assertEqual(answer.body, odd)
        self.assertTrue(answer.headers['Content-Type'].startswith('text/calendar'))
        self.assertEqual(self.anna.ask('HEAD', path + 'a%20%2Fb.ics').headers['Content-Length'], str(len(odd)))
        etag = answer.headers['ETag']
        self.assertEqual(self.anna.ask('GET', path + 'a%20%2Fb.ics', If_None_Match=etag).status, 304)
        self.server.restart()
        again = self.client()
        answer = again.ask('GET', path + 'a%20%2Fb.ics')
        self.assertEqual((answer.body, answer.headers['ETag']), (odd, etag))

    def test_a_condition_that_does_not_hold_leaves_the_old_object(self):
        path = self.make('conditions') + 'a.ics'
        first = self.anna.ask('PUT', path, dav.event('a'), If_None_Match='*')
        self.assertEqual(first.status, 201)
        for fields in ({'If_None_Match': '*'}, {'If_Match': '"x"'}, {'If_None_Match': first.headers['ETag']},
                       {'If': '(["x"])'}, {'If': '(<urn:uuid:no-lock>)'}):
            self.assertEqual(self.anna.ask('PUT', path, dav.event('a', 'Other'), **fields).status, 412, fields)
        self.assertEqual(self.anna.ask('GET', path).body, dav.event('a'))
        second = self.anna.ask('PUT', path, dav.event('a', 'Other'), If_Match=first.headers['ETag'])
        self.assertEqual(second.status, 204)
        self.assertEqual(self.anna.ask('DELETE', path, If_Match=first.headers['ETag']).status, 412)
        self.assertEqual(self.anna.ask('DELETE', path, If_Match=second.headers['ETag']).status, 204)
        self.assertEqual(self.anna.ask('GET', path).status, 404)

    def test_of_racing_writers_one_wins(self):
        path = self.make('race') + 'a.ics'
        etag = self.anna.ask('PUT', path, dav.event('a')).headers['ETag']

        def write(number):
            client = self.client()
            return client.ask('PUT', path, dav.event('a', f'by {number}'), If_Match=etag).status
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            statuses = sorted(pool.map(write, range(6)))
        self.assertEqual(statuses, [204] + [412] * 5)

    def test_what_is_no_calendar_is_refused_with_the_reason(self):
        path = self.make('refused')
        self.anna.ask('PUT', path + 'good.ics', dav.event('good'))
        refused = {C + 'valid-calendar-data': (b'', b'hello', dav.event('x')[:-20], b'\x00\xff'),
                   C + 'valid-calendar-object-resource': (dav.event('x', extra='').replace(b'UID:x\r\n', b''),),
                   C + 'supported-calendar-data': ()}
        for condition, bodies in refused.items():
            for body in bodies:
                answer = self.anna.ask('PUT', path + 'good.ics', body, Content_Type='text/calendar')
                self.assertEqual((answer.status, answer.condition()[0]), (403, condition), body)
        answer = self.anna.ask('PUT', path + 'good.ics', dav.card('x'), Content_Type='text/vcard')
        self.assertEqual(answer.condition()[0], C + 'supported-calendar-data')
        answer = self.anna.ask('PUT', self.home + 'tasks/e.ics', dav.event('x'))
        self.assertEqual((answer.status, answer.condition()[0]), (403, C + 'supported-calendar-component'))
        self.assertEqual(self.anna.ask('GET', path + 'good.ics').body, dav.event('good'))
        answer = self.anna.ask('PUT', self.books + 'default/c.vcf', b'BEGIN:VCARD\r\nEND:VCARD\r\n')
        self.assertEqual((answer.status, answer.condition()[0]), (403, CR + 'valid-address-data'))

    def test_one_uid_has_one_place(self):
        path = self.make('uids')
        self.anna.ask('PUT', path + 'a.ics', dav.event('same'))
        answer = self.anna.ask('PUT', path + 'b.ics', dav.event('same'))
        self.assertEqual((answer.status, answer.condition()[0]), (403, C + 'no-uid-conflict'))
        self.assertEqual(answer.xml.find(f'.//{D}href').text, path + 'a.ics')
        other = self.make('uids2')
        self.assertEqual(self.anna.ask('MOVE', path + 'a.ics', Destination=other + 'c.ics').status, 201)
        self.assertEqual(self.anna.ask('GET', path + 'a.ics').status, 404)
        self.assertEqual(self.anna.ask('COPY', other + 'c.ics', Destination=path + 'd.ics').status, 201)
        self.assertEqual(self.anna.ask('COPY', other + 'c.ics', Destination=path + 'e.ics').status, 403)
        self.assertEqual(self.anna.ask('COPY', other + 'c.ics', Destination=path + 'd.ics', Overwrite='F').status, 412)

    def test_places_that_are_none(self):
        self.assertEqual(self.anna.ask('PUT', self.home + 'nowhere/a.ics', dav.event('a')).status, 409)
        self.assertEqual(self.anna.ask('PUT', self.home + 'default/', dav.event('a')).status, 405)
        self.assertEqual(self.anna.ask('MKCOL', self.home + 'default/').status, 405)
        self.assertEqual(self.anna.ask('MKCOL', self.home + 'default/below/').status, 403)
        self.assertEqual(self.anna.ask('DELETE', self.home).status, 403)
        for path in ('/dav/../etc/passwd', '/dav/%2e%2e/etc', self.home + '%2e%2e/default/', self.home + 'a%00b/x', '/dav//x',
                     '/dav/calendars/nobody@example.test/', self.home + 'default/a%FF.ics', '/davx/'):
            self.assertIn(self.anna.ask('PROPFIND', path, Depth='0').status, (400, 404), path)
        path = self.home + 'default/override.ics'
        self.anna.ask('PUT', path, dav.event('override'))
        self.anna.ask('GET', path, X_HTTP_Method_Override='DELETE')
        self.assertEqual(self.anna.ask('POST', path, X_HTTP_Method_Override='DELETE').status, 405)
        self.assertEqual(self.anna.ask('GET', path).status, 200)


class Synchronising(DavCase):
    def test_changes_since_a_token(self):
        path = self.make('sync')
        for name in 'abc':
            self.anna.ask('PUT', f'{path}{name}.ics', dav.event(name))
        found, gone, first = self.anna.sync(path)
        self.assertEqual((set(found), gone), ({path + 'a.ics', path + 'b.ics', path + 'c.ics'}, {}))
        self.assertEqual(self.anna.sync(path, first), ({}, {}, first))
        self.anna.ask('PUT', path + 'b.ics', dav.event('b', 'Other'))
        self.anna.ask('PUT', path + 'd.ics', dav.event('d'))
        self.anna.ask('DELETE', path + 'a.ics')
        expected = ({path + 'b.ics', path + 'd.ics'}, {path + 'a.ics': 404})
        found, gone, second = self.anna.sync(path, first)
        self.assertEqual((set(found), gone), expected)
        self.assertEqual(self.anna.one(path, 'D:sync-token').text, second)
        self.server.restart()
        again = self.client()
        found, gone, token = again.sync(path, first)
        self.assertEqual((set(found), gone, token), (*expected, second))

    def test_an_answer_that_is_cut_is_gone_on_with(self):
        path = self.make('cut')
        for number in range(25):
            self.anna.ask('PUT', f'{path}{number}.ics', dav.event(str(number)))
        seen, token, rounds = set(), '', 0
        while True:
            found, statuses, token = self.anna.sync(path, token, limit=10)
            seen |= set(found)
            rounds += 1
            if path not in statuses:
                break
            self.assertEqual(statuses[path], 507)
        self.assertEqual((len(seen), rounds), (25, 3))

    def test_a_token_that_is_not_ours_is_refused(self):
        path = self.make('tokens')
        token = self.anna.one(path, 'D:sync-token').text
        other = self.anna.one(self.home + 'default/', 'D:sync-token').text
        for wrong in ('x', token + '9', token.rsplit('-', 1)[0], other + '0', 'urn:kontor:sync:1-1', '-' * 500):
            answer = self.anna.sync(path, wrong)
            self.assertEqual((answer.status, answer.condition()), (403, [D + 'valid-sync-token']), wrong)
        self.anna.ask('DELETE', path)
        path = self.make('tokens')
        self.assertEqual(self.anna.sync(path, token).status, 403, 'it is another collection')


class Calendars(DavCase):
    def query(self, path, filters, data='<C:calendar-data/>', more=''):
        answer = self.anna.report(path, f'<C:calendar-query {SPACES}><D:prop><D:getetag/>{data}</D:prop><C:filter><C:comp-filter '
                                        f'name="VCALENDAR">{filters}</C:comp-filter></C:filter>{more}</C:calendar-query>')
        return answer

    def found(self, *arguments, **more):
        answer = self.query(*arguments, **more)
        self.assertEqual(answer.status, 207, answer.body)
        return {href.rsplit('/', 1)[1]: prop for href, prop in answer.responses()[0].items()}

    @staticmethod
    def between(start, end, component='VEVENT'):
        return f'<C:comp-filter name="{component}"><C:time-range start="{start}" end="{end}"/></C:comp-filter>'

    def test_what_lies_in_a_time_is_found(self):
        path = self.make('times')
        zone = 'DTSTART;TZID=Europe/Moscow:20261122T000000'
        weekly = dav.event('weekly', extra='RRULE:FREQ=WEEKLY\r\nEXDATE:20261206T100000Z\r\n')
        for name, data in {'once': dav.event('once'), 'late': dav.event('late', start='20271122T100000Z'), 'weekly': weekly,
                           'moscow': dav.event('moscow').replace(b'DTSTART:20261122T100000Z', zone.encode())}.items():
            self.assertEqual(self.anna.ask('PUT', path + name, data).status, 201, name)
        self.assertEqual(set(self.found(path, self.between('20261122T093000Z', '20261122T103000Z'))), {'once', 'weekly'})
        # Midnight in Moscow is nine in the evening of the day before.
        self.assertEqual(set(self.found(path, self.between('20261121T210000Z', '20261121T213000Z'))), {'moscow'})
        self.assertEqual(set(self.found(path, self.between('20261206T000000Z', '20261207T000000Z'))), set())
        self.assertEqual(set(self.found(path, self.between('20301101T000000Z', '20301201T000000Z'))), {'weekly'})
        self.assertEqual(set(self.found(path, self.between('20261122T000000Z', '20261123T000000Z', 'VTODO'))), set())
        summary = '<C:comp-filter name="VEVENT"><C:prop-filter name="UID"><C:text-match>{}</C:text-match></C:prop-filter></C:comp-filter>'
        self.assertEqual(set(self.found(path, summary.format('MOS'))), {'moscow'})
        self.assertEqual(set(self.found(path, '')), {'once', 'late', 'weekly', 'moscow'})
        found = self.found(path, self.between('20261122T000000Z', '20261213T000000Z'),
                           '<C:calendar-data><C:expand start="20261122T000000Z" end="20261213T000000Z"/></C:calendar-data>')
        text = found['weekly'][C + 'calendar-data'].text
        self.assertEqual((text.count('BEGIN:VEVENT'), text.count('RRULE'), '20261206' in text), (2, 0, False))

    def test_filters_that_make_no_sense_are_refused(self):
        path = self.home + 'default/'
        for filters, condition in ((self.between('x', 'y'), 'valid-filter'), (self.between('20270101T000000Z', '20260101T000000Z'),
                                                                              'valid-filter'),
                                   ('<C:comp-filter name="VEVENT"><C:prop-filter name="SUMMARY"><C:text-match collation="i;x">a'
                                    '</C:text-match></C:prop-filter></C:comp-filter>', 'supported-collation')):
            answer = self.query(path, filters)
            self.assertEqual((answer.status, answer.condition()[0]), (403, C + condition), filters)
        answer = self.query(path, '', '<C:calendar-data content-type="text/plain"/>')
        self.assertEqual(answer.condition()[0], C + 'supported-calendar-data')

    def test_when_somebody_is_busy(self):
        path = self.make('busy')
        self.anna.ask('PUT', path + 'a', dav.event('a'))
        self.anna.ask('PUT', path + 'b', dav.event('b', extra='TRANSP:TRANSPARENT\r\n', start='20261122T140000Z'))
        answer = self.anna.report(path, f'<C:free-busy-query {SPACES}><C:time-range start="20261122T000000Z" end="20261123T000000Z"/>'
                                        '</C:free-busy-query>')
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers['Content-Type'].startswith('text/calendar'))
        text = answer.body.decode()
        self.assertIn('20261122T100000Z/', text)
        self.assertNotIn('20261122T140000Z', text)
        self.assertEqual(self.anna.report(path, f'<C:free-busy-query {SPACES}/>').status, 400)

    def test_a_rule_that_would_cost_everybody_dear(self):
        path = self.make('rules')
        answer = self.anna.ask('PUT', path + 'a', dav.event('a', extra='RRULE:FREQ=SECONDLY\r\n'))
        self.assertEqual((answer.status, answer.condition()[0]), (403, C + 'max-instances'))


class Keeping(DavCase):
    def verify(self):
        for folder in (self.server.data / 'accounts').glob('*/*'):
            done = subprocess.run([kontor.program('kontorctl'), 'store', 'verify', str(folder)], capture_output=True, text=True, timeout=kontor.PATIENCE)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_was_deleted_or_replaced_comes_back(self):
        path = self.make('undo')
        for name in 'ab':
            self.anna.ask('PUT', f'{path}{name}.ics', dav.event(name))
        token = self.anna.one(path, 'D:sync-token').text
        self.anna.ask('PUT', path + 'a.ics', dav.event('a', 'Spoiled'))
        self.anna.ask('DELETE', path + 'b.ics')
        self.assertEqual(self.server.ctl('undelete', 'anna@example.test', '--folder', 'calendar:undo', '--all')['messages'], 2)
        for name in 'ab':
            self.assertEqual(self.anna.ask('GET', f'{path}{name}.ics').body, dav.event(name))
        self.assertEqual(set(self.anna.sync(path, token)[0]), {path + 'a.ics', path + 'b.ics'})
        self.anna.ask('DELETE', path)
        self.server.ctl('undelete', 'anna@example.test', '--folder', 'calendar:undo')
        self.assertEqual(self.anna.ask('GET', path + 'a.ics').body, dav.event('a'))
        self.server.restart('kill')
        self.assertEqual(self.client().ask('GET', path + 'b.ics').body, dav.event('b'))
        self.verify()

    def test_a_backup_has_it_all(self):
        path = self.make('kept')
        self.anna.ask('PUT', path + 'a.ics', dav.event('a'))
        self.anna.ask('PROPPATCH', path, f'<D:propertyupdate {SPACES}><D:set><D:prop><D:displayname>Kept</D:displayname></D:prop></D:set>'
                                         '</D:propertyupdate>')
        token = self.anna.one(path, 'D:sync-token').text
        kept = self.server.data.parent / 'kept'
        self.addCleanup(shutil.rmtree, kept, True)
        self.assertEqual(self.server.ask('backup', '--all', '--to', kept)[0], 0)
        self.anna.ask('PUT', path + 'a.ics', dav.event('a', 'Later'))
        self.anna.ask('PUT', path + 'b.ics', dav.event('b'))
        self.assertEqual(self.server.ask('restore', 'anna@example.test', '--replace', '--from', kept)[0], 0)
        again = self.client()
        self.assertEqual(again.ask('GET', path + 'a.ics').body, dav.event('a'))
        self.assertEqual(again.ask('GET', path + 'b.ics').status, 404)
        self.assertEqual(again.one(path, 'D:displayname').text, 'Kept')
        self.assertEqual(again.sync(path, token).status, 403, 'the numbers that programs know are worth nothing now')
        self.verify()

    def test_compaction_keeps_names(self):
        path = self.make('compact')
        for number in range(20):
            self.anna.ask('PUT', path + 'a.ics', dav.event('a', 'x' * 3000 + str(number)))
        self.anna.ask('DELETE', path + 'a.ics')
        self.anna.ask('PUT', path + 'b.ics', dav.event('b'))
        self.server.ctl('store', 'compact', 'anna@example.test')
        self.server.restart('kill')
        again = self.client()
        self.assertEqual(again.ask('GET', path + 'b.ics').body, dav.event('b'))
        self.assertEqual(set(again.sync(path)[0]), {path + 'b.ics'})


class AddressBooks(DavCase):
    def test_queries_and_both_versions(self):
        path = self.make('people', self.books)
        self.anna.ask('PUT', path + 'a.vcf', dav.card('a', 'Анна Ёлкина', 'anna@one.test'))
        self.anna.ask('PUT', path + 'b.vcf', dav.card('b', 'Boris', 'boris@two.test', '4.0'))

        def query(filters, data='<CR:address-data/>', test='anyof'):
            answer = self.anna.report(path, f'<CR:addressbook-query {SPACES}><D:prop><D:getetag/>{data}</D:prop><CR:filter test="{test}">'
                                            f'{filters}</CR:filter></CR:addressbook-query>')
            self.assertEqual(answer.status, 207, answer.body)
            return answer.responses()[0]

        def text(name, value, more=''):
            return f'<CR:prop-filter name="{name}"><CR:text-match {more}>{value}</CR:text-match></CR:prop-filter>'
        self.assertEqual(set(query(text('FN', 'АННА'))), {path + 'a.vcf'})
        self.assertEqual(set(query(text('EMAIL', '.test', 'match-type="ends-with"'))), {path + 'a.vcf', path + 'b.vcf'})
        self.assertEqual(set(query(text('FN', 'a') + text('EMAIL', 'two'), test='allof')), set())
        self.assertEqual(set(query('<CR:prop-filter name="NOTE"><CR:is-not-defined/></CR:prop-filter>')),
                         {path + 'a.vcf', path + 'b.vcf'})
        found = query(text('FN', 'boris'), '<CR:address-data content-type="text/vcard" version="3.0"/>')
        self.assertIn('VERSION:3.0', found[path + 'b.vcf'][CR + 'address-data'].text)
        found = query(text('FN', 'boris'))
        self.assertEqual(found[path + 'b.vcf'][CR + 'address-data'].text.encode(), dav.card('b', 'Boris', 'boris@two.test', '4.0'))
        answer = self.anna.report(path, f'<CR:addressbook-query {SPACES}><D:prop><CR:address-data version="9"/></D:prop><CR:filter/>'
                                        '</CR:addressbook-query>')
        self.assertEqual(answer.condition(), [CR + 'supported-address-data'])
        answer = self.anna.report(path, f'<CR:addressbook-query {SPACES}><CR:filter>{text("FN", "x", "collation=" + chr(34) + "i;odd" + chr(34))}'
                                        '</CR:filter></CR:addressbook-query>')
        self.assertEqual(answer.condition(), [CR + 'supported-collation'])

    def test_multiget_says_what_is_not_there(self):
        path = self.make('many', self.books)
        self.anna.ask('PUT', path + 'a.vcf', dav.card('a'))
        answer = self.anna.report(path, f'<CR:addressbook-multiget {SPACES}><D:prop><D:getetag/><CR:address-data/></D:prop>'
                                        f'<D:href>{path}a.vcf</D:href><D:href>{path}no.vcf</D:href><D:href>/etc/passwd</D:href>'
                                        '</CR:addressbook-multiget>')
        found, statuses = answer.responses()
        self.assertEqual(found[path + 'a.vcf'][CR + 'address-data'].text.encode(), dav.card('a'))
        self.assertEqual(statuses, {path + 'no.vcf': 404, '/etc/passwd': 404})


class GlobalBook(DavCase):
    def cards(self, path, filters='<CR:filter/>'):
        answer = self.anna.report(path, f'<CR:addressbook-query {SPACES}><D:prop><D:getetag/><CR:address-data/></D:prop>{filters}'
                                        '</CR:addressbook-query>')
        self.assertEqual(answer.status, 207, answer.body)
        return {href: prop[CR + 'address-data'].text for href, prop in answer.responses()[0].items()}

    def test_everybody_reads_it_and_nobody_changes_it(self):
        path = self.books + 'global/'
        found, _ = self.anna.propfind(self.books, 'D:resourcetype', 'D:current-user-privilege-set', depth='1').responses()
        self.assertIsNotNone(found[path][D + 'resourcetype'].find(CR + 'addressbook'))
        self.assertNotIn(D + 'write', [one.tag for one in found[path][D + 'current-user-privilege-set'].iter()])
        cards = self.cards(path)
        boris = [href for href, text in cards.items() if 'boris@example.test' in text]
        self.assertEqual(len(boris), 1)
        staff = [text for text in cards.values() if 'staff@example.test' in text]
        self.assertIn('MEMBER', staff[0])
        self.assertEqual(set(self.cards(path, '<CR:filter><CR:prop-filter name="EMAIL"><CR:text-match>boris@</CR:text-match></CR:prop-filter>'
                                              '</CR:filter>')), set(boris))
        answer = self.anna.ask('GET', boris[0])
        self.assertEqual(answer.body.decode(), cards[boris[0]].replace('\n', '\r\n') if '\r' not in cards[boris[0]] else cards[boris[0]])
        self.assertEqual(self.anna.one(boris[0], 'D:getetag').text, answer.headers['ETag'])
        self.assertEqual(self.anna.one(boris[0], 'D:getcontentlength').text, str(len(answer.body)))
        for method, place in (('PUT', boris[0]), ('PUT', path + 'new.vcf'), ('DELETE', boris[0]), ('DELETE', path), ('PROPPATCH', path),
                              ('PROPPATCH', boris[0]), ('MKCOL', path), ('LOCK', boris[0])):
            self.assertEqual(self.anna.ask(method, place, dav.card('x')).status, 403, (method, place))
        self.anna.ask('PUT', self.books + 'default/own.vcf', dav.card('own'))
        for method, place in (('COPY', self.books + 'default/own.vcf'), ('MOVE', self.books + 'default/own.vcf'), ('MOVE', self.books + 'default/')):
            for target in (path, path + 'x.vcf', boris[0]):
                self.assertEqual(self.anna.ask(method, place, Destination=target).status, 403, (method, place, target))
        for method in ('COPY', 'MOVE'):
            self.assertEqual(self.anna.ask(method, boris[0], Destination=self.books + 'default/b.vcf').status, 403)
        self.assertEqual(self.anna.ask('GET', path + 'nobody.vcf').status, 404)

    def test_a_change_of_the_directory_is_seen(self):
        path = self.books + 'global/'
        found, _, token = self.anna.sync(path)
        self.assertEqual(len(found), len(self.cards(path)))
        self.assertEqual(self.anna.sync(path, token), ({}, {}, token))
        before = self.cards(path)
        people = self.server.data / 'directory.ldif'
        text = people.read_text(encoding='utf-8')
        people.write_text(text.replace('title: Accountant', 'title: Changed title', 1), encoding='utf-8')
        kontor.wait_until(lambda: self.anna.one(path, 'D:sync-token').text != token, 'the change is seen')
        self.assertEqual(self.anna.sync(path, token).condition(), [D + 'valid-sync-token'])
        after = self.cards(path)
        self.assertEqual([href for href in after if after[href] != before[href]], [href for href in after if 'Changed title' in after[href]])


class Properties(DavCase):
    def test_dead_ones_are_kept_and_live_ones_protected(self):
        path = self.home + 'coloured/'
        answer = self.anna.ask('MKCALENDAR', path, f'<C:mkcalendar {SPACES}><D:set><D:prop><D:displayname>Работа</D:displayname>'
                               '<A:calendar-color>#FF0000FF</A:calendar-color><C:supported-calendar-component-set><C:comp name="VEVENT"/>'
                               '</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>')
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual(self.anna.one(path, 'D:displayname').text, 'Работа')
        self.assertEqual(self.anna.one(path, 'A:calendar-color').text, '#FF0000FF')
        self.assertEqual([one.get('name') for one in self.anna.one(path, 'C:supported-calendar-component-set')], ['VEVENT'])
        update = f'<D:propertyupdate {SPACES}><D:set><D:prop><D:displayname>Дом</D:displayname></D:prop></D:set>%s</D:propertyupdate>'
        bad = self.anna.ask('PROPPATCH', path, update % '<D:set><D:prop><D:getetag>x</D:getetag></D:prop></D:set>')
        self.assertIn(b'cannot-modify-protected-property', bad.body)
        self.assertIn(b'424', bad.body)
        self.assertEqual(self.anna.one(path, 'D:displayname').text, 'Работа', 'all of them or none')
        self.assertEqual(self.anna.ask('PROPPATCH', path, update % '').status, 207)
        self.assertEqual(self.anna.ask('PROPPATCH', path, update % '', Prefer='return=minimal').status, 200)
        self.server.restart()
        again = self.client()
        self.assertEqual(again.one(path, 'D:displayname').text, 'Дом')

    def test_a_zone_of_a_calendar_has_to_be_one(self):
        path = self.make('zones')
        update = f'<D:propertyupdate {SPACES}><D:set><D:prop><C:calendar-timezone>%s</C:calendar-timezone></D:prop></D:set></D:propertyupdate>'
        answer = self.anna.ask('PROPPATCH', path, update % 'Moscow')
        self.assertIn(b'valid-calendar-data', answer.body)
        zone = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Moscow\r\nBEGIN:STANDARD\r\n'
                'DTSTART:20141026T020000\r\nTZOFFSETFROM:+0400\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n')
        self.assertIn(b'200 OK', self.anna.ask('PROPPATCH', path, update % zone).body)
        # A floating time is that of Moscow now.
        self.anna.ask('PUT', path + 'a', dav.event('a', start='20261122T100000'))
        query = (f'<C:calendar-query {SPACES}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter '
                 'name="VEVENT"><C:time-range start="20261122T%s00Z" end="20261122T%s30Z"/></C:comp-filter></C:comp-filter></C:filter>'
                 '</C:calendar-query>')
        self.assertEqual(len(self.anna.report(path, query % ('0730', '0730')).responses()[0]), 1)
        self.assertEqual(len(self.anna.report(path, query % ('1030', '1030')).responses()[0]), 0)

    def test_a_zone_of_a_calendar_by_its_name(self):
        """RFC 7809, 5.3.2: the name and the VTIMEZONE follow each other."""
        path = self.make('named-zones')
        update = f'<D:propertyupdate {SPACES}><D:set><D:prop><C:%s>%s</C:%s></D:prop></D:set></D:propertyupdate>'
        named = 'calendar-timezone-id'

        def props():
            found, _ = self.anna.propfind(path, 'C:calendar-timezone-id', 'C:calendar-timezone').responses()
            return {name.split('}')[1]: element.text for name, element in found.get(path, {}).items()}
        self.assertEqual(props(), {})
        answer = self.anna.ask('PROPPATCH', path, update % (named, 'Atlantis/Center', named))
        self.assertIn(b'valid-timezone', answer.body)
        self.assertEqual(props(), {})
        self.assertIn(b'200 OK', self.anna.ask('PROPPATCH', path, update % (named, 'Asia/Yekaterinburg', named)).body)
        there = props()
        self.assertEqual(there[named], 'Asia/Yekaterinburg')
        self.assertIn('TZID:Asia/Yekaterinburg', there['calendar-timezone'])
        self.anna.ask('PUT', path + 'a', dav.event('a', start='20261122T100000'))
        query = (f'<C:calendar-query {SPACES}><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter '
                 'name="VEVENT"><C:time-range start="20261122T%s00Z" end="20261122T%s30Z"/></C:comp-filter></C:comp-filter></C:filter>'
                 '</C:calendar-query>')
        self.assertEqual(len(self.anna.report(path, query % ('0530', '0530')).responses()[0]), 1)
        self.assertEqual(len(self.anna.report(path, query % ('1030', '1030')).responses()[0]), 0)
        # A VTIMEZONE of a name that is known gives the name, another one takes it away.
        zone = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:%s\r\nBEGIN:STANDARD\r\n'
                'DTSTART:20141026T020000\r\nTZOFFSETFROM:+0400\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n')
        for tzid, name in (('Europe/Moscow', 'Europe/Moscow'), ('Our own', None)):
            self.anna.ask('PROPPATCH', path, update % ('calendar-timezone', zone % tzid, 'calendar-timezone'))
            self.assertEqual(props().get(named), name)
        removal = f'<D:propertyupdate {SPACES}><D:remove><D:prop><C:calendar-timezone/></D:prop></D:remove></D:propertyupdate>'
        self.assertIn(b'200 OK', self.anna.ask('PROPPATCH', path, removal).body)
        self.assertEqual(props(), {})
        self.assertIn('calendar-no-timezone', self.anna.ask('OPTIONS', path).headers['DAV'])

    def test_a_minimal_answer_leaves_out_what_is_not_there(self):
        answer = self.anna.propfind(self.home, 'D:displayname', 'D:no-such-thing')
        self.assertIn(b'HTTP/1.1 404', answer.body)
        answer = self.anna.propfind(self.home, 'D:displayname', 'D:no-such-thing', Prefer='return=minimal')
        self.assertNotIn(b'HTTP/1.1 404', answer.body)

    def test_going_down_without_end_is_refused(self):
        answer = self.anna.ask('PROPFIND', self.home, Depth='infinity')
        self.assertEqual((answer.status, answer.condition()), (403, [D + 'propfind-finite-depth']))

    def test_evil_xml_is_refused(self):
        bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        outside = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        propfind = '<D:propfind xmlns:D="DAV:"><D:prop><D:displayname>%s</D:displayname></D:prop></D:propfind>'
        for body in (bomb + propfind % '&b;', outside + propfind % '&a;', propfind % '&a;', propfind[:-5] % '',
                     '<D:propfind xmlns:D="DAV:">' + '<D:x>' * 5000 + '</D:x>' * 5000 + '</D:propfind>', '<a:b/>', 'x', '\x00'):
            answer = self.anna.ask('PROPFIND', self.home, body, Depth='0')
            self.assertEqual(answer.status, 400, body[:80])
        self.assertEqual(self.anna.ask('PROPFIND', self.home, Depth='7').status, 400)


class Locks(DavCase):
    LOCK = (f'<D:lockinfo {SPACES}><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype>'
            '<D:owner>anna</D:owner></D:lockinfo>')

    def test_a_lock_keeps_off_who_does_not_name_it(self):
        path = self.make('locked') + 'a.ics'
        self.anna.ask('PUT', path, dav.event('a'))
        answer = self.anna.ask('LOCK', path, self.LOCK, Timeout='Second-600')
        self.assertEqual(answer.status, 200)
        token = answer.headers['Lock-Token']
        refused = self.anna.ask('PUT', path, dav.event('a', 'x'))
        self.assertEqual((refused.status, refused.condition()), (423, [D + 'lock-token-submitted']))
        self.assertEqual(self.anna.ask('DELETE', path).status, 423)
        self.assertEqual(self.anna.ask('LOCK', path, self.LOCK).status, 423)
        self.assertEqual(self.anna.ask('PUT', path, dav.event('a', 'x'), If=f'({token})').status, 204)
        self.assertEqual(self.anna.ask('UNLOCK', path, Lock_Token=token).status, 204)
        self.assertEqual(self.anna.ask('DELETE', path).status, 204)


class LargeBook(DavCase):
    """More people than objects may be in one answer: of the book there are no parts."""
    settings = {'dav.max_results': 100}

    def test_everybody_comes_with_the_first_synchronisation(self):
        people = self.server.data / 'directory.ldif'
        more = ''.join(f'\ndn: uid=more{number},ou=People,dc=example,dc=test\nobjectClass: inetOrgPerson\nuid: more{number}\n'
                       f'cn: More {number}\nsn: {number}\nmail: more{number}@example.test\n' for number in range(120))
        people.write_text(people.read_text(encoding='utf-8') + more, encoding='utf-8')
        book = self.books + 'global/'
        found = kontor.wait_until(lambda: len(told := self.anna.sync(book)[0]) > 120 and told, 'everybody in the book', 60)
        self.assertEqual(self.anna.sync(book, limit=50).status, 507)
        hrefs = ''.join(f'<D:href>{href}</D:href>' for href in list(found)[:100])
        cards, _ = self.anna.report(book, f'<CR:addressbook-multiget {SPACES}><D:prop><CR:address-data/></D:prop>{hrefs}</CR:addressbook-multiget>').responses()
        self.assertEqual(sum(1 for one in cards.values() if 'END:VCARD' in one[CR + 'address-data'].text), 100)


class Small(DavCase):
    settings = {'dav.max_resource': 65536, 'dav.max_collections': 5, 'http.max_body': 4096}

    def test_what_is_too_large_is_refused_and_the_old_object_stays(self):
        path = self.home + 'default/a.ics'
        first = dav.event('a', 'x' * 20_000)
        self.assertEqual(self.anna.ask('PUT', path, first).status, 201, 'more than http.max_body')
        try:
            self.assertEqual(self.client().ask('PUT', path, dav.event('a', 'x' * 70_000)).status, 413)
        except (OSError, http.client.HTTPException):
            pass  # it is told before the body was read, and the connection ends: the word may be lost
        self.assertEqual(self.client().ask('GET', path).body, first)

    def test_there_is_a_number_of_collections(self):
        statuses = [self.anna.ask('MKCALENDAR', f'{self.home}c{number}/').status for number in range(5)]
        self.assertEqual(statuses, [201, 201, 201, 507, 507])


if __name__ == '__main__':
    kontor.main()
