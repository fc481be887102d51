# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian package on a clean machine: install, serve, upgrade, refuse to go back, remove, purge."""
import itertools
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import chroot, disks, kontor

WHY_NOT = chroot.why_not()
if WHY_NOT:
    print(f'\n*** SKIPPED: the package is NOT tested on this machine: {WHY_NOT} ***\n', file=sys.stderr)

DATA = 'var/lib/kontor'
SETTINGS = 'etc/kontor/kontor.toml'
WANTED = 'etc/systemd/system/multi-user.target.wants/kontor.service'
SYSTEMCTL = '''#!/bin/sh
echo "$@" >>/systemctl.log
case "$*" in *is-enabled*) echo enabled ;; esac
'''


def build_package(folder, version=None):
    """The .deb of this build, or of the same programs under another version."""
    out = pathlib.Path(folder) / (version or 'own')
    override = ['-D', f'CPACK_PACKAGE_VERSION={version}'] if version else []
    subprocess.run(['cpack', '-G', 'DEB', '-B', out, *override], cwd=kontor.build_folder(), check=True,
                   capture_output=True, timeout=600)
    (package,) = out.glob('*.deb')
    return package


class Installed(kontor.Server):
    """kontord as the package installed it, run as its own user inside the Debian."""

    def __init__(self, debian):
        super().__init__(data=debian.folder / DATA)
        self.debian = debian
        self.log_file = debian.folder / 'kontord.log'
        self.settings['server.data_folder'] = '/' + DATA
        self.settings['server.user'] = 'kontor'

    def write_config(self):
        pass

    def edit_settings(self):
        """What an administrator would do with an editor."""
        super().write_config()
        shutil.move(self.data / 'kontor.toml', self.debian.folder / SETTINGS)
        os.chmod(self.debian.folder / SETTINGS, 0o644)

    def start(self, wait=True):
        run_as = ['chroot', str(self.debian.folder), 'setpriv', '--reuid=kontor', '--regid=kontor', '--init-groups']
        with open(self.log_file, 'ab') as log:
            self.log_start = log.tell()
            self.process = subprocess.Popen([*run_as, '/usr/sbin/kontord', '--config', '/' + SETTINGS], cwd='/',
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        kontor.wait_until(lambda: 'kontord: ready pid=' in self.log(current=True) or self.process.poll() is not None,
                          'kontord: ready', 60)
        if self.process.poll() is not None:
            raise AssertionError('kontord ended at its start:\n' + self.log(current=True))
        return self


def subjects(server):
    imap = server.imap('anna')
    imap.select('INBOX', readonly=True)
    _, data = imap.fetch('1:*', '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])')
    imap.logout()
    return [part[1].decode().strip() for part in data if isinstance(part, tuple)]


def deliver(server, subject):
    refused = server.lmtp(['anna@example.test'], f'Subject: {subject}\r\n\r\nx\r\n'.encode())
    if refused:
        raise AssertionError(refused)


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.packages = tempfile.TemporaryDirectory(prefix='kontor-packages-')
        cls.addClassCleanup(cls.packages.cleanup)
        cls.first = build_package(cls.packages.name)
        cls.second = build_package(cls.packages.name, '99.1.0')

    def setUp(self):
        debian = chroot.Debian()
        self.debian = debian.__enter__()
        self.addCleanup(debian.__exit__)

    def apt(self, *words, check=True):
        return self.debian.run('apt-get', '-y', '-q', '--no-install-recommends', *words, check=check)

    def put(self, package):
        shutil.copy(package, self.debian.folder / 'root/kontor.deb')
        return '/root/kontor.deb'

    def state(self):
        return self.debian.run('dpkg-query', '-W', '-f=${db:Status-Abbrev}${Version}', 'kontor', check=False).split()

    def people(self):
        return self.debian.run('getent', 'passwd', 'kontor', check=False).strip()

    def test_a_life(self):
        debian = self.debian
        began = time.monotonic()
        self.apt('update')
        self.apt('install', self.put(self.first))
        installed = time.monotonic() - began
        self.assertTrue(self.people().endswith(':/var/lib/kontor:/usr/sbin/nologin'), self.people())
        info = (debian.folder / DATA).stat()
        self.assertEqual(stat.S_IMODE(info.st_mode), 0o700)
        self.assertEqual(f':{info.st_uid}:', self.people()[self.people().index(':x:') + 2:][:len(str(info.st_uid)) + 2])
        self.assertTrue((debian.folder / WANTED).is_symlink(), 'it starts with the machine')
        self.assertIn('the settings are in order', debian.run('kontord', '--config', '/' + SETTINGS, '--check'))
        self.assertTrue((debian.folder / 'usr/share/man/man8/kontord.8').exists())
        built = kontor.build_folder() / 'web/index.html'
        if built.exists():
            self.assertEqual((debian.folder / 'usr/share/kontor/console/index.html').read_bytes(), built.read_bytes())
        self.assertEqual(debian.run('dpkg', '--verify', 'kontor').strip(), '')

        server = Installed(debian)
        server.edit_settings()
        self.addCleanup(lambda: server.process and server.kill())
        server.start()
        server.imap('anna').logout()
        first_login = time.monotonic() - began
        print(f'\napt-get update and install {installed:.1f} s, to the first sign-in {first_login:.1f} s')
        self.assertLess(first_login, 600)
        status = pathlib.Path(f'/proc/{server.pid}/status').read_text(encoding='ascii')
        self.assertIn(f'Uid:\t{info.st_uid}\t{info.st_uid}', status)
        deliver(server, 'before')
        debian.run('kontorctl', 'status')
        server.stop()

        settings = (debian.folder / SETTINGS).read_text(encoding='utf-8')
        begun = time.monotonic()
        self.apt('install', self.put(self.second))
        print(f'upgrade {time.monotonic() - begun:.1f} s')
        self.assertEqual(self.state(), ['ii', '99.1.0'])
        self.assertEqual((debian.folder / SETTINGS).read_text(encoding='utf-8'), settings)
        server.start()
        deliver(server, 'after')
        self.assertEqual(subjects(server), ['Subject: before', 'Subject: after'])
        server.stop()

        told = self.apt('install', '--allow-downgrades', self.put(self.first), check=False)
        self.assertNotEqual(debian.code, 0)
        self.assertIn('version 99.1.0 has been used on this machine', told)
        self.assertEqual(self.state(), ['ii', '99.1.0'])

        self.apt('remove', 'kontor')
        self.assertFalse((debian.folder / 'usr/sbin/kontord').exists())
        self.assertFalse((debian.folder / 'usr/libexec/kontor').exists())
        self.assertTrue((debian.folder / SETTINGS).exists())
        self.apt('install', self.put(self.second))
        server.start()
        self.assertEqual(len(subjects(server)), 2)
        server.stop()

        told = self.apt('purge', 'kontor')
        self.assertIn('the mailboxes in /var/lib/kontor stay', told)
        self.assertTrue(list((debian.folder / DATA / 'accounts').rglob('log.*')))
        self.assertNotEqual(self.people(), '')
        self.assertFalse((debian.folder / 'etc/kontor').exists())
        self.assertFalse((debian.folder / WANTED).is_symlink())

    def test_purge_leaves_nothing_when_there_is_no_mail(self):
        self.apt('update')
        self.apt('install', self.put(self.first))
        before = {line for line in self.debian.run('getent', 'group').split()}
        self.apt('purge', 'kontor')
        self.assertFalse((self.debian.folder / DATA).exists())
        self.assertEqual(self.people(), '')
        left = self.debian.run('find', '/etc', '/var/lib', '/usr', '-name', '*kontor*')
        self.assertEqual(left.strip(), '')
        self.assertTrue(any(line.startswith('kontor:') for line in before))
        self.assertEqual(self.debian.run('getent', 'group', 'kontor', check=False).strip(), '')

    def test_systemd_is_asked_at_the_right_moments(self):
        self.apt('update')
        (self.debian.folder / 'run/systemd/system').mkdir(parents=True)
        stub = self.debian.folder / 'usr/bin/systemctl'
        stub.write_text(SYSTEMCTL, encoding='ascii')
        stub.chmod(0o755)
        log = self.debian.folder / 'systemctl.log'

        def asked():
            text = log.read_text(encoding='ascii') if log.exists() else ''
            log.unlink(missing_ok=True)
            words = [word for line in text.split('\n') for word in line.split() if word in ('start', 'stop', 'daemon-reload')]
            # Debian's own scripts ask for the new units once more.
            return [word for word, _ in itertools.groupby(words)]

        self.apt('install', self.put(self.first))
        self.assertEqual(asked(), ['daemon-reload', 'start'])
        self.apt('install', self.put(self.second))
        self.assertEqual(asked(), ['stop', 'daemon-reload', 'start'])
        self.apt('remove', 'kontor')
        self.assertEqual(asked(), ['stop', 'daemon-reload'])


class Installing(unittest.TestCase):
    def test_cmake_installs_a_tree_and_keeps_edited_settings(self):
        with tempfile.TemporaryDirectory() as name:
            command = ['cmake', '--install', kontor.build_folder()]
            environment = {**os.environ, 'DESTDIR': name}
            subprocess.run(command, env=environment, check=True, capture_output=True)
            root = pathlib.Path(name)
            (root / SETTINGS).write_text('[server]\nname = "edited"\n', encoding='utf-8')
            subprocess.run(command, env=environment, check=True, capture_output=True)
            self.assertIn('edited', (root / SETTINGS).read_text(encoding='utf-8'))
            said = subprocess.run([root / 'usr/sbin/kontord', '--version'], capture_output=True, text=True, check=True)
            self.assertRegex(said.stdout, r'^kontord \d+\.\d+\.\d+\n$')
            for name in ('kontor-directory', 'kontor-extract'):
                self.assertTrue((root / 'usr/sbin/kontord').resolve().with_name(name).exists())
            for path in ('usr/bin/kontorctl', 'usr/lib/systemd/system/kontor.service', 'usr/share/man/man5/kontor.toml.5',
                         'usr/share/doc/kontor/admin/install.md'):
                self.assertTrue((root / path).exists(), path)
            for page in root.glob('usr/share/man/man*/*') if shutil.which('man') else ():
                warned = subprocess.run(['man', '--warnings', '-l', '-Tutf8', page], capture_output=True, text=True)
                self.assertEqual((warned.returncode, warned.stderr), (0, ''), page)

    def test_the_unit_is_sound_and_tight(self):
        if shutil.which('systemd-analyze') is None:
            self.skipTest('systemd-analyze is not on this machine')
        with tempfile.TemporaryDirectory() as name:
            unit = pathlib.Path(name) / 'kontor.service'
            text = (kontor.build_folder() / 'kontor.service').read_text(encoding='utf-8')
            self.assertIn('ExecStart=/usr/sbin/kontord --config /etc/kontor/kontor.toml\n', text)
            unit.write_text(text.replace('/usr/sbin/kontord', '/bin/true'), encoding='utf-8')
            verified = subprocess.run(['systemd-analyze', 'verify', '--man=no', '--recursive-errors=no', unit],
                                      capture_output=True, text=True)
            self.assertEqual((verified.returncode, verified.stderr), (0, ''))
            rated = subprocess.run(['systemd-analyze', 'security', '--offline=yes', '--no-pager', '--threshold=25', unit],
                                   capture_output=True, text=True)
            print('\n' + rated.stdout.strip().splitlines()[-1])
            self.assertEqual(rated.returncode, 0, rated.stdout)


if __name__ == '__main__':
    if not WHY_NOT:
        disks.in_own_namespace()
    kontor.main()
