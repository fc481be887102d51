// SPDX-License-Identifier: GPL-3.0-or-later
// Mail on its way to others.
import { fill, get } from '../api/client';
import { rowOf, rowsOf, textOf } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page, Tabs } from '../parts/page';
import { go, href } from '../parts/route';
import { Members, SmallTable } from '../parts/value';
import type { PageProps } from './registry';

const MESSAGE = '/queue/messages/{id}';

function Actions(props: { id: string; done: () => void }) {
  const values = { id: props.id };
  return (
    <>
      <Operation label="retry" method="POST" path={`${MESSAGE}/retry`} values={values} right="help" about={props.id} done={props.done} />
      <Operation label="bounce" method="POST" path={`${MESSAGE}/bounce`} values={values} right="help" about={props.id} confirm={t('bounce_text')} isDangerous done={props.done} />
      <Operation label="delete" method="DELETE" path={MESSAGE} values={values} right="help" about={props.id} confirm={t('delete_queued_text')}
        fields={[{ name: 'notify', label: 'tell_sender', kind: 'check' }]} isDangerous done={props.done} />
    </>
  );
}

function Message(props: { id: string }) {
  const loaded = useLoad(props.id, () => get(fill(MESSAGE, props)), 10);
  return (
    <Page title={t('queued_message', props)} tools={<Actions id={props.id} done={() => go(href('queue'))} />}>
      <Wait loaded={loaded}>
        {(value) => {
          const row = rowOf(value);
          const trace = textOf(row['trace']);
          return (
            <div class="cards">
              <Card title={textOf(row['subject']) || t('message')} isWide tools={trace === '' ? null : <a class="button" href={href('trace', trace)}>{t('to_trace')}</a>}>
                <Members row={row} without={['recipients']} />
              </Card>
              <Card title={t('recipients')} isWide><SmallTable rows={rowsOf(row['recipients'])} /></Card>
            </div>
          );
        }}
      </Wait>
    </Page>
  );
}

function Waiting() {
  return (
    <ListOf caption={t('queue')} path="/queue" refreshSeconds={15}
      columns={[
        { name: 'id', link: (row) => href('queue', textOf(row['id'])) },
        { name: 'age_seconds' }, { name: 'sender' }, { name: 'recipient' }, { name: 'recipients_left' },
        { name: 'next_try_seconds' }, { name: 'last' }, { name: 'held' }, { name: 'bytes' },
      ]}
      actions={(row, reload) => <Actions id={textOf(row['id'])} done={reload} />}
      tools={(reload) => (
        <>
          <Operation label="retry_all" method="POST" path="/queue/retry" right="help" done={reload} />
          <Operation label="clear_queue" method="POST" path="/queue/clear" right="server" isDangerous done={reload} confirm={t('clear_queue_text')}
            fields={[{ name: 'filter', required: true, help: 'queue_filter_help' }, { name: 'notify', label: 'tell_sender', kind: 'check' }]} />
        </>
      )}
    />
  );
}

function Paused() {
  return (
    <ListOf caption={t('paused_domains')} path="/queue/paused" columns={[{ name: 'paused' }]}
      tools={(reload) => (
        <>
          <Operation label="pause_domain" method="PUT" path="/queue/paused/{domain}" right="server" fields={[{ name: 'domain', required: true }]} done={reload} isMain />
          <Operation label="release_domain" method="POST" path="/queue/release" right="server" fields={[{ name: 'domain', required: true, help: 'release_domain_help' }]} done={reload} />
        </>
      )}
      actions={(row, reload) => {
        const domain = textOf(row['paused']);
        return <Operation label="resume" method="DELETE" path="/queue/paused/{domain}" values={{ domain }} right="server" about={domain} done={reload} />;
      }}
    />
  );
}

export function Queue({ here }: PageProps) {
  const [, which = ''] = here.parts;
  if (which !== '' && which !== 'paused') return <Message id={which} />;
  return (
    <Page title={t('queue')} intro={t('queue_intro')}>
      <Tabs label={t('queue')} tabs={[
        { to: href('queue'), label: 'messages', isHere: which === '' },
        { to: href('queue', 'paused'), label: 'paused_domains', isHere: which === 'paused' },
      ]} />
      {which === '' ? <Waiting /> : <Paused />}
    </Page>
  );
}
