# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of messages, asked of a running server: local people, a group, forwarding, scripts, a far side that defers and
then takes, refusals, notices, junk and viruses (real ClamAV), over restarts and kill -9; what a person may see of it; statistics;
and a domain that is paused.
"""
import csv
import io
import pathlib
import shutil
import smtplib
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import far_side
import kontor
import scan
import scanners

BASE = 'dc=example,dc=test'


def person(name, *lines):
    return '\n'.join([f'dn: uid={name},ou=People,{BASE}', 'objectClass: inetOrgPerson', f'uid: {name}', f'cn: {name}',
                      f'mail: {name}@example.test', f'userPassword: {kontor.password_hash(kontor.PASSWORD)}', *lines]) + '\n'


PEOPLE = [
    person('anna'), person('boris', 'proxyAddresses: smtp:bob@example.test'), person('clara'), person('office'),
    person('away', 'targetAddress: SMTP:away@far.test'),
    '\n'.join([f'dn: cn=team,ou=Groups,{BASE}', 'objectClass: groupOfNames', 'cn: team', 'mail: team@example.test',
               f'member: uid=boris,ou=People,{BASE}', f'member: uid=clara,ou=People,{BASE}']) + '\n',
]


def letter(number, subject='Number', body='text'):
    return (f'From: eva@there.test\r\nTo: boris@example.test\r\nMessage-ID: <{number}@there.test>\r\n'
            f'Subject: {subject} {number}\r\n\r\n{body}\r\n').encode()


class Case(unittest.TestCase):
    def setUp(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        self.names = far_side.NameServer()
        self.addCleanup(self.names.close)

    def server(self, **settings):
        server = kontor.Server({'server.demo': False, 'queue.port': self.port, 'dns.servers': [self.names.setting],
                                'dns.timeout': 2000, 'queue.first_retry': 1, 'queue.longest_retry': 2, 'queue.timeout': 5,
                                **{key.replace('__', '.'): value for key, value in settings.items()}})
        self.addCleanup(server.close)
        (server.data / 'directory.ldif').write_text('version: 1\n\n' + '\n'.join(PEOPLE), encoding='utf-8')
        server.start()
        kontor.wait_until(lambda: server.takes_mail_for('anna@example.test'), 'the people are known')
        return server

    def far(self, domain, number, **settings):
        side = far_side.FarSide(f'127.0.9.{number}', self.port, **settings)
        self.addCleanup(side.close)
        self.names.zone[domain, 'MX'] = [f'10 mx.{domain}.']
        self.names.zone[f'mx.{domain}', 'A'] = [f'127.0.9.{number}']
        return side

    def send(self, server, recipients, text, sender='eva@there.test'):
        """The answers to the recipients, and to the message."""
        with smtplib.SMTP('127.0.0.1', server.port('smtp'), timeout=kontor.PATIENCE) as smtp:
            smtp.ehlo('mx.there.test')
            smtp.mail(sender)
            codes = [smtp.rcpt(recipient)[0] for recipient in recipients]
            return codes, smtp.data(text)[0] if 250 in codes else None

    def trace(self, server, *words):
        return server.ctl('trace', *words)['messages']

    def one(self, server, *words):
        (found,) = self.trace(server, *words)
        return found

    def way(self, server, *words, who=()):
        """The way of the one message that is found so, and {recipient: state}."""
        (way,) = server.ctl('trace', 'show', self.one(server, *words)['id'], *who)['messages']
        return way, {row['recipient']: row['status'] for row in way['recipients']}

    def steps(self, way, recipient=''):
        return [step['what'] for step in way['steps'] if step['recipient'] == recipient]

    def text(self, server, *words):
        result = subprocess.run([kontor.program('kontorctl'), '--data', str(server.data), *words], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout


class Ways(Case):
    def test_local_people_groups_and_aliases(self):
        server = self.server()
        self.assertEqual(self.send(server, ['anna@example.test', 'team@example.test', 'BOB@example.test'], letter(1, 'Отчёт')),
                         ([250] * 3, 250))
        way, states = self.way(server, '--message-id', '1@there.test')
        self.assertEqual(states, {'anna@example.test': 'delivered', 'boris@example.test': 'delivered', 'clara@example.test': 'delivered',
                                  'team@example.test': 'expanded', 'bob@example.test': 'delivered'})
        asked = {row['recipient']: row['asked'] for row in way['recipients']}
        self.assertEqual(asked['clara@example.test'], 'team@example.test')
        self.assertEqual((way['sender'], way['client'], way['hello'], way['protocol'], way['subject']),
                         ('eva@there.test', '127.0.0.1', 'mx.there.test', 'smtp', 'Отчёт 1'))
        self.assertEqual(self.steps(way), ['received'])
        delivered = next(step for step in way['steps'] if step['recipient'] == 'anna@example.test')
        self.assertEqual(delivered['place'], 'INBOX')
        self.assertRegex(delivered['text'], r'^account [0-9a-f-]{36}, UID 1$')
        self.assertIn(f'event=smtp.message.accepted', server.log())
        self.assertIn(f'trace={way["id"]}', server.log())
        text = self.text(server, 'trace', '--recipient', 'clara@example.test')
        self.assertIn(way['id'], text)
        self.assertIn('eva@there.test', text)
        text = self.text(server, 'trace', 'show', way['id'])
        self.assertIn('clara@example.test (by team@example.test): delivered', text)

    def test_a_script_files_redirects_and_discards(self):
        side = self.far('far.test', 1)
        server = self.server()
        script = server.data / 'script'
        script.write_text('require ["fileinto", "mailbox"];\nif header :contains "subject" "file" { fileinto :create "Work"; }\n'
                          'elsif header :contains "subject" "onward" { redirect "x@far.test"; }\n'
                          'elsif header :contains "subject" "away" { discard; }\n')
        server.ctl('sieve', 'put', 'anna@example.test', 'rules', str(script))
        server.ctl('sieve', 'activate', 'anna@example.test', 'rules')
        for number, word in enumerate(('file', 'onward', 'away'), 1):
            self.assertEqual(self.send(server, ['anna@example.test'], letter(number, word))[1], 250)
        kontor.wait_until(lambda: side.messages, 'what was sent on')
        way, states = self.way(server, '--subject', 'file')
        self.assertEqual(states, {'anna@example.test': 'delivered'})
        self.assertEqual([step['place'] for step in way['steps'] if step['what'] == 'delivered'], ['Work'])
        kontor.wait_until(lambda: self.way(server, '--subject', 'onward')[1].get('x@far.test') == 'relayed', 'the far side took it')
        way, states = self.way(server, '--subject', 'onward')
        self.assertEqual(states, {'anna@example.test': 'redirected', 'x@far.test': 'relayed'})
        self.assertEqual({row['recipient']: row['asked'] for row in way['recipients']}['x@far.test'], 'anna@example.test')
        self.assertEqual(self.way(server, '--subject', 'away')[1], {'anna@example.test': 'discarded'})

    def test_each_try_and_what_the_other_side_said(self):
        side = self.far('far.test', 1, behaviour='tempfail_after_data')
        server = self.server()
        self.assertEqual(self.send(server, ['away@example.test'], letter(1))[1], 250)
        kontor.wait_until(lambda: self.trace(server, '--status', 'deferred'), 'a try was put off')
        listed = server.ctl('queue')
        self.assertEqual([row['recipient'] for row in listed], ['away@far.test'])
        self.assertEqual(self.one(server, '--queue-id', listed[0]['id'])['message_id'], '<1@there.test>')
        side.behaviour = None
        kontor.wait_until(lambda: self.trace(server, '--status', 'relayed'), 'it was taken')
        way, states = self.way(server, '--message-id', '<1@there.test>')
        self.assertEqual(states, {'away@example.test': 'expanded', 'away@far.test': 'relayed'})
        steps = [step for step in way['steps'] if step['recipient'] == 'away@far.test']
        self.assertEqual(steps[0]['what'], 'queued')
        self.assertEqual({step['what'] for step in steps[1:-1]}, {'deferred'})
        self.assertEqual((steps[1]['status'], steps[1]['place']), ('4.3.0', 'mx.far.test'))
        self.assertIn('451 4.3.0 disk is full', steps[1]['text'])
        self.assertEqual((steps[-1]['what'], steps[-1]['text']), ('relayed', '250 2.0.0 taken'))

    def test_what_failed_and_the_notice_of_it(self):
        self.far('far.test', 1, refused={'gone@far.test': '550 5.1.1 no such person'})
        server = self.server()
        with server.submission('anna@example.test') as client:
            client.sendmail('anna@example.test', ['gone@far.test'],
                            'From: anna@example.test\r\nTo: gone@far.test\r\nSubject: lost\r\n\r\nx\r\n')
        kontor.wait_until(lambda: self.trace(server, '--status', 'failed'), 'it failed')
        way, states = self.way(server, '--status', 'failed')
        self.assertEqual((way['account'], way['protocol']), ('anna@example.test', 'submission'))
        self.assertTrue(way['tls'].startswith('TLSv1'), way['tls'])
        self.assertEqual(states, {'gone@far.test': 'failed'})
        self.assertEqual(self.steps(way, 'gone@far.test'), ['queued', 'failed'])
        told = next(step for step in way['steps'] if step['what'] == 'told')
        notice = told['text'].split()[-1]
        kontor.wait_until(lambda: server.ctl('trace', 'show', notice)['messages'][0]['recipients'][0]['status'] == 'delivered',
                          'the notice is in the mailbox')
        (way,) = server.ctl('trace', 'show', notice)['messages']
        self.assertEqual((way['protocol'], way['sender']), ('server', '<>'))

    def test_what_was_refused_and_why(self):
        server = self.server(screening__enabled=True, screening__deny=['127.0.0.7', '@never.test'])
        self.assertEqual(self.send(server, ['nobody@example.test', 'x@elsewhere.test', 'boris@example.test'], letter(1)),
                         ([550, 550, 250], 250))
        self.assertEqual({(row['recipients'][0]['recipient'], row['recipients'][0]['status'])
                          for row in self.trace(server, '--status', 'refused')},
                         {('nobody@example.test', 'refused'), ('x@elsewhere.test', 'refused')})
        way, _ = self.way(server, '--recipient', 'x@elsewhere.test')
        self.assertEqual((way['steps'][0]['status'], way['steps'][0]['text']), ('550 5.7.1', 'relaying denied'))
        with smtplib.SMTP(timeout=kontor.PATIENCE, source_address=('127.0.0.7', 0)) as smtp:
            self.assertEqual(smtp.connect('127.0.0.1', server.port('smtp'))[0], 554)
        way, _ = self.way(server, '--client', '127.0.0.7')
        self.assertEqual(way['steps'][0]['text'], 'no mail is taken from your address')
        with smtplib.SMTP('127.0.0.1', server.port('smtp'), timeout=kontor.PATIENCE) as smtp:
            smtp.ehlo()
            self.assertEqual(smtp.mail('x@never.test')[0], 550)
        way, _ = self.way(server, '--sender', 'never.test')
        self.assertEqual(way['steps'][0]['text'], 'no mail is taken from this sender')
        way, _ = self.way(server, '--recipient', 'boris@example.test')
        self.assertIn('screened', self.steps(way))

    def test_viruses_and_junk(self):
        clamd = scanners.Clamd()
        self.addCleanup(clamd.close)
        milter = scan.Milter([b'qlook at it\0', b'c'])
        self.addCleanup(milter.close)
        server = self.server(scan__clamd=clamd.setting, scan__milters=[milter.setting])
        self.assertEqual(self.send(server, ['boris@example.test'], letter(1, body=scanners.EICAR))[1], 554)
        self.assertEqual(self.send(server, ['boris@example.test'], letter(2))[1], 250)
        way, states = self.way(server, '--status', 'virus')
        self.assertEqual(states, {'boris@example.test': 'refused'})
        self.assertIn('virus Kontor.Eicar', next(step['text'] for step in way['steps'] if step['what'] == 'scanned'))
        way, states = self.way(server, '--status', 'junk')
        self.assertEqual(states, {'boris@example.test': 'delivered'})
        self.assertEqual(next(step['place'] for step in way['steps'] if step['what'] == 'delivered'), 'Junk')
        (total,) = server.ctl('statistics', '--by', 'all')
        self.assertEqual((total['messages'], total['delivered'], total['refused'], total['junk'], total['viruses']), (1, 1, 1, 1, 1))


class Questions(Case):
    def test_a_person_sees_his_own_mail_and_shared_mailboxes(self):
        server = self.server()
        self.send(server, ['boris@example.test', 'clara@example.test'], letter(1))
        self.send(server, ['office@example.test'], letter(2))
        self.send(server, ['anna@example.test'], letter(3))
        self.send(server, ['anna@example.test'], letter(4), sender='boris@example.test')
        ids = lambda who: [row['message_id'] for row in self.trace(server, '--as', who)]
        self.assertEqual(ids('boris@example.test'), ['<4@there.test>', '<1@there.test>'])
        way, states = self.way(server, '--message-id', '<1@there.test>', who=('--as', 'boris@example.test'))
        self.assertEqual(states, {'boris@example.test': 'delivered'})
        self.assertNotIn('clara@example.test', {step['recipient'] for step in way['steps']})
        server.ctl('shares', 'add', 'office@example.test', 'boris@example.test', 'reader', '--folder', 'INBOX')
        self.assertEqual(ids('boris@example.test'), ['<4@there.test>', '<2@there.test>', '<1@there.test>'])
        server.ctl('shares', 'remove', 'office@example.test', 'boris@example.test')
        self.assertEqual(ids('boris@example.test'), ['<4@there.test>', '<1@there.test>'])
        status, said = server.ask('trace', 'show', self.one(server, '--message-id', '3@there.test')['id'], '--as', 'boris@example.test')
        self.assertEqual(status, 1, said)
        self.assertIn('no message', str(said))

    def test_pages_times_and_wrong_questions(self):
        server = self.server()
        for number in range(5):
            self.send(server, ['boris@example.test'], letter(number))
        page = server.ctl('trace', '--limit', '3', '--sender', 'there.test')
        self.assertEqual([row['message_id'] for row in page['messages']], [f'<{number}@there.test>' for number in (4, 3, 2)])
        page = server.ctl('trace', '--limit', '3', '--sender', 'there.test', '--before', page['next'])
        self.assertEqual([row['message_id'] for row in page['messages']], ['<1@there.test>', '<0@there.test>'])
        self.assertEqual(page['next'], '')
        self.assertEqual(self.trace(server, '--until', '2020-01-01'), [])
        self.assertEqual(len(self.trace(server, '--since', '2020-01-01')), 5)
        for words in (('--status', 'lost'), ('--since', 'never'), ('--limit', '0'), ('--before', 'x'), ('--as', 'nobody@example.test'),
                      ('--queue-id', 'x')):
            self.assertEqual(server.ask('trace', *words)[0], 1, words)

    def test_statistics_by_domain_mailbox_and_time(self):
        self.far('far.test', 1)
        server = self.server()
        self.send(server, ['boris@example.test', 'clara@example.test'], letter(1))
        self.send(server, ['nobody@example.test'], letter(2))
        with server.submission('anna@example.test') as client:
            client.sendmail('anna@example.test', ['x@far.test'], 'From: anna@example.test\r\nSubject: out\r\n\r\nx\r\n')
        kontor.wait_until(lambda: self.trace(server, '--status', 'relayed'), 'it went out')
        (total,) = server.ctl('statistics', '--by', 'month')
        self.assertEqual({key: total[key] for key in ('messages', 'sent', 'delivered', 'relayed', 'refused', 'failed')},
                         {'messages': 2, 'sent': 1, 'delivered': 2, 'relayed': 1, 'refused': 1, 'failed': 0})
        rows = {row['domain']: row for row in server.ctl('statistics', '--of', 'recipient-domain')}
        self.assertEqual((rows['example.test']['delivered'], rows['far.test']['relayed']), (2, 1))
        rows = {row['domain']: row for row in server.ctl('statistics', '--of', 'sender-domain', '--name', 'there.test')}
        self.assertEqual(list(rows), ['there.test'])
        rows = {row['mailbox']: row for row in server.ctl('statistics', '--of', 'mailbox', '--by', 'hour')}
        self.assertEqual((rows['anna@example.test']['sent'], rows['boris@example.test']['delivered']), (1, 1))
        table = list(csv.DictReader(io.StringIO(self.text(server, 'statistics', '--of', 'mailbox', '--csv'), newline='')))
        self.assertEqual({row['mailbox']: row['delivered'] for row in table}['clara@example.test'], '1')
        self.assertIn('boris@example.test', self.text(server, 'statistics', '--of', 'mailbox'))

    def test_switched_off_nothing_is_kept(self):
        server = self.server(message_trace__enabled=False)
        self.send(server, ['boris@example.test'], letter(1))
        self.assertEqual(self.trace(server), [])
        self.assertEqual(server.ctl('statistics'), [])
        self.assertFalse((server.data / 'message-trace').exists())

    def test_without_subjects(self):
        server = self.server(message_trace__subjects=False)
        self.send(server, ['boris@example.test'], letter(1, 'secret'))
        self.assertEqual(self.one(server)['subject'], '')
        self.assertEqual(self.trace(server, '--subject', 'secret'), [])


class Faults(Case):
    def test_it_survives_restarts_and_kill(self):
        server = self.server()
        self.send(server, ['boris@example.test'], letter(1))
        server.restart()
        self.send(server, ['boris@example.test'], letter(2))
        self.assertEqual(len(self.trace(server)), 2)  # asked for, it is in the file
        server.restart('kill')
        kontor.wait_until(lambda: server.takes_mail_for('boris@example.test'), 'people are known again')
        self.send(server, ['boris@example.test'], letter(3))
        found = self.trace(server, '--sender', 'eva@there.test')
        self.assertEqual([row['message_id'] for row in found], [f'<{number}@there.test>' for number in (3, 2, 1)])

    def test_a_damaged_file_is_set_aside_and_mail_flows(self):
        server = self.server()
        self.send(server, ['boris@example.test'], letter(1))
        server.stop()
        (part,) = (server.data / 'message-trace').glob('2*.db')
        part.write_bytes(b'no database' * 1000)
        (server.data / 'message-trace/statistics.db').write_bytes(b'neither')
        server.start()
        self.assertEqual(self.send(server, ['boris@example.test'], letter(2))[1], 250)
        kontor.wait_until(lambda: self.trace_or_none(server) == ['<2@there.test>'], 'the new file has the new message')
        self.assertTrue(part.with_name(part.name + '.damaged').exists())
        server.wait_for_log('event=message_trace.file.damaged')

    def trace_or_none(self, server):
        return [row['message_id'] for row in server.ctl('trace', check=False).get('messages', [])]

    def test_mail_flows_where_the_trace_cannot_be_written(self):
        server = self.server()
        server.stop()
        shutil.rmtree(server.data / 'message-trace', ignore_errors=True)  # there may be none yet
        (server.data / 'message-trace').write_text('a file where the folder should be')
        server.start()
        self.assertEqual(self.send(server, ['boris@example.test'], letter(1))[1], 250)
        server.wait_for_log('event=message_trace.file.unwritable')
        self.assertGreater(server.ctl('trace', 'status')['steps_lost'], 0)


class Queue(Case):
    def test_a_paused_domain_waits_over_a_restart(self):
        side = self.far('far.test', 1)
        other = self.far('other.test', 2)
        server = self.server()
        self.assertEqual(server.ctl('queue', 'pause'), [])
        self.assertEqual(server.ctl('queue', 'pause', 'FAR.test'), [{'paused': 'far.test'}])
        with server.submission('anna@example.test') as client:
            client.sendmail('anna@example.test', ['a@far.test', 'b@other.test'], 'From: anna@example.test\r\nSubject: x\r\n\r\nx\r\n')
        kontor.wait_until(lambda: other.messages, 'the other domain has its copy')
        server.restart('kill')
        self.assertEqual(server.ctl('queue', 'pause'), [{'paused': 'far.test'}])
        self.assertEqual(server.ctl('queue', 'retry')['retried'], 1)
        (row,) = server.ctl('queue')
        states = {one['recipient']: one for one in server.ctl('queue', 'show', row['id'])['recipients']}
        self.assertEqual((states['a@far.test']['destination'], states['a@far.test']['tries']), ('paused:far.test', 0))
        self.assertEqual(side.connections, 0)
        self.assertEqual(server.ask('queue', 'resume', 'other.test')[0], 1)
        server.ctl('queue', 'resume', 'far.test')
        kontor.wait_until(lambda: side.messages, 'its mail went on')
        self.assertEqual(len(side.messages), 1)
        self.assertEqual(server.ctl('queue', 'pause'), [])

    def test_bounce_and_clear(self):
        server = self.server()
        self.assertEqual(server.ctl('queue', 'pause', 'far.test'), [{'paused': 'far.test'}])
        for number in range(3):
            with server.submission('anna@example.test') as client:
                client.sendmail('anna@example.test', [f'x{number}@far.test'],
                                f'From: anna@example.test\r\nSubject: Number {number}\r\n\r\nx\r\n')
        rows = {row['recipient']: row['id'] for row in server.ctl('queue')}
        server.ctl('queue', 'bounce', rows['x0@far.test'])
        self.assertEqual(server.ctl('queue', 'clear', 'far.test')['deleted'], 2)
        kontor.wait_until(lambda: server.ctl('queue') == [], 'the notice is delivered')
        self.assertEqual({row['recipients'][0]['status'] for row in self.trace(server, '--recipient', 'far.test')}, {'removed'})
        notices = self.trace(server, '--recipient', 'anna@example.test', '--sender', '<>')
        self.assertEqual(len(notices), 1)


if __name__ == '__main__':
    kontor.main()
