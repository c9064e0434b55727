/**
 * Forms: labelled fields, choices, buttons and what is wrong with them.
 *
 * Promises: every input has a visible label; a field that is wrong says so in words beside it and
 * keeps what was typed; every form posts to this origin and carries the hidden `csrf`.
 *
 * @module
 */
import type { Child, PropsWithChildren } from 'hono/jsx';
import type { RefusalText } from './refusals.ts';

export function Form(
  props: PropsWithChildren<{ action: string; csrf: string; class?: string; label?: string; withFile?: boolean }>,
) {
  return (
    <form
      method="post"
      action={props.action}
      class={props.class ?? 'form'}
      {...(props.label ? { 'aria-label': props.label } : {})}
      {...(props.withFile ? { enctype: 'multipart/form-data' } : {})}
    >
      <input type="hidden" name="csrf" value={props.csrf} />
      {props.children}
    </form>
  );
}

interface FieldProps {
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly type?: 'text' | 'url' | 'email' | 'tel' | 'search' | 'password' | 'number' | 'date' | 'time' | 'textarea';
  readonly required?: boolean;
  /** Further attributes of the input, such as `list` or `min`. */
  readonly more?: Readonly<Record<string, string | number>>;
}

export function Field({ id, name, label, value, hint, error, type = 'text', required, more }: FieldProps) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name,
    ...(described ? { 'aria-describedby': described } : {}),
    ...(error ? { 'aria-invalid': 'true' } : {}),
    ...(required ? { required: true } : {}),
    ...more,
  };
  return (
    <div class={error ? 'field field--wrong' : 'field'}>
      <label for={id}>{label}</label>
      {hint ? (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {type === 'textarea' ? (
        <textarea rows={3} {...attributes}>
          {value}
        </textarea>
      ) : (
        <input type={type} value={value} {...attributes} />
      )}
      {error ? <Wrong id={`${id}-error`} text={error} /> : null}
    </div>
  );
}

/** Six figures out of a letter. `wrong` is a sentence. */
export function CodeField({ label, hint, wrong }: { label: string; hint: string; wrong: string | null }) {
  return (
    <Field
      id="code"
      name="code"
      label={label}
      value=""
      hint={hint}
      error={wrong ?? undefined}
      required
      more={{ autocomplete: 'one-time-code', inputmode: 'numeric', maxlength: 12, class: 'figures' }}
    />
  );
}

/** What is wrong with a field: a mark and a sentence. */
export function Wrong({ id, text }: { id: string; text: string }) {
  return (
    <p class="wrong" id={id}>
      {text}
    </p>
  );
}

/** Why the whole form was refused, and what to do. Announced when the page opens. */
export function Refused({ text }: { text: RefusalText }) {
  return (
    <div class="refused" role="alert">
      <p class="lead">
        <strong>{text.what}</strong>
      </p>
      <p>{text.todo}</p>
    </div>
  );
}

interface ChoiceProps {
  readonly legend: string;
  readonly name: string;
  readonly chosen: string;
  readonly options: readonly { readonly value: string; readonly label: Child }[];
  readonly error?: string | undefined;
}

/** One of a few, all in sight. */
export function Choices({ legend, name, chosen, options, error, children }: PropsWithChildren<ChoiceProps>) {
  return (
    <fieldset
      class={error ? 'field field--wrong' : 'field'}
      {...(error ? { 'aria-describedby': `${name}-error` } : {})}
    >
      <legend>{legend}</legend>
      <div class="choose">
        {options.map(({ value, label }) => (
          <label>
            <input type="radio" id={`${name}-${value}`} name={name} value={value} checked={value === chosen} />
            {label}
          </label>
        ))}
      </div>
      {children}
      {error ? <Wrong id={`${name}-error`} text={error} /> : null}
    </fieldset>
  );
}

export function Button(props: PropsWithChildren<{ name?: string; value?: string; quiet?: boolean; id?: string }>) {
  return (
    <button
      type="submit"
      class={props.quiet ? 'btn btn--quiet' : 'btn'}
      {...(props.name ? { name: props.name, value: props.value ?? '' } : {})}
      {...(props.id ? { id: props.id } : {})}
    >
      {props.children}
    </button>
  );
}

/** A link that looks as much like the next step as a button does. */
export function ButtonLink(props: PropsWithChildren<{ href: string; quiet?: boolean }>) {
  return (
    <a class={props.quiet ? 'btn btn--quiet' : 'btn'} href={props.href}>
      {props.children}
    </a>
  );
}
