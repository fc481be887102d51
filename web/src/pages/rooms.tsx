// SPDX-License-Identifier: GPL-3.0-or-later
// Rooms and equipment: how they answer, what they have taken.
import { textOf } from '../api/json';
import { t } from '../i18n';
import { ListOf, Page } from '../parts/page';
import { href } from '../parts/route';

export function Rooms() {
  return (
    <Page title={t('rooms')} intro={t('rooms_intro')}>
      <ListOf caption={t('rooms')} path="/rooms" sort="address" columns={[
        { name: 'address', link: (row) => href('mailboxes', textOf(row['address'])) },
        { name: 'name' }, { name: 'capacity' }, { name: 'answers' }, { name: 'conflicts' }, { name: 'minutes' }, { name: 'days' },
        { name: 'booked_by', fixed: true }, { name: 'accepted' }, { name: 'lists', fixed: true },
      ]} />
    </Page>
  );
}
