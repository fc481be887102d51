# SPDX-License-Identifier: GPL-3.0-or-later
"""kontorctl import: mail files of other programs into a mailbox, byte for byte, and again after any break."""
import calendar
import json
import mailbox
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import disks, kontor

ANNA = 'anna@example.test'
MANY = 20_000 if kontor.LONG else 4_000
DATE = 'Fri, 08 Jul 2011 12:08:34 +0000'
SECONDS = 1_310_126_914


def message(number, body=None, extra=''):
    """A message with LF at its line ends, as files keep it."""
    text = body if body is not None else f'Body of {number}\nFrom the second line on, quoting matters.\n>From too\n'
    return (f'From: sender{number}@elsewhere.test\nTo: {ANNA}\nSubject: Message {number}\n{extra}'
            f'Message-ID: <{number}@elsewhere.test>\nDate: {DATE}\n\n{text}').encode('utf-8')


def crlf(raw):
    return raw.replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')


def run(server, *words, address=ANNA):
    """kontorctl import; (exit status, what it said)."""
    command = [kontor.program('kontorctl'), '--data', str(server.data), '--json', 'import', address, *map(str, words)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return result.returncode, json.loads(result.stdout) if result.stdout.strip() else {'error': result.stderr}


def messages_of(server, folder='INBOX', user='anna'):
    """[(bytes, flags, INTERNALDATE in seconds)] in the order of UIDs."""
    imap = server.imap(user)
    quoted = '"' + folder.replace('"', '') + '"'
    status, data = imap.select(quoted, readonly=True)
    assert status == 'OK', data
    out = []
    if data != [b'0']:
        status, data = imap.fetch('1:*', '(FLAGS INTERNALDATE BODY.PEEK[])')
        for part in data:
            if isinstance(part, tuple):
                flags = re.search(rb'FLAGS \(([^)]*)\)', part[0]).group(1).split()
                when = re.search(rb'INTERNALDATE "([^"]+)"', part[0]).group(1).decode()
                date = calendar.timegm(time.strptime(when, '%d-%b-%Y %H:%M:%S +0000'))
                out.append((part[1], {flag.decode() for flag in flags} - {'\\Recent'}, date))
    imap.logout()
    return out


class Sources(unittest.TestCase):
    """One server for all; each test imports into folders of its own."""

    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-import-'))
        self.addCleanup(shutil.rmtree, self.folder)

    def test_an_mbox_of_python(self):
        box = mailbox.mbox(self.folder / 'box')
        raws = [message(1), message(2, 'Привет\nFrom me\n'), message(3, ''), message(4, 'no line end')]
        for number, (raw, flags) in enumerate(zip(raws, ['', 'RO', 'FA', 'RODT'])):
            one = mailbox.mboxMessage(raw)
            one.set_from('sender@elsewhere.test', time.gmtime(SECONDS + number))
            one.set_flags(flags)
            box.add(one)
        box.close()
        code, report = run(self.server, self.folder / 'box', '--into', 'Python/mbox')
        self.assertEqual(code, 0, report)
        self.assertEqual((report['stored'], report['left_behind'], report['complete']), (4, 0, True))
        stored = messages_of(self.server, 'Python/mbox')
        self.assertEqual([date for _, _, date in stored], [SECONDS + i for i in range(4)])
        self.assertEqual([flags for _, flags, _ in stored],
                         [set(), {'\\Seen'}, {'\\Flagged', '\\Answered'}, {'\\Seen', '\\Deleted', '\\Draft'}])
        # What Python reads from the same file, apart from the quoting that it leaves in.
        again = mailbox.mbox(self.folder / 'box')
        self.addCleanup(again.close)
        for (raw, _, _), key in zip(stored, again.keys()):
            expected = re.sub(rb'(?m)^>(>*From )', rb'\1', again.get_bytes(key))
            self.assertEqual(raw, crlf(expected))
        self.assertIn('Привет\r\nFrom me'.encode(), stored[1][0])

    def test_a_maildir_with_folders(self):
        root = mailbox.Maildir(self.folder / 'Maildir')
        raws = {}
        for name, count in (('', 5), ('Sent', 2), ('Lists.Kontor', 3), ('&BB8EQAQ4BDIENQRC-', 1)):
            box = root.add_folder(name) if name else root
            for number in range(count):
                one = mailbox.MaildirMessage(message(f'{name}{number}'))
                one.set_subdir('cur' if number % 2 == 0 else 'new')
                one.set_flags('FRS' if number == 0 else '')
                one.set_date(SECONDS + number)
                box.add(one)
            raws[name] = count
        (self.folder / 'Maildir/dovecot-uidlist').write_text('3 V1 N1\n')
        code, report = run(self.server, self.folder / 'Maildir', address='boris@example.test')
        self.assertEqual(code, 0, report)
        self.assertEqual((report['stored'], report['passed_over']), (11, 4))  # 3 maildirfolder, uidlist
        for folder, count in (('INBOX', 5), ('Sent', 2), ('Lists/Kontor', 3), ('&BB8EQAQ4BDIENQRC-', 1)):
            stored = messages_of(self.server, folder, 'boris')
            self.assertEqual(len(stored), count, folder)
            self.assertIn({'\\Seen', '\\Answered', '\\Flagged'}, [flags for _, flags, _ in stored])
            self.assertEqual({date for _, _, date in stored}, {SECONDS + i for i in range(count)})
        bodies = {raw for raw, _, _ in messages_of(self.server, 'INBOX', 'boris')}
        self.assertEqual(bodies, {crlf(message(str(number))) for number in range(5)})

    def test_files_of_their_own_and_what_is_none(self):
        tree = self.folder / 'tree'
        (tree / 'Отправленные').mkdir(parents=True)
        bodies = [message(1), message(2).replace(b'\n', b'\r\n'), b'Subject: odd \xff\x00 bytes\n\nlone\rCR\n']
        for number, raw in enumerate(bodies):
            (tree / f'{number}.eml').write_bytes(raw)
        (tree / 'Отправленные/x.EML').write_bytes(message(4))
        (tree / 'notes.txt').write_text('no mail')
        (tree / 'empty.eml').write_bytes(b'')
        os.symlink('/', tree / 'loop')
        code, report = run(self.server, tree, address='clara@example.test')
        self.assertEqual(code, 1, 'one message stays behind')
        self.assertEqual((report['stored'], report['left_behind'], report['passed_over']), (4, 1, 2))
        self.assertIn('empty.eml', report['problems'][0]['where'])
        self.assertEqual({row['where'] for row in report['no_mail']}, {str(tree / 'notes.txt'), str(tree / 'loop')})
        stored = messages_of(self.server, 'INBOX', 'clara')
        self.assertEqual([raw for raw, _, _ in stored], [crlf(raw) for raw in bodies])
        self.assertEqual(stored[0][2], SECONDS, 'by its Date field')
        self.assertEqual(len(messages_of(self.server, 'Sent', 'clara')), 1)

    def test_a_single_file_and_a_dry_run(self):
        path = self.folder / 'one.eml'
        path.write_bytes(message(77))
        for _ in range(2):
            code, report = run(self.server, path, '--into=Dry', '--dry-run')
            self.assertEqual((code, report['stored'], report['dry_run']), (0, 1, True))
        imap = self.server.imap('anna')
        self.assertEqual(imap.select('Dry')[0], 'NO', 'a dry run makes no folder')
        imap.logout()
        self.assertEqual(run(self.server, path, '--into=Dry')[1]['stored'], 1)
        self.assertEqual(run(self.server, path, '--into=Dry', '--dry-run')[1]['already_there'], 1)
        self.assertEqual(len(messages_of(self.server, 'Dry')), 1)

    def test_what_the_source_holds_twice_comes_twice(self):
        box = mailbox.mbox(self.folder / 'box')
        for number in (1, 2, 1, 3, 1):
            box.add(message(number))
        box.close()
        self.assertEqual(run(self.server, self.folder / 'box', '--into', 'Twice')[1]['stored'], 5)
        code, report = run(self.server, self.folder / 'box', '--into', 'Twice')
        self.assertEqual((code, report['stored'], report['already_there']), (0, 0, 5))
        self.assertEqual(len(messages_of(self.server, 'Twice')), 5)

    def test_too_large_messages_are_named(self):
        with kontor.Server({'smtp.max_message': 100_000}) as server:
            box = mailbox.mbox(self.folder / 'box')
            for body in ('small\n', 'x' * 150_000 + '\n', 'small too\n', 'line\n' * 19_900):
                box.add(message(1, body))
            box.close()
            code, report = run(server, self.folder / 'box')
            self.assertEqual((code, report['stored'], report['left_behind']), (1, 2, 2))
            self.assertEqual([row['where'][-9:] for row in report['problems']], ['message 2', 'message 4'])
            self.assertIn('too large', report['problems'][0]['why'])

    def test_wrong_use_and_absent_things(self):
        self.assertEqual(run(self.server, self.folder / 'absent')[0], 1)
        self.assertEqual(run(self.server, self.folder, '--what')[0], 2)
        self.assertEqual(run(self.server, self.folder, '--into')[0], 2)
        self.assertEqual(run(self.server, self.folder, '--into', 'a//b')[0], 1)
        code, report = run(self.server, self.folder, address='nobody@example.test')
        self.assertEqual((code, report['error']['code']), (1, 'not_found'))
        self.assertEqual(run(self.server, self.folder)[1]['stored'], 0, 'an empty folder')


def make_mbox(path, count):
    """`count` messages, of which every tenth is the same; written at once, which Python's mailbox does not."""
    with open(path, 'wb') as file:
        for number in range(count):
            raw = message(0 if number % 10 == 0 else number, 'words of the body\n' * 60)
            file.write(f'From a@b {time.asctime(time.gmtime(SECONDS + number))}\n'.encode() + raw + b'\n')


def begin(server, source):
    return subprocess.Popen([kontor.program('kontorctl'), '--data', str(server.data), 'import', ANNA, str(source)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stored_count(server):
    rows = [row for row in server.ctl('folders', ANNA, check=False) or [] if isinstance(row, dict)]
    return max((row.get('messages', row.get('exists', 0)) for row in rows if row['name'] == 'INBOX'), default=0)


class Breaks(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-import-'))
        self.addCleanup(shutil.rmtree, self.folder)

    def check_all_there_once(self, server, count):
        stored = messages_of(server)
        self.assertEqual(len(stored), count)
        numbers = [re.search(rb'Subject: Message (\d+)', raw).group(1) for raw, _, _ in stored]
        self.assertEqual(len(set(numbers)), count - count // 10 + 1)
        self.assertEqual(numbers.count(b'0'), count // 10)

    def test_kontorctl_is_killed_again_and_again(self):
        make_mbox(self.folder / 'box', MANY)
        with kontor.Server() as server:
            for share in (0.1, 0.4, 0.7):
                process = begin(server, self.folder / 'box')
                kontor.wait_until(lambda: process.poll() is not None or stored_count(server) >= MANY * share, 'messages', 120)
                self.assertIsNone(process.poll(), 'the import was over before it could be killed')
                process.kill()
                process.communicate()
            code, report = run(server, self.folder / 'box')
            self.assertEqual(code, 0, report)
            self.assertEqual(report['stored'] + report['already_there'], MANY)
            self.assertGreaterEqual(report['already_there'], MANY * 0.7)
            self.check_all_there_once(server, MANY)

    def test_kontord_is_killed(self):
        make_mbox(self.folder / 'box', MANY)
        with kontor.Server() as server:
            process = begin(server, self.folder / 'box')
            kontor.wait_until(lambda: process.poll() is not None or stored_count(server) >= MANY * 0.3, 'messages', 120)
            self.assertIsNone(process.poll(), 'the import was over before the server could be killed')
            server.kill()
            out, _ = process.communicate(timeout=kontor.PATIENCE)
            self.assertEqual(process.returncode, 1)
            self.assertIn('the same command goes on where this one ended', out)
            server.start()
            code, report = run(server, self.folder / 'box')
            self.assertEqual(code, 0, report)
            self.assertGreater(report['already_there'], 0)
            self.check_all_there_once(server, MANY)

    def test_the_server_stops_in_good_order_meanwhile(self):
        make_mbox(self.folder / 'box', MANY)
        with kontor.Server() as server:
            process = begin(server, self.folder / 'box')
            kontor.wait_until(lambda: process.poll() is not None or stored_count(server) > 0, 'messages', 120)
            begun = time.monotonic()
            server.stop()
            self.assertLess(time.monotonic() - begun, 20)
            out, _ = process.communicate(timeout=kontor.PATIENCE)
            self.assertEqual(process.returncode, 1, out)
            server.start()
            self.assertEqual(run(server, self.folder / 'box')[0], 0)
            self.check_all_there_once(server, MANY)

    def test_two_at_once_wait_or_are_refused(self):
        make_mbox(self.folder / 'box', MANY)
        with kontor.Server() as server:
            processes = [begin(server, self.folder / 'box') for _ in range(2)]
            outs = [process.communicate(timeout=120)[0] for process in processes]
            self.assertIn(0, [process.returncode for process in processes], outs)
            self.check_all_there_once(server, MANY)

    def test_a_full_disk_is_said_and_gone_on_from(self):
        make_mbox(self.folder / 'box', MANY)
        disk = disks.SmallDisk(64)
        self.addCleanup(disk.close)
        server = kontor.Server({'store.reserve': 8 << 20}, data=disk.folder / 'data')
        server.log_file = self.folder / 'test.log'
        (server.data / 'kontor.toml').symlink_to(self.folder / 'kontor.toml')
        with server:
            disk.fill(11 << 20)
            code, report = run(server, self.folder / 'box')
            self.assertEqual((code, report['complete']), (1, False), report)
            self.assertIn('no_space', report['error'])
            self.assertLess(report['stored'], MANY)
            disk.free()
            code, report = run(server, self.folder / 'box')
            self.assertEqual((code, report['complete']), (0, True), report)
            self.check_all_there_once(server, MANY)

    def test_a_full_quota_is_said_and_gone_on_from(self):
        make_mbox(self.folder / 'box', MANY)
        with kontor.Server({'store.quota': '1 MB', 'store.quota_warning_percent': 0}) as server:
            code, report = run(server, self.folder / 'box')
            self.assertEqual((code, report['complete']), (1, False), report)
            self.assertIn('over_quota', report['error'])
            self.assertTrue(0 < report['stored'] < MANY, report)
            server.stop()
            server.settings['store.quota'] = 0
            server.start()
            code, report = run(server, self.folder / 'box')
            self.assertEqual((code, report['complete']), (0, True), report)
            self.check_all_there_once(server, MANY)


class Speed(unittest.TestCase):
    def test_thousands_a_second(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-import-'))
        self.addCleanup(shutil.rmtree, folder)
        make_mbox(folder / 'box', 10_000)
        with kontor.Server() as server:
            def cpu():
                fields = pathlib.Path(f'/proc/{server.pid}/stat').read_text(encoding='ascii').rsplit(')', 1)[1].split()
                return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
            before = cpu()
            own = resource.getrusage(resource.RUSAGE_CHILDREN)
            code, report = run(server, folder / 'box')
            ctl = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.assertEqual((code, report['stored']), (0, 10_000))
            used = cpu() - before
            ours = ctl.ru_utime + ctl.ru_stime - own.ru_utime - own.ru_stime
            print(f'\nimport of 10,000 messages ({report["bytes"]} bytes): {report["messages_per_second"]}/s, '
                  f'CPU {used * 100:.0f} us a message in kontord, {ours * 100:.0f} in kontorctl')
            again = run(server, folder / 'box')[1]
            print(f'passing over them: {again["messages_per_second"]}/s')
            self.assertEqual(again['already_there'], 10_000)


if __name__ == '__main__':
    disks.in_own_namespace()
    kontor.main()
