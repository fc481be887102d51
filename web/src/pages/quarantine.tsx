// SPDX-License-Identifier: GPL-3.0-or-later
// Mail that a check or a rule holds back.
import { fill, get } from '../api/client';
import { rowOf, textOf } from '../api/json';
import { may } from '../api/session';
import { t } from '../i18n';
import { showText } from '../parts/dialog';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page, Tabs } from '../parts/page';
import { go, href } from '../parts/route';
import { tellError } from '../parts/toast';
import { Members } from '../parts/value';
import type { PageProps } from './registry';

const MESSAGE = '/quarantine/messages/{id}';

function Actions(props: { id: string; about: string; done: () => void }) {
  const values = { id: props.id };
  return (
    <>
      <Operation label="release" method="POST" path={`${MESSAGE}/release`} values={values} right="help" about={props.about} confirm={t('release_text')}
        fields={[{ name: 'learn', label: 'learn_ham', kind: 'check' }, { name: 'allow-sender', label: 'allow_sender', kind: 'check' }]} done={props.done} />
      <Operation label="delete" method="DELETE" path={MESSAGE} values={values} right="help" about={props.about} confirm={t('delete_held_text')}
        fields={[{ name: 'learn', label: 'learn_spam', kind: 'check' }]} isDangerous done={props.done} />
    </>
  );
}

/** Base64 of bytes that are mostly UTF-8. */
function decoded(text: string): string {
  try {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return text;
  }
}

async function showSource(id: string): Promise<void> {
  const value = await get(fill(`${MESSAGE}/source`, { id }));
  const text = typeof value === 'string' ? value : decoded(textOf(rowOf(value)['message']));
  showText(t('source'), <pre class="source">{text}</pre>);
}

function Message(props: { id: string }) {
  const loaded = useLoad(props.id, () => get(fill(MESSAGE, props)));
  return (
    <Page title={t('held_message')} intro={props.id} tools={
      <>
        {may('contents') && <button type="button" onClick={() => void showSource(props.id).catch(tellError)}>{t('source')}</button>}
        <Actions id={props.id} about={props.id} done={() => go(href('quarantine'))} />
      </>
    }>
      <Wait loaded={loaded}>
        {(value) => {
          const row = rowOf(value);
          return (
            <div class="cards">
              <Card title={textOf(row['subject']) || t('message')} isWide tools={<a class="button" href={href('trace', textOf(row['trace']))}>{t('to_trace')}</a>}>
                <Members row={row} />
              </Card>
            </div>
          );
        }}
      </Wait>
    </Page>
  );
}

function Held() {
  return (
    <ListOf caption={t('quarantine')} path="/quarantine" query={{ limit: 1000 }} isCutHere
      columns={[
        { name: 'since' }, { name: 'reason' },
        { name: 'subject', link: (row) => href('quarantine', textOf(row['id'])), show: (row) => textOf(row['subject']) || textOf(row['id']) },
        { name: 'sender' }, { name: 'recipient' }, { name: 'bytes' },
      ]}
      actions={(row, reload) => <Actions id={textOf(row['id'])} about={textOf(row['subject'])} done={reload} />}
    />
  );
}

function Exceptions() {
  return (
    <ListOf caption={t('exceptions')} path="/quarantine/exceptions" columns={[{ name: 'whom' }]}
      tools={(reload) => <Operation label="new_exception" method="PUT" path="/quarantine/exceptions/{whom}" right="help" isMain fields={[{ name: 'whom', required: true, help: 'exception_help' }]} done={reload} />}
      actions={(row, reload) => {
        const whom = textOf(row['whom'] ?? row['exception']);
        return <Operation label="remove" method="DELETE" path="/quarantine/exceptions/{whom}" values={{ whom }} right="help" about={whom} confirm={t('remove_text', { name: whom })} done={reload} />;
      }}
    />
  );
}

export function Quarantine({ here }: PageProps) {
  const [, which = ''] = here.parts;
  if (which !== '' && which !== 'exceptions') return <Message id={which} />;
  return (
    <Page title={t('quarantine')} intro={t('quarantine_intro')}>
      <Tabs label={t('quarantine')} tabs={[
        { to: href('quarantine'), label: 'messages', isHere: which === '' },
        { to: href('quarantine', 'exceptions'), label: 'exceptions', isHere: which === 'exceptions' },
      ]} />
      {which === '' ? <Held /> : <Exceptions />}
    </Page>
  );
}
