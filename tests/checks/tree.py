# SPDX-License-Identifier: GPL-3.0-or-later
"""The sources that git knows, and what the checks share."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def listed(*options):
    return subprocess.run(['git', 'ls-files', *options], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def tracked(*endings):
    """Paths below the root of files that git tracks or would add, with one of these endings."""
    return [name for name in listed('-co', '--exclude-standard') if name.endswith(endings) and (ROOT / name).is_file()]


def read(name):
    return (ROOT / name).read_text(encoding='utf-8')


def finish(check, problems, looked_at):
    """Prints what was found and ends with the status that the test runner reads."""
    for problem in problems:
        print(problem)
    print(f'{check}: {looked_at} files, {len(problems)} problems')
    if looked_at == 0:
        print(f'{check}: nothing was looked at, which cannot be right')
    sys.exit(1 if problems or looked_at == 0 else 0)
