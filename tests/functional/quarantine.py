# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail that is held: a real ClamAV finds a virus, a milter of our own and rspamd want spam put aside, signs in the header speak
against it. Administrators and people see it, give it to its recipients, delete it; the server dies in between. People's own lists
of senders and servers.
"""
import base64
import email
import json
import pathlib
import smtplib
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import kontor
import scan
import scanners

ANNA, BORIS, CLARA = (f'{name}@example.test' for name in ('anna', 'boris', 'clara'))


def letter(body='A line.', subject='One', top=''):
    return (f'{top}From: Eva <eva@there.test>\r\nTo: {BORIS}\r\nSubject: {subject}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n'
            f'Message-ID: <{subject}@there.test>\r\n\r\n{body}\r\n').encode()


class Case(unittest.TestCase):
    def server(self, **settings):
        server = kontor.Server({name.replace('__', '.'): value for name, value in settings.items()})
        self.addCleanup(server.close)
        server.start()
        return server

    def send(self, server, message, recipients=(BORIS,), sender='eva@there.test', address='127.0.0.1'):
        """The first answer that is no 2xx, or the one to the message."""
        with smtplib.SMTP('127.0.0.1', server.port('smtp'), timeout=kontor.PATIENCE, source_address=(address, 0)) as smtp:
            smtp.ehlo('there.test')
            code, text = smtp.mail(sender)
            for recipient in recipients:
                if code == 250:
                    code, text = smtp.rcpt(recipient)
            if code != 250:
                return code, text.decode()
            code, text = smtp.data(message)
            return code, text.decode()

    def folder(self, server, person='boris', folder='INBOX'):
        with server.imap(person) as imap:
            if imap.select(f'"{folder}"')[0] != 'OK':
                return []
            numbers = imap.search(None, 'ALL')[1][0].split()
            return [imap.fetch(number, '(BODY.PEEK[])')[1][0][1] for number in numbers]

    def held(self, server, *words):
        return server.ctl('quarantine', *words)


class Held(Case):
    @classmethod
    def setUpClass(cls):
        cls.clamd = scanners.Clamd(limit='2M')
        cls.addClassCleanup(cls.clamd.close)

    def virus_server(self, **settings):
        return self.server(scan__clamd=self.clamd.setting, scan__virus='hold', **settings)

    def test_a_virus_is_held_and_released_with_its_bytes(self):
        server = self.virus_server()
        code, text = self.send(server, letter(scanners.EICAR, 'virus'), (BORIS, CLARA))
        self.assertEqual(code, 250, text)
        self.assertEqual(self.send(server, letter('harmless', 'good'))[0], 250)
        self.assertEqual([email.message_from_bytes(raw)['Subject'] for raw in self.folder(server)], ['good'])
        (row,) = self.held(server)
        self.assertEqual((row['reason'], row['sender'], row['recipient'], row['subject']),
                         ('virus', 'eva@there.test', f'{BORIS} +1', 'virus'))
        self.assertEqual(self.held(server, '--reason', 'rule'), [])
        self.assertEqual(self.held(server, '--sender', 'eva@', '--recipient', 'clara@')[0]['id'], row['id'])
        shown = self.held(server, 'show', row['id'])
        self.assertEqual((shown['detail'], shown['client']), ('Kontor.Eicar.UNOFFICIAL', '127.0.0.1'))
        self.assertEqual(server.ctl('trace', 'show', shown['trace'])['messages'][0]['recipients'][0]['status'], 'held')
        original = server.ctl('quarantine', 'read', row['id'])
        done = self.held(server, 'release', row['id'])
        self.assertEqual(sorted(done['released']), [BORIS, CLARA])
        self.assertEqual(self.held(server), [])
        for person in ('boris', 'clara'):
            raw = self.folder(server, person)[-1]
            self.assertTrue(raw.endswith(letter(scanners.EICAR, 'virus')))
            self.assertTrue(raw.startswith(b'Return-Path: <eva@there.test>\r\nX-Kontor-Scan: virus='))
        self.assertTrue(raw.endswith(base64.b64decode(original['message'])))
        (way,) = server.ctl('trace', 'show', shown['trace'])['messages']
        self.assertEqual([one['status'] for one in way['recipients']], ['delivered', 'delivered'])
        self.assertEqual([step['what'] for step in way['steps'] if step['recipient'] == BORIS and step['what'] in
                          ('held', 'delivered', 'released')], ['held', 'delivered', 'released'])
        audit = ''.join(path.read_text() for path in (server.data / 'audit').iterdir())
        self.assertIn('quarantine.release', audit)
        self.assertIn(row['id'], audit)
        self.assertEqual(server.ask('quarantine', 'release', row['id'])[0], 1)

    def test_killed_at_any_sync_of_a_release_it_comes_once(self):
        server = self.virus_server()
        self.assertEqual(self.send(server, letter(scanners.EICAR, 'v0'), (BORIS, CLARA))[0], 250)
        self.held(server, 'release', self.held(server)[0]['id'])
        folders = sorted(server.data.glob('accounts/*/*'))
        self.assertEqual(len(folders), 3, 'of both, and of what is held')
        for number, folder in enumerate(folders, 1):
            self.assertEqual(self.send(server, letter(scanners.EICAR, f'v{number}'), (BORIS, CLARA))[0], 250)
            (row,) = self.held(server)
            log = max(folder.glob('log.*'))
            tracer = subprocess.Popen(['strace', '-f', '-p', str(server.pid), '-P', str(log), '-e', 'trace=fdatasync', '-e',
                                       'inject=fdatasync:signal=KILL:when=1'], stderr=subprocess.PIPE, text=True)
            while 'attached' not in tracer.stderr.readline():
                self.assertIsNone(tracer.poll())
            drain = threading.Thread(target=tracer.stderr.read)
            drain.start()
            self.assertNotEqual(server.ask('quarantine', 'release', row['id'])[0], 0)
            server.process.wait(kontor.PATIENCE)
            tracer.wait(kontor.PATIENCE)
            drain.join()
            tracer.stderr.close()
            try:
                server.kill()
            except ProcessLookupError:
                server.process = None
            server.start()
            for one in self.held(server):
                self.held(server, 'release', one['id'])
            for person in ('boris', 'clara'):
                subjects = [email.message_from_bytes(raw)['Subject'] for raw in self.folder(server, person)]
                self.assertEqual(subjects, [f'v{count}' for count in range(number + 1)], person)

    def test_a_person_sees_and_releases_his_own_by_policy(self):
        server = self.virus_server(quarantine__digest=True)
        self.assertEqual(self.send(server, letter(scanners.EICAR, 'his'), (BORIS, CLARA))[0], 250)
        self.assertEqual(self.send(server, letter(scanners.EICAR, 'hers'), (CLARA,))[0], 250)
        self.assertEqual(server.ask('quarantine', '--as', BORIS)[0], 1)
        server.ctl('policy', 'set', BORIS, 'quarantine=see')
        (row,) = self.held(server, '--as', BORIS)
        self.assertEqual((row['subject'], row['recipient']), ('his', BORIS))
        hers = next(one for one in self.held(server) if one['subject'] == 'hers')
        self.assertEqual(server.ask('quarantine', 'show', hers['id'], '--as', BORIS)[0], 1)
        self.assertEqual(server.ask('quarantine', 'release', row['id'], '--as', BORIS)[0], 1)
        server.ctl('policy', 'set', BORIS, 'quarantine=release')
        done = self.held(server, 'release', row['id'], '--as', BORIS, '--allow-sender')
        self.assertEqual(done['released'], [BORIS])
        self.assertEqual(len(self.folder(server)), 1)
        self.assertEqual(self.folder(server, 'clara'), [])
        self.assertEqual(server.ctl('lists', BORIS), [{'list': 'allowed', 'whom': 'eva@there.test'}])
        self.assertEqual(self.held(server, '--as', BORIS), [])
        self.assertEqual(len(self.held(server)), 2)
        # The letter of the day, at the next start: about what was held, to who may see it.
        server.ctl('policy', 'set', CLARA, 'quarantine=see')
        server.restart()
        (raw,) = kontor.wait_until(lambda: self.folder(server, 'clara'), 'the digest')
        got = email.message_from_bytes(raw)
        text = got.get_payload(decode=True).decode()
        self.assertIn('his', text)
        self.assertIn('hers', text)
        self.assertIn('Эти письма для вас', text)
        self.assertEqual(len(self.folder(server)), 1, 'nothing of his is held any more')

    def test_deleted_mail_and_a_full_mailbox(self):
        server = self.virus_server()
        self.assertEqual(self.send(server, letter(scanners.EICAR, 'v'))[0], 250)
        (row,) = self.held(server)
        server.ctl('quota', 'set', BORIS, '1')
        status, said = server.ask('quarantine', 'release', row['id'])
        self.assertEqual(status, 1, said)
        self.assertEqual(len(self.held(server)), 1)
        server.ctl('quota', 'set', BORIS, 'none')
        self.assertEqual(self.held(server, 'delete', row['id'])['deleted'], [BORIS])
        self.assertEqual((self.held(server), self.folder(server)), ([], []))


class ByOthers(Case):
    def test_what_a_milter_wants_put_aside(self):
        milter = scan.Milter((b'hX-Spam-Score\0 17.2\0', b'qit is spam\0', b'c'))
        self.addCleanup(milter.close)
        server = self.server(scan__milters=[milter.setting], scan__quarantine='hold')
        self.assertEqual(self.send(server, letter())[0], 250)
        (row,) = self.held(server)
        shown = self.held(server, 'show', row['id'])
        self.assertEqual((shown['reason'], shown['detail'], shown['score']), ('filter', 'it is spam', '17.2'))
        self.assertEqual((self.folder(server), self.folder(server, folder='Junk')), ([], []))
        # The recipient wants it; an administrator says that nobody shall wait for it.
        server.ctl('lists', 'allow', CLARA, '@there.test')
        self.held(server, 'release', row['id'], '--allow-sender')
        self.assertEqual(len(self.folder(server)), 1, 'released mail is no junk')
        self.assertEqual(self.held(server, 'except'), [{'excepted': 'eva@there.test'}])
        self.assertEqual(self.send(server, letter(subject='two'))[0], 250)
        self.assertEqual((len(self.folder(server)), self.held(server)), (2, []))
        server.restart()
        self.held(server, 'except', 'eva@there.test', '--remove')
        self.assertEqual(self.send(server, letter(subject='three'))[0], 250)
        self.assertEqual([row['subject'] for row in self.held(server)], ['three'])

    def test_what_a_rule_holds(self):
        server = self.server()
        rule = server.data / 'rule.json'
        rule.write_text(json.dumps({'name': 'look first', 'when': [{'about': 'recipient', 'is': BORIS}],
                                    'do': [{'do': 'hold', 'text': 'for Boris'}]}))
        server.ctl('rules', 'add', rule)
        self.assertEqual(self.send(server, letter(), (BORIS, CLARA))[0], 250)
        self.assertEqual((len(self.folder(server)), len(self.folder(server, 'clara'))), (0, 1))
        (row,) = self.held(server)
        shown = self.held(server, 'show', row['id'])
        self.assertEqual((shown['reason'], shown['detail']), ('rule', 'look first: for Boris'))
        self.assertEqual(self.held(server, 'release', row['id'])['released'], [BORIS])
        got = self.folder(server)[0]
        self.assertTrue(got.endswith(letter()))
        self.assertEqual(got.count(b'Received: from'), 1, 'how it came is said, as of any message')

    def test_signs_tag_hold_and_refuse(self):
        bare = b'Subject: bare\r\n\r\nx\r\n'
        server = self.server(signs__enabled=True, signs__junk=3, signs__hold=5, signs__refuse=9, signs__points=['no-from=4'])
        self.assertEqual(self.send(server, letter())[0], 250)
        self.assertEqual(self.send(server, b'From: eva@there.test\r\nSubject: undated\r\n\r\nx\r\n')[0], 250)
        self.assertEqual(self.send(server, bare)[0], 250)
        code, text = self.send(server, b'Date: soon\r\nFrom: a@b.test\r\nFrom: b@b.test\r\nMessage-ID: 1\r\n'
                               b'Received: x\r\nX-Kontor-Signs: 0\r\n\r\nx\r\n', sender='')
        self.assertEqual(code, 550)
        self.assertIn('null-sender=2 bad-received=1 bad-date=2 bad-message-id=1 several-from=3', text)
        (good,) = self.folder(server)
        self.assertNotIn(b'X-Kontor-Signs', good)
        (junk,) = map(email.message_from_bytes, self.folder(server, folder='Junk'))
        self.assertEqual(junk['X-Kontor-Signs'], '3\r\n\tno-date=2\r\n\tno-message-id=1')
        (row,) = self.held(server)
        shown = self.held(server, 'show', row['id'])
        self.assertEqual((shown['reason'], shown['score']), ('signs', '7'))
        self.assertIn('no-from=4', shown['detail'])
        steps = server.ctl('trace', 'show', shown['trace'])['messages'][0]['steps']
        self.assertIn('signs: 7', ' '.join(step['text'] for step in steps))


class OwnLists(Case):
    def test_blocked_and_allowed_senders_and_servers(self):
        server = self.server(screening__enabled=True, screening__greylist=True, screening__reverse_name='off',
                             screening__sender_domain='off', dns__timeout='1s', dns__servers=['127.0.0.1@1'])
        server.ctl('lists', 'allow', BORIS, 'eva@there.test')
        self.assertEqual(self.send(server, letter(), sender='other@there.test')[0], 451)
        self.assertEqual(self.send(server, letter('1'))[0], 250, 'a friend is not put off')
        server.ctl('lists', 'block', BORIS, '127.0.0.8')
        code, text = self.send(server, letter(), sender='other@there.test', address='127.0.0.8')
        self.assertEqual((code, text), (550, '5.7.1 this recipient takes no mail from you'))
        code, text = self.send(server, letter(), (CLARA,), sender='other@there.test', address='127.0.0.8')
        self.assertEqual(code, 451, 'for him alone')
        self.assertEqual(self.send(server, letter('2'), address='127.0.0.8')[0], 250, 'an address is nearer')
        # He writes the list himself, by METADATA.
        with server.imap('clara') as imap:
            entry = '/private/vendor/kontor/senders/blocked'
            self.assertEqual(imap.xatom('SETMETADATA', '""', f'({entry} "@there.test")')[0], 'OK')
        self.assertEqual(server.ctl('lists', CLARA), [{'list': 'blocked', 'whom': '@there.test'}])
        code, text = self.send(server, letter(), (CLARA,))
        self.assertEqual(code, 550, text)

    def test_the_author_counts_at_the_end(self):
        server = self.server()
        server.ctl('lists', 'block', BORIS, 'eva@there.test')
        server.ctl('lists', 'allow', CLARA, '@there.test')
        self.assertEqual(self.send(server, letter(), (BORIS, CLARA, ANNA), sender='list@lists.test')[0], 250)
        self.assertEqual([len(self.folder(server, person)) for person in ('boris', 'clara', 'anna')], [0, 1, 1])
        self.assertEqual(len(self.folder(server, folder='Junk')), 1)
        milter = scan.Milter((b'qspam\0', b'c'))
        self.addCleanup(milter.close)
        server.settings['scan.milters'] = [milter.setting]
        server.restart()
        self.assertEqual(self.send(server, letter(), (CLARA, ANNA), sender='list@lists.test')[0], 250)
        self.assertEqual([len(self.folder(server, person)) for person in ('clara', 'anna')], [2, 1])
        self.assertEqual(len(self.folder(server, 'anna', 'Junk')), 1)
        server.ctl('lists', 'remove', BORIS, 'eva@there.test')
        self.assertEqual(server.ctl('lists', BORIS), [])


if __name__ == '__main__':
    kontor.main()
