# SPDX-License-Identifier: GPL-3.0-or-later
"""The close of ./test counts and tells what the runner's results say (tests/support/closing.py)."""
import contextlib
import io
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'support'))
import closing  # noqa: E402  (found by the line above)


def write(folder, name, **statuses):
    cases = ''.join(f'<testcase name="{test.replace("__", ".")}" status="{status}"><system-out>words of {test}'
                    '</system-out></testcase>' for test, status in statuses.items())
    (folder / name).write_text(f'<testsuite>{cases}</testsuite>')


def told(folder):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = closing.tell(folder)
    return code, out.getvalue()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write(folder, 'asan.xml', scripts__a='run', Unit__b='run')
        write(folder, 'tsan.xml', Unit__b='run', Unit__c='notrun')
        code, text = told(folder)
        assert code == 0 and text.endswith('\n3 passed, 0 failed, 1 skipped\n') and 'SKIPPED: tsan: Unit.c' in text, text

        write(folder, 'asan.xml', scripts__a='fail', Unit__b='fail', scripts__stress='fail')
        code, text = told(folder)
        assert code == 1 and text.endswith('\n1 passed, 3 failed, 1 skipped\n') and 'words of scripts__a' in text, text
        # Only a file that drives other programs has a second run, and what stress finds counts at once.
        write(folder, 'asan.again.xml', scripts__a='run', Unit__b='run', scripts__stress='run')
        code, text = told(folder)
        assert code == 1 and text.endswith('\n2 passed, 2 failed, 1 skipped\n'), text
        assert '\nNOT STEADY: asan: scripts.a\n' in text and '\nFAILED: asan: scripts.stress\n' in text, text
        write(folder, 'asan.again.xml', scripts__a='fail')
        code, text = told(folder)
        assert code == 1 and '\nFAILED: asan: scripts.a\n' in text, text

        # One or two may be unsteady; more are no accident.
        write(folder, 'asan.xml', scripts__a='fail', scripts__b='fail')
        write(folder, 'asan.again.xml', scripts__a='run', scripts__b='run')
        assert told(folder)[0] == 0
        write(folder, 'release.xml', ad__c='fail')
        write(folder, 'release.again.xml', ad__c='run')
        assert told(folder)[0] == 1

        for file in folder.iterdir():
            file.unlink()
        write(folder, 'asan.xml')
        assert told(folder)[0] == 1, 'a part in which nothing ran has failed'
    print('closing: counts and tells')


if __name__ == '__main__':
    main()
