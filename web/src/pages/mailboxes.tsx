// SPDX-License-Identifier: GPL-3.0-or-later
// People, rooms and shared mailboxes; mailboxes whose owner is gone; people of the embedded directory.
import { rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { t } from '../i18n';
import { showText } from '../parts/dialog';
import { Operation } from '../parts/operation';
import { ListOf, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import { Members, SmallTable } from '../parts/value';
import { Mailbox } from './mailbox';
import type { PageProps } from './registry';

export function nameOf(row: Row): string {
  return textOf(row['address']) || textOf(row['account']) || textOf(row['name']);
}

function All() {
  return (
    <ListOf
      caption={t('mailboxes')} path="/mailboxes"
      columns={[
        { name: 'address', link: (row) => href('mailboxes', nameOf(row)), show: nameOf },
        { name: 'name' },
        { name: 'kind' },
        { name: 'state' },
        { name: 'problem' },
      ]}
    />
  );
}

function Gone() {
  return (
    <ListOf
      caption={t('gone')} path="/mailboxes" query={{ deleted: true }}
      columns={[{ name: 'account' }, { name: 'owner' }, { name: 'messages' }, { name: 'bytes' }, { name: 'gone_since' }, { name: 'kept_until' }, { name: 'problem' }]}
      actions={(row, reload) => {
        const account = textOf(row['account']);
        return (
          <>
            <Operation label="attach" method="POST" path="/mailboxes/{account}/attach" values={{ account }} right="server" about={account}
              confirm={t('attach_text')} fields={[{ name: 'person', required: true }]} done={reload} />
            <Operation label="remove" method="DELETE" path="/mailboxes/{account}" values={{ account }} right="server" about={account}
              confirm={t('remove_mailbox_text', { account })} isDangerous done={reload} />
          </>
        );
      }}
    />
  );
}

const NEW_PERSON = [
  { name: 'address', required: true },
  { name: 'name', required: true },
  { name: 'login' },
  { name: 'password', kind: 'password' as const, required: true },
];

const MIGRATION = [
  { name: 'from', label: 'migrate_from' as const }, { name: 'to', label: 'migrate_to' as const },
  { name: 'all', kind: 'check' as const, label: 'migrate_all' as const }, { name: 'to-source', label: 'to_source' as const },
  { name: 'list', kind: 'file' as const, label: 'migrate_list' as const, help: 'migrate_list_help' as const },
  { name: 'keep', kind: 'check' as const, label: 'migrate_keep' as const }, { name: 'dry-run', kind: 'check' as const, label: 'dry_run' as const, value: true },
];

function showMigration(answer: Json): void {
  const rows = rowsOf(rowOf(answer)['items'] ?? answer);
  showText(t('migrate'), rows.length > 0 ? <SmallTable rows={rows} /> : <Members row={rowOf(answer)} />);
}

function Local() {
  return (
    <ListOf
      caption={t('local_people')} path="/local-accounts" sort="address"
      columns={[{ name: 'address', link: (row) => href('mailboxes', textOf(row['address'])) }, { name: 'login' }, { name: 'name' }, { name: 'enabled' }, { name: 'has_password' }]}
      tools={(reload) => (
        <>
          <Operation label="migrate" method="POST" path="/migrations" right="server" confirm={t('migrate_text')} fields={MIGRATION} show={showMigration} />
          <Operation label="new_person" method="POST" path="/local-accounts" right="server" fields={NEW_PERSON} isMain done={reload} />
        </>
      )}
      actions={(row, reload) => {
        const person = textOf(row['address']);
        return (
          <>
            <Operation label="set_password" method="PUT" path="/local-accounts/{person}/password" values={{ person }} right="server" about={person}
              fields={[{ name: 'password', kind: 'password', required: true }]} done={reload} />
            <Operation label="remove" method="DELETE" path="/local-accounts/{person}" values={{ person }} right="server" about={person}
              confirm={t('remove_person_text', { person })} isDangerous done={reload} />
          </>
        );
      }}
    />
  );
}

export function Mailboxes({ here }: PageProps) {
  const [, which = ''] = here.parts;
  if (which !== '' && which !== 'gone' && which !== 'local') return <Mailbox account={which} tab={here.parts[2] ?? ''} />;
  return (
    <Page title={t('mailboxes')} intro={t('mailboxes_intro')}>
      <Tabs label={t('mailboxes')} tabs={[
        { to: href('mailboxes'), label: 'all_mailboxes', isHere: which === '' },
        { to: href('mailboxes', 'gone'), label: 'gone', isHere: which === 'gone' },
        { to: href('mailboxes', 'local'), label: 'local_people', isHere: which === 'local' },
      ]} />
      {which === '' && <All />}
      {which === 'gone' && <Gone />}
      {which === 'local' && <Local />}
    </Page>
  );
}
