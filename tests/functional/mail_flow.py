# SPDX-License-Identifier: GPL-3.0-or-later
"""Mail between two organisations: both ways, lists, contacts, notices, loops, crashes, and clients that send outside."""
import pathlib
import smtplib
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import organisations  # noqa: E402

CYRILLIC = 'абвгдежзийклмнопрстуфхцчшщыьэюя'


def people_of_a():
    people = organisations.People('a.test')
    anna, boris = people.person('anna'), people.person('boris')
    carl = people.contact('carl-outside', 'carl@b.test')
    people.group('team', [anna, boris, carl])
    people.group('ring', [boris, people.contact('ring-outside', 'ring@b.test')])
    return people


def people_of_b():
    people = organisations.People('b.test')
    people.person('carl')
    dora = people.person('dora')
    people.group('ring', [dora, people.contact('ring-outside', 'ring@a.test')])
    return people


def text_of(notice):
    """What a person reads of a notice."""
    return '\n'.join(part.get_content() for part in notice.walk() if part.get_content_type() == 'text/plain')


class TwoOrganisations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pair = organisations.pair(
            people_of_a(), people_of_b(),
            {'domains.alias': ['old-a.test=a.test'], 'domains.local': ['extra.test'],
             'domains.catch_all': ['extra.test=boris@a.test']},
            {'domains.remote': []})
        cls.a, cls.b = cls.pair.__enter__()
        # b sends a's other names to a, too.
        cls.b.stop()
        port = cls.a.port('smtp')
        cls.b.settings['domains.remote'] += [f'old-a.test=127.0.0.1:{port}', f'extra.test=127.0.0.1:{port}']
        cls.b.start()

    @classmethod
    def tearDownClass(cls):
        cls.pair.__exit__(None, None, None)

    def test_both_directions(self):
        self.a.send('anna', ['carl@b.test', 'boris@a.test'], 'to b')
        arrived = self.b.wait_for('carl', 'to b')
        self.assertEqual(arrived['Return-Path'], '<anna@a.test>')
        self.assertEqual(len(arrived.get_all('Received')), 2)
        self.assertEqual(len(arrived.get_all('Return-Path')), 1)
        self.a.wait_for('boris', 'to b')
        self.b.send('carl', ['anna@a.test'], 'to a')
        self.a.wait_for('anna', 'to a')

    def test_alias_and_catch_all(self):
        self.b.send('carl', ['anna@old-a.test', 'whoever@extra.test'], 'other names')
        self.a.wait_for('anna', 'other names')
        self.assertEqual(self.a.wait_for('boris', 'other names')['X-Original-To'], 'whoever@extra.test')

    def test_a_group_with_a_contact(self):
        self.b.send('dora', ['team@a.test'], 'to the team')
        for user in ('anna', 'boris'):
            self.assertIsNone(self.a.wait_for(user, 'to the team')['Delivered-To'])
        copy = self.b.wait_for('carl', 'to the team')
        self.assertEqual(copy['Delivered-To'], 'team@a.test')
        self.assertEqual(copy['Return-Path'], '<dora@b.test>')

    def test_a_contact_by_its_address_here(self):
        self.b.send('dora', ['carl-outside@a.test'], 'by a to carl')
        self.b.wait_for('carl', 'by a to carl')

    def test_failure_is_told_in_both_languages(self):
        self.a.send('anna', ['nobody@b.test'], 'to nobody', rcpt_options=['ORCPT=rfc822;no+2Bbody@b.test'])
        notice = self.a.wait_for_notice('anna', 'nobody@b.test')
        self.assertEqual(notice['Return-Path'], '<>')
        recipient = organisations.report_of(notice)[1]
        self.assertEqual(recipient['Action'], 'failed')
        self.assertTrue(recipient['Status'].startswith('5.1.1'), recipient['Status'])
        self.assertIn('no+body@b.test', recipient['Original-Recipient'])
        text = text_of(notice)
        self.assertGreater(sum(letter in CYRILLIC for letter in text.lower()), 20, text)
        self.assertGreater(sum('a' <= letter <= 'z' for letter in text.lower()), 20, text)

    def test_success_is_told_when_asked_for(self):
        self.a.send('boris', ['anna@a.test', 'dora@b.test'], 'asked', ['RET=HDRS', 'ENVID=id-1'], ['NOTIFY=SUCCESS'])
        for address in ('anna@a.test', 'dora@b.test'):
            notice = self.a.wait_for_notice('boris', address)
            whole, recipient = organisations.report_of(notice)[:2]
            self.assertEqual(whole['Original-Envelope-Id'], 'id-1')
            self.assertIn(recipient['Action'], ('delivered', 'relayed'))
            self.assertTrue(recipient['Status'].startswith('2.'))
            self.assertGreater(sum(letter in CYRILLIC for letter in text_of(notice).lower()), 20)

    def test_never_is_never(self):
        self.a.send('anna', ['silence@b.test'], 'hush', rcpt_options=['NOTIFY=NEVER'])
        self.a.send('anna', ['noise@b.test'], 'loud')
        self.a.wait_for_notice('anna', 'noise@b.test')
        self.assertEqual(self.a.notices('anna', 'silence@b.test'), [])

    def test_a_loop_between_the_servers_ends_with_one_notice(self):
        self.b.send('carl', ['ring@b.test'], 'round and round')
        notice = self.b.wait_for_notice('carl', 'ring@')
        self.assertEqual(organisations.report_of(notice)[1]['Status'], '5.4.6')
        self.b.wait_for('dora', 'round and round')
        self.a.wait_for('boris', 'round and round')
        # Nothing of it is under way any more: a later message overtakes nothing.
        self.b.send('carl', ['anna@a.test'], 'after the loop')
        self.a.wait_for('anna', 'after the loop')
        self.assertEqual(len(self.b.notices('carl', 'ring@')), 1)
        self.assertEqual(len(self.a.with_subject('boris', 'round and round')), 1)

    # --- clients ----------------------------------------------------------------------------------
    def run_client(self, *words, text=None):
        result = subprocess.run([str(word) for word in words], capture_output=True, text=True, input=text, timeout=kontor.PATIENCE,
                                cwd=self.a.data)
        self.assertEqual(result.returncode, 0, f'{words}\n{result.stdout}{result.stderr}')

    def test_swaks_sends_outside(self):
        self.run_client('swaks', '--server', '127.0.0.1', '--port', self.a.port('submission'), '--tls', '--auth', 'PLAIN',
                        '--auth-user', 'anna@a.test', '--auth-password', organisations.PASSWORD, '--from', 'anna@a.test',
                        '--to', 'carl@b.test', '--header', 'Subject: by swaks')
        self.b.wait_for('carl', 'by swaks')

    def test_msmtp_sends_outside(self):
        config = self.a.data / 'msmtprc'
        config.write_text(f'account default\nhost localhost\nport {self.a.port("submission")}\ntls on\n'
                          f'tls_trust_file {self.a.data}/tls/ca.pem\nauth plain\nuser anna@a.test\n'
                          f'password {organisations.PASSWORD}\nfrom anna@a.test\ndsn_notify success\n', encoding='utf-8')
        config.chmod(0o600)
        self.run_client('msmtp', '-C', config, 'carl@b.test',
                        text='From: anna@a.test\r\nTo: carl@b.test\r\nSubject: by msmtp\r\n\r\nx\r\n')
        self.b.wait_for('carl', 'by msmtp')

    def test_a_stranger_does_not_relay(self):
        with self.a.smtp() as client:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                client.sendmail('anna@a.test', ['x@elsewhere.test'], 'x')
        self.assertEqual(refused.exception.recipients['x@elsewhere.test'][0], 550)


