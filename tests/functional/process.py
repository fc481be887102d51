# SPDX-License-Identifier: GPL-3.0-or-later
"""The process kontord: how it starts, refuses to start, follows changes of files, and ends."""
import os
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from tests.support import kontor


def common_name(server):
    """The name in the certificate that a new connection is shown."""
    with socket.create_connection(('127.0.0.1', server.port('imaps')), timeout=20) as plain:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with context.wrap_socket(plain) as tls:
            shown = ssl.DER_cert_to_PEM_cert(tls.getpeercert(binary_form=True))
    made = subprocess.run(['openssl', 'x509', '-noout', '-subject'], input=shown, capture_output=True, text=True)
    return made.stdout.strip().removeprefix('subject=CN = ')


def make_certificate(folder, name, days=100):
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                    '-days', str(days), '-subj', f'/CN={name}', '-addext', f'subjectAltName=DNS:{name}',
                    '-keyout', folder / 'key.new', '-out', folder / 'cert.new'], check=True, capture_output=True)
    os.rename(folder / 'key.new', folder / 'key.pem')
    os.rename(folder / 'cert.new', folder / 'cert.pem')


def wire_to(test, server, name):
    wire = kontor.Wire(server.connect(name))
    test.addCleanup(lambda: wire.close())
    return wire


def idle(test, server, user='anna'):
    """A connection in IDLE, as mail programs leave it."""
    wire = wire_to(test, server, 'imaps')
    wire.start_tls(server.tls_context())
    wire.until('* OK')
    for command in (f'LOGIN {user}@example.test {kontor.PASSWORD}', 'SELECT INBOX'):
        wire.send(f'a {command}\r\n')
        wire.until('a OK')
    wire.send('a IDLE\r\n')
    wire.until('+')
    return wire


def proportional_kb(pid):
    with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('Pss:'))


