// SPDX-License-Identifier: GPL-3.0-or-later
// Sieve scripts of a person: their text, which one runs, what one would do with mail.
import { ask, fill, get } from '../api/client';
import { explained } from '../api/conflict';
import { offers } from '../api/description';
import { rowOf, rowsOf, textOf, type Json, type Row } from '../api/json';
import { may } from '../api/session';
import { t } from '../i18n';
import { askFor, showText } from '../parts/dialog';
import { useLoad, Wait } from '../parts/loading';
import { Operation } from '../parts/operation';
import { Card } from '../parts/page';
import { tell, tellError } from '../parts/toast';
import { SmallTable } from '../parts/value';

const SCRIPTS = '/mailboxes/{account}/scripts';
const SCRIPT = '/mailboxes/{account}/scripts/{script}';
const FIRST = 'require ["fileinto"];\n\nif header :contains "subject" "[list]" {\n  fileinto "Lists";\n}\n';

function rows(value: Json): Row[] {
  return rowsOf(Array.isArray(value) ? value : rowOf(value)['items']);
}

async function check(values: Row): Promise<string> {
  await ask('POST', '/scripts/check', { body: { text: values['text'] ?? '' } });
  return t('script_right');
}

interface Text {
  script: string;
  text: string;
  tag: string;
}

/** `taken`: names that a new one cannot have. */
function edit(account: string, one: Text, reload: () => void, taken: string[] = []): void {
  const isNew = one.script === '';
  askFor({
    title: isNew ? t('new_script') : one.script,
    isWide: true,
    confirm: t('save'),
    fields: [...(isNew ? [{ name: 'script', label: 'script_name' as const, required: true }] : []), { name: 'text', label: 'script_text', kind: 'area', rows: 18, required: true, value: one.text }],
    ...(offers('POST', '/scripts/check') ? { also: { label: t('check'), act: check } } : {}),
    reload,
    act: async (values) => {
      const script = isNew ? textOf(values['script']) : one.script;
      if (taken.includes(script)) throw new Error(t('script_exists'));
      const path = fill(SCRIPT, { account, script });
      await ask('PUT', path, { body: { text: values['text'] ?? '' }, ifMatch: one.tag }).catch(async (error: unknown) => {
        throw await explained(error, path);
      });
      tell(t('done'));
      reload();
    },
  });
}

async function open(account: string, script: string, reload: () => void): Promise<void> {
  const answer = await ask('GET', fill(SCRIPT, { account, script }));
  const text = textOf(rowOf(answer.value)['text']).replace(/\r\n/g, '\n');
  if (may('people')) edit(account, { script, text, tag: answer.tag }, reload);
  else showText(script, <pre class="source">{text}</pre>);
}

function showOutcome(answer: Json): void {
  showText(t('rehearse_script'), <SmallTable rows={Array.isArray(answer) ? rowsOf(answer) : rowsOf(rowOf(answer)['items'] ?? [answer])} columns={['is_in', 'subject', 'folders', 'redirected', 'refused', 'answered', 'mistake']} />);
}

function Actions(props: { account: string; row: Row; reload: () => void }) {
  const { account, row, reload } = props;
  const script = textOf(row['script']);
  const isActive = row['active'] === true;
  return (
    <>
      {may('help') && <button type="button" aria-label={`${t('open')}: ${script}`} onClick={() => void open(account, script, reload).catch(tellError)}>{t('open')}</button>}
      <Operation label="rehearse_script" method="POST" path="/mailboxes/{account}/scripts/rehearse" values={{ account }} body={{ script }} right="help" about={script} confirm={t('rehearse_script_text')}
        fields={[{ name: 'since', kind: 'day', help: 'rehearse_since_help' }]} show={showOutcome} />
      <Operation label="try_script" method="POST" path="/mailboxes/{account}/scripts/test" values={{ account }} body={{ script }} right="help" about={script}
        fields={[{ name: 'message', label: 'message_file', kind: 'file', required: true }, { name: 'from', label: 'envelope_from' }]} show={showOutcome} />
      {!isActive && <Operation label="activate" method="POST" path="/mailboxes/{account}/scripts/activate" values={{ account }} body={{ script }} right="people" about={script} done={reload} />}
      {isActive && <Operation label="deactivate" method="POST" path="/mailboxes/{account}/scripts/activate" values={{ account }} right="people" about={script} confirm={t('deactivate_text')} done={reload} />}
      {!isActive && <Operation label="remove" method="DELETE" path={SCRIPT} values={{ account, script }} right="people" about={script} confirm={t('remove_text', { name: script })} isDangerous done={reload} />}
    </>
  );
}

export function Scripts(props: { account: string }) {
  const { account } = props;
  const loaded = useLoad(account, () => get(fill(SCRIPTS, { account })));
  return (
    <Card title={t('scripts')} isWide tools={
      may('people') && offers('PUT', SCRIPT) ? <button type="button" onClick={() => edit(account, { script: '', text: FIRST, tag: '' }, loaded.reload, rows(loaded.value ?? null).map((row) => textOf(row['script'])))}>{t('new_script')}</button> : null
    }>
      <Wait loaded={loaded}>
        {(value) => <SmallTable rows={rows(value)} columns={['script', 'active', 'bytes', 'mistake']} actions={(row) => <Actions account={account} row={row} reload={loaded.reload} />} />}
      </Wait>
    </Card>
  );
}
