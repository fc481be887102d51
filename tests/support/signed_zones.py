# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones with DNSSEC, signed by ldns and served by a real Unbound, and the anchor that makes them trusted."""
import pathlib
import shutil
import subprocess
import tempfile

import kontor
import unbound


def run(folder, *words):
    return subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


class SignedZones:
    """`zones`: {"far.test": records below it, as lines with whole names}. Those of `expired` have signatures whose time is
    over, those of `unsigned` none, and no anchor."""

    def __init__(self, zones, expired=(), unsigned=()):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-zones-'))
        self.port = unbound.free_port('127.0.0.1')
        self.anchor = self.folder / 'anchor'
        config = [f'server:\n interface: 127.0.0.1@{self.port}\n do-daemonize: no\n username: ""\n chroot: ""',
                  f' directory: "{self.folder}"\n pidfile: ""\n use-syslog: no\n module-config: "iterator"',
                  ' local-zone: "test." nodefault']
        anchors = []
        for name, records in zones.items():
            path = self.folder / name
            path.write_text(f'{name}. 60 IN SOA ns.{name}. root.{name}. 1 3600 600 86400 60\n{name}. 60 IN NS ns.{name}.\n'
                            f'ns.{name}. 60 IN A 127.0.0.1\n' + '\n'.join(records) + '\n')
            if name not in unsigned:
                key = run(self.folder, 'ldns-keygen', '-a', 'ECDSAP256SHA256', '-k', f'{name}.')
                times = ('-i', '20200101', '-e', '20200201') if name in expired else ()
                run(self.folder, 'ldns-signzone', *times, '-f', f'{name}.signed', str(path), key)
                path = self.folder / f'{name}.signed'
                anchors.append((self.folder / f'{key}.ds').read_text())
            config.append(f'auth-zone:\n name: "{name}."\n zonefile: "{path}"\n for-downstream: yes\n for-upstream: no\n'
                          ' fallback-enabled: no')
        self.anchor.write_text(''.join(anchors))
        (self.folder / 'unbound.conf').write_text('\n'.join(config) + '\n')
        self.process = subprocess.Popen(['unbound', '-d', '-c', str(self.folder / 'unbound.conf')],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        kontor.wait_until(lambda: unbound.answers(self.port), 'unbound answers')

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    @property
    def setting(self):
        return f'127.0.0.1@{self.port}'
