// SPDX-License-Identifier: GPL-3.0-or-later
// What is saved, brought back, taken in and taken out: long work, each a job.
import type { Row } from '../api/json';
import { t, type Key } from '../i18n';
import type { Field } from '../parts/form';
import { Operation } from '../parts/operation';
import { Card, Page } from '../parts/page';
import { href } from '../parts/route';

interface Work {
  title: Key;
  text: Key;
  verb: string;
  fields: Field[];
  /** Which of the fields are arguments, in their order; the others are options. */
  words: string[];
  isMain?: boolean;
}

const BACKUP: Field = { name: 'backup', label: 'backup_folder', required: true, help: 'backup_folder_help' };
const ACCOUNT: Field = { name: 'account', required: true };
const FROM_BACKUP: Field = { name: 'from', label: 'backup_folder', help: 'from_backup_help' };
const AT: Field = { name: 'at', label: 'at_date', kind: 'moment', help: 'at_date_help' };

const SAVING: Work[] = [
  {
    title: 'start_backup', text: 'backup_text', verb: 'backup', words: [], isMain: true,
    fields: [
      { name: 'to', label: 'backup_folder', required: true, help: 'backup_folder_help' }, { name: 'person', help: 'backup_person_help' }, { name: 'domain', help: 'backup_domain_help' },
      { name: 'rate', help: 'rate_help' }, { name: 'full', kind: 'check', label: 'backup_full' },
    ],
  },
  { title: 'backup_list', text: 'backup_list_text', verb: 'backup list', words: ['backup'], fields: [BACKUP] },
  { title: 'backup_verify', text: 'backup_verify_text', verb: 'backup verify', words: ['backup'], fields: [BACKUP] },
  {
    title: 'backup_unpack', text: 'backup_unpack_text', verb: 'backup unpack', words: ['tar', 'folder'],
    fields: [{ name: 'tar', label: 'tar_file', required: true, help: 'backup_folder_help' }, { name: 'folder', label: 'backup_folder', required: true, help: 'backup_folder_help' }],
  },
];

const BRINGING_BACK: Work[] = [
  {
    title: 'start_restore', text: 'restore_text', verb: 'restore', words: ['account'], isMain: true,
    fields: [
      ACCOUNT, FROM_BACKUP, { name: 'of', label: 'of_account', help: 'of_account_help' }, AT, { name: 'folder' }, { name: 'message-id' }, { name: 'object', label: 'object_uid' },
      { name: 'into', label: 'into_folder' }, { name: 'overwrite', kind: 'check', label: 'overwrite' }, { name: 'replace', kind: 'check', label: 'replace_mailbox' },
      { name: 'dry-run', label: 'dry_run', kind: 'check', value: true },
    ],
  },
];

const MOVING: Work[] = [
  {
    title: 'export_mail', text: 'export_mail_text', verb: 'export', words: ['account'],
    fields: [
      ACCOUNT, { name: 'to', label: 'export_folder', required: true, help: 'backup_folder_help' }, { name: 'format', kind: 'choice', choices: ['maildir', 'mbox', 'eml'], required: true, value: 'maildir' },
      { name: 'folder', help: 'folder_help' }, AT, FROM_BACKUP,
    ],
  },
  {
    title: 'import_mail', text: 'import_mail_text', verb: 'import', words: ['address', 'source'],
    fields: [
      { name: 'address', required: true }, { name: 'source', label: 'import_source', required: true, help: 'backup_folder_help' }, { name: 'into', label: 'into_folder' },
      { name: 'dry-run', label: 'dry_run', kind: 'check', value: true },
    ],
  },
];

const CARING: Work[] = [
  { title: 'start_compact', text: 'compact_text', verb: 'store compact', words: ['account'], fields: [ACCOUNT] },
  { title: 'audit_verify', text: 'audit_verify_text', verb: 'audit verify', words: [], fields: [] },
];

function jobOf(work: Work, values: Row): Row {
  const options = Object.fromEntries(Object.entries(values).filter(([name]) => !work.words.includes(name)));
  if (work.verb === 'backup' && values['person'] === undefined && values['domain'] === undefined) options['all'] = true;
  return { verb: work.verb, arguments: work.words.map((name) => values[name] ?? ''), options };
}

function Starters(props: { title: Key; works: Work[]; children?: preact.ComponentChildren }) {
  return (
    <Card title={t(props.title)} isWide>
      <ul class="records">
        {props.works.map((work) => (
          <li key={work.verb}>
            <div class="record-head">
              <p>{t(work.text)}</p><span class="spring" />
              <Operation label={work.title} method="POST" path="/jobs" right="server" confirm={t(work.text)} fields={work.fields} isMain={work.isMain ?? false} make={(values) => jobOf(work, values)} />
            </div>
          </li>
        ))}
        {props.children}
      </ul>
    </Card>
  );
}

function Replace() {
  return (
    <li>
      <div class="record-head">
        <p>{t('put_in_place_text')}</p><span class="spring" />
        <Operation label="put_in_place" method="POST" path="/mailboxes/{account}/replace" right="server" confirm={t('put_in_place_text')} isDangerous fields={[ACCOUNT, { name: 'id', label: 'restored_id', required: true }]} />
      </div>
    </li>
  );
}

export function Backup() {
  return (
    <Page title={t('backup')} intro={t('backup_intro')} tools={<a class="button" href={href('jobs')}>{t('jobs')}</a>}>
      <div class="cards">
        <Starters title="saving" works={SAVING} />
        <Starters title="bringing_back" works={BRINGING_BACK}><Replace /></Starters>
        <Starters title="moving" works={MOVING} />
        <Starters title="caring" works={CARING} />
      </div>
    </Page>
  );
}
