# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl search over what is not mail and what is not one's own: events, tasks and contacts that programs put by DAV, before and
after they are indexed; what a person may read of others (--as), as rights are at that moment; people of the address book."""
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402

ANNA, BORIS = 'anna@example.test', 'boris@example.test'
TASK = ('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VTODO\r\nUID:task-1\r\nDTSTAMP:20261101T000000Z\r\n'
        'SUMMARY:Подписать договоры\r\nEND:VTODO\r\nEND:VCALENDAR\r\n').encode()
CARD = ('BEGIN:VCARD\r\nVERSION:3.0\r\nUID:card-1\r\nFN:Пётр Сидоров\r\nN:Сидоров;Пётр;;;\r\nORG:Вектор\r\n'
        'TEL:+7 (495) 123-45-67\r\nEMAIL:sidorov@vector.test\r\nNOTE:договор поставки\r\nEND:VCARD\r\n').encode()


class SearchEverything(unittest.TestCase):
    def setUp(self):
        self.server = kontor.Server({'server.name': 'localhost', 'sign_in.delay': '100ms'}).start()
        self.addCleanup(self.server.close)
        for user in ('anna', 'boris'):
            self.server.imap(user).logout()

    def search(self, query, *words, status=0):
        code, said = self.server.ask('search', query, *words)
        self.assertEqual(code, status, (query, words, said))
        return said

    def found(self, query, *words):
        said = self.search(query, *(words or ('--account', 'anna')))
        return sorted((row['kind'], row['subject']) for row in said['results'])

    def put(self, client, path, raw):
        answer = client.ask('PUT', path, raw)
        self.assertEqual(answer.status, 201, answer.body)

    def fill(self):
        client = dav.Client(self.server)
        self.addCleanup(client.close)
        home, books = client.home(), client.home('addressbooks')
        self.assertEqual(client.ask('MKCOL', home + 'work/', '').status, 201)
        self.put(client, home + 'work/a.ics', dav.event('event-1', 'Совещание по договору', extra=(
            'LOCATION:переговорная\r\nORGANIZER;CN=Анна:mailto:anna@example.test\r\n'
            'ATTENDEE;SCHEDULE-AGENT=CLIENT;CN=Иван Иванов:mailto:ivanov@vector.test\r\n')))
        self.put(client, home + 'work/t.ics', TASK)
        body = (f'<D:mkcol {dav.SPACES}><D:set><D:prop><D:resourcetype><D:collection/><CR:addressbook/></D:resourcetype></D:prop>'
                '</D:set></D:mkcol>')
        self.assertEqual(client.ask('MKCOL', books + 'friends/', body).status, 201)
        self.put(client, books + 'friends/c.vcf', CARD)
        self.assertEqual(self.server.lmtp([ANNA], 'From: ivanov@vector.test\r\nSubject: договор\r\n\r\nтекст\r\n'.encode()), {})
        return client, home

    def check(self):
        event, task = ('event', 'Совещание по договору'), ('task', 'Подписать договоры')
        contact, mail = ('contact', 'Пётр Сидоров'), ('mail', 'договор')
        self.assertEqual(self.found('договор'), sorted([event, task, contact, mail]))
        self.assertEqual(self.found('договор kind:mail'), [mail])
        self.assertEqual(self.found('вид:событие переговорная'), [event])
        self.assertEqual(self.found('участник:ivanov'), sorted([event, mail]))
        self.assertEqual(self.found('to:Иванов'), [event])
        self.assertEqual(self.found('84951234567'), [contact])
        self.assertEqual(self.found('sidorov вектор -kind:mail'), [contact])
        self.assertEqual(self.found('exact:"одписать"'), [task])
        self.assertEqual(self.found('VCALENDAR OR VEVENT OR DTSTAMP'), [])

    def test_events_tasks_and_contacts(self):
        client, home = self.fill()
        self.check()
        kontor.wait_until(lambda: self.server.ctl('search', 'status', 'anna')[0]['state'] == 'complete', 'all is indexed')
        self.check()
        self.server.restart('kill')
        self.check()
        client = dav.Client(self.server)
        self.addCleanup(client.close)
        self.assertEqual(client.ask('DELETE', home + 'work/a.ics').status, 204)
        self.assertEqual(self.found('kind:event'), [])
        self.put(client, home + 'work/b.ics', dav.event('event-2', 'переезд'))
        self.assertEqual(self.found('переезд'), [('event', 'переезд')])

    def test_an_export_has_them_as_files(self):
        self.fill()
        folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-search-'))
        self.addCleanup(shutil.rmtree, folder)
        said = self.search('договор', '--account', 'anna', '--export', folder / 'out')
        self.assertEqual(said['exported'], 4)
        files = {path.read_bytes() for path in (folder / 'out' / ANNA / 'objects').iterdir()}
        self.assertEqual(len(files), 3)
        self.assertLessEqual({TASK, CARD}, files)
        self.assertEqual(len(list((folder / 'out').rglob('*.eml'))), 1)

    def test_what_a_person_may_read(self):
        self.fill()
        anna = self.server.imap('anna')
        for folder in ('Team', 'Secret'):
            anna.create(folder)
            anna.append(folder, '', None, f'Subject: {folder} договор\r\n\r\nx\r\n'.encode())
        boris = ('--as', 'boris')
        self.assertEqual(self.found('договор', *boris), [])
        self.assertEqual(anna.setacl('Team', BORIS, 'lr')[0], 'OK')
        said = self.search('договор', *boris)
        self.assertEqual([(row['address'], row['folder']) for row in said['results']], [(ANNA, 'Team')])
        self.assertEqual(said['searched'], 2)
        self.server.lmtp([BORIS], 'Subject: свой договор\r\n\r\nx\r\n'.encode())
        self.assertEqual(self.search('договор', *boris)['messages'], 2)
        # What he may see and not read, and what is taken away, is not found.
        self.assertEqual(anna.setacl('Team', BORIS, 'l')[0], 'OK')
        self.assertEqual(self.search('договор', *boris)['messages'], 1)
        self.assertEqual(anna.setacl('Team', BORIS, 'lr')[0], 'OK')
        self.assertEqual(self.search('договор', *boris)['messages'], 2)
        self.assertEqual(anna.deleteacl('Team', BORIS)[0], 'OK')
        self.assertEqual(self.search('договор', *boris)['messages'], 1)
        self.assertEqual(len(self.found('договор', '--as', 'anna')), 6)
        anna.logout()

    def test_people_of_the_address_book(self):
        said = self.search('bori', '--people')
        self.assertEqual([row['address'] for row in said['people']], [BORIS])
        self.assertEqual((said['messages'], said['results']), (0, []))
        same = self.search('kind:person bori*', '--as', 'anna')
        self.assertEqual(same['people'], said['people'])
        self.assertNotIn('people', self.search('nobodyhere', '--people'))
        problem = self.search('bori before:2026', '--people', status=1)['problem']
        self.assertEqual((problem['offset'], problem['length']), (5, 11))
        self.assertEqual(self.server.ask('search', 'bori', '--people', '--all')[0], 2)


if __name__ == '__main__':
    kontor.main()
