# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of others with calendars, address books and notes: litmus, Python's caldav, vdirsyncer in both directions; and the
samples of KONTOR_CORPUS (or ../shared/corpora beside the checkout), which go in and come out byte for byte or are refused with the reason."""
import datetime
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import dav  # noqa: E402
import kontor  # noqa: E402
from dav import C, CR, D  # noqa: E402


class Clients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server({'server.name': 'localhost'}).start()
        cls.addClassCleanup(cls.server.close)
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-dav-'))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.authority = str(cls.server.data / 'tls/ca.pem')
        cls.url = f'https://localhost:{cls.server.port("https")}'

    def client(self, user='anna'):
        made = dav.Client(self.server, user)
        self.addCleanup(made.close)
        return made

    def test_litmus(self):
        home = self.client().home().replace('/calendars/', '/notes/')
        # Without --keep-going a suite that fails ends it; `http` has one test that TLS leaves out.
        run = subprocess.run(['litmus', self.url + home, 'anna', kontor.PASSWORD], cwd=self.folder, capture_output=True, text=True,
                             env={**os.environ, 'SSL_CERT_FILE': self.authority}, timeout=300)
        summaries = re.findall(r"summary for `(\w+)': of (\d+) tests run: (\d+) passed, (\d+) failed", run.stdout)
        self.assertEqual([name for name, *_ in summaries], ['basic', 'copymove', 'props', 'locks', 'http'], run.stdout)
        self.assertEqual({int(failed) for *_, failed in summaries}, {0}, run.stdout)
        self.assertEqual(sum(int(passed) for _, _, passed, _ in summaries), 103, run.stdout)
        self.assertNotIn('WARNING', run.stdout)

    def test_the_caldav_library(self):
        import caldav
        client = caldav.DAVClient(self.url + '/dav/', username='boris', password=kontor.PASSWORD, ssl_verify_cert=self.authority)
        principal = client.principal()
        calendar = principal.make_calendar(name='Отпуск', cal_id='holidays')
        calendar.save_event(dav.event('lunch', 'Обед').decode())
        calendar.save_event(dav.event('later', 'Later', '20280101T100000Z').decode())
        begin = datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc)
        found = calendar.date_search(begin, begin + datetime.timedelta(days=1))
        self.assertEqual([one.vobject_instance.vevent.summary.value for one in found], ['Обед'])
        event = calendar.event_by_uid('lunch')
        event.data = event.data.replace('Обед', 'Ужин')
        event.save()
        token = calendar.objects_by_sync_token()
        calendar.event_by_uid('later').delete()
        changed = calendar.objects_by_sync_token(token.sync_token)
        self.assertEqual(len(list(changed)), 1)
        self.assertEqual([one.vobject_instance.vevent.summary.value for one in calendar.events()], ['Ужин'])
        tasks = next(one for one in principal.calendars() if str(one.url).endswith('/tasks/'))
        tasks.save_todo('BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:t\r\nDTSTAMP:20261101T000000Z\r\n'
                        'SUMMARY:Do it\r\nEND:VTODO\r\nEND:VCALENDAR\r\n')
        self.assertEqual(len(tasks.todos()), 1)
        calendar.delete()
        self.assertNotIn('holidays', ' '.join(str(one.url) for one in principal.calendars()))

    def test_the_caldav_library_in_a_calendar_of_a_colleague(self):
        import caldav
        anna = self.client()
        mine = anna.home() + 'lent/'
        anna.ask('MKCALENDAR', mine)
        self.addCleanup(anna.ask, 'DELETE', mine)
        anna.ask('PUT', mine + 'a.ics', dav.event('a', 'By Anna'))
        self.server.ctl('shares', 'add', 'anna@example.test', 'clara@example.test', 'editor', '--folder', 'calendar:lent')
        client = caldav.DAVClient(self.url + '/dav/', username='clara', password=kontor.PASSWORD, ssl_verify_cert=self.authority)
        lent = next(one for one in client.principal().calendars() if '/shared-' in str(one.url))
        event = lent.event_by_uid('a')
        self.assertEqual(event.vobject_instance.vevent.summary.value, 'By Anna')
        event.data = event.data.replace('By Anna', 'Changed by Clara')
        event.save()
        lent.save_event(dav.event('c', 'By Clara', '20261123T100000Z').decode())
        begin = datetime.datetime(2026, 11, 22, tzinfo=datetime.timezone.utc)
        found = lent.date_search(begin, begin + datetime.timedelta(days=2))
        self.assertEqual(sorted(one.vobject_instance.vevent.summary.value for one in found), ['By Clara', 'Changed by Clara'])
        self.assertIn(b'Changed by Clara', anna.ask('GET', mine + 'a.ics').body)
        token = lent.objects_by_sync_token()
        anna.ask('DELETE', mine + 'a.ics')
        self.assertEqual(len(list(lent.objects_by_sync_token(token.sync_token))), 1)
        self.assertEqual([one.vobject_instance.vevent.summary.value for one in lent.events()], ['By Clara'])
        self.server.ctl('shares', 'add', 'anna@example.test', 'clara@example.test', 'reader', '--folder', 'calendar:lent')
        with self.assertRaises(caldav.lib.error.AuthorizationError):
            lent.save_event(dav.event('d').decode())
        self.server.ctl('shares', 'remove', 'anna@example.test', 'clara@example.test')
        self.assertFalse([one for one in client.principal().calendars() if '/shared-' in str(one.url)])

    def test_vdirsyncer_in_both_directions_in_collections_of_a_colleague(self):
        boris, anna = self.client('boris'), self.client()
        kinds = {'caldav': ('calendars', 'calendar:team', 'MKCALENDAR', '.ics', dav.event), 'carddav': ('addressbooks', 'contacts:team', 'MKCOL', '.vcf', dav.card)}
        for kind, (space, folder, method, suffix, make) in kinds.items():
            owners = boris.home(space) + 'team/'
            body = None if method == 'MKCALENDAR' else (f'<D:mkcol {dav.SPACES}><D:set><D:prop><D:resourcetype><D:collection/><CR:addressbook/>'
                                                        '</D:resourcetype></D:prop></D:set></D:mkcol>')
            self.assertEqual(boris.ask(method, owners, body).status, 201)
            self.addCleanup(boris.ask, 'DELETE', owners)
            self.server.ctl('shares', 'add', 'boris@example.test', 'anna@example.test', 'editor', '--folder', folder)
            there, _ = anna.propfind(anna.home(space), 'D:displayname', depth='1').responses()
            collection = next(href for href in there if '/shared-' in href)
            local, run = self.write_vdirsyncer(kind, collection.rstrip('/').rsplit('/', 1)[1])
            boris.ask('PUT', owners + 'there' + suffix, make('there'))
            (local / f'here{suffix}').write_bytes(make('here'))
            run('discover')
            run('sync')
            self.assertEqual(len(list(local.glob('*' + suffix))), 2, kind)
            found, _, token = boris.sync(owners)
            self.assertEqual(len(found), 2, kind)
            (local / f'here{suffix}').write_bytes(make('here', 'Changed here'))
            boris.ask('DELETE', f'{owners}there{suffix}')
            run('sync')
            self.assertEqual([path.name for path in local.glob('*' + suffix)], [f'here{suffix}'], kind)
            found, gone, token = boris.sync(owners, token)
            self.assertEqual((len(found), len(gone)), (1, 1), kind)
            self.assertIn(b'Changed here', boris.ask('GET', next(iter(found))).body)
            # What may not be changed stays as it is; it is told, and nothing is lost here.
            self.server.ctl('shares', 'add', 'boris@example.test', 'anna@example.test', 'reader', '--folder', folder)
            (local / f'here{suffix}').write_bytes(make('here', 'Not allowed'))
            with self.assertRaises(subprocess.CalledProcessError):
                run('sync')
            self.assertEqual(boris.sync(owners, token)[:2], ({}, {}))
            self.server.ctl('shares', 'remove', 'boris@example.test', 'anna@example.test')

    def write_vdirsyncer(self, kind, collection):
        local = self.folder / kind
        (local / collection).mkdir(parents=True)
        config = self.folder / f'{kind}.conf'
        suffix = '.ics' if kind == 'caldav' else '.vcf'
        config.write_text(
            f'[general]\nstatus_path = "{self.folder / "status"}"\n[pair p]\na = "here"\nb = "there"\ncollections = ["{collection}"]\n'
            f'conflict_resolution = "b wins"\n[storage here]\ntype = "filesystem"\npath = "{local}"\nfileext = "{suffix}"\n'
            f'[storage there]\ntype = "{kind}"\nurl = "{self.url}/dav/"\nusername = "anna"\npassword = "{kontor.PASSWORD}"\n'
            f'verify = "{self.authority}"\n')
        return local / collection, lambda *words: subprocess.run(['vdirsyncer', '-c', str(config), *words], capture_output=True,
                                                                 text=True, timeout=120, check=True, input='y\n')

    def test_vdirsyncer_in_both_directions(self):
        client = self.client()
        makers = {'caldav': (client.home(), '.ics', dav.event), 'carddav': (client.home('addressbooks'), '.vcf', dav.card)}
        for kind, (home, suffix, make) in makers.items():
            collection = home + 'default/'
            local, run = self.write_vdirsyncer(kind, 'default')
            client.ask('PUT', f'{collection}there{suffix}', make('there'))
            (local / f'here{suffix}').write_bytes(make('here'))
            run('discover')
            run('sync')
            self.assertEqual(len(list(local.glob('*' + suffix))), 2, kind)
            found, _, token = client.sync(collection)
            self.assertEqual(len(found), 2, kind)
            (local / f'here{suffix}').write_bytes(make('here', 'Changed here'))
            client.ask('DELETE', f'{collection}there{suffix}')
            run('sync')
            self.assertEqual([path.name for path in local.glob('*' + suffix)], [f'here{suffix}'], kind)
            found, gone, _ = client.sync(collection, token)
            self.assertEqual((len(found), len(gone)), (1, 1), kind)
            self.assertIn(b'Changed here', client.ask('GET', next(iter(found))).body)

    def go_through(self, kind, samples, pattern, path, conditions):
        corpus = pathlib.Path(os.environ.get('KONTOR_CORPUS') or kontor.ROOT.parent / 'shared/corpora') / kind
        if not corpus.is_dir():
            print(f'NO CORPUS of {kind}: our own samples take its place. Set KONTOR_CORPUS.', file=sys.stderr)
            corpus = kontor.ROOT / 'tests/fuzz/corpus' / samples
        client, taken, refused = self.client(), 0, 0
        for number, sample in enumerate(sorted(corpus.rglob(pattern))):
            data = sample.read_bytes()
            place = f'{path}{number}'
            answer = client.ask('PUT', place, data)
            if answer.status == 201:
                self.assertEqual(client.ask('GET', place).body, data, sample)
                taken += 1
                self.assertEqual(client.ask('DELETE', place).status, 204)
            else:
                self.assertEqual(answer.status, 403, (sample, answer.body))
                self.assertIn(answer.condition()[0], conditions, sample)
                self.assertTrue(answer.xml.find(D + 'responsedescription').text, sample)
                self.assertEqual(client.ask('GET', place).status, 404)
                refused += 1
        print(f'{kind}: {taken} taken, {refused} refused', file=sys.stderr)
        self.assertGreater(taken, 0)

    def test_a_corpus_of_calendars(self):
        client = self.client()
        path = client.home() + 'corpus/'
        client.ask('MKCALENDAR', path)
        self.go_through('icalendar', 'ical', '*.ics', path, {C + name for name in (
            'valid-calendar-data', 'valid-calendar-object-resource', 'supported-calendar-component', 'max-instances')})

    def test_a_corpus_of_cards(self):
        self.go_through('vcard', 'vcard', '*.vcf', self.client().home('addressbooks') + 'default/',
                        {CR + 'valid-address-data', CR + 'supported-address-data'})


if __name__ == '__main__':
    kontor.main()
