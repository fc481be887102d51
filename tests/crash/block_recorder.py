# SPDX-License-Identifier: GPL-3.0-or-later
"""A block device that remembers every write and every flush, in order: what a power loss may leave.

A FUSE program shows one file, `img`; a loop device stands on it and a real file system (ext4, xfs) on
that. Each block write and each flush is recorded; whatever is written to the file `mark` is recorded
among them. A crash point n is the device with all writes up to the last flush before n and a random
half of the later ones: the file system's own recovery then says what is left.
"""
import errno
import os
import pathlib
import random
import shutil
import stat
import struct
import subprocess
import sys
import threading

HEAD = struct.Struct('<BQI')
WRITE, FLUSH, MARK = 1, 2, 3
SIZES = {'ext4': 64 << 20, 'xfs': 320 << 20}
MAKE = {'ext4': ['mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', '-J', 'size=8'],
        'xfs': ['mkfs.xfs', '-q', '-f', '-K']}
MOUNT = {'ext4': 'loop', 'xfs': 'loop,nouuid'}


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f'{command}: {result.stderr or result.stdout}')
    return result.stdout


def serve(mountpoint, image, journal):
    """The FUSE program itself; ends when it is unmounted."""
    import fusepy

    class Recorder(fusepy.Operations):
        def __init__(self):
            self.image = os.open(image, os.O_RDWR)
            self.size = os.fstat(self.image).st_size
            self.journal = open(journal, 'wb', buffering=1 << 20)
            self.lock = threading.Lock()

        def note(self, kind, offset=0, data=b''):
            self.journal.write(HEAD.pack(kind, offset, len(data)) + data)

        def getattr(self, path, handle=None):
            if path == '/':
                return {'st_mode': stat.S_IFDIR | 0o755, 'st_nlink': 2}
            if path not in ('/img', '/mark'):
                raise fusepy.FuseOSError(errno.ENOENT)
            return {'st_mode': stat.S_IFREG | 0o600, 'st_nlink': 1, 'st_size': self.size if path == '/img' else 0}

        def readdir(self, path, handle):
            return ['.', '..', 'img', 'mark']

        def truncate(self, path, length, handle=None):
            return 0

        def read(self, path, size, offset, handle):
            return os.pread(self.image, size, offset) if path == '/img' else b''

        def write(self, path, data, offset, handle):
            with self.lock:
                if path == '/img':
                    os.pwrite(self.image, data, offset)
                self.note(WRITE if path == '/img' else MARK, offset, data)
            return len(data)

        def fsync(self, path, datasync, handle):
            with self.lock:
                self.note(FLUSH)
            return 0

        def destroy(self, path):
            self.journal.close()

    fusepy.FUSE(Recorder(), mountpoint, foreground=True, nothreads=False, direct_io=True)


class Recording:
    """Runs `work(folder, mark)` on a file system of this kind and keeps what reached the device."""

    def __init__(self, kind, folder, work):
        self.kind = kind
        self.folder = pathlib.Path(folder)
        self.blank = self.folder / 'blank.img'
        with open(self.blank, 'wb') as image:
            image.truncate(SIZES[kind])
        run(*MAKE[kind], self.blank)
        self.record(work)
        self.events = list(self.read_events())
        self.count = 0

    def record(self, work):
        image, journal = self.folder / 'work.img', self.folder / 'journal'
        run('cp', '--sparse=always', self.blank, image)
        device, mounted = self.folder / 'device', self.folder / 'mounted'
        device.mkdir()
        mounted.mkdir()
        with open(self.folder / 'server.err', 'wb') as errors:
            server = subprocess.Popen([sys.executable, '-B', __file__, device, image, journal], stderr=errors)
        try:
            while not (device / 'img').exists():
                if server.poll() is not None:
                    raise RuntimeError('no FUSE here: ' + (self.folder / 'server.err').read_text())
                threading.Event().wait(0.01)
            run('mount', '-t', self.kind, '-o', MOUNT[self.kind], device / 'img', mounted)
            try:
                work(mounted, device / 'mark')
            finally:
                run('umount', mounted)
        finally:
            subprocess.run(['umount', device], check=False)
            server.wait(60)
        image.unlink()
        self.journal = journal

    def read_events(self):
        """(kind, offset, place of the data, its length, the bytes of a mark)"""
        with open(self.journal, 'rb') as file:
            while head := file.read(HEAD.size):
                kind, offset, length = HEAD.unpack(head)
                place = file.tell()
                data = file.read(length) if kind == MARK else b''
                if kind != MARK:
                    file.seek(length, os.SEEK_CUR)
                yield kind, offset, place, length, data

    def points(self, number, seed):
        """Ascending places between the first mark and the end, spread over the recording."""
        first = next(index for index, event in enumerate(self.events) if event[0] == MARK)
        choice = random.Random(seed)
        whole = range(first + 1, len(self.events) + 1)
        return sorted(choice.sample(whole, min(number, len(whole))))

    def crashes(self, points, seed):
        """For each point: (point, marks before it, mounted folder after the file system's recovery)."""
        flushed = self.folder / 'flushed.img'
        run('cp', '--sparse=always', self.blank, flushed)
        applied = 0
        with open(self.journal, 'rb') as journal, open(flushed, 'r+b', buffering=0) as base:
            for point in points:
                barrier = max((i for i in range(applied, point) if self.events[i][0] == FLUSH), default=applied)
                self.apply(journal, base, self.events[applied:barrier])
                applied = barrier
                choice = random.Random(seed * 1_000_003 + point)
                later = [event for event in self.events[applied:point] if choice.random() < 0.5]
                marks = [event[4].decode() for event in self.events[:point] if event[0] == MARK]
                yield point, marks, *self.mounted_copy(journal, flushed, later)

    def mounted_copy(self, journal, flushed, later):
        # A new name each time: mount takes a loop device over when the name of its file is known.
        self.count += 1
        image, folder = self.folder / f'point-{self.count}.img', self.folder / f'point-{self.count}'
        run('cp', '--sparse=always', flushed, image)
        with open(image, 'r+b', buffering=0) as target:
            self.apply(journal, target, later)
        folder.mkdir()
        run('mount', '-t', self.kind, '-o', MOUNT[self.kind], image, folder)

        def done():
            run('umount', folder)
            folder.rmdir()
            image.unlink()
        return folder, done

    @staticmethod
    def apply(journal, target, events):
        for kind, offset, place, length, _ in events:
            if kind == WRITE:
                journal.seek(place)
                os.pwrite(target.fileno(), journal.read(length), offset)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


if __name__ == '__main__':
    serve(*sys.argv[1:4])
