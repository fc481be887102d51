# SPDX-License-Identifier: GPL-3.0-or-later
"""A real name server for a test: Unbound with zones of its own."""
import pathlib
import shutil
import socket
import subprocess
import tempfile

import kontor


def free_port(*addresses):
    """A port that is free at each of these addresses at this moment."""
    for _ in range(50):
        first = socket.create_server((addresses[0], 0))
        port = first.getsockname()[1]
        held = [first]
        try:
            held += [socket.create_server((address, port)) for address in addresses[1:]]
            return port
        except OSError:
            continue
        finally:
            for one in held:
                one.close()
    raise RuntimeError('no free port found')


def answers(port):
    """Whether a server listens there."""
    try:
        socket.create_connection(('127.0.0.1', port), 5).close()
        return True
    except OSError:
        return False


class Unbound:
    """`records` are lines of a zone file; their top-level domains are answered for and no others."""

    def __init__(self, records):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-unbound-'))
        self.port = free_port('127.0.0.1')
        zones = sorted({record.split()[0].rstrip('.').split('.')[-1] for record in records})
        config = [f'server:\n interface: 127.0.0.1@{self.port}\n do-daemonize: no\n username: ""\n chroot: ""',
                  f' directory: "{self.folder}"\n pidfile: ""\n use-syslog: no\n module-config: "iterator"']
        config += [f' local-zone: "{zone}." static' for zone in zones]
        config += [f" local-data: '{record}'" for record in records]
        (self.folder / 'unbound.conf').write_text('\n'.join(config) + '\n')
        self.process = subprocess.Popen(['unbound', '-d', '-c', str(self.folder / 'unbound.conf')],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kontor.wait_until(lambda: answers(self.port), 'unbound answers')

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    @property
    def setting(self):
        return f'127.0.0.1@{self.port}'
