# SPDX-License-Identifier: GPL-3.0-or-later
"""What ./test says at its end: which tests failed and with what words, which were not steady, the count of all.

  closing.py again FILE     prints the tests of one results file that have a second run, as an expression for ctest -R
  closing.py tell FOLDER    prints the close of a whole run; ends with 1 when something failed

A results file is what `ctest --output-junit` writes; FOLDER holds NAME.xml of each part and, where there was a second
run, NAME.again.xml. Who keeps logs often keeps their last lines alone, so what matters stands last.

Files that drive programs of others or servers under load (scripts, clients, ad, web, mmc) have a second run by themselves: one
that passes then is told as not steady, with the words of its failure, and does not fail the run unless there are more
than UNSTEADY_ALLOWED. Unit tests, crash points, fuzzing, the thread sanitizer and what the stress client finds have none.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

HAS_SECOND_RUN = re.compile(r'^(scripts|clients|ad|web|mmc)\.(?!stress)')
UNSTEADY_ALLOWED = 2
LINES, TESTS = 25, 8  # shown of one test; tests shown


def results(path):
    """Of one file: passed, failed and skipped, each name to its output."""
    passed, failed, skipped = {}, {}, {}
    for case in ElementTree.parse(path).getroot().iter('testcase'):
        kind = {'run': passed, 'fail': failed}.get(case.get('status'), skipped)
        kind[case.get('name')] = case.findtext('system-out') or ''
    return passed, failed, skipped


def judge(folder):
    """Of all parts: passed, failed, unsteady and skipped, each 'PART: NAME' to its output."""
    passed, failed, unsteady, skipped = {}, {}, {}, {}
    for path in sorted(pathlib.Path(folder).glob('*.xml')):
        if path.name.endswith('.again.xml'):
            continue
        now = results(path)
        if not any(now):
            failed[f'{path.stem}: no test ran'] = ''
        second = path.with_suffix('.again.xml')
        later = results(second)[0] if second.exists() else {}
        for name, output in now[1].items():
            steady = name not in later or not HAS_SECOND_RUN.match(name)
            (failed if steady else unsteady)[f'{path.stem}: {name}'] = output
        passed.update({f'{path.stem}: {name}': output for name, output in now[0].items()})
        skipped.update({f'{path.stem}: {name}': output for name, output in now[2].items()})
    if len(unsteady) > UNSTEADY_ALLOWED:
        failed.update(unsteady)
        unsteady = {}
    return passed, failed, unsteady, skipped


def show(title, tests):
    for name, output in list(tests.items())[:TESTS]:
        lines = [line[:300] for line in output.strip().splitlines()[-LINES:]]
        print(f'\n--- {title}: {name}', *lines, sep='\n')


def tell(folder):
    passed, failed, unsteady, skipped = judge(folder)
    show('NOT STEADY (failed, then passed by itself)', unsteady)
    show('FAILED', failed)
    print()
    for title, tests in (('SKIPPED', skipped), ('NOT STEADY', unsteady), ('FAILED', failed)):
        for name in tests:
            print(f'{title}: {name}')
    print(f'{len(passed) + len(unsteady)} passed, {len(failed)} failed, {len(skipped)} skipped')
    return 1 if failed else 0


def main():
    action, path = sys.argv[1:]
    if action == 'tell':
        return tell(path)
    print('|'.join(f'^{re.escape(name)}$' for name in results(path)[1] if HAS_SECOND_RUN.match(name)))
    return 0


if __name__ == '__main__':
    sys.exit(main())