class ManyMailboxes(unittest.TestCase):
    """A list with sixty people is filled from the queue; kill -9 at any moment neither loses nor doubles a copy."""
    PEOPLE = 60

    def setUp(self):
        people = organisations.People('a.test')
        members = [people.person(f'p{number}') for number in range(self.PEOPLE)]
        people.group('everybody', members)
        self.server = organisations.Organisation('a.test', people)
        self.server.start()
        self.addCleanup(self.server.close)

    def stored(self):
        return self.server.log(current=True).count('event=delivery.copy.stored')

    def kill_after(self, copies, subject):
        """Ends the server as soon as its log tells of so many copies; how many the next one found already stored."""
        before = self.stored()
        self.assertEqual(self.server.receive(['everybody@a.test'], subject), {})
        end = time.monotonic() + 60
        while self.stored() < before + copies:  # without a pause: what is looked for is short
            self.assertLess(time.monotonic(), end, f'{copies} copies')
        self.server.kill()
        self.server.start()
        kontor.wait_until(lambda: len(self.server.with_subject('p59', subject)) == 1, f'{subject} after the crash')
        return self.server.log(current=True).count('event=delivery.copy.skipped')

    def test_kill_between_the_mailboxes_and_the_fate(self):
        turns = [1, 15, 30, 59, 60, 60, 60]
        subjects = []
        skipped = 0
        # Fates are written for several copies at once; whether a crash comes between is chance, so it is tried until it does.
        while turns or (skipped == 0 and len(subjects) < 60):
            subjects.append(f'turn {len(subjects)}')
            skipped += self.kill_after(turns.pop(0) if turns else 30, subjects[-1])
        self.assertGreater(skipped, 0, 'no crash came between a copy and its fate')
        last = 'after all'
        self.server.receive(['everybody@a.test'], last)
        for number in range(self.PEOPLE):
            self.server.wait_for(f'p{number}', last)
            found = sorted(str(message['Subject']) for message in self.server.messages(f'p{number}'))
            self.assertEqual(found, sorted([*subjects, last]), f'p{number}')
        print(f'{skipped} copies were found and not stored again in {len(subjects)} crashes', flush=True)


