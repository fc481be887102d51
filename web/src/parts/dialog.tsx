// SPDX-License-Identifier: GPL-3.0-or-later
// Dialogs: the browser's own element keeps the focus inside and closes it with Esc.
import { render, type ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { ApiError, messageOf } from '../api/client';
import { Fields, valuesOf, type Field } from './form';
import { Problem } from './loading';
import type { Row } from '../api/json';

interface DialogProps {
  title: string;
  children: ComponentChildren;
  onClose: () => void;
  isWide?: boolean;
}

export function Dialog(props: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={element} class={props.isWide ? 'wide' : ''} aria-labelledby="dialog-title" onClose={props.onClose}>
      <div class="dialog-head">
        <h2 id="dialog-title">{props.title}</h2>
        <button type="button" class="plain" aria-label={t('close')} onClick={() => element.current?.close()}>×</button>
      </div>
      {props.children}
    </dialog>
  );
}

/** Shows a dialog beside the page; the function given closes it. */
export function open(draw: (close: () => void) => ComponentChildren): void {
  const host = document.createElement('div');
  document.body.append(host);
  const close = () => {
    removeEventListener('hashchange', close);
    render(null, host);
    host.remove();
  };
  // What it asks belongs to the page under it.
  addEventListener('hashchange', close);
  render(<>{draw(close)}</>, host);
}

export interface Question {
  title: string;
  text?: string;
  fields?: Field[];
  confirm: string;
  isDangerous?: boolean;
  isWide?: boolean;
  /** Carries it out; what it throws is shown, and the dialog stays. */
  act: (values: Row) => Promise<void>;
  /** Something else to do with what was typed; what it finds is said in the dialog, which stays. */
  also?: { label: string; act: (values: Row) => Promise<string> };
  /** What is asked again when somebody else was faster. */
  reload?: () => void;
}

function Also(props: { also: NonNullable<Question['also']>; run: (act: (values: Row) => Promise<string>) => Promise<void> }) {
  return <button type="button" onClick={() => void props.run(props.also.act)}>{props.also.label}</button>;
}

function QuestionForm(props: { question: Question; close: () => void }) {
  const { question, close } = props;
  const [error, setError] = useState('');
  const [isStale, setStale] = useState(false);
  const [found, setFound] = useState('');
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const fields = question.fields ?? [];
  const alsoDo = async (act: (values: Row) => Promise<string>) => {
    setError('');
    setFound('');
    try {
      if (form.current) setFound(await act(await valuesOf(form.current, fields)));
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    setBusy(true);
    setError('');
    setFound('');
    try {
      await question.act(await valuesOf(event.currentTarget, fields));
      close();
    } catch (failure) {
      setError(messageOf(failure));
      setStale(failure instanceof ApiError && failure.isStale && question.reload !== undefined);
      setBusy(false);
    }
  };
  const lookAgain = () => {
    question.reload?.();
    close();
  };
  return (
    <form ref={form} onSubmit={(event) => void submit(event)}>
      {question.text && <p class="dialog-text">{question.text}</p>}
      <Fields fields={fields} />
      {error !== '' && <Problem text={error} />}
      {found !== '' && <p class="well" role="status">{found}</p>}
      <div class="buttons">
        {isStale && <button type="button" onClick={lookAgain}>{t('look_again')}</button>}
        {question.also && <Also also={question.also} run={alsoDo} />}
        <button type="button" onClick={close}>{t('cancel')}</button>
        <button type="submit" class={question.isDangerous ? 'danger' : 'primary'} disabled={isBusy}>{question.confirm}</button>
      </div>
    </form>
  );
}

export function askFor(question: Question): void {
  open((close) => (
    <Dialog title={question.title} onClose={close} isWide={question.isWide ?? false}>
      <QuestionForm question={question} close={close} />
    </Dialog>
  ));
}

/** Something to read, and nothing to decide. */
export function showText(title: string, children: ComponentChildren): void {
  open((close) => (
    <Dialog title={title} onClose={close} isWide>{children}</Dialog>
  ));
}
