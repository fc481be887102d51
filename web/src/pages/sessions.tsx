// SPDX-License-Identifier: GPL-3.0-or-later
// Who is connected, and which addresses are refused after wrong passwords.
import { textOf } from '../api/json';
import { t } from '../i18n';
import { Operation } from '../parts/operation';
import { ListOf, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import type { PageProps } from './registry';

function Connected() {
  return (
    <ListOf caption={t('sessions')} path="/sessions" refreshSeconds={15}
      columns={[
        { name: 'user', link: (row) => (textOf(row['user']) === '' ? '' : href('mailboxes', textOf(row['user']))) },
        { name: 'protocol' }, { name: 'peer' }, { name: 'tls' }, { name: 'state', kind: 'text' }, { name: 'seconds' }, { name: 'session' },
      ]}
      actions={(row, reload) => {
        const account = textOf(row['user']);
        if (account === '') return null;
        return (
          <Operation label="end_sessions" method="DELETE" path="/sessions/{account}" values={{ account }} right="help" about={account}
            confirm={t('end_sessions_text', { account })} isDangerous done={reload} />
        );
      }}
    />
  );
}

function Blocks() {
  return (
    <ListOf caption={t('blocks')} path="/blocks" refreshSeconds={15}
      columns={[{ name: 'address' }, { name: 'seconds_left' }, { name: 'by' }, { name: 'failures' }, { name: 'account', kind: 'text' }]}
      tools={(reload) => (
        <Operation label="new_block" method="PUT" path="/blocks/{address}" right="help" isMain done={reload}
          fields={[{ name: 'address', required: true, help: 'block_address_help' }, { name: 'time', label: 'block_time', help: 'block_time_help' }]} />
      )}
      actions={(row, reload) => {
        const address = textOf(row['address']);
        return <Operation label="let_in" method="DELETE" path="/blocks/{address}" values={{ address }} right="help" about={address} done={reload} />;
      }}
    />
  );
}

export function Sessions({ here }: PageProps) {
  const isBlocks = here.parts[1] === 'blocks';
  return (
    <Page title={t('sessions')} intro={t('sessions_intro')}>
      <Tabs label={t('sessions')} tabs={[
        { to: href('sessions'), label: 'connected', isHere: !isBlocks },
        { to: href('sessions', 'blocks'), label: 'blocks', isHere: isBlocks },
      ]} />
      {isBlocks ? <Blocks /> : <Connected />}
    </Page>
  );
}
