# SPDX-License-Identifier: GPL-3.0-or-later
"""Every header compiles alone: it includes what it uses.

Most of the time of such a compilation goes into the standard library's headers, the same ones each time. They are made one Clang
module, whose parts are only seen where they are included: a header that forgets one fails as it would by text. What fails so is
compiled by text as well, and that counts."""
import concurrent.futures
import os
import pathlib
import subprocess
import tempfile

import tree

COMPILER = ['clang++-19', '-std=c++23', '-fsyntax-only', '-I', str(tree.ROOT), '-DBOOST_ASIO_SEPARATE_COMPILATION',
            '-Wno-pragma-once-outside-header', '-x', 'c++']
STANDARD = pathlib.Path('/usr/include/c++/12')
NOT_MODULES = {'cassert'}  # says something else each time


def with_modules(folder):
    """The compiler with the standard library as a module kept in `folder`; as it is where that library is another one."""
    if not STANDARD.is_dir():
        return COMPILER
    names = sorted(one.name for one in STANDARD.iterdir() if one.is_file() and '.' not in one.name and one.name not in NOT_MODULES)
    usable = [name for name in names if b'# error' not in (STANDARD / name).read_bytes()]
    module = folder / 'module.modulemap'
    module.write_text('module std [system] {\n' + ''.join(f'  module "{name}" {{ header "{STANDARD / name}" export * }}\n' for name in usable) + '}\n')
    return [*COMPILER[:1], '-fmodules', '-fcxx-modules', f'-fmodule-map-file={module}', f'-fmodules-cache-path={folder / "cache"}',
            '-Xclang', '-fmodules-local-submodule-visibility', *COMPILER[1:]]


def errors_of(command, name):
    result = subprocess.run([*command, name], cwd=tree.ROOT, capture_output=True, text=True)
    return [line for line in result.stderr.split('\n') if ' error: ' in line] or [result.stderr] if result.returncode else []


def compile_alone(command, name):
    if not errors_of(command, name):
        return []
    return [f'{name} does not compile alone: {error}' for error in errors_of(COMPILER, name)[:1]]


def check():
    names = [name for name in tree.tracked('.hpp') if name.startswith(('base/', 'directory/', 'store/', 'search/', 'calendar/', 'server/'))]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        command = with_modules(pathlib.Path(folder))
        errors_of(command, names[0])  # makes the module
        problems = [problem for found in pool.map(lambda name: compile_alone(command, name), names) for problem in found]
    tree.finish('headers', problems, len(names))


if __name__ == '__main__':
    check()
