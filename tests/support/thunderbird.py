# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird with a profile of its own, without a screen, driven through Marionette: a script is run inside the program and
reads the program's own objects."""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

START_SECONDS = 120
SCRIPT_MILLISECONDS = 600_000
TRIES = 3_000  # a tenth of a second each: how long a script waits for what it wants
QUIET = {
    'app.update.enabled': False, 'datareporting.policy.dataSubmissionEnabled': False, 'toolkit.telemetry.enabled': False,
    'mail.shell.checkDefaultClient': False, 'mail.spotlight.firstRunDone': True, 'mail.rights.version': 1,
    'mailnews.start_page.enabled': False, 'mail.provider.suppress_dialog_on_startup': True, 'mail.biff.show_alert': False,
    'network.proxy.type': 0, 'network.dns.disableIPv6': True, 'extensions.update.enabled': False, 'mail.phishing.detection.enabled': False}
ACCOUNT = {
    'mail.accountmanager.accounts': 'account1', 'mail.accountmanager.defaultaccount': 'account1', 'mail.account.account1.server': 'server1',
    'mail.account.account1.identities': 'id1', 'mail.server.server1.type': 'imap', 'mail.server.server1.check_new_mail': True,
    'mail.server.server1.login_at_startup': False, 'mail.server.server1.use_idle': True, 'mail.smtpservers': 'smtp1',
    'mail.identity.id1.smtpServer': 'smtp1', 'mail.identity.id1.compose_html': False}
SYSTEM = pathlib.Path('/usr/lib/thunderbird')


