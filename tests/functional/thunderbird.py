# SPDX-License-Identifier: GPL-3.0-or-later
"""Thunderbird does with a real server what a person does all day: the account, folders, reading, flags, moving, deleting,
searching, new mail by IDLE, sending with a copy kept. The program's own objects say what it shows."""
import pathlib
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'support'))
import kontor  # noqa: E402
import thunderbird  # noqa: E402


def text(number, subject='number'):
    return (f'From: Boris <boris@example.test>\r\nTo: anna@example.test\r\nSubject: {subject} {number}\r\n'
            f'Date: Mon, 05 Jan 2026 10:00:0{number % 10} +0300\r\nMessage-ID: <t{number}@example.test>\r\n'
            f'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nтекст письма {number}\r\n').encode()


class Thunderbird(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix='kontor-thunderbird-'))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.server = kontor.Server().start()
        cls.addClassCleanup(cls.server.close)
        imap = cls.server.imap('anna')
        for name in ('Work', 'Work/2026'):
            imap.create(name)
            imap.subscribe(name)
        for number in range(1, 6):
            imap.append('INBOX', '(\\Seen)' if number == 2 else None, None, text(number))
        imap.logout()
        cls.client = thunderbird.Thunderbird(cls.folder, cls.server, 'anna@example.test', kontor.PASSWORD)
        cls.addClassCleanup(cls.client.stop)
        cls.client.start()

    def ok(self, answer):
        self.assertEqual(answer[0], 'OK', answer)
        return answer[1]

    def on_server(self, mailbox, *search):
        """Subjects of the messages found there now."""
        imap = self.server.imap('anna')
        self.ok(imap.select(mailbox, readonly=True))
        found = self.ok(imap.search(None, *search))[0].split()
        subjects = []
        for number in found:
            subjects.append(self.ok(imap.fetch(number, '(BODY.PEEK[HEADER.FIELDS (SUBJECT)])'))[0][1].decode().split(':')[1].strip())
        imap.logout()
        return subjects

    def test_a_day(self):
        with self.subTest('the inbox'):
            shown = self.client.run('''
                inbox.getNewMessages(null, null);
                await until("5 messages", () => messages(inbox).length == 5);
                return messages(inbox).map(one => [one.mime2DecodedSubject, one.isRead]);''')
            self.assertEqual(sorted(shown), [[f'number {number}', number == 2] for number in range(1, 6)])

        with self.subTest('the account and its folders'):
            names = self.client.run('''
                server.performExpand(null);
                await until("folders", () => server.rootFolder.descendants.length >= 8);
                return server.rootFolder.descendants.map(folder => folder.prettyPath || folder.name).sort();''')
            for name in ('Work', '2026', 'Archive'):
                self.assertTrue(any(name in one for one in names), names)
            # SPECIAL-USE was understood.
            self.client.run('''
                await until("folders with their uses", () => ["SentMail", "Drafts", "Trash", "Junk", "Archive"].every(
                    kind => server.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags[kind])));''')

        with self.subTest('a message is shown'):
            body = self.client.run('''
                const one = messages(inbox).find(one => one.mime2DecodedSubject == "number 3");
                const { MsgHdrToMimeMessage } = ChromeUtils.importESModule("resource:///modules/gloda/MimeMessage.sys.mjs");
                const mime = await new Promise(done => MsgHdrToMimeMessage(one, null, (header, mime) => done(mime), true));
                return mime.coerceBodyToPlaintext(inbox);''')
            self.assertIn('текст письма 3', body)

        with self.subTest('flags'):
            self.client.run('''
                const named = name => messages(inbox).filter(one => one.mime2DecodedSubject == name);
                inbox.markMessagesFlagged(named("number 1"), true);
                inbox.markMessagesRead(named("number 4"), true);
                inbox.addKeywordsToMessages(named("number 1"), "$label1");''')
            kontor.wait_until(lambda: self.on_server('INBOX', 'FLAGGED', 'KEYWORD', '$label1') == ['number 1'], 'flagged there')
            kontor.wait_until(lambda: self.on_server('INBOX', 'SEEN') == ['number 2', 'number 4'], 'seen there')

        with self.subTest('a flag set elsewhere'):
            imap = self.server.imap('anna')
            self.ok(imap.select('INBOX'))
            self.ok(imap.store('5', '+FLAGS', '(\\Flagged \\Seen)'))
            imap.logout()
            self.client.run('''
                inbox.updateFolder(null);
                await until("the flag", () => messages(inbox).some(one => one.mime2DecodedSubject == "number 5" && one.isFlagged && one.isRead));''')

        with self.subTest('moving and copying'):
            self.client.run('''
                const work = server.rootFolder.getChildNamed("Work");
                const named = name => messages(inbox).filter(one => one.mime2DecodedSubject == name);
                await finished(listener => MailServices.copy.copyMessages(inbox, named("number 2"), work, true, listener, null, false));
                await finished(listener => MailServices.copy.copyMessages(inbox, named("number 3"), work, false, listener, null, false));
                await until("the move", () => messages(inbox).length == 4);''')
            kontor.wait_until(lambda: sorted(self.on_server('Work', 'ALL')) == ['number 2', 'number 3'], 'moved there')
            self.assertEqual(self.on_server('INBOX', 'ALL'), ['number 1', 'number 3', 'number 4', 'number 5'])

        with self.subTest('deleting goes to the trash'):
            self.client.run('''
                const named = name => messages(inbox).filter(one => one.mime2DecodedSubject == name);
                inbox.deleteMessages(named("number 4"), null, false, true, null, false);
                await until("the deletion", () => messages(inbox).length == 3);''')
            kontor.wait_until(lambda: self.on_server('Trash', 'ALL') == ['number 4'], 'in the trash')

        with self.subTest('new mail comes by itself'):
            self.client.run('inbox.updateFolder(null); await wait(1000);')
            self.assertEqual(self.server.lmtp(['anna@example.test'], text(7, 'pushed')), {})
            self.client.run('await until("the new message", () => messages(inbox).some(one => one.mime2DecodedSubject == "pushed 7"));')

        with self.subTest('expunged elsewhere'):
            imap = self.server.imap('anna')
            self.ok(imap.select('INBOX'))
            self.ok(imap.store('1', '+FLAGS', '(\\Deleted)'))
            self.ok(imap.expunge())
            imap.logout()
            self.client.run('''
                inbox.updateFolder(null);
                await until("it is gone", () => !messages(inbox).some(one => one.mime2DecodedSubject == "number 1"));''')

        with self.subTest('a folder made, renamed and removed'):
            self.client.run('server.rootFolder.createSubfolder("Made", null);'
                            'await until("the folder", () => server.rootFolder.containsChildNamed("Made"));')
            self.assertIn('OK', self.server.imap('anna').select('Made')[0])

        with self.subTest('searching on the server'):
            found = self.client.run('''
                const session = Cc["@mozilla.org/messenger/searchSession;1"].createInstance(Ci.nsIMsgSearchSession);
                const term = session.createTerm();
                term.attrib = Ci.nsMsgSearchAttrib.Body;
                term.op = Ci.nsMsgSearchOp.Contains;
                const value = term.value;
                value.attrib = term.attrib;
                value.str = "письма 3";
                term.value = value;
                term.booleanAnd = true;
                session.appendTerm(term);
                session.addScopeTerm(Ci.nsMsgSearchScope.onlineMail, inbox);
                const found = [];
                await new Promise(done => {
                  session.registerListener({ onSearchHit(header) { found.push(header.mime2DecodedSubject); },
                                             onSearchDone() { done(); }, onNewSearch() {} });
                  session.search(null);
                });
                return found;''')
            self.assertEqual(found, ['number 3'])

    def test_sends_and_keeps_a_copy(self):
        self.client.run('''
            const { MailUtils } = ChromeUtils.importESModule("resource:///modules/MailUtils.sys.mjs");
            const identity = MailServices.accounts.accounts[0].defaultIdentity;
            const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(Ci.nsIMsgCompFields);
            fields.from = identity.email; fields.to = "boris@example.test"; fields.subject = "sent from Thunderbird";
            fields.body = "hello Boris\\r\\n";
            const parameters = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(Ci.nsIMsgComposeParams);
            parameters.composeFields = fields; parameters.identity = identity; parameters.format = Ci.nsIMsgCompFormat.PlainText;
            const compose = MailServices.compose.initCompose(parameters);
            await compose.sendMsg(Ci.nsIMsgCompDeliverMode.Now, identity, MailServices.accounts.accounts[0].key, null, null);''')
        boris = self.server.imap('boris')

        def arrived():
            boris.select('INBOX')
            return boris.search(None, 'SUBJECT', '"sent from Thunderbird"')[1][0].split()
        kontor.wait_until(arrived, 'the mail at Boris')
        kontor.wait_until(lambda: self.on_server('Sent', 'ALL') == ['sent from Thunderbird'], 'the copy in Sent')
        boris.logout()


if __name__ == '__main__':
    kontor.main()
