# SPDX-License-Identifier: GPL-3.0-or-later
"""kontord as systemd starts it: what it says on the notify socket, its watchdog, and ports that were opened for it."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402

# As sd_listen_fds(3) has it: the sockets are 3, 4, … and LISTEN_PID is the process they are for.
PASS = '''
import fcntl, os, sys
high = [fcntl.fcntl(int(fd), fcntl.F_DUPFD_CLOEXEC, 200) for fd in sys.argv[1].split(',')]
for number, fd in enumerate(high):
    os.dup2(fd, 3 + number, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(high)), LISTEN_FDNAMES='x')
os.execv(sys.argv[2], sys.argv[2:])
'''


class Manager:
    """The manager's end of the notify socket."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / 'notify')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(kontor.PATIENCE)

    def hears(self, text):
        while True:
            said = self.socket.recv(4096).decode()
            if said.startswith(text):
                return said


class Notify(unittest.TestCase):
    def test_ready_watchdog_reload_and_stop(self):
        with kontor.Server() as server:
            server.stop()
            manager = Manager(server.data)
            self.addCleanup(manager.socket.close)
            server.environment.update(NOTIFY_SOCKET=manager.path, WATCHDOG_USEC='400000')
            server.start()
            manager.hears('READY=1')
            for _ in range(3):
                manager.hears('WATCHDOG=1')
            server.process.send_signal(signal.SIGHUP)
            self.assertRegex(manager.hears('RELOADING=1'), r'\nMONOTONIC_USEC=\d+$')
            manager.hears('READY=1')
            server.stop()
            manager.hears('STOPPING=1')
            # The watchdog of another process is none of its business.
            server.environment['WATCHDOG_PID'] = '1'
            server.start()
            manager.hears('READY=1')
            server.stop()
            self.assertTrue(manager.hears('').startswith('STOPPING=1'))


class Activated(kontor.Server):
    """Its ports are opened by the test and passed; `sockets`: by (address, port)."""

    def start(self, wait=True):
        if not hasattr(self, 'sockets'):
            return super().start(wait)
        self.write_config()
        numbers = ','.join(str(one.fileno()) for one in self.sockets)
        with open(self.log_file, 'ab') as log:
            self.log_start = log.tell()
            self.process = subprocess.Popen(
                [sys.executable, '-c', PASS, numbers, kontor.program('kontord'), '--config', str(self.data / 'kontor.toml')],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, start_new_session=True,
                pass_fds=[one.fileno() for one in self.sockets])
        if wait:
            kontor.wait_until(lambda: 'kontord: ready pid=' in self.log(current=True) or self.process.poll() is not None,
                              'kontord: ready')
        return self


class Sockets(unittest.TestCase):
    def test_ports_that_were_opened_before(self):
        with Activated() as server:
            server.stop()
            names = ('imaps', 'pop3s', 'smtp', 'lmtp', 'https')
            server.sockets = [socket.create_server(('127.0.0.1', server.port(name))) for name in names]
            for one in server.sockets:
                self.addCleanup(one.close)
            server.start()
            self.assertIsNone(server.process.poll(), server.log(current=True)[-2000:])
            self.assertEqual(server.pop3_refusal('anna@example.test'), '')
            self.assertEqual(server.lmtp(['anna@example.test'], b'Subject: x\r\n\r\nx\r\n'), {})
            client = server.imap('anna')
            self.assertEqual(client.select('INBOX')[1], [b'1'])
            client.logout()
            # No child has them: kontor-directory would keep the ports open.
            inodes = {os.readlink(f'/proc/{server.pid}/fd/{fd}') for fd in os.listdir(f'/proc/{server.pid}/fd')
                      if os.path.lexists(f'/proc/{server.pid}/fd/{fd}')}
            mine = {os.readlink(f'/proc/self/fd/{one.fileno()}') for one in server.sockets}
            self.assertLessEqual(mine, inodes)
            directory = server.ctl('directory', 'status')['pid']
            held = {os.readlink(f'/proc/{directory}/fd/{fd}') for fd in os.listdir(f'/proc/{directory}/fd')}
            self.assertFalse(mine & held)
            environment = pathlib.Path(f'/proc/{directory}/environ').read_bytes()
            self.assertNotIn(b'LISTEN_FDS', environment)
            # Who comes while the server is restarted waits, and is served.
            server.stop()
            with server.connect('smtp') as waiting:
                server.start()
                waiting.settimeout(kontor.PATIENCE)
                self.assertTrue(waiting.recv(4).startswith(b'220'))

    def test_a_socket_that_is_nobodys(self):
        with Activated() as server:
            server.stop()
            server.sockets = [socket.create_server(('127.0.0.2', server.port('imaps')))]
            server.start()
            self.assertEqual(server.process.wait(kontor.PATIENCE), 1)
            self.assertIn('was passed (kontor.socket), and no setting listens there', server.log(current=True))
            server.sockets[0].close()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wrong:
                server.sockets = [wrong]
                server.start()
                self.assertEqual(server.process.wait(kontor.PATIENCE), 1)
                self.assertIn('no TCP socket that listens', server.log(current=True))
            server.process = None


if __name__ == '__main__':
    kontor.main()
