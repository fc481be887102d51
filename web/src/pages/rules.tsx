// SPDX-License-Identifier: GPL-3.0-or-later
// Rules for all mail that passes: their order, their text as JSON, a rehearsal without effect.
import { ask, fill } from '../api/client';
import { explained } from '../api/conflict';
import { rowOf, textOf, type Json, type Row } from '../api/json';
import { may } from '../api/session';
import { t } from '../i18n';
import { askFor, showText } from '../parts/dialog';
import { Operation } from '../parts/operation';
import { ListOf, Page, Tabs } from '../parts/page';
import { href } from '../parts/route';
import { tell, tellError } from '../parts/toast';
import { Value } from '../parts/value';
import type { PageProps } from './registry';

const RULE = '/rules/{name}';
const EXAMPLE = `{
  "name": "mark what comes from outside",
  "state": "rehearsal",
  "when": [{"about": "direction", "is": "incoming"}],
  "do": [{"do": "subject", "prefix": "[outside] "}]
}
`;

function ruleText(value: Json): string {
  const row = rowOf(value);
  const file = row['file'] ?? row['text'] ?? row['rule'];
  if (typeof file === 'string') return file;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function editor(title: string, text: string, save: (file: string, values: Row) => Promise<void>, reload?: () => void): void {
  const hasPlace = reload === undefined;
  askFor({
    title,
    text: t('rule_help'),
    isWide: true,
    ...(reload ? { reload } : {}),
    confirm: t('save'),
    fields: [
      { name: 'file', label: 'rule_json', kind: 'area', required: true, value: text, rows: 18 },
      ...(hasPlace ? [{ name: 'before', label: 'before_rule' as const, help: 'before_rule_help' as const }] : []),
    ],
    act: (values) => save(textOf(values['file']), values),
  });
}

async function change(name: string, reload: () => void): Promise<void> {
  const path = fill(RULE, { name });
  const answer = await ask('GET', path);
  const text = ruleText(answer.value);
  editor(name, text, async (file) => {
    await ask('PUT', path, { body: { rules: file }, ifMatch: answer.tag }).catch(async (error: unknown) => {
      throw await explained(error, path);
    });
    tell(t('done'));
    reload();
  }, reload);
}

function add(reload: () => void): void {
  editor(t('new_rule'), EXAMPLE, async (file, values) => {
    const before = textOf(values['before']);
    await ask('POST', '/rules', { body: before === '' ? { rules: file } : { rules: file, before } });
    tell(t('done'));
    reload();
  });
}

function Actions(props: { row: Row; reload: () => void }) {
  const { row, reload } = props;
  const name = textOf(row['name']);
  const place = Number(row['place'] ?? 1);
  const state = textOf(row['state']);
  const move = (to: number, label: 'earlier' | 'later') => (
    <Operation label={label} method="POST" path={`${RULE}/move`} values={{ name }} body={{ place: String(to) }} right="server" about={name} done={reload} />
  );
  return (
    <>
      {may('server') && <button type="button" aria-label={`${t('edit')}: ${name}`} onClick={() => void change(name, reload).catch(tellError)}>{t('edit')}</button>}
      {place > 1 && move(place - 1, 'earlier')}
      {move(place + 1, 'later')}
      {state !== 'on' && <Operation label="enable" method="POST" path={`${RULE}/enable`} values={{ name }} right="server" about={name} done={reload} />}
      {state !== 'rehearsal' && <Operation label="rehearse" method="POST" path={`${RULE}/rehearse`} values={{ name }} right="server" about={name} done={reload} />}
      {state !== 'off' && <Operation label="disable" method="POST" path={`${RULE}/disable`} values={{ name }} right="server" about={name} done={reload} />}
      <Operation label="remove" method="DELETE" path={RULE} values={{ name }} right="server" about={name} confirm={t('remove_text', { name })} isDangerous done={reload} />
    </>
  );
}

function List() {
  return (
    <ListOf caption={t('rules')} path="/rules" sort="place"
      columns={[{ name: 'place' }, { name: 'name' }, { name: 'state' }, { name: 'when', fixed: true }, { name: 'except', fixed: true }, { name: 'does', fixed: true }, { name: 'from' }, { name: 'until' }]}
      tools={(reload) => (
        <>
          <Operation label="test_rules" method="POST" path="/rules/test" right="server" confirm={t('test_rules_text')}
            fields={[{ name: 'rule', label: 'rule_name' }, { name: 'since', kind: 'day' }, { name: 'until', kind: 'day' }]}
            show={(answer) => showText(t('test_rules'), <Value value={answer} kind="text" />)} />
          {may('server') && <button type="button" class="primary" onClick={() => add(reload)}>{t('new_rule')}</button>}
        </>
      )}
      actions={(row, reload) => <Actions row={row} reload={reload} />}
    />
  );
}

function Fingerprints() {
  return (
    <ListOf caption={t('fingerprints')} path="/fingerprints" sort="name" columns={[{ name: 'name' }, { name: 'letters' }, { name: 'marks' }, { name: 'made' }]}
      actions={(row, reload) => {
        const name = textOf(row['name']);
        return <Operation label="remove" method="DELETE" path="/fingerprints/{name}" values={{ name }} right="server" about={name} confirm={t('remove_text', { name })} isDangerous done={reload} />;
      }}
      tools={(reload) => (
        <Operation label="new_fingerprint" method="PUT" path="/fingerprints/{name}" right="server" isMain done={reload}
          fields={[{ name: 'name', required: true }, { name: 'document', label: 'document_text', kind: 'area', required: true, help: 'fingerprint_help', rows: 10 }]} />
      )}
    />
  );
}

export function Rules({ here }: PageProps) {
  const isFingerprints = here.parts[1] === 'fingerprints';
  return (
    <Page title={t('rules')} intro={t('rules_intro')}>
      <Tabs label={t('rules')} tabs={[
        { to: href('rules'), label: 'rules', isHere: !isFingerprints },
        { to: href('rules', 'fingerprints'), label: 'fingerprints', isHere: isFingerprints },
      ]} />
      {isFingerprints ? <Fingerprints /> : <List />}
    </Page>
  );
}
