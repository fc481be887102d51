# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison bench on Kontor alone with small counts, so that it cannot rot; and its load program must fail when it
does not get what it asked for."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor
from bench import loads, report, sides

MARKED = f'before\n{report.BEGIN}\nold\n{report.END}\nafter\n'


class Compare(unittest.TestCase):
    def test_every_load_runs_and_the_table_is_written(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, 'page.md')
            page.write_text(MARKED, encoding='utf-8')
            result = subprocess.run([sys.executable, '-B', str(kontor.ROOT / 'bench/compare.py'), '--quick', '--alone', '--rounds', '1',
                                     '--build', str(kontor.build_folder()), '--markdown', str(page)],
                                    capture_output=True, text=True, timeout=600)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            text = page.read_text(encoding='utf-8')
        self.assertTrue(text.startswith('before\n') and text.endswith('after\n'), text)
        self.assertNotIn('\nold\n', text)
        for load in loads.LOADS:
            for line in load.lines:
                row = next(row for row in text.splitlines() if row.startswith('| ' + line.text.format(messages='400') + ' |'))
                # Of so few sessions the memory may be less than what the server gave back meanwhile.
                self.assertRegex(row, r'\| -?[\d,.]+ ?(/s|ms|KB|MB/s)')

    def test_a_page_without_the_marker_lines_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder, 'page.md')
            page.write_text('nothing to replace\n', encoding='utf-8')
            with self.assertRaises(SystemExit):
                report.rewrite(page, 'table')
            self.assertEqual(page.read_text(encoding='utf-8'), 'nothing to replace\n')


class Groupware(unittest.TestCase):
    def test_calendars_and_address_books_are_measured(self):
        result = subprocess.run([sys.executable, '-B', str(kontor.ROOT / 'bench/groupware.py'), '--sides', 'kontor', '--only', 'calendars,books',
                                 '--events', '60', '--cards', '60', '--each', '4', '--rounds', '1', '--build', str(kontor.build_folder())],
                                capture_output=True, text=True, timeout=600)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        rows = [row for row in result.stdout.splitlines() if row.startswith('| ')]
        for words in ('first sync of 60 events', 'first sync of 60 cards', 'PUT of', 'busy time'):
            self.assertTrue(any(words in row for row in rows), (words, result.stdout))


class MailFlow(unittest.TestCase):
    def test_relays_and_a_long_queue_are_measured(self):
        result = subprocess.run([sys.executable, '-B', str(kontor.ROOT / 'bench/mail_flow.py'), '--only', 'checks,relay,queued', '--count', '40',
                                 '--queued', '300', '--rounds', '1', '--build', str(kontor.build_folder())],
                                capture_output=True, text=True, timeout=600)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for words in ('| all checks |', '| all checks, greylisting |', '| CPU a message |', '| a message for another domain'):
            self.assertIn(words, result.stdout)


class Search(unittest.TestCase):
    def run_bench(self, name, *arguments):
        result = subprocess.run([sys.executable, '-B', str(kontor.ROOT / 'bench' / name), *arguments, '--messages', '300', '--build',
                                 str(kontor.build_folder())], capture_output=True, text=True, timeout=600)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return [row for row in result.stdout.splitlines() if row.startswith('| ')]

    def test_questions_are_measured(self):
        rows = self.run_bench('search.py', '--sides', 'kontor', '--questions', '2')
        for words in ('a word', 'a phrase', 'part of a common word', 'no text'):
            row = next(row for row in rows if row.startswith(f'| {words}'))
            self.assertRegex(row, r'ms, [1-9]', 'nothing was found')

    def test_what_search_costs_is_measured(self):
        rows = self.run_bench('search_alone.py', '--only', 'cold,columns,accounts', '--accounts', '3')
        for words in ('SEARCH UNSEEN', 'a cold start', 'memory'):
            self.assertTrue(any(words in row for row in rows), (words, rows))


class Mean(unittest.TestCase):
    def test_the_turns_are_averaged_and_the_better_side_is_said(self):
        run = loads.Run(rounds=2, seconds=1, quick=False)
        load = next(load for load in loads.LOADS if load.name == 'lmtp16')
        run.figures = {('lmtp16', 'kontor'): [{'lmtp': {'per_second': 3000}}, {'lmtp': {'per_second': 5000}}],
                       ('lmtp16', 'peer'): [{'lmtp': {'per_second': 500}}]}
        self.assertEqual(run.value(load, load.lines[0], 'kontor'), 4000)
        self.assertEqual(report.ratio(run, load, load.lines[0]), '8.0x')
        idle = next(load for load in loads.LOADS if load.name == 'idle')
        run.figures = {('idle', 'kontor'): [{'idle': {'kb_each': 20}}], ('idle', 'peer'): [{'idle': {'kb_each': 600}}]}
        self.assertEqual(report.ratio(run, idle, idle.lines[0]), '30.0x')
        self.assertEqual(report.cell(run, idle, idle.lines[1], 'peer'), '-')


class WrongAnswers(unittest.TestCase):
    """What is not right must not be measured."""
    @classmethod
    def setUpClass(cls):
        cls.server = kontor.Server().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def load(self, *arguments):
        return subprocess.run([kontor.program('kontor-load'), *arguments, '--port-base', str(self.server.port_base)],
                              capture_output=True, text=True, timeout=kontor.PATIENCE)

    def test_refusals_and_missing_mail_are_failures(self):
        for arguments, sentence in (
                (('lmtp', '--count', '5', '--users', 'nobody'), 'the server said'),
                (('login', '--count', '5', '--connections', '1', '--users', 'anna', '--password', 'wrong'), 'the server said'),
                (('store', '--count', '5', '--connections', '2', '--users', 'anna'), 'as many users as connections'),
                (('bodies', '--count', '5', '--users', 'boris'), 'too small'),
                (('lmtp', '--port', 'lmtp=1'), 'cannot connect')):
            with self.subTest(arguments):
                result = self.load(*arguments)
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertIn(sentence, result.stderr)

    def test_a_mailbox_with_other_messages_is_noticed(self):
        message = b'From: a@elsewhere.test\r\nTo: dmitri@example.test\r\nSubject: not of the load\r\n\r\nHello\r\n'
        for _ in range(120):
            self.server.lmtp([f'dmitri@{sides.DOMAIN}'], message)
        result = self.load('bodies', '--count', '1', '--connections', '1', '--users', 'dmitri')
        self.assertEqual(result.returncode, 1)
        self.assertTrue(re.search(r'message \d+ came back as another', result.stderr), result.stderr)


if __name__ == '__main__':
    kontor.main()
