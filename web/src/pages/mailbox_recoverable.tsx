// SPDX-License-Identifier: GPL-3.0-or-later
// What was expunged or deleted and can be brought back.
import { useState } from 'preact/hooks';
import { get } from '../api/client';
import { rowOf, rowsOf, textOf } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card } from '../parts/page';
import { SmallTable } from '../parts/value';

export function Recoverable(props: { account: string }) {
  const { account } = props;
  const [folder, setFolder] = useState('');
  const path = `/mailboxes/${encodeURIComponent(account)}/recoverable`;
  const folders = useLoad(account, () => get(path));
  const messages = useLoad(`${account} ${folder}`, () => (folder === '' ? Promise.resolve([]) : get(path, { folder })));
  const rows = (value: unknown) => rowsOf(Array.isArray(value) ? value : rowOf(value as never)['items']);
  const reload = () => {
    folders.reload();
    messages.reload();
  };
  const bringBack = (values: { folder: string; uid?: string; all?: boolean }, about: string) => (
    <Operation label="bring_back" method="POST" path="/mailboxes/{account}/undelete" values={{ account }} right="help" about={about} body={values}
      fields={[{ name: 'into', label: 'into_folder', help: 'into_help' }]} confirm={t('bring_back_text')} done={reload} />
  );
  return (
    <div class="cards">
      <Card title={t('recoverable')} isWide>
        <p class="help">{t('recoverable_text')}</p>
        <Wait loaded={folders}>
          {(value) => (
            <SmallTable rows={rows(value)} actions={(row) => {
              const name = textOf(row['folder']);
              const isDeletedFolder = textOf(row['what']).includes('folder');
              return (
                <>
                  <button type="button" aria-label={`${t('messages_of_folder')}: ${name}`} onClick={() => setFolder(name)}>{t('messages_of_folder')}</button>
                  {bringBack(isDeletedFolder ? { folder: name } : { folder: name, all: true }, name)}
                </>
              );
            }} />
          )}
        </Wait>
      </Card>
      {folder !== '' && (
        <Card title={t('recoverable_in', { folder })} isWide>
          <Wait loaded={messages}>
            {(value) => <SmallTable rows={rows(value)} columns={['deleted', 'date', 'size', 'subject', 'uid']} actions={(row) => bringBack({ folder, uid: textOf(row['uid']) }, textOf(row['subject']))} />}
          </Wait>
        </Card>
      )}
    </div>
  );
}
