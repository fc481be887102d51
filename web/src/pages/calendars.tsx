// SPDX-License-Identifier: GPL-3.0-or-later
// Calendars that are read from outside by a link, and those that everybody sees.
import { textOf, type Row } from '../api/json';
import { t } from '../i18n';
import { showText } from '../parts/dialog';
import { Operation } from '../parts/operation';
import { ListOf, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import { Members } from '../parts/value';
import type { PageProps } from './registry';

function showLink(answer: Row): void {
  showText(t('new_link'), (
    <>
      <p>{t('link_shown_once')}</p>
      <p class="secret"><code>{textOf(answer['address'])}</code></p>
      <Members row={answer} without={['address']} />
    </>
  ));
}

function Links() {
  return (
    <ListOf caption={t('calendar_links')} path="/calendars/links"
      columns={[{ name: 'mailbox' }, { name: 'calendar' }, { name: 'detail' }, { name: 'made' }, { name: 'last_used' }, { name: 'link' }]}
      tools={(reload) => (
        <Operation label="publish" method="POST" path="/calendars/links" right="people" isMain
          fields={[
            { name: 'account', required: true, help: 'mailbox_or_public' }, { name: 'calendar', required: true, value: 'default' },
            { name: 'detail', kind: 'choice', choices: ['free-busy', 'full'], required: true, value: 'free-busy' },
          ]}
          done={(answer) => {
            reload();
            showLink(answer);
          }} />
      )}
      actions={(row, reload) => {
        const link = textOf(row['link']);
        return <Operation label="end" method="DELETE" path="/calendars/links/{link}" values={{ link }} right="people" about={`${textOf(row['mailbox'])}, ${textOf(row['calendar'])}`}
          confirm={t('end_link_text')} isDangerous done={reload} />;
      }} />
  );
}

function Everybodys() {
  return (
    <ListOf caption={t('holidays')} path="/calendars" columns={[{ name: 'calendar' }, { name: 'title' }, { name: 'events', kind: 'count' }, { name: 'changed' }]}
      tools={(reload) => (
        <Operation label="new_for_everybody" method="POST" path="/calendars/holidays" right="server" isMain done={reload}
          fields={[{ name: 'calendar', label: 'calendar_file', kind: 'file', required: true }, { name: 'name', label: 'calendar_name', help: 'calendar_name_help' }, { name: 'title', label: 'calendar_title' }]} />
      )}
      actions={(row, reload) => {
        const name = textOf(row['calendar']);
        return <Operation label="remove" method="DELETE" path="/calendars/{name}" values={{ name }} right="server" about={name} confirm={t('remove_text', { name })} isDangerous done={reload} />;
      }} />
  );
}

export function Calendars({ here }: PageProps) {
  const isLinks = here.parts[1] !== 'everybody';
  return (
    <Page title={t('calendars')} intro={t('calendars_intro')}>
      <Tabs label={t('calendars')} tabs={[
        { to: href('calendars'), label: 'calendar_links', isHere: isLinks },
        { to: href('calendars', 'everybody'), label: 'holidays', isHere: !isLinks },
      ]} />
      {isLinks ? <Links /> : <><p class="help">{t('holidays_text')}</p><Everybodys /></>}
    </Page>
  );
}