def installation(folder, kit):
    """An installation of its own, made of links to the system's, with the files of `kit` copied into it; its program."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)
    for one in SYSTEM.iterdir():
        if one.name == 'defaults':
            shutil.copytree(one, folder / one.name)
        elif one.name == 'thunderbird-bin':
            shutil.copy2(one, folder / one.name)  # its folder is the installation
        else:
            (folder / one.name).symlink_to(one.resolve())
    shutil.copytree(kit, folder, dirs_exist_ok=True)
    return str(folder / 'thunderbird-bin')



class Thunderbird:
    """user: the address. authentication: 3 password, 5 Kerberos. Without a server: a profile as fresh as it can be."""

    def __init__(self, folder, server=None, user=None, password=None, host='localhost', authentication=3, environment=None,
                 program='thunderbird'):
        self.folder = pathlib.Path(folder)
        self.user, self.password, self.host = user, password, host
        self.environment = {**os.environ, **(environment or {}), 'HOME': str(self.folder), 'MOZ_HEADLESS': '1',
                            'MOZ_CRASHREPORTER_DISABLE': '1'}
        self.program = program
        self.profile = self.folder / 'profile'
        self.profile.mkdir(parents=True)
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.port = free.getsockname()[1]
        self.write_preferences({**QUIET, 'marionette.port': self.port, **(self.account(server, authentication) if server else {})})
        if server:
            self.trust(server.data / 'tls/ca.pem')
        self.process = self.connection = None
        self.number = 0

    def account(self, server, authentication):
        return {
            **ACCOUNT, 'mail.server.server1.hostname': self.host, 'mail.server.server1.port': server.port('imaps'),
            'mail.server.server1.socketType': 3, 'mail.server.server1.userName': self.user,
            'mail.server.server1.authMethod': authentication, 'mail.server.server1.name': 'Kontor', 'mail.identity.id1.useremail': self.user,
            'mail.identity.id1.fullName': 'A Person', 'mail.smtpserver.smtp1.hostname': self.host,
            'mail.smtpserver.smtp1.port': server.port('submissions'), 'mail.smtpserver.smtp1.try_ssl': 3,
            'mail.smtpserver.smtp1.username': self.user, 'mail.smtpserver.smtp1.authMethod': authentication}

    def write_preferences(self, preferences):
        lines = [f'user_pref({json.dumps(name)}, {json.dumps(value)});' for name, value in preferences.items()]
        (self.profile / 'user.js').write_text('\n'.join(lines) + '\n', encoding='utf-8')

    def trust(self, ca):
        store = f'sql:{self.profile}'
        subprocess.run(['certutil', '-N', '-d', store, '--empty-password'], check=True, capture_output=True)
        subprocess.run(['certutil', '-A', '-d', store, '-n', 'Kontor', '-t', 'C,,', '-i', str(ca)], check=True, capture_output=True)

    # --- life -------------------------------------------------------------------------------------
    def start(self):
        log = open(self.folder / 'thunderbird.log', 'ab')
        self.process = subprocess.Popen([self.program, '--headless', '--no-remote', '--profile', str(self.profile), '--marionette',
                                         '--remote-allow-system-access'], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                        env=self.environment, start_new_session=True)
        log.close()
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connection = socket.create_connection(('127.0.0.1', self.port), timeout=START_SECONDS)
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError('Thunderbird did not start:\n' + (self.folder / 'thunderbird.log').read_text('utf-8', 'replace')[-3000:]) from None
                time.sleep(0.2)
        self.file = self.connection.makefile('rwb')
        self.receive()
        self.ask('WebDriver:NewSession', {})
        self.ask('WebDriver:SetTimeouts', {'script': SCRIPT_MILLISECONDS})
        self.ask('Marionette:SetContext', {'value': 'chrome'})
        if self.password:
            self.run('''const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
                for (const scheme of ["imap", "smtp"]) {
                  const url = scheme + "://" + arguments[0];
                  const one = login.clone();
                  one.init(url, null, url, arguments[1], arguments[2], "", "");
                  await Services.logins.addLoginAsync(one);
                }''', self.host, self.user, self.password)
        return self

    def stop(self):
        if self.connection:
            self.connection.close()
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.profile / 'cache2', ignore_errors=True)

    # --- Marionette: {length}:{JSON} ----------------------------------------------------------------
    def receive(self):
        length = b''
        while (byte := self.file.read(1)) != b':':
            if not byte:
                raise AssertionError('Thunderbird ended:\n' + (self.folder / 'thunderbird.log').read_text('utf-8', 'replace')[-3000:])
            length += byte
        return json.loads(self.file.read(int(length)))

    def ask(self, command, parameters):
        self.number += 1
        text = json.dumps([0, self.number, command, parameters]).encode()
        self.file.write(b'%d:%s' % (len(text), text))
        self.file.flush()
        _, number, error, result = self.receive()
        assert number == self.number
        if error:
            raise AssertionError(f'{command}: {error.get("error")}: {error.get("message")}\n{error.get("stacktrace", "")[:1000]}')
        return result

    def screenshot(self, path):
        """The main window as it is now, a PNG."""
        pathlib.Path(path).write_bytes(base64.b64decode(self.ask('WebDriver:TakeScreenshot', {'full': False, 'hash': False})['value']))

    def run(self, script, *arguments):
        """The body of an async function with the program's objects at hand; what it returns, as Python values."""
        body = f'''const {{ MailServices }} = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
            const server = MailServices.accounts.accounts.map(one => one.incomingServer).find(one => one?.type == "imap");
            const inbox = server?.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
            const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));
            const until = async (what, test) => {{
              for (let i = 0; i < {TRIES}; i++) {{ const value = test(); if (value) return value; await wait(100); }}
              throw new Error("in vain: " + what + "; folders: " + server?.rootFolder.descendants.map(one => one.name) + "; said: " + Services.console.getMessageArray().slice(-5).map(String));
            }};
            const finished = start => new Promise((done, failed) => start({{
              QueryInterface: ChromeUtils.generateQI(["nsIUrlListener", "nsIMsgCopyServiceListener"]),
              onStartCopy() {{}}, onProgress() {{}}, setMessageKey() {{}}, getMessageId() {{ return null; }},
              onStopCopy(status) {{ status ? failed(new Error("copy " + status)) : done(); }},
              OnStartCopy() {{}}, OnProgress() {{}}, SetMessageKey() {{}}, GetMessageId() {{ return null; }},
              OnStopCopy(status) {{ status ? failed(new Error("copy " + status)) : done(); }},
              OnStartRunningUrl() {{}},
              OnStopRunningUrl(url, status) {{ status ? failed(new Error("url " + status)) : done(); }} }}));
            const messages = folder => [...folder.messages];
            {script}'''
        wrapped = f'const done = arguments[arguments.length - 1]; (async (...arguments) => {{ {body} }})(...arguments).then(' \
                  'value => done({value: value === undefined ? null : value}), error => done({error: String(error) + error.stack}));'
        answer = self.ask('WebDriver:ExecuteAsyncScript', {'script': wrapped, 'args': list(arguments), 'sandbox': 'system', 'newSandbox': False})
        value = answer['value']
        if 'error' in value:
            raise AssertionError(value['error'])
        return value['value']
