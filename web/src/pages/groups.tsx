// SPDX-License-Identifier: GPL-3.0-or-later
// Groups with an address: who is in them, who may send to them.
import { useState } from 'preact/hooks';
import { fill, get } from '../api/client';
import { listOf, rowOf, rowsOf, textOf } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Card, ListOf, Page } from '../parts/page';
import { href } from '../parts/route';
import { Members } from '../parts/value';
import type { PageProps } from './registry';

function Group(props: { group: string }) {
  const [sender, setSender] = useState('');
  const path = fill('/groups/{group}', props);
  const loaded = useLoad(`${props.group} ${sender}`, () => get(path, { sender }));
  return (
    <Page title={textOf(rowOf(loaded.value)['name']) || props.group} intro={props.group}>
      <form class="tools" onSubmit={(event) => {
        event.preventDefault();
        setSender(textOf(new FormData(event.currentTarget).get('sender') as string));
      }}>
        <label>{t('may_send_question')} <input name="sender" type="text" placeholder="name@example.org" /></label>
        <button type="submit">{t('ask')}</button>
      </form>
      <Wait loaded={loaded}>
        {(value) => {
          const row = rowOf(value);
          return (
            <div class="cards">
              <Card title={t('group')}><Members row={row} without={['people', 'mail_goes_to']} /></Card>
              <Card title={t('people_of_group')}>
                <ul class="columns">{rowsOf(row['people']).map((one) => <li key={textOf(one['address'])}><a href={href('mailboxes', textOf(one['address']))}>{textOf(one['name'])}</a> <small>{textOf(one['address'])}</small></li>)}</ul>
              </Card>
              <Card title={t('mail_goes_to')}>
                <ul class="columns">{listOf(row['mail_goes_to']).map((one) => <li key={textOf(one)}>{textOf(one)}</li>)}</ul>
              </Card>
            </div>
          );
        }}
      </Wait>
    </Page>
  );
}

export function Groups({ here }: PageProps) {
  const [, group] = here.parts;
  if (group) return <Group group={group} />;
  return (
    <Page title={t('groups')} intro={t('groups_intro')}>
      <ListOf caption={t('groups')} path="/groups" sort="address" columns={[
        { name: 'address', link: (row) => href('groups', textOf(row['address'])) },
        { name: 'name' }, { name: 'direct_members' }, { name: 'people' }, { name: 'senders' }, { name: 'owner' },
      ]} />
    </Page>
  );
}
