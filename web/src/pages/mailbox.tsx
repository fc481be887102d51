// SPDX-License-Identifier: GPL-3.0-or-later
// One mailbox: what the directory says of its owner, and what Kontor keeps for it.
import { get } from '../api/client';
import { numberOf, rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { may } from '../api/session';
import { count, size, t } from '../i18n';
import { Meter } from '../parts/chart';
import { showText } from '../parts/dialog';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import { Members, SmallTable } from '../parts/value';
import { Personal } from './mailbox_personal';
import { Recoverable } from './mailbox_recoverable';
import { Rights } from './mailbox_rights';
import { Why } from './why';

const FROM_KONTOR = ['account', 'folder', 'mail_folders', 'messages', 'bytes', 'problem'];

interface Part {
  account: string;
}

function limitText(value: Json | undefined, isSize: boolean): string {
  if (typeof value !== 'number') return t('no_limit');
  return isSize ? size(value) : count(value);
}

function Quota(props: Part) {
  const loaded = useLoad(props.account, () => get(`/mailboxes/${encodeURIComponent(props.account)}/quota`));
  return (
    <Card title={t('quota')} tools={
      <Operation label="change" about={t('quota')} method="PUT" path="/mailboxes/{account}/quota" values={{ account: props.account }} right="help" done={loaded.reload}
        fields={[{ name: 'size', required: true, help: 'quota_help' }, { name: 'messages', label: 'quota_messages', help: 'quota_messages_help' }]} />
    }>
      <Wait loaded={loaded}>
        {(value) => {
          const row = rowOf(value);
          const bytes = numberOf(row['bytes']);
          const words = t('used_of', { used: size(bytes), limit: limitText(row['bytes_limit'], true) });
          return (
            <>
              <p id="quota-words">{words}</p>
              {typeof row['bytes_limit'] === 'number' && <Meter used={bytes} total={row['bytes_limit']} label={words} />}
              <p>{t('messages_of', { used: count(numberOf(row['messages'])), limit: limitText(row['messages_limit'], false) })}</p>
              <p class="help">{t('limit_from', { from: row['bytes_limit_from'] === 'account' ? t('limit_own') : t('limit_policy') })}</p>
            </>
          );
        }}
      </Wait>
    </Card>
  );
}

function Folders(props: Part) {
  const loaded = useLoad(props.account, () => get(`/mailboxes/${encodeURIComponent(props.account)}/folders`));
  return (
    <Card title={t('folders')} isWide>
      <Wait loaded={loaded}>{(value) => <SmallTable rows={rowsOf(Array.isArray(value) ? value : rowOf(value)['items'])} columns={['name', 'messages', 'unseen', 'bytes', 'use']} />}</Wait>
    </Card>
  );
}

function Index(props: Part) {
  const loaded = useLoad(props.account, () => get(`/mailboxes/${encodeURIComponent(props.account)}/index`));
  return (
    <Card title={t('index')} tools={
      <Operation label="rebuild" about={t('index')} method="POST" path="/mailboxes/{account}/index/rebuild" values={{ account: props.account }} right="help" done={loaded.reload} />
    }>
      <Wait loaded={loaded}>{(value) => <Members row={Array.isArray(value) ? (rowsOf(value)[0] ?? {}) : (rowsOf(rowOf(value)['items'])[0] ?? rowOf(value))} />}</Wait>
    </Card>
  );
}

function upkeepDone(answer: Row): void {
  showText(t('upkeep'), <Members row={answer} />);
}

function Overview(props: { account: string; row: Row }) {
  const { account, row } = props;
  return (
    <div class="cards">
      <Card title={t('from_directory')}>
        <p class="help">{t('from_directory_text')}</p>
        <Members row={row} without={FROM_KONTOR} />
      </Card>
      <Card title={t('from_kontor')} tools={
        <Operation label="upkeep" method="POST" path="/mailboxes/{account}/upkeep" values={{ account }} right="help" confirm={t('upkeep_text')} done={upkeepDone} />
      }>
        <p class="help">{t('from_kontor_text')}</p>
        <Members row={row} only={FROM_KONTOR} />
        {textOf(row['account']) === '' && <p class="empty">{t('not_made_yet')}</p>}
      </Card>
      <Quota account={account} />
      {textOf(row['account']) !== '' && <Index account={account} />}
      {textOf(row['account']) !== '' && <Folders account={account} />}
    </div>
  );
}

export function Mailbox(props: { account: string; tab: string }) {
  const { account, tab } = props;
  const loaded = useLoad(account, () => get(`/mailboxes/${encodeURIComponent(account)}`));
  const policy = useLoad(`${account} lock`, () => get(`/people/${encodeURIComponent(account)}/policy`));
  const isLocked = rowsOf(rowOf(policy.value)['values']).some((row) => row['name'] === 'locked' && row['value'] === 'yes');
  const here = (name: string) => name === tab;
  const to = (name: string) => (name === '' ? href('mailboxes', account) : href('mailboxes', account, name));
  const name = textOf(rowOf(loaded.value)['name']) || account;
  return (
    <Page title={name} intro={isLocked ? `${account} · ${t('is_locked')}` : account} tools={
      <>
        <a class="button" href={`${href('trace')}?recipient=${encodeURIComponent(account)}`}>{t('to_trace')}</a>
        {!isLocked && <Operation label="lock" method="PUT" path="/mailboxes/{account}/lock" values={{ account }} right="people" confirm={t('lock_text', { account })} isDangerous done={policy.reload} />}
        {isLocked && <Operation label="unlock" method="DELETE" path="/mailboxes/{account}/lock" values={{ account }} right="people" confirm={t('unlock_text', { account })} done={policy.reload} />}
        <Operation label="deliver" method="POST" path="/mailboxes/{address}/messages" values={{ address: account }} right="server" confirm={t('deliver_text')}
          fields={[{ name: 'message', label: 'message_file', kind: 'file', required: true }]} done={loaded.reload} />
        <Operation label="end_sessions" method="DELETE" path="/sessions/{account}" values={{ account }} right="help" confirm={t('end_sessions_text', { account })} isDangerous />
      </>
    }>
      <Tabs label={name} tabs={[
        { to: to(''), label: 'overview', isHere: here('') },
        { to: to('policy'), label: 'policy', isHere: here('policy') },
        { to: to('rights'), label: 'rights', isHere: here('rights') },
        ...(may('help') ? [
          { to: to('personal'), label: 'personal' as const, isHere: here('personal') },
          { to: to('recoverable'), label: 'recoverable' as const, isHere: here('recoverable') },
        ] : []),
      ]} />
      {here('') && <Wait loaded={loaded}>{(value) => <Overview account={account} row={rowOf(value)} />}</Wait>}
      {here('policy') && <Why person={account} />}
      {here('rights') && <Rights mailbox={account} />}
      {here('personal') && <Personal account={account} />}
      {here('recoverable') && <Recoverable account={account} />}
    </Page>
  );
}
