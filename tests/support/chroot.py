# SPDX-License-Identifier: GPL-3.0-or-later
"""A clean Debian 12 in a folder, made by debootstrap and kept packed in build/cache: for tests of the package.

Everything is mounted in this process's own mount namespace (disks.in_own_namespace) and ends with it.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get('KONTOR_CACHE', SOURCE / 'build' / 'cache'))
SUITE = 'bookworm'


def mirror():
    """The mirror that this machine itself uses; None: it names none."""
    for path in sorted(pathlib.Path('/etc/apt').glob('sources.list*')) + sorted(pathlib.Path('/etc/apt/sources.list.d').glob('*')):
        if path.is_file():
            found = re.search(r'^(?:URIs:|deb)\s+(?:\[[^]]*\]\s*)?(https?://\S*/debian/?)(?:\s|$)', path.read_text(), re.MULTILINE)
            if found:
                return found.group(1)
    return None


def why_not():
    """Why no chroot can be made here; None: it can."""
    if os.geteuid() != 0:
        return 'only root can make a chroot'
    if shutil.which('debootstrap') is None:
        return 'debootstrap is not installed'
    if mirror() is None and not (CACHE / f'debian-{SUITE}.tar').exists():
        return 'no Debian mirror is named in /etc/apt'
    return None


def base():
    """The packed base system; made once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    packed = CACHE / f'debian-{SUITE}.tar'
    with open(CACHE / 'debian.lock', 'w', encoding='ascii') as lock, tempfile.TemporaryDirectory(dir=CACHE) as folder:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not packed.exists():
            subprocess.run(['debootstrap', '--variant=minbase', '--include=ca-certificates', SUITE, folder, mirror()],
                           check=True, capture_output=True, timeout=1200)
            subprocess.run(['tar', '-C', folder, '--exclude=./var/cache/apt/archives/*.deb', '-cf', f'{packed}.new', '.'],
                           check=True)
            os.rename(f'{packed}.new', packed)
    return packed


class Debian:
    """with Debian() as debian: debian.run('apt-get', 'install', ...)"""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-debian-'))
        self.stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        subprocess.run(['tar', '-C', self.folder, '-xf', base()], check=True)
        self.folder.chmod(0o755)  # others than root must get through "/"
        for kind, source, place in (('proc', 'proc', 'proc'), (None, '/dev', 'dev')):
            options = ['-t', kind] if kind else ['--bind']
            subprocess.run(['mount', *options, source, self.folder / place], check=True)
            self.stack.callback(subprocess.run, ['umount', '-l', self.folder / place], check=False)
        shutil.copy('/etc/resolv.conf', self.folder / 'etc/resolv.conf')
        # How this machine reaches its mirror, without what it has hooked into apt.
        for path in pathlib.Path('/etc/apt/apt.conf.d').iterdir():
            if 'Proxy' in path.read_text(errors='replace'):
                shutil.copy(path, self.folder / 'etc/apt/apt.conf.d')
        return self

    def __exit__(self, *_):
        self.stack.close()

    def run(self, *command, check=True, timeout=900, environment=None):
        """Runs it inside; what it wrote, both streams together."""
        result = subprocess.run(['chroot', self.folder, *map(str, command)], stdin=subprocess.DEVNULL, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
                                env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8', 'HOME': '/root',
                                     'DEBIAN_FRONTEND': 'noninteractive', **(environment or {}),
                                     **{name: value for name, value in os.environ.items() if name.lower().endswith('_proxy')}})
        if check and result.returncode != 0:
            raise AssertionError(f'{command}: {result.returncode}\n{result.stdout}')
        self.code = result.returncode
        return result.stdout
