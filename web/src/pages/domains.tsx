// SPDX-License-Identifier: GPL-3.0-or-later
// Mail domains: the records that belong into the DNS, what is there now, keys that sign.
import { useState } from 'preact/hooks';
import { fill, get } from '../api/client';
import { offers } from '../api/description';
import { listOf, rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { t } from '../i18n';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, ListOf, Page, Tabs } from '../parts/page';
import { go, href } from '../parts/route';
import { tell, tellError } from '../parts/toast';
import { Members, SmallTable, State } from '../parts/value';
import type { PageProps } from './registry';

function rows(value: Json): Row[] {
  const row = rowOf(value);
  return rowsOf(Array.isArray(value) ? value : (row['items'] ?? row['records'] ?? row['checks']));
}

function Copy(props: { text: string; about: string }) {
  const copy = () => navigator.clipboard.writeText(props.text).then(() => tell(t('copied')), tellError);
  return <button type="button" aria-label={`${t('copy')}: ${props.about}`} onClick={() => void copy()}>{t('copy')}</button>;
}

function foundText(row: Row): string {
  return Array.isArray(row['found']) ? listOf(row['found']).map(textOf).join('\n') : textOf(row['found']);
}

function Check(props: { domain: string }) {
  const loaded = useLoad(props.domain, () => get(fill('/domains/{domain}/dns', props)));
  return (
    <Card title={t('dns_check')} isWide tools={<button type="button" onClick={loaded.reload}>{t('check_again')}</button>}>
      <p class="help">{t('dns_check_text')}</p>
      <Wait loaded={loaded}>
        {(value) => (
          <ul class="records">
            {rows(value).map((row, at) => (
              <li key={at}>
                <div class="record-head">
                  <b>{textOf(row['type'])}</b> <code>{textOf(row['name'])}</code>
                  <State value={row['good'] === true ? 'good' : row['good'] === false ? 'missing' : ''} />
                  {textOf(row['wanted']) !== '' && <Copy text={textOf(row['wanted'])} about={textOf(row['name'])} />}
                </div>
                {textOf(row['wanted']) !== '' && <p><span>{t('wanted')}</span> <code>{textOf(row['wanted'])}</code></p>}
                {foundText(row) !== '' && <p><span>{t('found')}</span> <code>{foundText(row)}</code></p>}
                {textOf(row['advice']) !== '' && <p class="help">{textOf(row['advice'])}</p>}
              </li>
            ))}
          </ul>
        )}
      </Wait>
    </Card>
  );
}

function Keys(props: { domain: string; changed: () => void }) {
  const { domain } = props;
  const keys = useLoad(domain, () => get('/dkim', { domain }));
  const values = { domain };
  // The records for the DNS hold a line for each key.
  const reload = () => {
    keys.reload();
    props.changed();
  };
  const has = rows(keys.value ?? null).length > 0;
  return (
    <Card title={t('dkim_keys')} isWide tools={
      has
        ? <Operation label="rotate_keys" method="POST" path="/dkim/{domain}/rotate" values={values} right="server" confirm={t('rotate_text')} fields={[{ name: 'now', kind: 'check', label: 'sign_now' }]} done={reload} />
        : <Operation label="make_keys" method="POST" path="/dkim/{domain}" values={values} right="server" confirm={t('make_keys_text')} fields={[{ name: 'now', kind: 'check', label: 'sign_now' }]} isMain done={reload} />
    }>
      <Wait loaded={keys}>
        {(value) => (
          <SmallTable rows={rows(value)} columns={['selector', 'kind', 'state', 'since', 'record_needed_until']} actions={(row) => {
            const selector = textOf(row['selector']);
            const key = { domain, selector };
            return (
              <>
                <Operation label="retire" method="POST" path="/dkim/{domain}/keys/{selector}/retire" values={key} right="server" about={selector} confirm={t('retire_text')} done={reload} />
                <Operation label="remove" method="DELETE" path="/dkim/{domain}/keys/{selector}" values={key} right="server" about={selector} confirm={t('remove_text', { name: selector })} isDangerous done={reload} />
              </>
            );
          }} />
        )}
      </Wait>
      {has && <KeyCheck domain={domain} />}
    </Card>
  );
}

/** Are the records of the keys in the DNS as they should be, now? */
function KeyCheck(props: { domain: string }) {
  const [isAsked, setAsked] = useState(0);
  const loaded = useLoad(`${props.domain} ${isAsked}`, () => (isAsked === 0 ? Promise.resolve(null) : get(fill('/dkim/{domain}/check', props))));
  return (
    <>
      <button type="button" onClick={() => setAsked(isAsked + 1)}>{t('check_dns')}</button>
      {isAsked > 0 && <Wait loaded={loaded}>{(value) => <Members row={rowOf(value)} />}</Wait>}
    </>
  );
}

