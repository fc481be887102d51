# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion of kontorctl and winpop in a real bash: each verb and option of the table, files and folders."""
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

DRIVER = r'''
source "$1"; shift
while IFS= read -r line; do
  COMPREPLY=()
  eval "COMP_WORDS=($line)"
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  $1
  printf '%s\n' "${COMPREPLY[@]}"
  echo --
done
'''


class Completion(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        here = pathlib.Path(cls.folder.name)
        (here / 'some file.txt').write_text('x')
        (here / 'some-folder').mkdir()

    def complete(self, program, lines):
        """What is offered for each list of words, the last of which is at the cursor."""
        quoted = [' '.join("'" + word.replace("'", "'\\''") + "'" for word in [program, *line]) for line in lines]
        said = subprocess.run(['bash', '--norc', '-c', DRIVER, 'x', kontor.ROOT / f'docs/generated/{program}.bash',
                               f'_{program}'], input='\n'.join(quoted) + '\n', capture_output=True, text=True,
                              cwd=self.folder.name, timeout=kontor.PATIENCE)
        self.assertEqual((said.returncode, said.stderr), (0, ''))
        parts = re.split(r'^--\n', said.stdout, flags=re.M)[:-1]
        self.assertEqual(len(parts), len(lines))
        return [[word for word in part.splitlines() if word] for part in parts]

    def verbs(self):
        """{verb: its options}, as help shows them."""
        text = subprocess.run([kontor.program('kontorctl'), 'help'], capture_output=True, text=True, check=True).stdout
        found = {}
        for line in text.splitlines():
            form = re.match(r'  ([a-z]\S*(?: [a-z][a-z-]*)?)((?: .*?)?)  ', line)
            if form:
                found[form[1]] = set(re.findall(r'\[(--[a-z-]+)', line[:line.index('  ', 2)]))
        return found

    def test_every_verb_and_each_of_its_options(self):
        verbs = self.verbs()
        self.assertGreater(len(verbs), 100)
        (first,) = self.complete('kontorctl', [['']])
        self.assertEqual(set(first), {verb.split()[0] for verb in verbs} | {'help', '--data', '--json'})
        two = [verb.split() for verb in verbs if ' ' in verb]
        for verb, offered in zip(two, self.complete('kontorctl', [[verb[0], verb[1][:2]] for verb in two])):
            self.assertIn(verb[1], offered)
        lines = [[*verb.split(), '--'] for verb in verbs]
        for verb, offered in zip(verbs, self.complete('kontorctl', lines)):
            self.assertEqual(set(offered) - {'--data', '--json'}, verbs[verb], verb)

    def test_what_an_argument_may_be(self):
        offered = self.complete('kontorctl', [
            ['config', 'check', 'some'], ['backup', '--to', 'some'], ['backup', '--to', '=', 'some'],
            ['calendars', 'publish', 'a@b.test', 'x', '--detail', ''], ['--data', 'some'],
            ['--data', 'x', 'quota', 's'], ['account', 'sh'], ['deliver', 'a@b.test', 'some'], ['deliver', 'some'],
            ['quota', 'show', '']])
        self.assertEqual(sorted(offered[0]), ['some file.txt', 'some-folder'])
        self.assertEqual(offered[1:4], [['some-folder'], ['some-folder'], ['full', 'free-busy']])
        self.assertEqual(offered[4:7], [['some-folder'], ['set', 'show'], ['show']])
        self.assertEqual((sorted(offered[7]), offered[8], offered[9]), (['some file.txt', 'some-folder'], [], []))

    def test_winpop(self):
        offered = self.complete('winpop', [[''], ['m'], ['add', 'a@b.test', '/'], ['ADD', 'a@b.test', '--c'],
                                           ['delete', 'a@b.test', '/d'], ['list', '/'], ['--data', 'x', 'st']])
        self.assertLessEqual({'add', 'delete', 'list', 'lock', 'unlock', 'stat', 'changepwd', 'createquotafile',
                              'migrateToAD', 'help'}, set(offered[0]))
        self.assertEqual(offered[1:], [['migrateToAD'], ['/createuser'], ['--createuser'], ['/deleteuser'], [], ['stat']])

    def test_a_person_at_a_terminal(self):
        """The file sourced in an interactive bash, and the key Tab."""
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder.name)
            os.environ.update(PS1='$ ', TERM='dumb', INPUTRC='/dev/null', HISTFILE='')
            os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])
        shown = ''

        def until(text):
            nonlocal shown
            while text not in shown:
                ready, _, _ = select.select([terminal], [], [], kontor.PATIENCE)
                self.assertTrue(ready, f'{text!r} is not in {shown!r}')
                shown += os.read(terminal, 65536).decode()

        try:
            os.write(terminal, f'kontorctl() {{ printf "got<%s>" "$@"; }}; . {kontor.ROOT}/docs/generated/kontorctl.bash\n'
                     .encode())
            os.write(terminal, b'kontorctl quot\tsh\tanna@example.test --js\t\n')
            until('got<quota>got<show>got<anna@example.test>got<--json>')
            os.write(terminal, b'kontorctl config ch\tsome\\ f\t\n')
            until('got<config>got<check>got<some file.txt>')
        finally:
            os.write(terminal, b'exit\n')
            os.close(terminal)
            os.waitpid(process, 0)


if __name__ == '__main__':
    kontor.main()