class Start(unittest.TestCase):
    def refuse(self, server, *sentences):
        """It ends by itself with status 1; what it said."""
        server.start(wait=False)
        self.assertEqual(server.process.wait(kontor.PATIENCE), 1)
        text = server.log(current=True)
        for sentence in sentences:
            self.assertIn(sentence, text)
        server.process = None
        return text

    def test_a_port_in_use_is_named(self):
        server = kontor.Server()
        self.addCleanup(server.close)
        with socket.create_server(('127.0.0.1', server.port('imap'))):
            text = self.refuse(server, f'kontord: 127.0.0.1:{server.port("imap")} is in use by another program')
        self.assertEqual(text.count('\n'), 1, text)

    def test_a_second_server_on_the_same_data_is_refused(self):
        with kontor.Server() as first:
            second = kontor.Server(data=first.data)
            second.log_file = first.data / 'second.log'
            self.refuse(second, 'another server is using the data folder')
            first.imap('anna').logout()

    def test_wrong_settings_are_named_with_the_nearest(self):
        server = kontor.Server({'imap.idle_timout': 60})
        self.addCleanup(server.close)
        self.refuse(server, 'unknown setting imap.idle_timout; did you mean imap.idle_timeout?')

    def test_a_key_of_another_certificate_is_refused(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            make_certificate(folder, 'localhost')
            os.rename(folder / 'key.pem', folder / 'other.pem')
            make_certificate(folder, 'localhost')
            server = kontor.Server({'tls.certificate_file': str(folder / 'cert.pem'),
                                    'tls.key_file': str(folder / 'other.pem')})
            self.addCleanup(server.close)
            self.refuse(server, 'does not belong to the certificate')

    def test_it_becomes_its_user_after_binding(self):
        if os.geteuid() != 0:
            self.assertNotEqual(os.geteuid(), 0)
            return  # another user's process cannot be had: the sentence for it is a unit test
        server = kontor.Server({'server.user': 'nobody'})
        self.addCleanup(server.close)
        os.chmod(server.data, 0o755)
        folder = server.data / 'mail'
        server.settings['server.data_folder'] = str(folder)
        server.start()
        status = pathlib.Path(f'/proc/{server.pid}/status').read_text(encoding='ascii')
        nobody = int(subprocess.run(['id', '-u', 'nobody'], capture_output=True, text=True, check=True).stdout)
        self.assertIn(f'Uid:\t{nobody}\t{nobody}\t{nobody}\t{nobody}', status)
        self.assertEqual(folder.stat().st_uid, nobody)
        server.stop()


class Life(unittest.TestCase):
    def test_the_certificate_is_renewed_without_a_restart(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            make_certificate(folder, 'first.test')
            settings = {'tls.certificate_file': str(folder / 'cert.pem'), 'tls.key_file': str(folder / 'key.pem')}
            with kontor.Server(settings) as server:
                self.assertEqual(common_name(server), 'first.test')
                self.assertIn('is not for the name of this server, localhost', server.log())
                make_certificate(folder, 'second.test', days=5)
                kontor.wait_until(lambda: common_name(server) == 'second.test', 'the new certificate')
                server.wait_for_log('The certificate ends on')
                (folder / 'cert.pem').write_text('nonsense', encoding='ascii')
                os.kill(server.pid, signal.SIGHUP)
                server.wait_for_log('server.certificate.refused')
                self.assertEqual(common_name(server), 'second.test')

    def test_the_service_manager_is_told(self):
        with tempfile.TemporaryDirectory() as name, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(f'{name}/notify')
            manager.settimeout(kontor.PATIENCE)
            server = kontor.Server(environment={'NOTIFY_SOCKET': f'{name}/notify'})
            self.addCleanup(server.close)
            server.start()
            self.assertEqual(manager.recv(200), b'READY=1')
            os.kill(server.pid, signal.SIGHUP)
            self.assertRegex(manager.recv(200), rb'^RELOADING=1\nMONOTONIC_USEC=\d+$')
            self.assertEqual(manager.recv(200), b'READY=1')
            server.stop()
            self.assertEqual(manager.recv(200), b'STOPPING=1')

    def test_the_log_file_is_rotated(self):
        with tempfile.TemporaryDirectory() as name:
            path = pathlib.Path(name) / 'kontor.log'
            with kontor.Server({'log.file': str(path), 'log.format': 'json'}) as server:
                old = path.rename(path.with_suffix('.1'))
                os.kill(server.pid, signal.SIGHUP)
                kontor.wait_until(path.exists, 'a new log file')
                server.imap('anna').logout()
                kontor.wait_until(lambda: '"event":"imap.login.done"' in path.read_text(encoding='utf-8'), 'a login')
                self.assertIn('"event":"server.reload.done"', path.read_text(encoding='utf-8'))
                self.assertIn('"event":"server.start.ready"', old.read_text(encoding='utf-8'))

    def test_a_disabled_person_is_sent_away_within_two_seconds(self):
        with kontor.Server() as server:
            anna, boris = idle(self, server, 'anna'), idle(self, server, 'boris')
            ldif = server.data / 'directory.ldif'
            entries = ldif.read_text(encoding='utf-8').split('\n\n')
            kept = [entry for entry in entries if 'uid: anna' not in entry.splitlines()]
            self.assertEqual(len(kept), len(entries) - 1)
            (server.data / 'new.ldif').write_text('\n\n'.join(kept), encoding='utf-8')
            os.rename(server.data / 'new.ldif', ldif)
            self.assertIn(b'Your account was removed', anna.until('* BYE')[-1])
            self.assertTrue(anna.is_closed())
            boris.send('DONE\r\n')
            boris.until('a OK')

    def test_too_many_connections_are_refused_with_words(self):
        with kontor.Server({'server.max_connections': 3}) as server:
            open_ones = [wire_to(self, server, 'imap') for _ in range(3)]
            for wire in open_ones:
                wire.until('* OK')
            self.assertTrue(wire_to(self, server, 'imap').line().startswith(b'* BYE'))
            self.assertTrue(wire_to(self, server, 'smtp').line().startswith(b'421'))
            open_ones[0].close()
            kontor.wait_until(lambda: wire_to(self, server, 'imap').line().startswith(b'* OK'), 'room again')

    def test_idle_sessions_are_small(self):
        with kontor.Server() as server:
            warm = [idle(self, server) for _ in range(20)]
            before = proportional_kb(server.pid)
            more = [idle(self, server) for _ in range(200)]
            each = (proportional_kb(server.pid) - before) / len(more)
            print(f'\nidle TLS IMAP session: {each:.1f} KB')
            # The bookkeeping of a sanitizer is many times that: there it only shows that they work.
            sanitized = b'__asan_init' in pathlib.Path(kontor.program('kontord')).read_bytes()
            self.assertLessEqual(each, 2_000 if sanitized else 40)


class Stop(unittest.TestCase):
    def test_open_sessions_are_told_and_nothing_is_lost(self):
        with kontor.Server() as server:
            wire = idle(self, server)
            smtp = wire_to(self, server, 'smtp')
            smtp.until('220')
            self.assertEqual(server.lmtp(['anna@example.test'], b'Subject: last\r\n\r\nwords\r\n'), {})
            wire.until('* 1 EXISTS')
            process = server.process
            process.send_signal(signal.SIGTERM)
            self.assertIn(b'shutting down', wire.until('* BYE')[-1])
            self.assertTrue(wire.is_closed())
            self.assertEqual(process.wait(kontor.PATIENCE), 0)
            self.assertIn('server.stop.done', server.log())
            server.process = None
            server.start()
            imap = server.imap('anna')
            self.assertEqual(imap.select('INBOX')[1], [b'1'])
            self.assertIn(b'words', imap.fetch('1', '(RFC822)')[1][0][1])
            imap.logout()

    def test_a_client_that_does_not_listen_is_cut(self):
        with kontor.Server() as server:
            silent = server.connect('imaps')  # never begins its handshake
            kontor.wait_until(lambda: server.ctl('status') is not None, 'the server to answer')
            begin = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(kontor.PATIENCE), 0)
            self.assertLess(time.monotonic() - begin, 30)
            silent.close()
            server.process = None


if __name__ == '__main__':
    kontor.main()
