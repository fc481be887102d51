# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl search over what is not mail and what is not one's own: events, tasks and contacts that programs put by DAV, before and
after they are indexed; what a person may read of others (--as), mail, calendars and address books, as rights are at that moment; people of
the address book."""
import hashlib
import json
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import dav_sharing  # noqa: E402
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

    def test_an_export_that_was_broken_off_goes_on(self):
        self.fill()
        big = b'Subject: =?utf-8?B?0LTQvtCz0L7QstC+0YA=?=\r\n\r\n' + b'x' * 70 * 4000 + b'\r\n'
        small = [f'From: a@b.test\r\nSubject: договор {number}\r\n\r\nтекст\r\n'.encode() for number in range(5)]
        for raw in (big, *small):  # the newest comes first
            self.assertEqual(self.server.lmtp([BORIS], raw), {})
        folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-search-'))
        self.addCleanup(shutil.rmtree, folder)
        for form in ('eml', 'maildir', 'mbox'):
            to, left = folder / form, folder / f'{form}.part'
            words = ('search', 'договор', '--account', 'anna,boris', '--export', str(to), '--format', form)
            # No file may become as large as the big message.
            broken = subprocess.run([kontor.program('kontorctl'), '--data', str(self.server.data), *words], capture_output=True,
                                    timeout=kontor.PATIENCE, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000,) * 2))
            self.assertNotEqual(broken.returncode, 0)
            self.assertTrue(left.is_dir())
            self.assertFalse(to.exists())
            code, said = self.server.ask('search', 'текст', '--account', 'boris', '--export', to, '--format', form)
            self.assertEqual(code, 1, 'it is left of another search')
            self.assertIn('another export', said['error']['text'])
            if form == 'eml':  # what was changed meanwhile is not believed
                next(left.rglob('*.eml')).write_bytes(b'Subject: other\r\n\r\nother\r\n')
            said = self.search('договор', '--account', 'anna,boris', '--export', to, '--format', form)
            self.assertEqual(said['exported'], 10)
            # Files of mbox are written anew; of mail of the others but one, and three objects.
            self.assertEqual(said['taken_over'], {'eml': 8, 'maildir': 9, 'mbox': 3}[form])
            manifest = (to / 'manifest.jsonl').read_bytes()
            self.assertEqual(hashlib.sha256(manifest).hexdigest(), said['manifest_sha256'])
            rows = [json.loads(line) for line in manifest.splitlines()]
            self.assertEqual(len({(row['account'], row['emailid']) for row in rows}), 10)
            if form == 'eml':
                files = [path.read_bytes() for path in to.rglob('*') if path.suffix in ('.eml', '.ics', '.vcf')]
                self.assertEqual(sorted(hashlib.sha256(raw).hexdigest() for raw in files), sorted(row['sha256'] for row in rows))
                marks = (to / BORIS / 'INBOX' / '.kontor-marks').read_bytes().splitlines()
                self.assertEqual(len(marks), 6)
            elif form == 'maildir':
                self.assertEqual(len([path for path in to.rglob('cur/*')]), 7)
            self.assertEqual([path.name for path in folder.iterdir() if not path.suffix == ''], [])

    def test_the_people_a_policy_is_for(self):
        self.fill()
        self.server.lmtp([BORIS], 'Subject: договор\r\n\r\nx\r\n'.encode())
        self.server.ctl('policy', 'set', BORIS, 'undelete=9')
        self.server.ctl('policy', 'set', 'everybody', 'undelete=5')
        self.assertEqual(self.search('договор', '--policy', 'BORIS@example.test')['messages'], 1)
        said = self.search('договор', '--policy', 'everybody')
        self.assertEqual((said['messages'], said['searched']), (5, 2), 'a nearer rule changes nothing')
        self.assertIn('no policy is written for', self.search('x', '--policy', 'clara@example.test', status=1)['error']['text'])

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


class OfOthers(unittest.TestCase):
    """Three people, a group that lies in another, a shared mailbox, public folders (dav_sharing)."""

    def setUp(self):
        self.server = kontor.Server({'server.demo': False, 'queue.smart_host': '127.0.0.1:9', 'server.name': 'localhost',
                                     'sign_in.delay': '100ms'})
        self.addCleanup(self.server.close)
        self.write(['boris'])
        self.server.start()
        kontor.wait_until(lambda: self.server.takes_mail_for(ANNA), 'the people are known')
        self.anna, self.boris = self.client('anna'), self.client('boris')

    def client(self, user):
        made = dav.Client(self.server, user)
        self.addCleanup(made.close)
        return made

    def write(self, team):
        file = self.server.data / 'directory.ldif'
        beside = file.with_suffix('.new')
        beside.write_text(dav_sharing.directory(team), encoding='utf-8')
        beside.rename(file)

    def put(self, client, path, raw):
        answer = client.ask('PUT', path, raw)
        self.assertEqual(answer.status, 201, answer.body)

    def found(self, query, person):
        code, said = self.server.ask('search', query, '--as', person)
        self.assertEqual(code, 0, said)
        return sorted((row['address'].split('@')[0], row['subject']) for row in said['results'])

    def give(self, mailbox, who, rights, *folder):
        self.server.ctl('shares', 'add', mailbox, who, rights, *(('--folder', *folder) if folder else ()))

    def fill(self):
        calendar, book = self.anna.home() + 'default/', self.anna.home('addressbooks') + 'default/'
        self.put(self.anna, calendar + 'a.ics', dav.event('a', 'Бюджет на год'))
        self.put(self.anna, calendar + 's.ics', dav.event('s', 'Бюджет и оклады', extra='CLASS:CONFIDENTIAL\r\n'))
        self.put(self.anna, calendar + 'x.ics', dav.event('x', 'Бюджет и премии', extra='CLASS:X-OURS\r\n'))
        self.put(self.anna, self.anna.home() + 'tasks/t.ics', TASK)
        self.put(self.anna, book + 'c.vcf', CARD)
        return calendar

    def test_calendars_and_address_books_by_the_rights_of_the_moment(self):
        self.fill()
        everything = [('anna', 'Бюджет и оклады'), ('anna', 'Бюджет и премии'), ('anna', 'Бюджет на год')]
        self.assertEqual(self.found('бюджет', 'anna'), everything)
        self.assertEqual(self.found('бюджет', 'boris'), [])
        # Who may learn that time is taken finds nothing.
        self.give(ANNA, BORIS, 'freebusy', 'calendar:default')
        self.assertEqual(self.found('бюджет OR kind:event', 'boris'), [])
        for rights in ('reader', 'editor'):
            self.give(ANNA, 'staff@example.test', rights, 'calendar:default')
            self.assertEqual(self.found('бюджет', 'boris'), [('anna', 'Бюджет на год')], rights)
            for query in ('оклады', 'exact:"клады"', 'премии', 'kind:event -год', 'оклад*'):
                self.assertEqual(self.found(query, 'boris'), [], query)
        self.assertEqual(self.found('бюджет', 'clara'), [])
        self.give(ANNA, 'clara@example.test', 'delegate', 'calendar:default')
        self.assertEqual(self.found('бюджет', 'clara'), everything)
        # The rest was not given.
        self.assertEqual(self.found('договор', 'boris'), [])
        self.give(ANNA, BORIS, 'reader', 'calendar:tasks')
        self.assertEqual(self.found('договор', 'boris'), [('anna', 'Подписать договоры')])
        self.give(ANNA, BORIS, 'reader', 'contacts:default')
        self.assertEqual(self.found('sidorov', 'boris'), [('anna', 'Пётр Сидоров')])
        kontor.wait_until(lambda: self.server.ctl('search', 'status', 'anna')[0]['state'] == 'complete', 'all is indexed')
        self.assertEqual(self.found('бюджет OR договор', 'boris'),
                         [('anna', 'Бюджет на год'), ('anna', 'Подписать договоры'), ('anna', 'Пётр Сидоров')])
        # An event becomes private; a right and a membership go.
        self.assertEqual(self.anna.ask('PUT', self.anna.home() + 'default/a.ics',
                                       dav.event('a', 'Бюджет на год', extra='CLASS:PRIVATE\r\n')).status, 204)
        self.assertEqual(self.found('бюджет', 'boris'), [])
        self.server.ctl('shares', 'remove', ANNA, BORIS)
        self.assertEqual(self.found('договор', 'boris'), [])

    def test_who_leaves_a_group_finds_nothing_of_it(self):
        home = '/dav/calendars/team@example.test/'
        self.put(self.boris, home + 'default/g.ics', dav.event('g', 'Смена графика', extra='CLASS:PRIVATE\r\n'))
        books = home.replace('calendars', 'addressbooks')
        self.put(self.boris, books + 'default/p.vcf', dav.card('p', 'График Петрович'))
        both = [('team', 'График Петрович'), ('team', 'Смена графика')]
        self.assertEqual(self.found('график', 'boris'), both)
        self.assertEqual(self.found('график', 'clara'), [])
        code, said = self.server.ask('search', 'график', '--group', 'team@example.test')
        self.assertEqual((code, said['messages']), (0, 2))
        self.write(['clara'])
        kontor.wait_until(lambda: self.found('график', 'clara') == both, 'the new member finds it')
        self.assertEqual(self.found('график', 'boris'), [])

    def test_a_shared_mailbox_and_public_folders(self):
        self.assertEqual(self.server.lmtp(['info@example.test'], 'Subject: счёт\r\n\r\nоплатить\r\n'.encode()), {})
        self.assertEqual(self.found('счёт', 'boris'), [])
        self.give('info@example.test', 'staff@example.test', 'editor')
        self.assertEqual(self.found('счёт', 'boris'), [('info', 'счёт')])
        there, _ = self.boris.propfind(self.boris.home(), 'D:displayname', depth='1').responses()
        shared, = [href for href, prop in there.items() if prop[dav.D + 'displayname'].text == 'Calendar (Information)']
        self.put(self.boris, shared + 'i.ics', dav.event('i', 'Приём счетов'))
        self.assertEqual(self.found('счёт OR счета', 'boris'), [('info', 'Приём счетов'), ('info', 'счёт')])
        self.assertEqual(self.found('счёт OR счета', 'clara'), [])
        self.give('public', 'anyone', 'reader', 'calendar:Holidays')
        self.give('public', ANNA, 'editor', 'calendar:Holidays')
        self.give('public', 'anyone', 'reader', 'News')
        self.give('public', ANNA, 'editor', 'News')
        there, _ = self.anna.propfind(self.anna.home(), 'D:displayname', depth='1').responses()
        holidays, = [href for href, prop in there.items() if prop[dav.D + 'displayname'].text == 'Holidays']
        self.put(self.anna, holidays + 'h.ics', dav.event('h', 'Выходной у всех'))
        imap = self.server.imap('anna')
        public = next(row.decode() for row in imap.list('""', '*')[1] if row.decode().rstrip('"').endswith('News'))
        name = public.split('"/" ')[1].strip('"')
        self.assertEqual(imap.append(f'"{name}"', '', None, 'Subject: выходной\r\n\r\nx\r\n'.encode())[0], 'OK')
        imap.logout()
        for person in ('anna', 'boris', 'clara'):
            self.assertEqual(self.found('выходной', person), [('', 'Выходной у всех'), ('', 'выходной')], person)
        self.server.ctl('shares', 'remove', 'public', 'anyone', '--folder', 'News')
        self.assertEqual(self.found('выходной', 'clara'), [('', 'Выходной у всех')])


if __name__ == '__main__':
    kontor.main()
