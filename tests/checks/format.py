# SPDX-License-Identifier: GPL-3.0-or-later
"""Every C++ source is as clang-format 19 writes it."""
import subprocess

import tree


def check():
    names = tree.tracked('.cpp', '.hpp')
    result = subprocess.run(['clang-format-19', '--dry-run', '--ferror-limit=1', '-Werror', *names],
                            cwd=tree.ROOT, capture_output=True, text=True)
    problems = [line for line in result.stderr.split('\n') if 'clang-format-violations' in line]
    if result.returncode != 0 and not problems:
        problems = [result.stderr.strip() or 'clang-format-19 failed']
    tree.finish('format', problems, len(names))


if __name__ == '__main__':
    check()
