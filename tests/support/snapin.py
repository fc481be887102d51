# SPDX-License-Identifier: GPL-3.0-or-later
"""The snap-in of admin-mmc under Wine: builds it, makes a Wine prefix for a test, and drives it by its console host
(admin-mmc/host), which does with it what mmc.exe does.

    with snapin.Prefix() as prefix, prefix.host() as host:
        host.ask('expand', path=['localhost'])
"""
import atexit
import fcntl
import functools
import json
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading

import kontor

SOURCE = kontor.ROOT / 'admin-mmc'
BUILD = kontor.ROOT / 'build' / 'mmc'
# Wine's own noise goes nowhere; no menus, associations, .NET or browser are made for a prefix of a test.
QUIET = {'WINEDEBUG': '-all', 'WINEDLLOVERRIDES': 'mscoree,mshtml,winemenubuilder.exe='}


def build():
    """build/mmc is up to date; {name: path} of what is in it."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with open(BUILD / 'lock', 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (['cmake', '-S', SOURCE, '-B', BUILD, '-G', 'Ninja', '--toolchain', 'toolchain.cmake'],
                        ['ninja', '-C', BUILD]):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                raise AssertionError(f'{command[0]} failed:\n{done.stdout[-6000:]}')
    return {'dll': BUILD / 'kontor-admin.dll', 'host': BUILD / 'snapin-host.exe'}


def package():
    """The installer, made of what build() makes: its path."""
    programs = build()
    target = BUILD / 'kontor-admin.msi'
    done = subprocess.run(['wixl', '-a', 'x64', '-D', 'Folder=.', '-o', target, SOURCE / 'installer/kontor-admin.wxs'], cwd=BUILD,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0 or not programs['dll'].exists():
        raise AssertionError(f'wixl failed:\n{done.stdout}')
    return target


class Prefix:
    """A Windows of a test's own, gone at its end with everything that runs in it."""

    def __init__(self, environment=None):
        self.programs = build()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-wine-'))
        self.environment = {**os.environ, **QUIET, 'WINEPREFIX': str(self.folder / 'prefix'), **(environment or {})}
        self.environment.pop('DISPLAY', None)
        if environment:
            self.environment.update(environment)
        try:
            self.run('wineboot', '--init')
            values = {'Software\\Wine\\WineDbg': {'ShowCrashDialog': 0}}
            if 'DISPLAY' not in self.environment:  # windows are made and work, and nobody sees them
                values['Software\\Wine\\Drivers'] = {'Graphics': 'null'}
            self.set_values(values)
        except BaseException:
            self.close()
            raise

    def run(self, *command, check=True):
        done = subprocess.run(['wine', *map(str, command)], env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=300)
        if check and done.returncode != 0:
            raise AssertionError(f'wine {command}: {done.returncode}\n{done.stdout.decode(errors="replace")[-3000:]}')
        return done.stdout.decode(errors='replace')

    def set_values(self, keys):
        """{key of the person: {name: text or number}} into the registry, at once."""
        lines = ['Windows Registry Editor Version 5.00', '']
        for key, values in keys.items():
            lines.append(f'[HKEY_CURRENT_USER\\{key}]')
            for name, value in values.items():
                quoted = f'"{value}"'.replace('\\', '\\\\') if isinstance(value, str) else f'dword:{value:08x}'
                lines.append(f'"{name}"={quoted}')
            lines.append('')
        file = self.folder / 'values.reg'
        file.write_text('\r\n'.join(lines), encoding='utf-16')
        self.run('regedit', '/S', self.path(file))

    def settings(self, **values):
        """Software\\Kontor\\Admin of the person: Server, CaFile, Language..."""
        self.set_values({'Software\\Kontor\\Admin': values})

    def host(self, registered=False, environment=None):
        """`registered`: COM finds the snap-in by the registry, as after its installation."""
        return Host(self, registered, environment)

    @staticmethod
    def path(path):
        """A path of this system as programs in Wine see it."""
        return 'Z:' + str(path).replace('/', '\\')

    def close(self):
        subprocess.run(['wineserver', '-k'], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(['wineserver', '-w'], env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()


@functools.cache
def shared():
    """One prefix for all tests of a file: making one takes longer than most of them."""
    made = Prefix()
    atexit.register(made.close)
    return made


class Refused(AssertionError):
    """The host could not do it."""


class Host:
    """snapin-host.exe: asks it in lines of JSON and reads its answers. What opens a dialog that waits is asked with
    start(), and ends with finish()."""

    def __init__(self, prefix, registered, environment=None):
        command = ['wine', str(prefix.programs['host'])]
        if not registered:
            command += ['--dll', prefix.path(prefix.programs['dll'])]
        self.errors = open(prefix.folder / 'host.err', 'wb')
        self.process = subprocess.Popen(command, env={**prefix.environment, **(environment or {})}, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors)
        self.number = 0
        self.answers = queue.Queue()
        self.early = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            if line.strip():
                self.answers.put(json.loads(line))
        self.answers.put(None)

    def start(self, do, **what):
        self.number += 1
        line = json.dumps({'do': do, 'n': self.number, **what}, ensure_ascii=False) + '\n'
        self.process.stdin.write(line.encode())
        self.process.stdin.flush()
        return self.number

    def finish(self, number):
        while number not in self.early:
            answer = self.answers.get(timeout=kontor.PATIENCE)
            if answer is None:
                raise AssertionError('snapin-host ended')
            self.early[answer.get('n')] = answer
        answer = self.early.pop(number)
        if 'error' in answer:
            raise Refused(answer['error'])
        return answer

    def ask(self, do, **what):
        return self.finish(self.start(do, **what))

    # --- what tests do often -----------------------------------------------------------------------
    def names(self, parent=None):
        """Names of the nodes below the one whose name begins so; of the static node's children without."""
        tree = self.ask('tree')['tree']
        above = tree[0]['id'] if parent is None else next(one['id'] for one in tree if one['name'].startswith(parent))
        return [one['name'] for one in tree if one['parent'] == above]

    def rows(self, *path, count=50):
        """[{column: text}] of the list of a node."""
        return self.as_rows(self.ask('select', path=list(path), count=count))

    @staticmethod
    def as_rows(answer):
        return [dict(zip(answer['columns'], row)) for row in answer['rows']]

    def command(self, name, rows=None):
        """Runs a command of the menu of these rows, or of the node that is shown."""
        self.ask('choose', rows=rows or [])
        return self.ask('command', name=name)

    def dialog(self):
        """The dialog at the top, once it is there: {'title', 'controls': {id: ...}}."""
        shown = kontor.wait_until(lambda: self.ask('window')['dialog'], 'a dialog')
        shown['controls'] = {one['id']: one for one in shown['controls']}
        return shown

    def no_dialog(self):
        return self.ask('window')['dialog'] is None

    def set(self, control, **value):
        if not self.ask('set', control=control, **value)['done']:
            raise Refused(f'control {control} takes no {value}')

    def press(self, control):
        if not self.ask('press', control=control)['done']:
            raise Refused(f'control {control} cannot be pressed')

    def complaint(self):
        return self.dialog()['controls'][999]['text']

    def sheet(self, rows):
        """Opens the property sheet of rows: its pages by name."""
        self.ask('choose', rows=rows)
        if not self.ask('sheet')['done']:
            raise Refused('no sheet')
        return self.pages()

    def pages(self):
        found = {}
        for place, name in enumerate(self.dialog()['pages']):
            self.ask('page', page=place)
            found[name] = self.dialog()['controls']
        return found

    def close(self):
        """Ends it as the console ends; what it says at its end."""
        if self.process.stdin.closed:
            return None
        self.process.stdin.close()
        last = None
        while (answer := self.answers.get(timeout=kontor.PATIENCE)) is not None:
            last = answer
        self.process.wait(kontor.PATIENCE)
        self.process.stdout.close()
        self.errors.close()
        return last

    def __enter__(self):
        return self

    def __exit__(self, kind, *ignored):
        if kind is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.errors.close()
        else:
            self.close()
