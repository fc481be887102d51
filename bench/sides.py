# SPDX-License-Identifier: GPL-3.0-or-later
"""What both sides of the comparison share: a control group each, ports, the people, running the load program."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from tests.support import kontor

DOMAIN = 'example.test'
PASSWORD = 'kontor-demo'
PEOPLE = 100        # u0 … u99, and for STORE s0 … s15, and `big` with the large mailbox
STORERS = 16
LOAD_SECONDS = 900  # a load that takes longer hangs
NAMES = [f'u{i}' for i in range(PEOPLE)] + [f's{i}' for i in range(STORERS)] + ['big']


def entry_uuid(name):
    """The same in every run: the large mailbox is kept between runs and hangs on it."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.{DOMAIN}')


def free_ports(count):
    held = [socket.create_server(('127.0.0.1', 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def accepts(port):
    try:
        socket.create_connection(('127.0.0.1', port), timeout=5).close()
        return True
    except OSError:
        return False


def make_group(name):
    """A control group that counts CPU, or None where we may not make one (then process trees are counted)."""
    for root in ('/sys/fs/cgroup/cpuacct', '/sys/fs/cgroup'):
        if not any(os.path.exists(f'{root}/{file}') for file in ('cpuacct.usage', 'cgroup.controllers')):
            continue
        folder = pathlib.Path(root, f'kontor-bench-{os.getpid()}-{name}')
        try:
            folder.mkdir()
        except OSError:
            continue
        if any((folder / file).exists() for file in ('cpuacct.usage', 'cpu.stat')):
            return folder
        folder.rmdir()
    return None


class Side:
    """One server, or two that work together, in a folder and a control group of their own."""
    name = ''

    def __init__(self, work):
        self.work = pathlib.Path(work, self.name)
        self.work.mkdir()
        self.work.chmod(0o755)
        self.group = make_group(self.name)
        self.ports = {}
        self.roots = []  # what we started: subprocess.Popen

    def prefix(self):
        """In front of a command line: puts it into the group. The process keeps its id."""
        return ['sh', '-c', f'echo $$ > {self.group}/cgroup.procs && exec "$@"', 'sh'] if self.group else []

    def spawn(self, command, **options):
        log = open(self.work / 'console.log', 'ab')
        process = subprocess.Popen([*self.prefix(), *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   start_new_session=True, **options)
        log.close()
        self.roots.append(process)
        return process

    def pids(self):
        if self.group:
            return [int(pid) for pid in (self.group / 'cgroup.procs').read_text().split()]
        return [process.pid for process in self.roots]

    def stop(self):
        for process in reversed(self.roots):
            process.send_signal(signal.SIGTERM)
        for process in self.roots:
            process.wait(60)
        self.roots = []
        if self.group:
            kontor.wait_until(lambda: not self.pids(), f'the end of all processes of {self.name}', 60)

    def close(self):
        """Ends it whatever state it is in."""
        for process in self.roots:
            process.poll()
        for pid in self.pids() if self.group else [process.pid for process in self.roots if process.returncode is None]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for process in self.roots:
            process.wait()
        if self.group:
            kontor.wait_until(lambda: not self.pids(), f'the end of all processes of {self.name}', 60)
            self.group.rmdir()
            self.group = None

    def load(self, *arguments, users='u#', people=PEOPLE):
        """{load: its figures}. A wrong answer is an error: what is not right is not measured."""
        where = ['--cgroup', str(self.group)] if self.group else [item for pid in self.pids() for item in ('--pid', str(pid))]
        command = [kontor.program('kontor-load'), *arguments, '--json', '--users', users, '--people', str(people), *where]
        for name, port in self.ports.items():
            command += ['--port', f'{name}={port}']
        result = subprocess.run(command, capture_output=True, text=True, timeout=LOAD_SECONDS)
        if result.returncode != 0:
            raise RuntimeError(f'{self.name}: {" ".join(arguments)}: {result.stderr}{self.troubles()}')
        return {figures['load']: figures for figures in map(json.loads, result.stdout.splitlines())}

    def troubles(self):
        """The end of its logs, for an error."""
        tails = []
        for file in sorted(self.work.glob('*.log')):
            tails.append(f'--- {file.name}\n' + '\n'.join(file.read_text(errors='replace').splitlines()[-15:]))
        return '\n'.join(tails)