class LargeMessages(unittest.TestCase):
    def test_others_are_served_while_a_large_message_is_parsed(self):
        """Prints how long NOOP of another session takes meanwhile, against a quiet moment."""
        with kontor.Server({'server.threads': 1}) as server:
            part = '--b\r\nContent-Type: text/plain\r\n\r\n' + 'x' * 60 + '\r\n'
            head = 'From: a@b.test\r\nSubject: large\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'
            body = head + part * 9_000 + ('y' * 76 + '\r\n') * 500_000 + '--b--\r\n'
            other = smtplib.SMTP('localhost', server.port('smtp'), timeout=kontor.PATIENCE)
            other.noop()

            def noops(until):
                times = []
                while not until():
                    begin = time.monotonic()
                    other.noop()
                    times.append(time.monotonic() - begin)
                return sorted(times)

            end = time.monotonic() + 0.5
            quiet = noops(lambda: time.monotonic() > end)
            failures = []

            def deliver():
                try:
                    server.lmtp(['anna@example.test'], body)
                except Exception as error:  # noqa: BLE001 (told below)
                    failures.append(error)

            sender = threading.Thread(target=deliver)
            sender.start()
            busy = noops(lambda: not sender.is_alive())
            sender.join()
            self.assertEqual(failures, [])
            for name, times in (('quiet', quiet), ('meanwhile', busy)):
                print(f'NOOP {name}: {len(times)} times, median {times[len(times) // 2] * 1000:.1f} ms, '
                      f'99 % {times[len(times) * 99 // 100] * 1000:.1f} ms, longest {times[-1] * 1000:.1f} ms', flush=True)
            other.quit()
            client = server.imap('anna')
            self.assertEqual(int(client.select('INBOX')[1][0]), 1)
            client.logout()


if __name__ == '__main__':
    kontor.main()
