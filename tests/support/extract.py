# SPDX-License-Identifier: GPL-3.0-or-later
"""kontor-extract as kontord runs it, spoken to by its protocol (docs/formats/extract-protocol.md).

    with extract.Worker() as worker:
        answer = worker.read(b'...', 'application/pdf', 'a.pdf')
        answer.outcome, answer.text, answer.why
"""
import array
import collections
import os
import socket
import struct
import subprocess

import kontor

VERSION = 1
OUTCOMES = ['read', 'cut', 'no_text', 'encrypted', 'not_readable']
ENDS = ['done', 'status', 'signal', 'time', 'misuse', 'refused']
Answer = collections.namedtuple('Answer', 'outcome text why end')


def read_all(descriptor):
    with os.fdopen(descriptor, 'rb') as file:
        return file.read()


class Worker:
    def __init__(self, seconds=20, memory=512 << 20):
        self.seconds, self.memory = seconds, memory
        self.socket, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = os.dup(far.fileno())
        self.process = subprocess.Popen(['/bin/sh', '-c', f'exec 3<&{number} {number}<&-; exec "$0"', kontor.program('kontor-extract')],
                                        pass_fds=[number], env={}, stdin=subprocess.DEVNULL)
        os.close(number)
        far.close()
        version, self.walls = struct.unpack('<IB', self.socket.recv(64))
        assert version == VERSION, version

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
        self.process.wait(30)

    @staticmethod
    def request(content, media_type='', name=''):
        media_type, name = media_type.encode(), name.encode()
        return struct.pack('<IIIQ', VERSION, len(media_type), len(name), len(content)) + media_type + name + content

    def begin(self, request, seconds=None, memory=None):
        """Hands a request over as it is; our ends of the pipes of its answer and its fate."""
        file = os.memfd_create('request')
        with os.fdopen(file, 'wb', closefd=False) as out:
            out.write(request)
        answer, far_answer = os.pipe()
        fate, far_fate = os.pipe()
        packet = struct.pack('<IIQ', VERSION, seconds or self.seconds, memory or self.memory)
        rights = array.array('i', [file, far_answer, far_fate])
        self.socket.sendmsg([packet], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        for descriptor in (file, far_answer, far_fate):
            os.close(descriptor)
        return answer, fate

    def order(self, request, **limits):
        """(answer, end, number)"""
        answer, fate = self.begin(request, **limits)
        answered, told = read_all(answer), read_all(fate)
        end, number = struct.unpack('<BB', told)
        return answered, ENDS[end], number

    def read(self, content, media_type='', name='', **limits):
        answered, end, number = self.order(self.request(content, media_type, name), **limits)
        if end != 'done':
            return Answer('not_readable', '', '', f'{end} {number}')
        version, outcome, text, why = struct.unpack_from('<IBII', answered)
        assert version == VERSION and len(answered) == 13 + text + why
        return Answer(OUTCOMES[outcome], answered[13:13 + text].decode(), answered[13 + text:].decode(), end)
