// SPDX-License-Identifier: GPL-3.0-or-later
// Who may do what in a mailbox, folder by folder.
import { useState } from 'preact/hooks';
import { get } from '../api/client';
import { rowOf, rowsOf, textOf, type Row } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card } from '../parts/page';
import { Members, SmallTable } from '../parts/value';

const GRANTS = ['reader', 'author', 'editor', 'owner'];

function Grants(props: { mailbox: string; rows: Row[]; reload: () => void }) {
  return (
    <SmallTable rows={props.rows} actions={(row) => {
      const who = textOf(row['who']);
      if (who === '') return null;
      return (
        <Operation label="remove" method="DELETE" path="/mailboxes/{mailbox}/rights" values={{ mailbox: props.mailbox }} right="people" about={who}
          query={{ who, folder: textOf(row['folder']) }} confirm={t('remove_right_text', { who })} isDangerous done={props.reload} />
      );
    }} />
  );
}

/** One row for each folder and person, whether the answer nests them or not. */
function flat(rows: Row[]): Row[] {
  return rows.flatMap((row) => {
    const nested = Object.entries(row).find(([, value]) => Array.isArray(value));
    if (!nested || row['who'] !== undefined) return [row];
    const rest = Object.fromEntries(Object.entries(row).filter(([name]) => name !== nested[0]));
    const inner = rowsOf(nested[1]);
    return inner.length === 0 ? [rest] : inner.map((one) => ({ ...rest, ...one }));
  });
}

export function Rights(props: { mailbox: string }) {
  const { mailbox } = props;
  const path = `/mailboxes/${encodeURIComponent(mailbox)}`;
  const rights = useLoad(`${mailbox} rights`, () => get(`${path}/rights`));
  const [asksSent, setAsksSent] = useState(false);
  const sent = useLoad(`${mailbox} ${asksSent}`, () => (asksSent ? get(`${path}/sent-copies`) : Promise.resolve(null)));
  const flags = useLoad(`${mailbox} flags`, () => get(`${path}/reader-flags`));
  return (
    <div class="cards">
      <Card title={t('rights')} isWide tools={
        <Operation label="give_right" method="POST" path="/mailboxes/{mailbox}/rights" values={{ mailbox }} right="people" done={rights.reload} isMain
          fields={[
            { name: 'who', required: true, help: 'who_help' },
            { name: 'rights', kind: 'choice', choices: GRANTS, required: true, value: 'reader' },
            { name: 'folder', help: 'folder_help' },
            { name: 'send-as', label: 'send_as', kind: 'check' },
          ]} />
      }>
        <Wait loaded={rights}>{(value) => <Grants mailbox={mailbox} rows={flat(rowsOf(Array.isArray(value) ? value : rowOf(value)['items']))} reload={rights.reload} />}</Wait>
      </Card>
      <Card title={t('sent_copies')} tools={
        <Operation label="change" about={t('sent_copies')} method="PUT" path="/mailboxes/{mailbox}/sent-copies" values={{ mailbox }} right="people" done={sent.reload}
          fields={[{ name: 'which', kind: 'choice', choices: ['send-as', 'all', 'none'], required: true }]} />
      }>
        <p class="help">{t('sent_copies_text')}</p>
        {!asksSent && <button type="button" onClick={() => setAsksSent(true)}>{t('show')}</button>}
        <Wait loaded={sent}>{(value) => <Members row={rowOf(value)} only={['copies']} />}</Wait>
      </Card>
      <Card title={t('reader_flags')} tools={
        <Operation label="change" about={t('reader_flags')} method="PUT" path="/mailboxes/{mailbox}/reader-flags" values={{ mailbox }} right="people" done={flags.reload}
          fields={[{ name: 'which', kind: 'choice', choices: ['seen', 'all', 'shared', 'default'], required: true }, { name: 'folder', help: 'folder_help' }]} />
      }>
        <p class="help">{t('reader_flags_text')}</p>
        <Wait loaded={flags}>{(value) => <SmallTable rows={rowsOf(Array.isArray(value) ? value : rowOf(value)['items'])} />}</Wait>
      </Card>
    </div>
  );
}
