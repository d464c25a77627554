/** Leakage: features that know more than will be known when the model predicts. */
import type { Name } from '../../syntax/ast.ts'
import type { LabelReads, ModelContext } from '../model-features.ts'

export type LeakContext = ModelContext & {
  readonly label?: LabelReads
  /** The feature that reads. */
  readonly feature: Name
}

/** A column that a feature reads in the row itself: is it one that the label reads, or likely as late? */
export function checkLeak(name: Name, context: LeakContext): void {
  const { label, findings, feature, source } = context
  if (!label) return
  if (label.columns.has(name.text)) {
    if (findings.once(`leak ${feature.text} ${name.text}`)) reportLeak(name, { ...context, label })
    return
  }
  const [like] = [...label.columns].find(([column]) => soundsLike(name.text, column)) ?? []
  if (like === undefined || !source?.columns?.has(name.text)) return
  if (!findings.once(`late ${name.text}`)) return
  findings.report(
    'SLIP338',
    name.span,
    `\`${name.text}\` may be known no earlier than \`${like}\`, from which the label is computed.`,
    {
      hint: `Leave it out unless it is known when the model predicts; then say so: \`// slip-ignore SLIP338 known when …\`.`,
      related: related(label, like, findings.path),
    },
  )
}

function reportLeak(name: Name, { label, source, findings }: LeakContext & { label: LabelReads }): void {
  const windowed = source ? `${source.name}.${name.text}` : name.text
  findings.report(
    'SLIP301',
    name.span,
    `The feature reads \`${name.text}\`, from which the label \`${label.name}\` is computed.`,
    {
      hint: `When the model predicts, \`${name.text}\` is not known yet. A windowed feature over \`${windowed}\` may use it: it sees earlier rows only.`,
      related: related(label, name.text, findings.path),
    },
  )
}

function related({ columns }: LabelReads, column: string, path: string) {
  return [{ path, span: columns.get(column)!, message: 'The label reads it here.' }]
}

/** The label's own name where a feature is computed. */
export function checkLabelUse(name: Name, { label, findings }: LeakContext): boolean {
  if (!label || name.text !== label.name) return false
  findings.report('SLIP301', name.span, `The feature reads the label \`${label.name}\` itself.`, {
    hint: 'It is not known when the model predicts.',
    ...(label.span && {
      related: [{ path: findings.path, span: label.span, message: 'The label is here.' }],
    }),
  })
  return true
}

/** Whether a column's name holds all words of another's: `delay_minutes` of `delay`, `Total Delay` of `delay`. */
function soundsLike(column: string, labelColumn: string): boolean {
  const [first, ...more] = wordsOf(labelColumn)
  // Most columns have nothing in common: that costs no cutting into words.
  if (first === undefined || !column.toLowerCase().includes(first)) return false
  const wanted = [first, ...more]
  const words = wordsOf(column)
  return (
    wanted.some(word => word.length >= 4) &&
    words.length > wanted.length &&
    wanted.every(word => words.includes(word))
  )
}

function wordsOf(name: string): readonly string[] {
  return name
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
}