/** Every record, those of the keys among them, as lines to copy. */
function recordsOf(value: Json): Row[] {
  return rowsOf(rowOf(value)['records']).flatMap((row) => {
    const keys = row['dkim'];
    if (keys === undefined) return [row];
    return rowsOf(rowOf(keys)['records'] ?? keys).map((key) => ({ name: key['name'] ?? '', type: 'TXT', value: key['text'] ?? '', why: 'DKIM' }));
  });
}

function Records(props: { value: Json }) {
  return (
    <ul class="records">
      {recordsOf(props.value).map((row, at) => (
        <li key={at}>
          <div class="record-head"><b>{textOf(row['type'])}</b> <code>{textOf(row['name'])}</code> <Copy text={textOf(row['value'])} about={textOf(row['name'])} /></div>
          <p><code>{textOf(row['value'])}</code></p>
          <p class="help" lang="en">{textOf(row['why'])}</p>
        </li>
      ))}
    </ul>
  );
}

function MailboxesOf(props: { domain: string }) {
  return (
    <ListOf caption={t('mailboxes')} path={fill('/domains/{domain}/mailboxes', props)} sort="address"
      columns={[{ name: 'address', link: (row) => href('mailboxes', textOf(row['address'])) }, { name: 'messages' }, { name: 'bytes' }, { name: 'locked' }, { name: 'problem' }]}
      actions={(row, reload) => {
        const account = textOf(row['address']);
        return row['locked'] === true
          ? <Operation label="unlock" method="DELETE" path="/mailboxes/{account}/lock" values={{ account }} right="people" about={account} confirm={t('unlock_text', { account })} done={reload} />
          : <Operation label="lock" method="PUT" path="/mailboxes/{account}/lock" values={{ account }} right="people" about={account} confirm={t('lock_text', { account })} isDangerous done={reload} />;
      }} />
  );
}

function Domain(props: { domain: string }) {
  const loaded = useLoad(props.domain, () => get(fill('/domains/{domain}', props)));
  const canCheck = offers('GET', '/domains/{domain}/dns');
  return (
    <Page title={props.domain} tools={
      <Operation label="remove" method="DELETE" path="/domains/{domain}" values={props} right="server" about={props.domain} confirm={t('remove_domain_text', props)} isDangerous
        fields={[{ name: 'mailboxes', label: 'with_mailboxes', kind: 'check' }]} done={() => go(href('domains'))} />
    }>
      <div class="cards">
        <Card title={t('domain')} isWide><Wait loaded={loaded}>{(value) => <Members row={rowOf(value)} without={['records']} />}</Wait></Card>
        {canCheck && <Check {...props} />}
        <Card title={t('dns_records')} isWide>
          <p class="help">{t('dns_records_text')}</p>
          <Wait loaded={loaded}>{(value) => <Records value={value} />}</Wait>
        </Card>
        <Keys {...props} changed={loaded.reload} />
        <Card title={t('mailboxes')} isWide><MailboxesOf {...props} /></Card>
      </div>
    </Page>
  );
}

export function Domains({ here }: PageProps) {
  const [, which = ''] = here.parts;
  if (which !== '' && which !== 'certificates') return <Domain domain={which} />;
  return (
    <Page title={t('domains')} intro={t('domains_intro')}>
      <Tabs label={t('domains')} tabs={[
        { to: href('domains'), label: 'mail_domains', isHere: which === '' },
        { to: href('domains', 'certificates'), label: 'certificates', isHere: which === 'certificates' },
      ]} />
      {which === '' ? (
        <ListOf caption={t('domains')} path="/domains"
          columns={[{ name: 'name', link: (row) => href('domains', textOf(row['name'])) }, { name: 'kind' }, { name: 'mailboxes', kind: 'count' }, { name: 'groups', kind: 'count' }, { name: 'locked' }, { name: 'from', kind: 'text' }, { name: 'dkim_keys' }]}
          tools={(reload) => <Operation label="new_domain" method="PUT" path="/domains/{domain}" right="server" isMain confirm={t('new_domain_text')} fields={[{ name: 'domain', required: true }]} done={reload} />}
          actions={(row, reload) => {
            const domain = textOf(row['name']);
            const account = `@${domain}`;
            return row['locked'] === true
              ? <Operation label="unlock" method="DELETE" path="/mailboxes/{account}/lock" values={{ account }} right="people" about={domain} confirm={t('unlock_text', { account: domain })} done={reload} />
              : <Operation label="lock" method="PUT" path="/mailboxes/{account}/lock" values={{ account }} right="people" about={domain} confirm={t('lock_domain_text', { domain })} isDangerous done={reload} />;
          }} />
      ) : <Certificates />}
    </Page>
  );
}

function Certificates() {
  const loaded = useLoad('certificates', () => get('/certificates'));
  return <Wait loaded={loaded}>{(value) => <SmallTable caption={t('certificates')} rows={rows(value)} />}</Wait>;
}
