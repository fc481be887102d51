// SPDX-License-Identifier: GPL-3.0-or-later
// What a person keeps for himself: out of office, passwords for devices, whose mail he wants, scripts.
import { fill, get } from '../api/client';
import { listOf, rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { t } from '../i18n';
import { showText } from '../parts/dialog';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card } from '../parts/page';
import { Members, SmallTable } from '../parts/value';
import { Scripts } from './mailbox_scripts';

interface Part {
  account: string;
}

function rows(value: Json): Row[] {
  return rowsOf(Array.isArray(value) ? value : rowOf(value)['items']);
}

function OutOfOffice(props: Part) {
  const path = '/mailboxes/{account}/out-of-office';
  const loaded = useLoad(props.account, () => get(fill(path, { account: props.account })));
  const row = rowOf(loaded.value);
  return (
    <Card title={t('out_of_office')} tools={
      <>
        <Operation label="change" about={t('out_of_office')} method="PUT" path={path} values={{ account: props.account }} right="help" done={loaded.reload} reload={loaded.reload}
          fields={[
            { name: 'internal', label: 'reply_inside', kind: 'area', value: textOf(row['internal']) },
            { name: 'external', label: 'reply_outside', kind: 'area', value: textOf(row['external']) },
            { name: 'subject', value: textOf(row['subject']) },
            { name: 'from', label: 'from_moment', kind: 'moment' },
            { name: 'until', kind: 'moment' },
          ]} />
        <Operation label="turn_off" about={t('out_of_office')} method="DELETE" path={path} values={{ account: props.account }} right="help" confirm={t('turn_off_text')} done={loaded.reload} />
      </>
    }>
      <Wait loaded={loaded}>{(value) => <Members row={rowOf(value)} without={['account']} />}</Wait>
    </Card>
  );
}

function showPassword(answer: Row): void {
  showText(t('new_app_password'), (
    <>
      <p>{t('shown_once')}</p>
      <p class="secret"><code>{textOf(answer['password'])}</code></p>
      <Members row={answer} without={['password', 'id']} />
    </>
  ));
}

function AppPasswords(props: Part) {
  const path = '/people/{person}/app-passwords';
  const values = { person: props.account };
  const loaded = useLoad(props.account, () => get(fill(path, values)));
  return (
    <Card title={t('app_passwords')} isWide tools={
      <Operation label="new_app_password" method="POST" path={path} values={values} right="people"
        fields={[{ name: 'name', label: 'device', required: true }, { name: 'protocols', help: 'protocols_help' }, { name: 'expires', label: 'expires_days', kind: 'number' }]}
        done={(answer) => {
          loaded.reload();
          showPassword(answer);
        }} />
    }>
      <p class="help">{t('app_passwords_text')}</p>
      <Wait loaded={loaded}>
        {(value) => (
          <SmallTable rows={rows(value)} columns={['name', 'protocols', 'made', 'made_by', 'expires', 'last_used', 'used_by', 'used_from']}
            actions={(row) => (
              <Operation label="end" method="DELETE" path={path} values={values} query={{ id: textOf(row['id']) }} right="help" about={textOf(row['name'])}
                confirm={t('end_app_password_text', { name: textOf(row['name']) })} isDangerous done={loaded.reload} />
            )} />
        )}
      </Wait>
    </Card>
  );
}

/** "allowed" and "blocked" as one list of rows. */
function listRows(value: Json): Row[] {
  if (Array.isArray(value)) return rowsOf(value);
  const row = rowOf(value);
  if (Array.isArray(row['items'])) return rowsOf(row['items']);
  return Object.entries(row).flatMap(([list, whom]) => listOf(whom).map((one) => ({ list, whom: one })));
}

function SenderLists(props: Part) {
  const path = '/mailboxes/{account}/sender-lists';
  const values = { account: props.account };
  const loaded = useLoad(props.account, () => get(fill(path, values)));
  const whom = [{ name: 'whom', required: true, help: 'whom_help' as const }];
  return (
    <Card title={t('sender_lists')} tools={
      <>
        <Operation label="allow" method="POST" path={`${path}/allow`} values={values} right="help" fields={whom} done={loaded.reload} />
        <Operation label="block" method="POST" path={`${path}/block`} values={values} right="help" fields={whom} done={loaded.reload} />
      </>
    }>
      <Wait loaded={loaded}>
        {(value) => (
          <SmallTable rows={listRows(value)} actions={(row) => {
            const one = textOf(row['whom'] ?? row['address'] ?? row['sender']);
            return <Operation label="remove" method="DELETE" path={path} values={values} query={{ whom: one }} right="help" about={one} done={loaded.reload} />;
          }} />
        )}
      </Wait>
    </Card>
  );
}

export function Personal(props: Part) {
  return (
    <div class="cards">
      <OutOfOffice {...props} />
      <SenderLists {...props} />
      <AppPasswords {...props} />
      <Scripts {...props} />
    </div>
  );
}
