# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks for tests that need root: a small one in memory, and one whose power can be cut."""
import fcntl
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading
import time

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN and XFS_IOC_GOINGDOWN
WITHOUT_LOG = 2        # the journal is not written first


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f'{command}: {result.stderr or result.stdout}')
    return result.stdout


def in_own_namespace():
    """Runs this program again where its mounts are seen by nobody else and end with it."""
    if os.environ.get('KONTOR_OWN_MOUNTS'):
        return
    if os.geteuid() != 0:
        sys.exit('This test mounts file systems: run it as root.')
    os.environ['KONTOR_OWN_MOUNTS'] = '1'
    os.execvp('unshare', ['unshare', '--mount', '--propagation', 'private', sys.executable, '-B', *sys.argv])


def memory_folder():
    return '/dev/shm' if os.path.isdir('/dev/shm') else None


class SmallDisk:
    """A tmpfs of so many megabytes; fill() takes room until `left` bytes are free, free() gives it back."""

    def __init__(self, megabytes):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-small-'))
        run('mount', '-t', 'tmpfs', '-o', f'size={megabytes}m,mode=755', 'kontor-small', self.folder)
        self.filler = self.folder / 'filler'

    def room(self):
        info = os.statvfs(self.folder)
        return info.f_bavail * info.f_frsize

    def fill(self, left):
        with open(self.filler, 'ab') as file:
            while self.room() > left:
                step = min(self.room() - left, 1 << 20)
                try:
                    file.write(b'\0' * step)
                    file.flush()
                except OSError:
                    break

    def free(self):
        self.filler.unlink(missing_ok=True)

    def close(self):
        subprocess.run(['umount', '-l', self.folder], check=False)
        self.folder.rmdir()


class CutDisk:
    """ext4 or xfs on a loop device. cut() is a power loss: what was not synced is gone after it."""

    def __init__(self, kind='ext4', megabytes=400):
        self.kind = kind
        self.top = pathlib.Path(tempfile.mkdtemp(prefix='kontor-cut-', dir=memory_folder()))
        self.folder = self.top / 'mounted'
        self.folder.mkdir()
        self.image = self.top / 'disk.img'
        with open(self.image, 'wb') as image:
            image.truncate(megabytes << 20)
        make = {'ext4': ['mkfs.ext4', '-q', '-F'], 'xfs': ['mkfs.xfs', '-q', '-f']}[kind]
        run(*make, self.image)
        self.mount()

    def mount(self):
        # The kernel's own rhythm of writing back must not save what nobody synced.
        options = {'ext4': 'loop,commit=300', 'xfs': 'loop'}[self.kind]
        run('mount', '-t', self.kind, '-o', options, self.image, self.folder)

    def shut_down(self):
        """From here on nothing reaches the disk; the caller kills what runs on it and then calls come_back()."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack('I', WITHOUT_LOG))
        finally:
            os.close(folder)

    def unmount(self):
        """As soon as the killed processes have really ended."""
        end = time.monotonic() + 30
        while True:
            result = subprocess.run(['umount', self.folder], capture_output=True, text=True)
            if result.returncode == 0:
                return
            if time.monotonic() > end:
                raise RuntimeError(result.stderr)
            threading.Event().wait(0.05)

    def come_back(self):
        self.unmount()
        renamed = self.image.with_name(self.image.name + '1')  # a new name: no stale loop device is taken over
        self.image.rename(renamed)
        self.image = renamed
        self.mount()

    def close(self):
        subprocess.run(['umount', '-l', self.folder], check=False)
        subprocess.run(['rm', '-rf', self.top], check=False)
