// SPDX-License-Identifier: GPL-3.0-or-later
// Servers whose mail was learnt as spam, and what rspamd is told.
import { get } from '../api/client';
import { rowOf, textOf } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import { Members } from '../parts/value';
import type { PageProps } from './registry';

export function Spam({ here }: PageProps) {
  const isAll = here.parts[1] === 'all';
  const learning = useLoad('learning', () => get('/learning'), 30);
  return (
    <Page title={t('spam')} intro={t('spam_intro')}>
      <div class="cards"><Card title={t('learning')}><Wait loaded={learning}>{(value) => <Members row={rowOf(value)} />}</Wait></Card></div>
      <Tabs label={t('spam')} tabs={[
        { to: href('spam'), label: 'spam_listed', isHere: !isAll },
        { to: href('spam', 'all'), label: 'spam_near', isHere: isAll },
      ]} />
      <ListOf caption={t('spam')} path="/spam-base" query={{ all: isAll }}
        columns={[{ name: 'address' }, { name: 'listed' }, { name: 'by' }, { name: 'messages' }, { name: 'last', kind: 'time' }, { name: 'until' }, { name: 'why' }]}
        tools={(reload) => (
          <>
            <Operation label="import_servers" method="POST" path="/spam-base/import" right="server" confirm={t('import_servers_text')} done={reload} fields={[{ name: 'list', label: 'list_file', kind: 'file', required: true }]} />
            <Operation label="add_server" method="PUT" path="/spam-base/{address}" right="server" isMain done={reload}
              fields={[{ name: 'address', required: true }, { name: 'why' }]} />
          </>
        )}
        actions={(row, reload) => {
          const address = textOf(row['address']);
          return <Operation label="remove" method="DELETE" path="/spam-base/{address}" values={{ address }} right="server" about={address} confirm={t('remove_text', { name: address })} done={reload} />;
        }}
      />
    </Page>
  );
}
