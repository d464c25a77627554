/** What a person can make of a literal: a parameter with a name, or a secret. A small dialog at the literal. */
import type { PreviewLiteral } from '../../promote/index.ts'
import { h } from '../support/dom.ts'
import type { EditAction } from './messages.ts'

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u
const secretName = /^[A-Za-z_][\w.-]*$/

/** Opens below the button; goes with Escape, a click elsewhere or a choice. */
export function openLiteralMenu(
  button: HTMLElement,
  literal: PreviewLiteral,
  edit: (action: EditAction) => void,
): void {
  const isSecret = (): boolean => form.querySelector<HTMLInputElement>('[value=secret]')?.checked ?? false
  const name = h('input', {
    name: 'name',
    value: suggested(literal, literal.looksSecret),
    spellcheck: 'false',
  })
  const description = h('input', { name: 'description', placeholder: 'What it is (optional)' })
  const radio = (value: string, text: string, checked: boolean): HTMLElement =>
    h('label', { class: 'choice' }, h('input', { type: 'radio', name: 'kind', value, checked }), text)
  const submit = h('button', { type: 'submit' })
  const form = h(
    'form',
    { class: 'menu', method: 'dialog' },
    h(
      'div',
      { class: 'choices' },
      radio('parameter', 'Parameter', !literal.looksSecret),
      radio('secret', 'Secret', literal.looksSecret),
    ),
    h('label', {}, h('span', {}, 'Name'), name),
    h('label', { class: 'description' }, h('span', {}, 'Description'), description),
    h('p', { class: 'sub hint' }),
    h(
      'div',
      { class: 'buttons' },
      submit,
      h('button', { type: 'button', class: 'secondary', click: () => close() }, 'Cancel'),
    ),
  )
  const dialog = h('dialog', { class: 'popover', 'aria-label': `Literal ${literal.text}` }, form)
  const close = (): void => {
    dialog.close()
    dialog.remove()
    button.focus()
  }
  const describe = (): void => {
    const hint = form.querySelector('.hint')
    if (hint)
      hint.textContent = isSecret()
        ? 'The value stays out of the pipeline: it asks for the secret by this name when it runs.'
        : `Runs can give another value; ${literal.text} is the default.`
    submit.textContent = isSecret() ? 'Make Secret' : 'Make Parameter'
    form.querySelector('.description')?.toggleAttribute('hidden', isSecret())
  }
  form.addEventListener('change', event => {
    if ((event.target as HTMLInputElement).name !== 'kind') return
    name.value = suggested(literal, isSecret())
    describe()
  })
  form.addEventListener('submit', event => {
    event.preventDefault()
    const pattern = isSecret() ? secretName : identifier
    const wrong = pattern.test(name.value) ? '' : `Expected a name such as ${suggested(literal, isSecret())}`
    name.setCustomValidity(wrong)
    if (!name.reportValidity()) return
    edit(
      isSecret()
        ? { kind: 'secret', literal: literal.at, name: name.value }
        : {
            kind: 'lift',
            literal: literal.at,
            name: name.value,
            ...(description.value && { description: description.value }),
          },
    )
    close()
  })
  name.addEventListener('input', () => name.setCustomValidity(''))
  dialog.addEventListener('cancel', event => {
    event.preventDefault()
    close()
  })
  dialog.addEventListener('click', event => {
    if (event.target === dialog) close()
  })
  document.body.append(dialog)
  describe()
  dialog.showModal()
  place(dialog, button)
  name.select()
}

/** `apiKey` → `API_KEY` for a secret. */
function suggested({ suggestedName }: PreviewLiteral, isSecret: boolean): string {
  return isSecret ? suggestedName.replace(/([a-z\d])([A-Z])/g, '$1_$2').toUpperCase() : suggestedName
}

/** Below the button, inside the window. */
function place(dialog: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect()
  const { width, height } = dialog.getBoundingClientRect()
  const left = Math.max(8, Math.min(at.left, window.innerWidth - width - 8))
  const below = at.bottom + 6
  const top = below + height < window.innerHeight ? below : Math.max(8, at.top - height - 6)
  dialog.style.left = `${left}px`
  dialog.style.top = `${top}px`
}
