// SPDX-License-Identifier: GPL-3.0-or-later
// Who shared what with whom, and folders that have mail addresses.
import { textOf } from '../api/json';
import { t } from '../i18n';
import { Operation } from '../parts/operation';
import { ListOf, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import type { PageProps } from './registry';

function Report() {
  return (
    <ListOf caption={t('shares')} path="/shares"
      columns={[
        { name: 'mailbox', link: (row) => href('mailboxes', textOf(row['mailbox']), 'rights') },
        { name: 'folder' }, { name: 'who' }, { name: 'rights' }, { name: 'addresses', fixed: true },
      ]}
      actions={(row, reload) => {
        const [mailbox, who, folder] = [textOf(row['mailbox']), textOf(row['who']), textOf(row['folder'])];
        if (textOf(row['rights']) === '') return null;
        return (
          <Operation label="remove" method="DELETE" path="/mailboxes/{mailbox}/rights" values={{ mailbox }} query={{ who, folder }} right="people"
            about={`${who}, ${mailbox}, ${folder}`} confirm={t('remove_right_text', { who })} isDangerous done={reload} />
        );
      }}
      tools={(reload) => (
        <Operation label="give_right" method="POST" path="/mailboxes/{mailbox}/rights" right="people" isMain done={reload}
          fields={[
            { name: 'mailbox', required: true, help: 'mailbox_or_public' },
            { name: 'who', required: true, help: 'who_help' },
            { name: 'rights', kind: 'choice', choices: ['reader', 'author', 'editor', 'owner'], required: true, value: 'reader' },
            { name: 'folder', help: 'folder_help' },
            { name: 'send-as', label: 'send_as', kind: 'check' },
          ]} />
      )}
    />
  );
}

function Addresses() {
  return (
    <ListOf caption={t('folder_addresses')} path="/addresses"
      columns={[{ name: 'address' }, { name: 'mailbox' }, { name: 'folder' }, { name: 'inside' }, { name: 'problem' }]}
      tools={(reload) => (
        <Operation label="new_address" method="POST" path="/addresses" right="people" isMain done={reload}
          fields={[
            { name: 'mailbox', required: true, help: 'mailbox_or_public' },
            { name: 'folder', required: true },
            { name: 'address', required: true },
            { name: 'inside', kind: 'check' },
          ]} />
      )}
      actions={(row, reload) => {
        const address = textOf(row['address']);
        return <Operation label="remove" method="DELETE" path="/addresses/{address}" values={{ address }} right="people" about={address} confirm={t('remove_text', { name: address })} isDangerous done={reload} />;
      }}
    />
  );
}

export function Shares({ here }: PageProps) {
  const isAddresses = here.parts[1] === 'addresses';
  return (
    <Page title={t('shares')} intro={t('shares_intro')}>
      <Tabs label={t('shares')} tabs={[
        { to: href('shares'), label: 'who_has_what', isHere: !isAddresses },
        { to: href('shares', 'addresses'), label: 'folder_addresses', isHere: isAddresses },
      ]} />
      {isAddresses ? <Addresses /> : <Report />}
    </Page>
  );
}
