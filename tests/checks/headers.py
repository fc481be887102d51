# SPDX-License-Identifier: GPL-3.0-or-later
"""Every header compiles alone: it includes what it uses."""
import concurrent.futures
import os
import subprocess

import tree

COMPILER = ['clang++-19', '-std=c++23', '-fsyntax-only', '-I', str(tree.ROOT), '-DBOOST_ASIO_SEPARATE_COMPILATION',
            '-Wno-pragma-once-outside-header', '-x', 'c++']


def compile_alone(name):
    result = subprocess.run([*COMPILER, name], cwd=tree.ROOT, capture_output=True, text=True)
    errors = [line for line in result.stderr.split('\n') if ' error: ' in line]
    return [f'{name} does not compile alone: {error}' for error in errors[:1]] if result.returncode else []


def check():
    names = [name for name in tree.tracked('.hpp') if name.startswith(('base/', 'directory/', 'store/', 'search/', 'calendar/', 'server/'))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for found in pool.map(compile_alone, names) for problem in found]
    tree.finish('headers', problems, len(names))


if __name__ == '__main__':
    check()
