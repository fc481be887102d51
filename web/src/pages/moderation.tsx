// SPDX-License-Identifier: GPL-3.0-or-later
// Messages to moderated groups that wait for a decision.
import { fill, get } from '../api/client';
import { rowOf, textOf } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page, Tabs } from '../parts/page';
import { go, href } from '../parts/route';
import { Members } from '../parts/value';
import type { PageProps } from './registry';

function Actions(props: { id: string; about: string; done: () => void }) {
  const values = { id: props.id };
  return (
    <>
      <Operation label="approve" method="POST" path="/moderation/{id}/approve" values={values} right="help" about={props.about} confirm={t('approve_text')} done={props.done} />
      <Operation label="reject" method="POST" path="/moderation/{id}/reject" values={values} right="help" about={props.about} isDangerous done={props.done}
        fields={[{ name: 'reason', kind: 'area', rows: 3, help: 'reject_help' }]} />
    </>
  );
}

function Message(props: { id: string }) {
  const loaded = useLoad(props.id, () => get(fill('/moderation/{id}', props)));
  return (
    <Page title={t('held_message')} intro={props.id} tools={<Actions id={props.id} about={props.id} done={() => go(href('moderation'))} />}>
      <Wait loaded={loaded}>{(value) => <div class="cards"><Card title={textOf(rowOf(value)['subject']) || t('message')} isWide><Members row={rowOf(value)} /></Card></div>}</Wait>
    </Page>
  );
}

export function Moderation({ here }: PageProps) {
  const [, which = ''] = here.parts;
  if (which !== '' && which !== 'all') return <Message id={which} />;
  return (
    <Page title={t('moderation')} intro={t('moderation_intro')}>
      <Tabs label={t('moderation')} tabs={[
        { to: href('moderation'), label: 'waiting', isHere: which === '' },
        { to: href('moderation', 'all'), label: 'decided_too', isHere: which === 'all' },
      ]} />
      <ListOf caption={t('moderation')} path="/moderation" query={{ all: which === 'all' }}
        columns={[
          { name: 'arrived' }, { name: 'group' },
          { name: 'subject', link: (row) => href('moderation', textOf(row['id'])), show: (row) => textOf(row['subject']) || textOf(row['id']) },
          { name: 'sender' }, { name: 'state' }, { name: 'by' },
        ]}
        actions={(row, reload) => (textOf(row['state']) === 'waiting' ? <Actions id={textOf(row['id'])} about={textOf(row['subject'])} done={reload} /> : null)}
      />
    </Page>
  );
}
